#include "indexer/ingest/contents.h"

#include "tests/unit.h"

static void each_content_is_new_once(void **state)
{
	struct contents contents;

	(void)state;
	contents_init(&contents);
	for (uint64_t i = 0; i < 1000; i++)
		assert_true(contents_add(&contents, hash_128(&i, sizeof(i))));
	for (uint64_t i = 0; i < 1000; i++)
		assert_false(contents_add(&contents, hash_128(&i, sizeof(i))));
	assert_int_equal(contents.count, 1000);
	contents_deinit(&contents);
}

static void contents_that_share_a_half_are_kept_apart(void **state)
{
	struct contents contents;

	(void)state;
	contents_init(&contents);
	assert_true(contents_add(&contents, (struct hash128){ 1, 5 }));
	assert_true(contents_add(&contents, (struct hash128){ 2, 5 }));
	assert_false(contents_add(&contents, (struct hash128){ 1, 5 }));
	contents_deinit(&contents);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_content_is_new_once),
		cmocka_unit_test(contents_that_share_a_half_are_kept_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
