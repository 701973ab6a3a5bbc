#include "query/slice.h"

#include "query/factor.h"
#include "tests/unit/made_store.h"

/* The other way: the field of all rows. */
static void check(struct made_store *made, uint32_t one_of, uint32_t behind)
{
	struct plan plan = plan_none(made->store);
	uint32_t *all_terms = factor_terms(made->store, "fault");
	uint64_t *all_numbers = factor_numbers(made->store, "time");
	struct slice slice;
	uint32_t *terms;
	uint64_t *numbers;
	size_t count = 0;

	for (uint32_t row = behind; row < made->count; row++)
		if ((row * UINT32_C(2654435769) >> 16) % one_of == 0)
			plan_add(&plan, row);
	plan_count(&plan);
	slice_init(&slice, plan);
	terms = slice_terms(&slice, made->store, "fault");
	numbers = slice_numbers(&slice, made->store, "time");
	for (uint32_t row = behind; row < made->count; row++) {
		if ((row * UINT32_C(2654435769) >> 16) % one_of != 0)
			continue;
		assert_int_equal(slice_place(&slice, row), count);
		assert_int_equal(terms[count], all_terms[row]);
		assert_true(numbers[count] == all_numbers[row]);
		count++;
	}
	assert_int_equal(count, slice.plan.matched);
	free(terms);
	free(numbers);
	free(all_terms);
	free(all_numbers);
	slice_deinit(&slice);
}

static void a_slice_has_what_all_rows_have(void **state)
{
	struct made_store made;

	(void)state;
	made_store_create(&made);
	check(&made, 1, 0);
	check(&made, 3, 0);
	check(&made, 700, 1000);
	check(&made, 1, made.count - 1);
	check(&made, 1, made.count);
	made_store_destroy(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slice_has_what_all_rows_have),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
