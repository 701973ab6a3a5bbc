#include "indexer/ingest/ingest.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "indexer/ingest/beside.h"
#include "indexer/ingest/done.h"
#include "indexer/ingest/glance.h"
#include "indexer/ingest/inputs.h"
#include "indexer/ingest/naming.h"
#include "indexer/ingest/quarantine.h"
#include "signatures/base/room.h"
#include "signatures/base/text.h"
#include "signatures/redact.h"
#include "signatures/store/store_read.h"
#include "signatures/store/store_write.h"

/* A commit costs a few milliseconds, what is not committed is done again. */
#define COMMIT_RECORDS 10000
#define COMMIT_BYTES (64 * 1024 * 1024)
#define COMMIT_SECONDS 5

struct ingest {
	const struct ingest_options *options;
	struct tally *tally;
	struct tally kept; /* as of the last commit */
	struct inputs *inputs;
	struct store *store;	       /* or NULL */
	struct quarantine *quarantine; /* or NULL */
	struct beside *beside;	       /* what waits for its folder */
	struct done *done;	       /* archives of earlier runs */
	struct arena arena;	       /* one record */
	struct arena scratch;	       /* one crash on its way to the store */
	struct progress progress;      /* but for what is with the workers */
	double began;
	uint64_t records; /* since the last commit */
	uint64_t bytes;
	double committed;
};

/* What is known of an input while it is with the workers. */
struct about {
	struct input input;
	struct done_file file;
	uint64_t dumps;
	bool is_unfinished; /* another run may come further */
};

