#include "signatures/base/library.h"

#include "tests/unit.h"

static double (*cosine)(double);
static double (*other)(double);

static const struct library_symbol symbols[] = { { "cos", &cosine },
						 { "no_such", &other } };

static void calls_are_filled_in(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(library_load("libm.so.6", symbols, 1, &err),
			 STATUS_OK);
	assert_true(cosine(0) == 1);
}

static void a_call_that_is_missing_fills_none(void **state)
{
	struct error err;

	(void)state;
	cosine = NULL;
	assert_int_equal(library_load("libm.so.6", symbols, 2, &err),
			 STATUS_IO);
	assert_non_null(strstr(err.text, "no_such"));
	assert_null(cosine);
}

static void a_library_that_is_missing_is_named(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(library_load("libnone.so.1", symbols, 1, &err),
			 STATUS_IO);
	assert_non_null(strstr(err.text, "libnone.so.1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_are_filled_in),
		cmocka_unit_test(a_call_that_is_missing_fills_none),
		cmocka_unit_test(a_library_that_is_missing_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
