#include "query/calendar.h"

#include "query/factor.h"
#include "tests/unit/made_store.h"

/* 2024-07-01, and how many ticks a day has. */
#define FIRST 133642656000000000u
#define DAY 864000000000u

static struct made_store made;

/* The other way: from all times, side by side. */
static void check(struct store *store, uint64_t last_ingest)
{
	uint64_t *times = factor_numbers(store, "time");
	struct query query = { .store = store, .now = FIRST + 99 * DAY };
	struct calendar read = calendar_read(&query);
	struct calendar made_of =
		calendar_make(times, store_row_count(store), last_ingest,
			      query.now, query.now_is_given);

	assert_int_equal(read.first_day, made_of.first_day);
	assert_int_equal(read.last_day, made_of.last_day);
	assert_int_equal(read.ingest_day, made_of.ingest_day);
	assert_int_equal(read.end, made_of.end);
	assert_memory_equal(read.crashes, made_of.crashes,
			    (read.last_day - read.first_day + 1) *
				    sizeof(*read.crashes));
	calendar_deinit(&made_of);
	calendar_deinit(&read);
	free(times);
}

static void all_times_make_the_same_calendar(void **state)
{
	(void)state;
	check(made.store, 133000000000000000);
}

static void put(struct store *store, uint32_t i, uint64_t days, bool has_time)
{
	uint64_t seed = i + 1;
	struct arena arena;
	struct error err;
	struct record_file file = { .ingested = FIRST + (i + 30) * DAY,
				    .source = "a.dmp" };
	enum store_outcome outcome;

	arena_init(&arena);
	file.crash = made_crash(i, &seed, &arena);
	file.crash.time =
		has_time ? CRASH_NUMBER(FIRST + i * 7 % days * DAY + i % 2)
			 : CRASH_UNKNOWN;
	assert_int_equal(store_put(store, &file, &arena, &outcome, &err),
			 STATUS_OK);
	arena_deinit(&arena);
}

/* Of so many days, which are found in other ways when they are few. */
static void check_days(uint64_t days, bool all_have_times)
{
	char folder[] = "/tmp/calendar-XXXXXX";
	char command[64];
	struct store *store;
	struct error err;

	assert_non_null(mkdtemp(folder));
	assert_int_equal(store_open(folder, STORE_WRITE, &store, &err),
			 STATUS_OK);
	assert_int_equal(store_begin(store, &err), STATUS_OK);
	for (uint32_t i = 0; i < 40; i++)
		put(store, i, days, all_have_times || i % 9);
	check(store, FIRST + (39 + 30) * DAY);
	store_end(store);
	store_close(store);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	assert_int_equal(system(command), 0);
}

static void so_do_few_days(void **state)
{
	(void)state;
	for (uint64_t days = 1; days < 7; days++) {
		check_days(days, true);
		check_days(days, false);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_times_make_the_same_calendar),
		cmocka_unit_test(so_do_few_days),
	};

	made_store_create(&made);

	const int failed = cmocka_run_group_tests(tests, NULL, NULL);

	made_store_destroy(&made);
	return failed;
}
