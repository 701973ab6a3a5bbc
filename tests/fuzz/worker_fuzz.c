/*
 * worker_fuzz.c - any bytes, all the way through a sandboxed worker: whatever
 * happens to it, the parent hears the end of the input, and what it hears makes
 * sense.
 */
#include "indexer/ingest/workers.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "signatures/record.h"
#include "tests/fuzz/fuzz.h"

#define WALL_MS 1000

struct run {
	const uint8_t *data;
	size_t size;
	bool is_given;
	bool is_ended;
};

static enum status on_next(void *closure, struct workers_input *ret, bool *more,
			   struct error *err)
{
	struct run *run = closure;

	(void)err;
	*more = !run->is_given;
	if (!*more)
		return STATUS_OK;
	run->is_given = true;
	ret->about = NULL;
	ret->size = run->size;
	ret->fd = memfd_create("input", MFD_CLOEXEC);
	if (write(ret->fd, run->data, run->size) != (ssize_t)run->size)
		abort();
	return STATUS_OK;
}

static enum status on_record(void *closure, const struct workers_input *input,
			     struct bytes record, struct error *err)
{
	struct record_file file;
	struct arena arena;

	(void)closure, (void)input;
	arena_init(&arena);
	if (record_decode(record, &arena, &file, err))
		abort();
	arena_deinit(&arena);
	return STATUS_OK;
}

static enum status on_chunk(void *closure, const struct workers_input *input,
			    uint64_t offset, struct bytes data,
			    struct error *err)
{
	(void)closure, (void)input, (void)offset, (void)data, (void)err;
	return STATUS_OK;
}

/* A worker that died or took too long is a finding. */
static enum status on_refused(void *closure, const struct workers_input *input,
			      const struct workers_refusal *refusal,
			      struct error *err)
{
	(void)closure, (void)input, (void)err;
	assert(refusal->status != STATUS_PARSER);
	return STATUS_OK;
}

static enum status on_end(void *closure, const struct workers_input *input,
			  bool is_archive, bool is_whole, struct error *err)
{
	struct run *run = closure;

	(void)input, (void)is_archive, (void)err;
	assert(is_whole);
	run->is_ended = true;
	return STATUS_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct workers_options options = {
		.jobs = 1,
		.wall_ms = WALL_MS,
		.spool_dir = "/tmp",
		.worker = { .limits = { 3, 2000, 1 << 20, 200 } },
	};
	static struct workers *workers;
	struct run run = { .data = data, .size = size };
	const struct workers_sink sink = { .closure = &run,
					   .next = on_next,
					   .record = on_record,
					   .chunk = on_chunk,
					   .refused = on_refused,
					   .end = on_end };
	struct error err;

	if (!workers && workers_create(&options, &workers, &err))
		abort();
	if (workers_run(workers, &sink, &err))
		abort();
	assert(run.is_ended);
	return 0;
}
