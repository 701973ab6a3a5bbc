#include "signatures/base/cli.h"

#include "tests/unit.h"

static const char *store;
static bool print;
static uint64_t jobs;

static const struct cli_option options[] = {
	{ "store", 0, CLI_TEXT, &store, "DIR", "where" },
	{ "print", 'p', CLI_FLAG, &print, NULL, "print" },
	{ "jobs", 'j', CLI_NUMBER, &jobs, "N", "workers" },
	CLI_END,
};
static const struct cli_option *const tables[] = { options, NULL };

static enum status parse(const char *const words[], struct cli_operands *ret,
			 struct error *err)
{
	char copies[16][64];
	char *argv[17] = { NULL };
	int argc = 0;

	for (; words[argc]; argc++) {
		strcpy(copies[argc], words[argc]);
		argv[argc] = copies[argc];
	}
	store = NULL;
	print = false;
	jobs = 1;
	return cli_parse(argc, argv, tables, ret, err);
}

static void options_and_operands_mix(void **state)
{
	const char *const words[] = { "crash", "a",  "--store=x", "b", "-j",
				      "4",     "--", "--print",	  NULL };
	struct cli_operands operands;
	struct error err;

	(void)state;
	assert_int_equal(parse(words, &operands, &err), STATUS_OK);
	assert_string_equal(store, "x");
	assert_int_equal(jobs, 4);
	assert_false(print);
	assert_int_equal(operands.count, 3);
	assert_string_equal(operands.at[0], "a");
	assert_string_equal(operands.at[1], "b");
	assert_string_equal(operands.at[2], "--print");
}

static void nothing_is_abbreviated(void **state)
{
	const char *const words[] = { "crash", "--stor=x", NULL };
	struct cli_operands operands;
	struct error err;

	(void)state;
	assert_int_equal(parse(words, &operands, &err), STATUS_USAGE);
	assert_string_equal(err.text,
			    "--stor=x: no such option; did you mean --store?");
}

static void numbers_take_units(void **state)
{
	const char *const words[] = { "crash", "--jobs", "2G", NULL };
	const char *const wrong[] = { "crash", "--jobs", "two", NULL };
	struct cli_operands operands;
	struct error err;

	(void)state;
	assert_int_equal(parse(words, &operands, &err), STATUS_OK);
	assert_true(jobs == 2ull << 30);
	assert_int_equal(parse(wrong, &operands, &err), STATUS_USAGE);
}

static void the_first_operand_is_found_past_option_values(void **state)
{
	char program[] = "crash", option[] = "--store", value[] = "x",
	     command[] = "freq";
	char *argv[] = { program, option, value, command, NULL };

	(void)state;
	assert_string_equal(cli_first_operand(4, argv, tables), "freq");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_and_operands_mix),
		cmocka_unit_test(nothing_is_abbreviated),
		cmocka_unit_test(numbers_take_units),
		cmocka_unit_test(the_first_operand_is_found_past_option_values),
	};

	return cmocka_run_group_tests_name("cli", tests, NULL, NULL);
}
