#include "query/push_lines.h"

#include <stdlib.h>

#include "query/cell.h"
#include "signatures/base/must.h"
#include "signatures/base/text.h"
#include "signatures/clickhouse/crashrow.h"

enum {
	AT_ONCE = 1024 /* crashes with many files */
};

const char push_lines_columns[] =
	"id_high, id_low, time, bugcheck, fault, offset, cluster, file_count,"
	" source";

/* As it came. */
struct line {
	struct hash128 id;
	struct crash crash;
	const char *cluster;
	uint8_t files;
	const char *source; /* the first; NULL = none */
};

static struct crash_number take_number(struct bytes *in)
{
	struct crash_number number = { .known = false };

	number.known = crashrow_take_nullable(in, &number.value);
	return number;
}

/* Columns have no text where there is none. */
static const char *take_text(struct bytes *in, struct arena *arena)
{
	const char *text = crashrow_take_text(in, arena);

	return *text ? text : NULL;
}

static struct line take_line(struct bytes *in, struct arena *arena)
{
	struct line line = { .files = 0 };

	line.id = crashrow_take_id(in);
	line.crash.time = take_number(in);
	line.crash.bugcheck.code = take_number(in);
	line.crash.fault.module = take_text(in, arena);
	line.crash.fault.offset = take_number(in);
	line.cluster = take_text(in, arena);
	line.files = bytes_u8(in);
	for (uint64_t n = pack_take_varint(in); n && !in->failed; n--) {
		const char *source = take_text(in, arena);

		if (!line.source)
			line.source = source;
	}
	return line;
}

/* Count lines; the ids of those with many files, which column source sorts. */
static enum status find_ids(struct push_lines *lines, struct hash128 **ret,
			    size_t *ret_count, struct error *err)
{
	struct bytes in = lines->left;
	struct hash128 *ids = NULL;
	size_t count = 0, room = 0;
	struct arena arena;

	arena_init(&arena);
	for (; bytes_left(&in); lines->count++) {
		const struct line line = take_line(&in, &arena);

		arena_reset(&arena);
		if (in.failed)
			break;
		if (line.files < 2)
			continue;
		if (count == room) {
			room = room * 2 + 64;
			ids = must(realloc(ids, room * sizeof(*ids)));
		}
		ids[count++] = line.id;
	}
	arena_deinit(&arena);
	*ret = ids;
	*ret_count = count;
	return bytes_check(&in, "clickhouse: a page of crashes", err);
}

static enum status read_sources(struct store *store, struct push_lines *lines,
				const struct hash128 *ids, size_t count,
				struct error *err)
{
	struct remote_crash *crashes;
	struct arena arena;
	enum status status = STATUS_OK;

	lines->sources =
		arena_take(&lines->arena, count + 1, sizeof(*lines->sources));
	arena_init(&arena);
	for (size_t at = 0; at < count && !status; at += AT_ONCE) {
		const size_t some = count - at < AT_ONCE ? count - at : AT_ONCE;

		arena_reset(&arena);
		crashes = arena_take(&arena, some, sizeof(*crashes));
		status = remote_crashes(store, ids + at, some, &arena, crashes,
					err);
		for (size_t i = 0; i < some && !status; i++) {
			const char *source = cell_source(&crashes[i].crash);

			lines->sources[at + i] =
				source ? text_copy(&lines->arena, source)
				       : NULL;
		}
	}
	arena_deinit(&arena);
	return status;
}

enum status push_lines_begin(struct store *store, struct http_answer answer,
			     struct push_lines *ret, struct error *err)
{
	struct hash128 *ids;
	size_t count;

	*ret = (struct push_lines){
		.answer = answer, .left = bytes_of(answer.data, answer.size)
	};
	arena_init(&ret->arena);

	enum status status = find_ids(ret, &ids, &count, err);

	if (!status)
		status = read_sources(store, ret, ids, count, err);
	free(ids);
	return status;
}

void push_lines_end(struct push_lines *lines)
{
	http_answer_free(&lines->answer);
	arena_deinit(&lines->arena);
	*lines = (struct push_lines){ .sources = NULL };
}

const struct remote_crash *push_lines_next(struct push_lines *lines,
					   struct arena *arena)
{
	struct remote_crash *shown = arena_take(arena, 1, sizeof(*shown));
	const struct line line = take_line(&lines->left, arena);

	shown->cluster = line.cluster;
	shown->crash.identity = line.id;
	shown->crash.crash = line.crash;
	shown->crash.file_count = 1;
	shown->crash.files = arena_take(arena, 1, sizeof(*shown->crash.files));
	shown->crash.files->source =
		line.files < 2 ? line.source
			       : lines->sources[lines->next_source++];
	return shown;
}
