#include "corpus-tools/records.h"

#include <inttypes.h>

#include "corpus-tools/population.h"
#include "signatures/base/cli.h"
#include "signatures/store/store_write.h"

enum {
	BATCH = 500000, /* a transaction */
	STEP = 10000
};

static enum status put_batch(struct store *store,
			     const struct population *population, uint64_t from,
			     uint64_t to, struct arena *arena,
			     struct error *err)
{
	for (uint64_t i = from; i < to; i++) {
		enum store_outcome outcome;
		struct record_file file;

		if (i % STEP == 0)
			cli_progress("%" PRIu64 " crashes", i);
		arena_reset(arena);
		population_crash(population, i, arena, &file);
		if (store_put(store, &file, arena, &outcome, err))
			return err->status;
	}
	return STATUS_OK;
}

static enum status put_all(struct store *store,
			   const struct population *population, uint64_t count,
			   struct error *err)
{
	enum status status = STATUS_OK;
	struct arena arena;

	arena_init(&arena);
	for (uint64_t from = 0; from < count && !status; from += BATCH) {
		const uint64_t to = count - from > BATCH ? from + BATCH : count;

		status = store_begin(store, err);
		if (status)
			break;
		status = put_batch(store, population, from, to, &arena, err);
		if (status)
			store_end(store);
		else
			status = store_commit(store, err);
	}
	arena_deinit(&arena);
	cli_progress_clear();
	return status;
}

enum status records_write(const char *path, uint64_t crash_count, uint64_t seed,
			  struct error *err)
{
	struct population *population;
	struct store *store;
	enum status status;

	if (store_open(path, STORE_WRITE, true, &store, err))
		return err->status;
	population = population_create(seed, crash_count);
	status = put_all(store, population, crash_count, err);
	population_destroy(population);
	store_close(store);
	return status;
}
