#include "signatures/store/column_judge.h"

#include <string.h>

#include "signatures/store/column.h"
#include "tests/unit/store_place.h"

enum {
	FIELD = 2,
	ROWS = STORE_CHUNK_ROWS,
	SETS = 8,
	WORDS = 4
};

static uint64_t values[ROWS];
static uint32_t terms[ROWS];

/* Terms from least to most in turn; the last rows, or some, without. */
static void write_chunk(struct place *place, uint64_t least, uint64_t most,
			size_t without, size_t gap)
{
	for (size_t i = 0; i < ROWS; i++)
		values[i] = least + i % (most - least + 1);
	for (size_t i = ROWS - without; i < ROWS; i++)
		values[i] = 0;
	for (size_t i = gap; gap && i < ROWS; i += gap)
		values[i] = 0;
	column_write(place->store, FIELD, 0, 0, values);
	column_read_terms(place->store, FIELD, 0, terms);
}

/* Sets with edges at and beside those of chunks and of words. */
static struct store_terms set_of(size_t which, uint64_t bits[WORDS])
{
	static const struct {
		unsigned int from, to;
		bool absent, beyond;
	} sets[SETS] = {
		{ 1, 256, false, false }, { 1, 256, true, true },
		{ 0, 0, false, false },	  { 0, 0, true, true },
		{ 60, 68, false, true },  { 64, 128, true, false },
		{ 10, 11, false, false }, { 63, 200, true, true },
	};

	memset(bits, 0, WORDS * sizeof(*bits));
	for (unsigned int i = sets[which].from; i < sets[which].to; i++)
		bits[i / 64] |= UINT64_C(1) << i % 64;
	bits[0] |= sets[which].absent;
	return (struct store_terms){ bits, WORDS, sets[which].beyond, 0 };
}

static bool is_in(const struct store_terms *set, uint32_t term)
{
	return term / 64 < set->words ? set->bits[term / 64] >> term % 64 & 1
				      : set->beyond;
}

static enum column_verdict verdict_of_rows(const struct store_terms *set,
					   size_t rows)
{
	size_t in = 0;

	for (size_t i = 0; i < rows; i++)
		in += is_in(set, terms[i]);
	return in == rows ? COLUMN_ALL : in ? COLUMN_SOME : COLUMN_NONE;
}

/* A verdict is what the rows say; where they are of one kind it is given. */
static void check_judge(struct place *place, bool is_dense)
{
	uint64_t bits[WORDS];

	for (size_t i = 0; i < SETS; i++) {
		const struct store_terms set = set_of(i, bits);
		const enum column_verdict said =
			column_judge(place->store, FIELD, 0, &set, ROWS);

		if (said != COLUMN_SOME || is_dense)
			assert_int_equal(said, verdict_of_rows(&set, ROWS));
	}
}

static void a_verdict_is_what_the_rows_say(void **state)
{
	static const uint64_t edges[] = { 1,   2,   10,	 59,  60,
					  63,  64,  67,	 127, 128,
					  199, 255, 256, 300, 100000 };
	const size_t count = sizeof(edges) / sizeof(edges[0]);
	struct place place;

	(void)state;
	open_place(&place);
	for (size_t i = 0; i < count; i++)
		for (size_t k = i; k < count; k++) {
			/* Each term from the first to the last is there. */
			const bool is_dense = edges[k] - edges[i] < ROWS / 8;

			write_chunk(&place, edges[i], edges[k], 0, 0);
			check_judge(&place, is_dense);
			write_chunk(&place, edges[i], edges[k], 5, 0);
			check_judge(&place, is_dense);
			write_chunk(&place, edges[i], edges[k], 0, 4099);
			check_judge(&place, is_dense);
		}
	close_place(&place);
}

static void a_chunk_without_terms_is_absent(void **state)
{
	struct place place;

	(void)state;
	open_place(&place);
	write_chunk(&place, 1, 2, ROWS, 0);
	check_judge(&place, true);
	close_place(&place);
}

/* It would have to be read for that. */
static void without_heads_nothing_is_said(void **state)
{
	uint64_t bits[WORDS];
	const struct store_terms all = set_of(1, bits);
	struct place place;

	(void)state;
	open_place(&place);
	write_chunk(&place, 1, 2, 0, 0);
	place.store->has_heads = false;
	assert_int_equal(column_judge(place.store, FIELD, 0, &all, ROWS),
			 COLUMN_SOME);
	close_place(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_verdict_is_what_the_rows_say),
		cmocka_unit_test(a_chunk_without_terms_is_absent),
		cmocka_unit_test(without_heads_nothing_is_said),
	};

	return cmocka_run_group_tests_name("column_judge", tests, NULL, NULL);
}
