#include "signatures/knowledge/role.h"

#include "tests/unit.h"

static void every_role_has_a_row(void **state)
{
	(void)state;
	for (int i = 0; i < ROLES; i++) {
		const struct role_facts *facts = role_facts((enum role)i);

		assert_non_null(facts->name);
		assert_non_null(facts->meaning);
		assert_in_range(facts->blame, 0, 3);
	}
}

static void roles_say_what_kind_they_are(void **state)
{
	const struct role_facts *facts = role_facts(ROLE_CALLER_IP);

	(void)state;
	assert_string_equal(facts->name, "caller_ip");
	assert_int_equal(facts->kind, ROLE_KIND_CODE);
	assert_int_equal(facts->blame, 3);
	assert_false(facts->stable);
	assert_true(role_facts(ROLE_NTSTATUS)->stable);
	assert_int_equal(role_facts(ROLE_UNKNOWN)->kind, ROLE_KIND_NONE);
	assert_int_equal(role_facts(ROLE_WORK_ITEM)->kind, ROLE_KIND_OBJECT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_role_has_a_row),
		cmocka_unit_test(roles_say_what_kind_they_are),
	};

	return cmocka_run_group_tests_name("role", tests, NULL, NULL);
}
