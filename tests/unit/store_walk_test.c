#include "signatures/store/store_read.h"

#include <string.h>

#include "signatures/base/text.h"
#include "tests/unit/made_store.h"

static struct made_store made;

/* What a walk told that was wanted, and how much it told. */
struct told {
	uint64_t low, high;
	const char *prefix;
	size_t wanted;
	size_t all;
	uint64_t crashes;
};

static bool take(void *closure, const struct store_term *term)
{
	struct told *told = closure;
	const char *text = term->value.text;

	told->all++;
	if (text ? strncmp(text, told->prefix, strlen(told->prefix)) != 0
		 : term->value.number < told->low ||
			    term->value.number > told->high)
		return true;
	told->wanted++;
	told->crashes += term->crashes;
	return true;
}

/* The whole dictionary has no other values there, the part none elsewhere. */
static void check_same(const struct told *whole, const struct told *part)
{
	assert_int_equal(part->wanted, whole->wanted);
	assert_int_equal(part->crashes, whole->crashes);
	assert_int_equal(part->all, part->wanted);
}

static void check_between(const char *name, uint64_t low, uint64_t high)
{
	const struct field *field = field_find(name);
	struct told whole = { .low = low, .high = high };
	struct told part = whole;
	struct error err;

	assert_int_equal(
		store_walk_values(made.store, field, take, &whole, &err),
		STATUS_OK);
	assert_int_equal(store_walk_between(made.store, field, low, high, take,
					    &part, &err),
			 STATUS_OK);
	check_same(&whole, &part);
}

static void numbers_between_two_are_walked_alone(void **state)
{
	uint64_t seed = 3;

	(void)state;
	check_between("build", 19042, 19042);
	check_between("build", 0, UINT64_MAX);
	check_between("build", 19044, UINT64_MAX);
	check_between("exact", UINT64_MAX, UINT64_MAX);
	for (int i = 0; i < 100; i++) {
		const uint64_t low = (uint64_t)made_random(&seed, 1 << 30)
				     << 34;

		check_between("exact", low, low + (UINT64_C(1) << 61));
	}
}

static void check_beginning(const char *name, const char *prefix)
{
	const struct field *field = field_find(name);
	struct told whole = { .prefix = prefix };
	struct told part = whole;
	struct error err;

	assert_int_equal(
		store_walk_values(made.store, field, take, &whole, &err),
		STATUS_OK);
	assert_int_equal(store_walk_beginning(made.store, field, prefix, take,
					      &part, &err),
			 STATUS_OK);
	check_same(&whole, &part);
}

static void texts_that_begin_so_are_walked_alone(void **state)
{
	(void)state;
	check_beginning("fault", "n");
	check_beginning("fault", "nt");
	check_beginning("fault", "nt.");
	check_beginning("frame", "ks.sys+0x1");
	check_beginning("driver", "n");
	check_beginning("driver", "z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_between_two_are_walked_alone),
		cmocka_unit_test(texts_that_begin_so_are_walked_alone),
	};

	made_store_create(&made);

	const int failed = cmocka_run_group_tests(tests, NULL, NULL);

	made_store_destroy(&made);
	return failed;
}
