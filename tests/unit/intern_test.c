#include "query/intern.h"

#include <stdio.h>

#include "tests/unit.h"

static void the_same_value_has_the_same_number(void **state)
{
	struct intern *intern = intern_create();
	char word[8] = "one";

	(void)state;
	assert_int_equal(
		intern_number(intern, (struct field_value){ .text = word }), 1);
	word[0] = 'x'; /* the text was copied */
	assert_int_equal(
		intern_number(intern, (struct field_value){ .text = "one" }),
		1);
	assert_int_equal(
		intern_number(intern, (struct field_value){ .number = 0 }), 2);
	assert_int_equal(
		intern_number(intern, (struct field_value){ .text = "" }), 3);
	assert_string_equal(intern_value(intern, 1).text, "one");
	intern_destroy(intern);
}

static void numbers_stay_while_the_table_grows(void **state)
{
	struct intern *intern = intern_create();

	(void)state;
	for (int round = 0; round < 2; round++) {
		for (uint64_t i = 0; i < 5000; i++) {
			const struct field_value value = { .number = i << 40 };

			assert_int_equal(intern_number(intern, value), i + 1);
		}
	}
	assert_int_equal(intern_count(intern), 5000);
	assert_true(intern_value(intern, 5000).number == UINT64_C(4999) << 40);
	intern_destroy(intern);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_value_has_the_same_number),
		cmocka_unit_test(numbers_stay_while_the_table_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
