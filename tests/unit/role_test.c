#include "signatures/knowledge/role.h"

#include "tests/unit.h"

static void every_role_has_a_meaning(void **state)
{
	(void)state;
	for (int i = 0; i < ROLES; i++)
		assert_non_null(role_meaning((enum role)i));
	assert_string_equal(role_meaning(ROLE_IRQL),
			    "IRQL (current, required, saved or expected)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_role_has_a_meaning),
	};

	return cmocka_run_group_tests_name("role", tests, NULL, NULL);
}
