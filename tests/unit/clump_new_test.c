#include <stdlib.h>

#include "query/clump_new.h"
#include "query/count.h"
#include "query/factor.h"
#include "signatures/base/text.h"
#include "tests/unit/store_place.h"

enum {
	CRASHES = 5 * STORE_CHUNK_ROWS / 2,
	FIRST = 2 * STORE_CHUNK_ROWS + 100, /* crash without a time */
	STEP = 1000
};

static struct place place;

/* Modules come in by and by, and most of them again. */
static struct record_file file_of(uint32_t i, struct arena *arena)
{
	const uint32_t chance = i * 2654435761u >> 8;
	struct record_file file = { .source = text_printf(arena, "%u.dmp", i),
				    .ingested = 1 };
	struct crash *crash = &file.crash;

	crash->image.content = hash_128(&i, sizeof(i));
	crash->bugcheck.code = CRASH_NUMBER(0xd1);
	crash->bugcheck.args[0] = CRASH_NUMBER(i);
	if (i < FIRST || chance % 3)
		crash->time = CRASH_NUMBER((i + 1ul) * STEP);
	if (chance % 5)
		crash->fault.module =
			text_printf(arena, "m%u.sys", chance % (i / 16 + 1));
	return file;
}

/* The first time of each term among all rows, 0 = none. */
static uint64_t *born_of(const uint32_t *terms, const uint64_t *times,
			 uint32_t rows)
{
	uint64_t *born = calloc(rows + 1ul, sizeof(*born));

	for (uint32_t row = 0; row < rows; row++) {
		uint64_t *first = &born[terms[row]];

		if (times[row] != STORE_NO_NUMBER &&
		    (!*first || times[row] < *first))
			*first = times[row];
	}
	return born;
}

static size_t check(uint64_t since, const struct plan *plan)
{
	const struct field *field = field_find("fault");
	uint32_t *terms = factor_terms(place.store, "fault");
	uint64_t *times = factor_numbers(place.store, "time");
	const uint32_t rows = plan->row_count;
	uint64_t *born = born_of(terms, times, rows);
	bool *is_older = calloc(rows + 1, sizeof(*is_older));
	uint64_t older = 0, crashes = 0;
	struct clump_new found;
	size_t at = 0;

	clump_new_find(place.store, field, plan, since, &found);
	for (uint32_t row = 0; row < rows; row++) {
		const uint32_t term = terms[row];
		const uint64_t first = born[term];
		const bool is_asked = count_bit(plan->bits, row) && term;

		assert_true(term < found.bound);
		if (is_asked && first >= since) {
			assert_true(count_bit(found.plan.bits, row));
			assert_int_equal(found.terms[at++], term);
			assert_true(found.born[term] == first);
			continue;
		}
		assert_false(count_bit(found.plan.bits, row));
		crashes += is_asked;
		older += is_asked && !is_older[term];
		if (is_asked)
			is_older[term] = true;
	}
	assert_int_equal(found.plan.matched, at);
	assert_int_equal(found.older, older);
	assert_int_equal(found.older_crashes, crashes);
	clump_new_deinit(&found);
	free(is_older);
	free(born);
	free(terms);
	free(times);
	return at;
}

static void what_is_new_is_what_columns_say(void **state)
{
	struct plan all = plan_all(place.store);
	struct plan some = plan_none(place.store);
	size_t found = 0;

	(void)state;
	assert_int_equal(all.row_count, CRASHES);
	for (uint32_t row = 0; row < CRASHES; row += 3)
		plan_add(&some, row);
	plan_count(&some);
	for (uint64_t i = 1; i < CRASHES; i += CRASHES / 9) {
		found += check(i * STEP, &all);
		found += check(i * STEP + 1, &some);
	}
	assert_true(found > CRASHES);
	assert_int_equal(check(UINT64_MAX, &all), 0);
	plan_deinit(&all);
	plan_deinit(&some);
}

static int set_up(void **state)
{
	struct arena arena;

	(void)state;
	open_place(&place);
	arena_init(&arena);
	for (uint32_t i = 0; i < CRASHES; i++) {
		const struct record_file file = file_of(i, &arena);

		put(&place, &file);
		arena_reset(&arena);
	}
	arena_deinit(&arena);
	commit(&place);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	close_place(&place);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_new_is_what_columns_say),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
