#include "signatures/clickhouse/address.h"

#include "tests/unit.h"

static struct arena arena;
static struct address address;
static struct error err;

static enum status parse(const char *text)
{
	return address_parse(text, &arena, &address, &err);
}

static void a_folder_is_no_address(void **state)
{
	(void)state;
	assert_false(address_is("./crash-store"));
	assert_false(address_is("clickhouse"));
	assert_true(address_is("clickhouse://db:8123/fleet"));
}

static void an_address_has_hosts_and_a_database(void **state)
{
	(void)state;
	assert_int_equal(parse("clickhouse://db1:8123,10.0.0.2:18123/fleet"),
			 STATUS_OK);
	assert_int_equal(address.host_count, 2);
	assert_string_equal(address.hosts[0], "db1:8123");
	assert_string_equal(address.hosts[1], "10.0.0.2:18123");
	assert_string_equal(address.database, "fleet");
	assert_null(address.user);
}

static void a_user_may_have_a_password(void **state)
{
	(void)state;
	assert_int_equal(parse("clickhouse://me:a@b/c@db:8123/fleet"),
			 STATUS_OK);
	assert_string_equal(address.user, "me");
	assert_string_equal(address.password, "a@b/c");
	assert_int_equal(parse("clickhouse://me@db:8123/fleet"), STATUS_OK);
	assert_null(address.password);
}

static void what_could_be_a_statement_is_no_name(void **state)
{
	(void)state;
	assert_int_equal(parse("clickhouse://db:8123/"), STATUS_USAGE);
	assert_int_equal(parse("clickhouse://db:8123"), STATUS_USAGE);
	assert_int_equal(parse("clickhouse://db/fleet"), STATUS_USAGE);
	assert_int_equal(parse("clickhouse://db:8123/a;b"), STATUS_USAGE);
	assert_int_equal(parse("clickhouse://db:8123/1a"), STATUS_USAGE);
	assert_int_equal(parse("clickhouse://d b:8123/a"), STATUS_USAGE);
	assert_int_equal(parse("clickhouse://db:8123?x=1:2/a"), STATUS_USAGE);
	assert_int_equal(parse("clickhouse://db:123456/a"), STATUS_USAGE);
	assert_int_equal(parse("clickhouse://db:1,,db:2/a"), STATUS_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_folder_is_no_address),
		cmocka_unit_test(an_address_has_hosts_and_a_database),
		cmocka_unit_test(a_user_may_have_a_password),
		cmocka_unit_test(what_could_be_a_statement_is_no_name),
	};

	arena_init(&arena);

	const int failed = cmocka_run_group_tests(tests, NULL, NULL);

	arena_deinit(&arena);
	return failed;
}
