#include "indexer/ingest/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "indexer/ingest/archive.h"
#include "indexer/ingest/examine.h"
#include "indexer/ingest/sandbox.h"
#include "indexer/ingest/wire.h"
#include "signatures/base/limits.h"
#include "signatures/base/room.h"
#include "signatures/record.h"

/* Frames are sent together: a system call costs as much as a small dump. */
#define OUT_BYTES ((size_t)64 * 1024)

struct worker {
	const struct worker_options *options;
	struct worker_pulse *pulse;
	struct spool spool;
	struct wire_job job;
	uint64_t step;
	struct arena arena; /* one dump */
	struct arena frame; /* one frame */
	size_t out_bytes;
	uint8_t out[OUT_BYTES];
};

static void send_all(const uint8_t *data, size_t size)
{
	while (size > 0) {
		const ssize_t n = send(WORKER_SOCKET, data, size, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			_exit(0); /* nobody listens any more */
		data += n;
		size -= (size_t)n;
	}
}

static void flush(struct worker *worker)
{
	send_all(worker->out, worker->out_bytes);
	worker->out_bytes = 0;
}

static void say(struct worker *worker, struct wire_frame *frame)
{
	frame->ticket = worker->job.ticket;

	const struct bytes raw = wire_encode(frame, &worker->frame);
	const size_t size = bytes_left(&raw);

	if (size > OUT_BYTES - worker->out_bytes)
		flush(worker);
	if (size > OUT_BYTES)
		send_all(raw.next, size);
	else {
		memcpy(worker->out + worker->out_bytes, raw.next, size);
		worker->out_bytes += size;
	}
	arena_reset(&worker->frame);
}

static void beat(struct worker *worker)
{
	atomic_fetch_add_explicit(&worker->pulse->beat, 1,
				  memory_order_relaxed);
}

static void on_beat(void *closure, uint64_t at)
{
	struct worker *worker = closure;

	atomic_store_explicit(&worker->pulse->at, at, memory_order_relaxed);
	beat(worker);
}

static bool on_enter(void *closure, const char *path)
{
	struct worker *worker = closure;
	struct worker_pulse *pulse = worker->pulse;
	const size_t size = strnlen(path, WORKER_PATH_BYTES - 1);

	worker->step++;
	memcpy(pulse->path, path, size);
	pulse->path[size] = '\0';
	atomic_store_explicit(&pulse->has_content, 0, memory_order_relaxed);
	atomic_store_explicit(&pulse->step, worker->step, memory_order_release);
	beat(closure);
	for (size_t i = 0; i < worker->job.dead_count; i++)
		if (worker->job.dead[i] == worker->step)
			return false;
	return true;
}

static void say_chunks(struct worker *worker, uint64_t number,
		       struct bytes image)
{
	const uint64_t max = LIMIT_QUARANTINE_BYTES;
	uint64_t size = bytes_left(&image);

	if (size > max)
		size = max;
	for (uint64_t at = 0; at < size; at += WIRE_CHUNK_BYTES) {
		const uint64_t left = size - at;
		struct wire_frame frame = { .kind = WIRE_CHUNK,
					    .number = number,
					    .offset = at };

		frame.data = bytes_part(
			image, at,
			left < WIRE_CHUNK_BYTES ? left : WIRE_CHUNK_BYTES);
		say(worker, &frame);
		beat(worker);
	}
}

static void on_refuse(void *closure, const char *path,
		      const struct unpack_refusal *refusal)
{
	struct worker *worker = closure;
	struct wire_frame frame = {
		.kind = WIRE_REFUSED,
		.number = ++worker->step,
		.status = refusal->status,
		.is_foreign = refusal->is_foreign,
		.has_content = refusal->has_image,
		.content = refusal->content,
		.path = path,
		.text = refusal->text,
	};

	if (frame.number <= worker->job.resume)
		return;
	if (worker->options->keeps_refused && refusal->has_image)
		say_chunks(worker, frame.number, refusal->image);
	say(worker, &frame);
}

static void say_record(struct worker *worker, const char *path,
		       const struct crash *crash)
{
	const struct record_file file = { .source = path, .crash = *crash };
	struct wire_frame frame = { .kind = WIRE_RECORD,
				    .number = ++worker->step };

	frame.data = record_encode(&file, &worker->arena);
	if (bytes_left(&frame.data) <= LIMIT_RECORD_BYTES) {
		say(worker, &frame);
		return;
	}

	const struct unpack_refusal refusal = {
		.status = STATUS_LIMIT,
		.text = "says more than a record may hold",
		.has_image = true,
		.content = crash->image.content,
	};

	worker->step--;
	on_refuse(worker, path, &refusal);
}

static void on_image(void *closure, const char *path, struct bytes image,
		     struct hash128 content)
{
	struct worker *worker = closure;
	struct worker_pulse *pulse = worker->pulse;
	struct crash crash;
	struct error err;

	if (!on_enter(closure, path)) {
		/* It ended a worker: send it to be looked at instead. */
		if (worker->options->keeps_refused)
			say_chunks(worker, worker->step, image);
		return;
	}
	pulse->content = content;
	atomic_store_explicit(&pulse->has_content, 1, memory_order_release);
	if (worker->step + 1 <= worker->job.resume) {
		worker->step++;
		return;
	}
	memset(&crash, 0, sizeof(crash));
	crash.image.bytes = bytes_left(&image);
	crash.image.content = content;
	if (examine(image, &worker->options->target, &worker->arena, &crash,
		    &err)) {
		const struct unpack_refusal refusal = {
			.status = err.status,
			.text = err.text,
			.has_image = true,
			.image = image,
			.content = content,
		};

		on_refuse(closure, path, &refusal);
	} else {
		say_record(worker, path, &crash);
	}
	arena_reset(&worker->arena);
	beat(closure);
}

static void work(struct worker *worker, int fd)
{
	const struct unpack_sink sink = { worker, on_enter, on_beat, on_image,
					  on_refuse };

	worker->step = 0;
	atomic_store_explicit(&worker->pulse->step, 0, memory_order_relaxed);
	atomic_store_explicit(&worker->pulse->at, 0, memory_order_relaxed);
	atomic_store_explicit(&worker->pulse->ticket, worker->job.ticket,
			      memory_order_release);

	const bool is_archive =
		unpack_run(fd, worker->job.size, &worker->options->limits,
			   &sink, &worker->spool);
	struct wire_frame end = { .kind = WIRE_END,
				  .number = ++worker->step,
				  .is_archive = is_archive };

	say(worker, &end);
}

/* What only workers need: loaded before they are shut in. */
void worker_prepare(void)
{
	struct error err;

	/* What fails here fails again in the worker, which can say so. */
	const enum status status = archive_load(&err);

	(void)status;
}

/* Nothing of the outside is left but the gifts; names need UTF-8. */
static enum status shut_in(struct worker *worker, struct error *err)
{
	const struct sandbox_limits limits = {
		.memory_bytes = LIMIT_WORKER_MEMORY,
		.file_bytes = 2 * LIMIT_IMAGE_BYTES,
	};

	setenv("TZ", "UTC0", 1);
	tzset();
	setlocale(LC_CTYPE, "C.UTF-8");
	if (archive_load(err))
		return err->status;
	if (worker->options->is_free)
		return STATUS_OK;

	const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = 0; fd < NURSERY_FIRST_FD && nothing >= 0; fd++)
		dup2(nothing, fd);
	close(nothing);
	return sandbox_enter(&limits, err);
}

