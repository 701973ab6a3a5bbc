#include "indexer/ingest/wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "indexer/ingest/courier.h"
#include "signatures/base/pack.h"

enum {
	FLAG_FOREIGN = 1,
	FLAG_CONTENT = 2,
	FLAG_ARCHIVE = 4,
	FLAG_ALL = 7
};

struct bytes wire_encode(const struct wire_frame *frame, struct arena *arena)
{
	static const uint8_t blank[WIRE_HEADER_BYTES];
	struct pack out = pack_into(arena);

	pack_bytes(&out, blank, sizeof(blank));
	pack_u8(&out, (uint8_t)frame->kind);
	pack_varint(&out, frame->ticket);
	pack_varint(&out, frame->number);
	switch (frame->kind) {
	case WIRE_REFUSED:
		pack_u8(&out, (uint8_t)frame->status);
		pack_u8(&out,
			(uint8_t)((frame->is_foreign ? FLAG_FOREIGN : 0) |
				  (frame->has_content ? FLAG_CONTENT : 0)));
		pack_hash(&out, frame->content);
		pack_text(&out, frame->path);
		pack_text(&out, frame->text);
		break;
	case WIRE_NO_SANDBOX:
		pack_text(&out, frame->text);
		break;
	case WIRE_CHUNK:
		pack_varint(&out, frame->offset);
		pack_bytes(&out, frame->data.next, bytes_left(&frame->data));
		break;
	case WIRE_RECORD:
		pack_bytes(&out, frame->data.next, bytes_left(&frame->data));
		break;
	case WIRE_END:
		pack_u8(&out, frame->is_archive ? FLAG_ARCHIVE : 0);
		break;
	default:
		break;
	}

	const uint32_t size = (uint32_t)(out.size - WIRE_HEADER_BYTES);

	for (size_t i = 0; i < WIRE_HEADER_BYTES; i++)
		out.data[i] = (uint8_t)(size >> (8 * i));
	return pack_done(&out);
}

static struct bytes rest(struct bytes *in)
{
	const struct bytes data = bytes_of(in->next, bytes_left(in));

	bytes_skip(in, bytes_left(in));
	return data;
}

static void take_refused(struct bytes *in, struct arena *arena,
			 struct wire_frame *ret)
{
	ret->status = (enum status)pack_take_enum(in, STATUS_COUNT);

	const unsigned flags = pack_take_enum(in, FLAG_ALL + 1);

	ret->is_foreign = flags & FLAG_FOREIGN;
	ret->has_content = flags & FLAG_CONTENT;
	ret->content = pack_take_hash(in);
	ret->path = pack_take_text(in, arena);
	ret->text = pack_take_text(in, arena);
	if (!ret->path || !ret->text || ret->status == STATUS_OK)
		in->failed = true;
}

enum status wire_decode(struct bytes raw, struct arena *arena,
			struct wire_frame *ret, struct error *err)
{
	struct wire_frame frame = { 0 };
	struct bytes in = raw;

	frame.kind = (enum wire_kind)pack_take_enum(&in, WIRE_KINDS);
	frame.ticket = pack_take_varint(&in);
	frame.number = pack_take_varint(&in);
	switch (frame.kind) {
	case WIRE_REFUSED:
		take_refused(&in, arena, &frame);
		break;
	case WIRE_NO_SANDBOX:
		frame.text = pack_take_text(&in, arena);
		break;
	case WIRE_CHUNK:
		frame.offset = pack_take_varint(&in);
		frame.data = rest(&in);
		break;
	case WIRE_RECORD:
		frame.data = rest(&in);
		break;
	case WIRE_END:
		frame.is_archive =
			pack_take_enum(&in, FLAG_ALL + 1) & FLAG_ARCHIVE;
		break;
	default:
		break;
	}
	if (in.failed || bytes_left(&in) > 0)
		return error_set(err, STATUS_PARSER,
				 "the reader made no sense");
	*ret = frame;
	return STATUS_OK;
}

enum status wire_send_job(int socket, const struct wire_job *job, int fd,
			  struct error *err)
{
	const ssize_t sent = courier_send(socket, job, sizeof(*job), &fd, 1);

	if (sent < 0 && (errno == EPIPE || errno == ECONNRESET))
		return STATUS_OK;
	if (sent != (ssize_t)sizeof(*job))
		return error_set(err, STATUS_IO, "worker: %s",
				 sent < 0 ? strerror(errno) : "job cut short");
	return STATUS_OK;
}

enum wire_answer wire_receive_job(int socket, bool wait, struct wire_job *ret,
				  int *fd)
{
	bool is_given;
	const ssize_t got =
		courier_receive(socket, wait ? MSG_WAITALL : MSG_DONTWAIT, ret,
				sizeof(*ret), fd, 1, &is_given);

	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return WIRE_NONE;
	return got == (ssize_t)sizeof(*ret) && is_given ? WIRE_JOB : WIRE_GONE;
}
