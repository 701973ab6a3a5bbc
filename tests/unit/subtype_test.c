#include "signatures/knowledge/subtype.h"

#include "tests/unit.h"

static struct subtype_arguments arguments(uint64_t a, uint64_t b, uint64_t c,
					  uint64_t d)
{
	return (struct subtype_arguments){ { true, true, true, true },
					   { a, b, c, d } };
}

static const char *label(uint32_t code, struct subtype_arguments given)
{
	const struct subtype *row = subtype_find(code, &given);

	return row ? row->label : NULL;
}

static void one_argument_selects(void **state)
{
	const struct subtype_arguments given = arguments(0x20, 1, 2, 3);
	const struct subtype *row = subtype_find(0x19, &given);

	(void)state;
	assert_string_equal(row->label, "block size corrupt at lookup");
	assert_int_equal(row->role[0], ROLE_POOL_SUBTYPE);
	assert_int_equal(row->role[1], ROLE_POOL_BLOCK);
	assert_string_equal(label(0x109, arguments(1, 2, 3, 0x1c)),
			    "driver object");
	assert_null(label(0x19, arguments(0x1234, 0, 0, 0)));
	assert_null(label(0xd1, arguments(0, 0, 0, 0)));
	assert_null(label(0, arguments(0, 0, 0, 0)));
	assert_null(label(UINT32_MAX, arguments(0, 0, 0, 0)));
}

static void a_pair_beats_a_single_value(void **state)
{
	const struct subtype_arguments pair = arguments(6, 5, 0, 0);
	const struct subtype_arguments single = arguments(6, 0xffff, 0, 0);

	(void)state;
	assert_int_equal(subtype_find(0x10d, &pair)->second, 2);
	assert_int_equal(subtype_find(0x10d, &single)->second, 0);
}

static void any_other_value_comes_last(void **state)
{
	(void)state;
	assert_string_equal(label(0x12b, arguments(0, 0, 0, 0)),
			    "single-bit error in zero page");
	assert_string_equal(label(0x12b, arguments(0, 0, 0xffff8000, 0)),
			    "compressed store page undecodable");
	assert_string_equal(label(0x7a, arguments(0xfffff6fc40001230, 0, 0, 0)),
			    "paging I/O failed, p1 is PTE");
}

static void an_absent_argument_selects_nothing(void **state)
{
	struct subtype_arguments given = arguments(0, 0, 0, 0);

	(void)state;
	given.known[2] = false;
	assert_null(label(0x12b, given));
	given = arguments(6, 5, 0, 0);
	given.known[1] = false;
	assert_int_equal(subtype_find(0x10d, &given)->second, 0);
	given.known[0] = false;
	assert_null(subtype_find(0x10d, &given));
}

static void every_set_bit_of_a_mask_holds(void **state)
{
	const struct subtype_arguments given = arguments(1 | 4, 0, 0, 0);
	const struct subtype *row = subtype_find(0x18d, &given);

	(void)state;
	assert_int_equal(row->is.value, 1);
	row = subtype_also(row, &given);
	assert_int_equal(row->is.value, 4);
	assert_null(subtype_also(row, &given));
	assert_null(label(0x18d, arguments(0, 0, 0, 0)));
}

static void a_zero_that_old_builds_wrote_means_nothing(void **state)
{
	(void)state;
	assert_null(label(0x50, arguments(1, 0, 2, 0)));
	assert_non_null(label(0x50, arguments(1, 0, 2, 2)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_argument_selects),
		cmocka_unit_test(a_pair_beats_a_single_value),
		cmocka_unit_test(any_other_value_comes_last),
		cmocka_unit_test(an_absent_argument_selects_nothing),
		cmocka_unit_test(every_set_bit_of_a_mask_holds),
		cmocka_unit_test(a_zero_that_old_builds_wrote_means_nothing),
	};

	return cmocka_run_group_tests_name("subtype", tests, NULL, NULL);
}