void worker_main(void *closure)
{
	struct worker *worker;
	struct error err;
	int fd;

	room_for_heap(ROOM_FOR_DUMPS);
	/* One dump takes what the last one did. */
	room_keep();
	worker = calloc(1, sizeof(*worker));
	if (!worker)
		_exit(1);
	worker->options = closure;
	worker->spool.fd = WORKER_SPOOL;
	worker->pulse =
		mmap(NULL, sizeof(*worker->pulse), PROT_READ | PROT_WRITE,
		     MAP_SHARED, WORKER_PULSE, 0);
	if (worker->pulse == MAP_FAILED)
		_exit(1);
	close(WORKER_PULSE);
	arena_init(&worker->arena);
	arena_init(&worker->frame);
	if (shut_in(worker, &err)) {
		struct wire_frame frame = { .kind = WIRE_NO_SANDBOX,
					    .text = err.text };

		say(worker, &frame);
		flush(worker);
		_exit(1);
	}
	for (;;) {
		enum wire_answer answer = wire_receive_job(WORKER_SOCKET, false,
							   &worker->job, &fd);

		if (answer == WIRE_NONE) {
			flush(worker);
			answer = wire_receive_job(WORKER_SOCKET, true,
						  &worker->job, &fd);
		}
		if (answer != WIRE_JOB)
			_exit(0);
		work(worker, fd);
		close(fd);
	}
}
