/*
 * One thread makes the crashes while the other puts them in, which takes some
 * three times as long.  Shelves of crashes go round between them.
 */
#include "corpus-tools/records.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

#include "corpus-tools/population.h"
#include "signatures/base/cli.h"
#include "signatures/base/must.h"
#include "signatures/store/store_admin.h"
#include "signatures/store/store_write.h"

enum {
	SHELVES = 4,
	SHELF_FILES = 1000,
	BATCH = 1000 * SHELF_FILES /* a transaction */
};

struct shelf {
	struct arena arena;
	struct record_file files[SHELF_FILES];
	size_t count;
};

struct works {
	const struct population *population;
	uint64_t crash_count;
	struct shelf shelves[SHELVES];
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	/* Shelves ever filled and ever emptied; guarded by mutex. */
	uint64_t filled, emptied;
	bool is_over; /* nobody wants any more */
};

/* Wait until there is a shelf to fill; NULL if none is wanted. */
static struct shelf *take_empty(struct works *works)
{
	struct shelf *shelf = NULL;

	pthread_mutex_lock(&works->mutex);
	while (!works->is_over && works->filled - works->emptied == SHELVES)
		pthread_cond_wait(&works->changed, &works->mutex);
	if (!works->is_over)
		shelf = &works->shelves[works->filled % SHELVES];
	pthread_mutex_unlock(&works->mutex);
	return shelf;
}

static struct shelf *take_filled(struct works *works)
{
	struct shelf *shelf;

	pthread_mutex_lock(&works->mutex);
	while (works->filled == works->emptied)
		pthread_cond_wait(&works->changed, &works->mutex);
	shelf = &works->shelves[works->emptied % SHELVES];
	pthread_mutex_unlock(&works->mutex);
	return shelf;
}

static void tell(struct works *works, uint64_t *counter)
{
	pthread_mutex_lock(&works->mutex);
	++*counter;
	pthread_cond_signal(&works->changed);
	pthread_mutex_unlock(&works->mutex);
}

static void *make_crashes(void *closure)
{
	struct works *works = closure;

	for (uint64_t at = 0; at < works->crash_count;) {
		struct shelf *shelf = take_empty(works);

		if (!shelf)
			break;
		arena_reset(&shelf->arena);
		shelf->count = 0;
		while (shelf->count < SHELF_FILES && at < works->crash_count)
			population_crash(works->population, at++, &shelf->arena,
					 &shelf->files[shelf->count++]);
		tell(works, &works->filled);
	}
	return NULL;
}

static enum status put_shelf(struct store *store, const struct shelf *shelf,
			     struct arena *scratch, struct error *err)
{
	for (size_t i = 0; i < shelf->count; i++) {
		enum store_outcome outcome;

		arena_reset(scratch);
		if (store_put(store, &shelf->files[i], scratch, &outcome, err))
			return err->status;
	}
	return STATUS_OK;
}

static enum status put_batch(struct store *store, struct works *works,
			     uint64_t from, uint64_t to, struct arena *scratch,
			     struct error *err)
{
	while (from < to) {
		const struct shelf *shelf = take_filled(works);

		cli_progress("%" PRIu64 " crashes", from);
		if (put_shelf(store, shelf, scratch, err))
			return err->status;
		from += shelf->count;
		tell(works, &works->emptied);
	}
	return STATUS_OK;
}

static enum status put_all(struct store *store, struct works *works,
			   struct error *err)
{
	const uint64_t count = works->crash_count;
	enum status status = STATUS_OK;
	struct arena scratch;

	arena_init(&scratch);
	for (uint64_t from = 0; from < count && !status; from += BATCH) {
		const uint64_t to = count - from > BATCH ? from + BATCH : count;

		status = store_begin(store, err);
		if (status)
			break;
		status = put_batch(store, works, from, to, &scratch, err);
		if (status)
			store_end(store);
		else
			status = store_commit(store, err);
	}
	arena_deinit(&scratch);
	cli_progress_clear();
	return status;
}

static enum status put_made(struct store *store, struct works *works,
			    struct error *err)
{
	enum status status;
	pthread_t maker;

	if (pthread_create(&maker, NULL, make_crashes, works))
		return error_set(err, STATUS_IO, "no thread to be had");
	status = put_all(store, works, err);
	pthread_mutex_lock(&works->mutex);
	works->is_over = true;
	pthread_cond_signal(&works->changed);
	pthread_mutex_unlock(&works->mutex);
	pthread_join(maker, NULL);
	return status;
}

enum status records_write(const char *path, uint64_t crash_count, uint64_t seed,
			  struct error *err)
{
	struct population *population;
	struct works *works;
	struct store *store;
	enum status status;

	if (store_open(path, STORE_WRITE, &store, err))
		return err->status;
	population = population_create(seed, crash_count);
	works = must(calloc(1, sizeof(*works)));
	works->population = population;
	works->crash_count = crash_count;
	pthread_mutex_init(&works->mutex, NULL);
	pthread_cond_init(&works->changed, NULL);
	status = put_made(store, works, err);
	for (size_t i = 0; i < SHELVES; i++)
		arena_deinit(&works->shelves[i].arena);
	pthread_cond_destroy(&works->changed);
	pthread_mutex_destroy(&works->mutex);
	free(works);
	population_destroy(population);
	store_close(store);
	/* Transactions this large leave a third of the file free. */
	return status ? status : store_compact(path, err);
}