static void about_destroy(struct ingest *ingest, struct about *about)
{
	done_leave(ingest->done, &about->file);
	free(about->input.source);
	free(about);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* An input has ended. */
static void pass(struct ingest *ingest, const struct about *about)
{
	ingest->progress.files++;
	ingest->progress.bytes += about->input.size;
}

static void on_progress(void *closure, uint64_t bytes)
{
	const struct ingest *ingest = closure;
	const struct tally *tally = ingest->tally;
	struct progress now = ingest->progress;

	now.bytes += bytes;
	/* Folders grow while they are read. */
	if (now.files_all < now.files)
		now.files_all = now.files;
	if (now.bytes_all < now.bytes)
		now.bytes_all = now.bytes;
	now.dumps = tally->indexed + tally->duplicate + tally->same_crash;
	now.refused = tally_refused(tally);
	now.seconds = seconds() - ingest->began;
	ingest->options->progress(ingest->options->closure, &now);
}

static enum status commit(struct ingest *ingest, struct error *err)
{
	if (!ingest->store)
		return STATUS_OK;
	if (store_commit(ingest->store, err))
		return err->status;
	ingest->kept = *ingest->tally;
	ingest->records = 0;
	ingest->bytes = 0;
	ingest->committed = seconds();
	return store_begin(ingest->store, err);
}

/* Something happened: time to commit? */
static enum status tick(struct ingest *ingest, struct error *err)
{
	if (ingest->records >= COMMIT_RECORDS || ingest->bytes >= COMMIT_BYTES)
		return commit(ingest, err);
	if (ingest->records && seconds() - ingest->committed >= COMMIT_SECONDS)
		return commit(ingest, err);
	return STATUS_OK;
}

/* Was this archive ingested whole by an earlier run? */
static enum status is_done(struct ingest *ingest, struct about *about,
			   bool *ret, struct error *err)
{
	uint64_t dumps;

	about->file = done_file(about->input.fd, about->input.size,
				about->input.stamp);
	if (done_look(ingest->done, &about->file, ret, &dumps, err))
		return err->status;
	if (*ret)
		ingest->tally->duplicate += dumps;
	return STATUS_OK;
}

static enum status on_next(void *closure, struct workers_input *ret, bool *more,
			   struct error *err)
{
	struct ingest *ingest = closure;

	for (;;) {
		struct about *about = calloc(1, sizeof(*about));
		bool done = false;

		if (!about)
			return error_set(err, STATUS_IO, "out of memory");
		*more = inputs_next(ingest->inputs, &about->input);
		if (!*more) {
			free(about);
			return STATUS_OK;
		}
		if (is_done(ingest, about, &done, err)) {
			close(about->input.fd);
			about_destroy(ingest, about);
			return err->status;
		}
		if (!done) {
			ret->about = about;
			ret->fd = about->input.fd;
			ret->size = about->input.size;
			return STATUS_OK;
		}
		pass(ingest, about);
		ingest->progress.bytes_known += about->input.size;
		on_progress(ingest, 0);
		close(about->input.fd);
		about_destroy(ingest, about);
	}
}

/* "march.7z/07.dmp" */
static const char *source_of(struct ingest *ingest, const struct about *about,
			     const char *path)
{
	const char *source = about->input.source;

	if (*path)
		source = text_printf(&ingest->arena, "%s/%s", source, path);
	return source;
}

static enum status keep(struct ingest *ingest, const struct about *about,
			const char *source,
			const struct workers_refusal *refusal,
			struct error *err)
{
	const bool is_input =
		!*refusal->path || refusal->status == STATUS_PARSER;

	if (!ingest->quarantine)
		return STATUS_OK;
	if (!refusal->has_chunks) {
		if (!is_input || about->input.fd < 0 ||
		    refusal->status == STATUS_IO)
			return STATUS_OK;
		if (quarantine_add_file(ingest->quarantine, about->input.fd,
					err))
			return err->status;
	}
	return quarantine_keep(ingest->quarantine, source, refusal->status,
			       refusal->text, err);
}

static enum status on_refused(void *closure, const struct workers_input *input,
			      const struct workers_refusal *refusal,
			      struct error *err)
{
	struct ingest *ingest = closure;
	struct about *about = input->about;
	struct hash128 content = refusal->content;

	if (refusal->is_foreign && !about->input.is_named &&
	    !naming_is_dump(about->input.source))
		return STATUS_OK;

	const char *source = source_of(ingest, about, refusal->path);

	if (ingest->options->redacts)
		source = redact_path(&ingest->arena, source);

	ingest->tally->refused[refusal->status]++;
	ingest->options->refused(ingest->options->closure, source,
				 refusal->text);
	/* Limits have options, parsers are mended: not done for ever. */
	if (refusal->status == STATUS_IO || refusal->status == STATUS_LIMIT ||
	    refusal->status == STATUS_PARSER)
		about->is_unfinished = true;
	if (keep(ingest, about, source, refusal, err))
		return err->status;
	if (ingest->store && refusal->status != STATUS_IO) {
		/* An entry that was not read is known by where it is. */
		if (!refusal->has_content && done_hash(&about->file)) {
			content = about->file.content;
			if (*refusal->path)
				content.low = hash_mix(
					content.low,
					hash_64(refusal->path,
						strlen(refusal->path)));
		}
		if (store_put_refused(ingest->store, content, source,
				      refusal->status, refusal->text, err))
			return err->status;
		ingest->records++;
	}
	arena_reset(&ingest->arena);
	return tick(ingest, err);
}

/* A crash, with what lay beside it; closure is a struct ingest. */
static enum status on_crash(void *closure, void *of, struct record_file *file,
			    struct error *err)
{
	struct ingest *ingest = closure;
	struct about *about = of; /* NULL: it was an input of its own */
	enum store_outcome outcome;

	file->ingested = ingest->options->now;
	if (ingest->options->redacts) {
		file->source = redact_path(&ingest->arena, file->source);
		redact_crash(&file->crash);
	}
	if (about)
		about->dumps++;
	if (!ingest->store) {
		ingest->tally->indexed++;
		ingest->options->crash(ingest->options->closure, file);
		return STATUS_OK;
	}
	arena_reset(&ingest->scratch);
	if (store_put(ingest->store, file, &ingest->scratch, &outcome, err))
		return err->status;
	ingest->records++;
	if (outcome == STORE_INDEXED)
		ingest->tally->indexed++;
	else if (outcome == STORE_SAME_CRASH)
		ingest->tally->same_crash++;
	else
		ingest->tally->duplicate++;
	return STATUS_OK;
}

/* Of no crash, and of no machine either? */
static bool is_nothing(const struct crash *crash)
{
	const struct crash_machine *machine = &crash->machine;

	return crash->image.kind == CRASH_KIND_UNKNOWN && !machine->id.known &&
	       !machine->manufacturer && !machine->product_name &&
	       !machine->bios_version && !machine->os_build.known;
}

static enum status on_record(void *closure, const struct workers_input *input,
			     struct bytes record, struct error *err)
{
	struct ingest *ingest = closure;
	struct about *about = input->about;
	struct record_file file;
	struct error reason;

	if (record_decode(record, &ingest->arena, &file, &reason)) {
		const struct workers_refusal refusal = {
			.path = "",
			.status = STATUS_PARSER,
			.text = "the reader made no sense",
		};

		return on_refused(closure, input, &refusal, err);
	}

	const bool is_packed = *file.source != '\0';

	if (!is_packed && about->input.is_named && is_nothing(&file.crash)) {
		const struct workers_refusal refusal = {
			.path = "",
			.status = STATUS_UNSUPPORTED,
			.text = "tells of no crash",
		};

		return on_refused(closure, input, &refusal, err);
	}
	file.source = source_of(ingest, about, file.source);
	ingest->bytes += bytes_left(&record);
	if (beside_take(ingest->beside, is_packed ? about : NULL, record, &file,
			is_packed || about->input.is_named, err))
		return err->status;
	arena_reset(&ingest->arena);
	return tick(ingest, err);
}

static enum status on_chunk(void *closure, const struct workers_input *input,
			    uint64_t offset, struct bytes data,
			    struct error *err)
{
	struct ingest *ingest = closure;

	(void)input;
	if (!ingest->quarantine)
		return STATUS_OK;
	return quarantine_add(ingest->quarantine, offset, data, err);
}

static enum status on_end(void *closure, const struct workers_input *input,
			  bool packed, bool is_whole, struct error *err)
{
	struct ingest *ingest = closure;
	struct about *about = input->about;
	enum status status = beside_end(ingest->beside, about, err);

	if (status)
		return status;
	if (input->fd < 0) {
		const struct workers_refusal refusal = {
			.path = "",
			.status = about->input.err.status,
			.text = about->input.err.text,
		};

		status = on_refused(closure, input, &refusal, err);
	} else if (ingest->store && packed && is_whole &&
		   !about->is_unfinished) {
		status =
			done_put(ingest->done, &about->file, about->dumps, err);
		ingest->records++;
	}
	pass(ingest, about);
	about_destroy(ingest, about);
	return status;
}

static bool on_spare(void *closure)
{
	const struct ingest *ingest = closure;

	return done_spare(ingest->done);
}

static enum status run(struct ingest *ingest, struct workers *workers,
		       struct error *err)
{
	const struct ingest_options *options = ingest->options;
	const struct workers_sink sink = { ingest,   on_next,	 on_record,
					   on_chunk, on_refused, on_end,
					   on_spare, on_progress };

	if (options->quarantine_dir &&
	    quarantine_open(options->quarantine_dir, &ingest->quarantine, err))
		return err->status;
	if (options->store_dir) {
		if (store_open(options->store_dir, STORE_WRITE, &ingest->store,
			       err) ||
		    store_begin(ingest->store, err))
			return err->status;
	}
	ingest->done = done_create(ingest->store);
	/*
	 * What the store keeps beside, most of it never touched, is there; a
	 * pass over all of it may follow, and there is one heap.
	 */
	room_for_heap(ROOM_FOR_PASS);
	ingest->committed = seconds();
	if (workers_run(workers, &sink, err) ||
	    beside_finish(ingest->beside, err))
		return err->status;
	if (ingest->store)
		return store_commit(ingest->store, err);
	return STATUS_OK;
}

enum status ingest_run(const struct ingest_options *options,
		       struct tally *tally, struct error *err)
{
	struct ingest ingest = { .options = options, .tally = tally };
	struct workers *workers;
	uint64_t known;

	memset(tally, 0, sizeof(*tally));
	if (glance_is_done(options, &known)) {
		tally->duplicate = known;
		return STATUS_OK;
	}
	if (workers_create(&options->workers, &workers, err))
		return err->status;
	arena_init(&ingest.arena);
	arena_init(&ingest.scratch);
	ingest.beside =
		beside_create((struct beside_sink){ &ingest, on_crash });
	ingest.began = seconds();
	inputs_measure(options->paths, options->path_count,
		       &ingest.progress.files_all, &ingest.progress.bytes_all);
	ingest.inputs = inputs_create(options->paths, options->path_count,
				      options->workers.spool_dir);

	const enum status status = run(&ingest, workers, err);

	if (status && options->store_dir)
		*tally = ingest.kept;

	workers_destroy(workers);
	inputs_destroy(ingest.inputs);
	quarantine_close(ingest.quarantine);
	beside_destroy(ingest.beside);
	done_destroy(ingest.done);
	arena_deinit(&ingest.arena);
	arena_deinit(&ingest.scratch);
	store_close(ingest.store);
	return status;
}
