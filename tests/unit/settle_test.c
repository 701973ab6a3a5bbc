#include "tests/unit/made_nights.h"

static void nights_are_one_pass(void **state)
{
	static const uint32_t late_in[] = { 1, 3, 20, 1000 };

	(void)state;
	for (uint64_t seed = 1; seed <= 4; seed++) {
		struct made *made = make(seed, false, false);
		struct place place;

		arrive(made, seed, late_in[seed % 4]);
		place_open(&place);
		assert_true(nights(&place, made, seed, 40) >= 3);
		assert_as_at_once(&place, made, FILES, NULL);
		place_close(&place);
		make_end(made);
	}
}

static void so_are_those_without_symbols(void **state)
{
	static const uint32_t late_in[] = { 1, 3, 20, 1000 };

	(void)state;
	for (uint64_t seed = 1; seed <= 4; seed++) {
		struct made *made = make(seed, true, false);
		struct place place;

		arrive(made, seed, late_in[seed % 4]);
		place_open(&place);
		assert_true(nights(&place, made, seed, 40) >= 3);
		assert_as_at_once(&place, made, FILES, NULL);
		place_close(&place);
		make_end(made);
	}
}

/* Rows whose stacks the corpus of all made others. */
static uint32_t learned_rows(struct place *place)
{
	uint32_t ret = 0;

	must(store_begin(place->store, &place->err), &place->err);
	for (uint32_t row = 0; row < store_row_count(place->store); row++) {
		struct store_crash crash;
		struct arena arena;

		arena_init(&arena);
		must(store_crash_read(place->store, row, &arena, &crash,
				      &place->err),
		     &place->err);
		ret += crash.files[0].crash.walked.count > 0;
		arena_deinit(&arena);
	}
	store_end(place->store);
	return ret;
}

static void so_are_those_with_evidence(void **state)
{
	static const uint32_t late_in[] = { 1, 3, 20, 1000 };

	(void)state;
	for (uint64_t seed = 1; seed <= 8; seed++) {
		struct made *made = make(seed, true, true);
		struct place place;

		arrive(made, seed, late_in[seed % 4]);
		place_open(&place);
		assert_true(nights(&place, made, seed, 40) >= 3);
		assert_in_range(learned_rows(&place), FILES / 4, FILES);
		assert_as_at_once(&place, made, FILES, NULL);
		place_close(&place);
		make_end(made);
	}
}

static void a_night_without_news_goes_on(void **state)
{
	struct made *made = make(3, false, false);
	struct place place;
	char *before, *behind;

	(void)state;
	place_open(&place);
	put(&place, made, 0, FILES);
	settle(&place);
	before = describe(&place);
	assert_true(goes_on(&place));
	settle(&place);
	/* The very same files again. */
	put(&place, made, 0, 50);
	assert_true(goes_on(&place));
	settle(&place);
	behind = describe(&place);
	assert_same_lines(before, behind);
	free(before);
	free(behind);
	place_close(&place);
	make_end(made);
}

static void other_lists_are_another_pass(void **state)
{
	static const char noise[] = "ks.sys!F1*\nnt!F2_2*\n";
	struct made *made = make(5, false, false);
	struct place place;

	(void)state;
	arrive(made, 5, 4);
	place_open(&place);
	put(&place, made, 0, FIRST);
	settle(&place);
	put(&place, made, FIRST, FIRST + 20);
	list_noise(&place, noise);
	assert_false(goes_on(&place));
	settle(&place);
	assert_as_at_once(&place, made, FIRST + 20, noise);
	put(&place, made, FIRST + 20, FILES - 20);
	assert_true(goes_on(&place));
	settle(&place);
	assert_as_at_once(&place, made, FILES - 20, noise);
	list_noise(&place, "");
	put(&place, made, FILES - 20, FILES);
	settle(&place);
	assert_as_at_once(&place, made, FILES, NULL);
	place_close(&place);
	make_end(made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nights_are_one_pass),
		cmocka_unit_test(so_are_those_without_symbols),
		cmocka_unit_test(so_are_those_with_evidence),
		cmocka_unit_test(a_night_without_news_goes_on),
		cmocka_unit_test(other_lists_are_another_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
