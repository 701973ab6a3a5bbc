#include "indexer/ingest/naming.h"

#include "tests/unit.h"

#include <string.h>

static void only_an_ending_makes_a_name_a_dumps(void **state)
{
	(void)state;
	assert_true(naming_is_dump("march/07.DMP"));
	assert_true(naming_is_dump("x.kdmp"));
	assert_false(naming_is_dump(".dmp"));
	assert_false(naming_is_dump("x.dmp.txt"));
	assert_false(naming_is_dump(""));
}

static void check(const char *name, size_t room, const char *expected)
{
	struct arena arena;
	char put[16];

	arena_init(&arena);
	naming_put(bytes_of(name, strlen(name)), &arena, put, room);
	assert_string_equal(put, expected);
	arena_deinit(&arena);
}

static void a_name_is_cut_between_characters(void **state)
{
	(void)state;
	check("abc", 4, "abc");
	check("abc", 3, "ab");
	check("abc", 1, "");
	check("a\xc3\xa4z", 4, "a\xc3\xa4");
	check("a\xc3\xa4z", 3, "a");
	check("\xe2\x82\xac", 3, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_an_ending_makes_a_name_a_dumps),
		cmocka_unit_test(a_name_is_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
