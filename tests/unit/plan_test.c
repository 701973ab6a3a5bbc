#include "query/choose.h"
#include "query/plan.h"

#include "query/count.h"
#include "tests/unit/made_store.h"

static struct made_store made;

struct asked_of_record {
	const struct where_test *test;
	bool any;
	bool yes;
};

static void look(void *closure, struct field_value value)
{
	struct asked_of_record *asked = closure;

	asked->any = true;
	asked->yes |= where_accepts(asked->test, value);
}

/* The slow way: every test of every record. */
static bool passes(const struct where *where, const struct store_crash *crash)
{
	for (size_t i = 0; i < where->count; i++) {
		struct asked_of_record asked = { &where->tests[i], false,
						 false };

		choose_values(where->tests[i].field, crash, look, &asked);
		if (!asked.any)
			asked.yes = where_accepts_absent(&where->tests[i]);
		if (asked.yes == where->tests[i].negated)
			return false;
	}
	return true;
}

static uint64_t check(const char *const words[], size_t count)
{
	struct where where;
	struct plan plan;
	struct error err;
	uint64_t matched = 0;

	if (where_parse(words, count, &made.arena, &where, &err) ||
	    choose_rows(made.store, &where, &plan, &err))
		fail_msg("%s", err.text);
	for (uint32_t row = 0; row < made.count; row++) {
		const bool yes = passes(&where, &made.crashes[row]);

		if (count_bit(plan.bits, row) != yes)
			fail_msg("%s: row %u: want %d", words[0], row, yes);
		matched += yes;
	}
	assert_int_equal(plan.matched, matched);
	plan_deinit(&plan);
	return matched;
}

static void indexes_say_what_the_records_say(void **state)
{
	static const char *const words[] = {
		"bugcheck=d1",
		"bugcheck=d1,a",
		"bugcheck!=d1",
		"bugcheck=1000007e",
		"bugcheck=7e",
		"bugcheck=DRIVER_*",
		"bugcheck=*",
		"bugcheck=",
		"bugcheck!=*",
		"bugcheck=..50",
		"arg2=1..2",
		"arg2!=1",
		"arg1=0x7*",
		"fault=ks.sys",
		"fault=KS.SYS",
		"fault=*s.sys",
		"fault=",
		"fault=ks.sys,",
		"driver=a.sys",
		"driver!=a.sys",
		"driver=n*,xen*",
		"driver=",
		"driver=,a.sys",
		"driver!=*",
		"driverbuild=ks.sys@*",
		"frame=nt",
		"frame=nt+0x3",
		"frame=*+0x3",
		"frame!=nt",
		"time=2022-06-18..2022-06-20",
		"time=2022",
		"time=",
		"time=..2022-06-19",
		"uptime=..3600",
		"uptime=1h..8h",
		"arch=x64",
		"build=19041..19042",
		"machine=0000000000000007",
		"machine=000000000000000*",
		"machine=",
		"kind=kernel-live",
		"source=night3.zip/*",
		"source=night3.zip/3.dmp,night4.zip/4.dmp",
		"source!=night3.zip/*",
		"bugcheck=99",
	};
	size_t empty = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		empty += check(&words[i], 1) == 0;
	assert_int_equal(empty, 1); /* the last one */
}

static void tests_are_joined_by_and(void **state)
{
	static const char *const words[] = { "bugcheck=d1,a", "driver=a.sys",
					     "uptime=1h..", "fault!=nt",
					     "time=2022-06" };

	(void)state;
	assert_true(check(words, 5) > 0);
}

/* They are answered together, with one look at each row. */
static void two_tests_of_modules_are_joined_by_and(void **state)
{
	static const char *const words[] = {
		"driver=a.sys",	  "driver!=a.sys",
		"driver=n*,xen*", "driver=",
		"driver!=*",	  "driver=,ks.sys",
		"driver!=,b.sys", "driverbuild=ks.sys@*",
		"driver=no.sys",  "driverbuild!=a*",
	};
	const size_t count = sizeof(words) / sizeof(words[0]);
	uint64_t matched = 0;

	(void)state;
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < count; k++) {
			const char *const both[] = { words[i], words[k] };

			matched += check(both, 2);
		}
	assert_true(matched > 0);
}

/* A set of no rows may have no bits. */
static bool has(const struct plan *plan, uint32_t row)
{
	return plan->matched && count_bit(plan->bits, row);
}

static void snapshots_are_no_crashes(void **state)
{
	struct plan live;
	struct plan tool_made;
	struct error err;

	(void)state;
	assert_int_equal(choose_snapshots(made.store, &live, &tool_made, &err),
			 STATUS_OK);
	for (uint32_t row = 0; row < made.count; row++)
		assert_int_equal(crash_is_crash(&made.crashes[row].crash),
				 !has(&live, row) && !has(&tool_made, row));
	assert_true(live.matched > 0);
	plan_deinit(&live);
	plan_deinit(&tool_made);
}

/* The last chunk is short, and each has bits of its own. */
static void chunks_are_those_of_columns(void **state)
{
	struct plan plan = plan_full(2 * STORE_CHUNK_ROWS + 5);
	size_t rows;

	(void)state;
	assert_int_equal(plan_chunks(&plan), 3);
	assert_ptr_equal(plan_chunk(&plan, 1, &rows),
			 plan.bits + STORE_CHUNK_ROWS / 64);
	assert_int_equal(rows, STORE_CHUNK_ROWS);
	assert_int_equal(*plan_chunk(&plan, 2, &rows), 0x1f);
	assert_int_equal(rows, 5);
	for (uint32_t row = STORE_CHUNK_ROWS; row < 2 * STORE_CHUNK_ROWS; row++)
		plan_take_out(&plan, row);
	assert_true(plan_has_any(&plan, 0));
	assert_false(plan_has_any(&plan, 1));
	assert_true(plan_has_any(&plan, 2));
	plan_add(&plan, 2 * STORE_CHUNK_ROWS - 1);
	assert_true(plan_has_any(&plan, 1));
	plan_deinit(&plan);

	plan = plan_full(0);
	assert_int_equal(plan_chunks(&plan), 0);
	plan_deinit(&plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(indexes_say_what_the_records_say),
		cmocka_unit_test(tests_are_joined_by_and),
		cmocka_unit_test(two_tests_of_modules_are_joined_by_and),
		cmocka_unit_test(snapshots_are_no_crashes),
		cmocka_unit_test(chunks_are_those_of_columns),
	};

	made_store_create(&made);

	const int failed = cmocka_run_group_tests(tests, NULL, NULL);

	made_store_destroy(&made);
	return failed;
}
