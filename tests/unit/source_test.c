#include "query/source.h"

#include "signatures/base/text.h"
#include "tests/unit/made_store.h"

static struct made_store made;

static struct where_test parsed(const char *word)
{
	struct where where;
	struct error err;

	assert_int_equal(where_parse(&word, 1, &made.arena, &where, &err),
			 STATUS_OK);
	return where.tests[0];
}

static enum source_verdict judged(const char *word, const char *folder)
{
	const struct where_test test = parsed(word);

	return source_judge(&test, folder, &made.arena);
}

static void a_folder_is_judged_whole_where_it_can_be(void **state)
{
	(void)state;
	assert_int_equal(judged("source=March.7z/*", "march.7z/"), SOURCE_ALL);
	assert_int_equal(judged("source=march.7z/*", "march.7z/a/"),
			 SOURCE_ALL);
	assert_int_equal(judged("source=march.7z/*", "april.7z/"), SOURCE_NONE);
	assert_int_equal(judged("source=march.7z/*", "march"), SOURCE_SOME);
	assert_int_equal(judged("source=march.7z/*", ""), SOURCE_SOME);
	assert_int_equal(judged("source=*.7z/*", "a/b.7z/"), SOURCE_ALL);
	assert_int_equal(judged("source=*.7z/*", "a/b.zip/"), SOURCE_SOME);
	assert_int_equal(judged("source=march.7z/*.dmp", "march.7z/"),
			 SOURCE_SOME);
	assert_int_equal(judged("source=a/x.dmp", "a/"), SOURCE_SOME);
	assert_int_equal(judged("source=a/x.dmp", "b/"), SOURCE_NONE);
	assert_int_equal(judged("source=b/*,a/*", "a/"), SOURCE_ALL);
	assert_int_equal(judged("source=b/*,a/x*", "a/"), SOURCE_SOME);
	assert_int_equal(judged("source=*", "a/"), SOURCE_ALL);
	assert_int_equal(judged("source=", "a/"), SOURCE_NONE);
}

/* What is said of a folder holds for whatever lies in it. */
static void no_file_is_other_than_its_folder(void **state)
{
	static const char *const parts[] = { "a", "B", "/", "*", "?", "ab" };
	uint64_t seed = 11;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		char glob[32] = "source=", folder[16] = "", path[32];

		for (uint32_t n = 1 + made_random(&seed, 5); n; n--)
			strcat(glob, parts[made_random(&seed, 6)]);
		for (uint32_t n = made_random(&seed, 4); n; n--)
			strcat(folder, parts[made_random(&seed, 3)]);
		if (*folder)
			strcat(folder, "/");
		strcpy(path, folder);
		for (uint32_t n = 1 + made_random(&seed, 3); n; n--)
			strcat(path, parts[made_random(&seed, 2)]);

		const struct where_test test = parsed(glob);
		const enum source_verdict verdict =
			source_judge(&test, folder, &made.arena);
		const bool passes = where_accepts(
			&test, (struct field_value){ .text = path });

		if (verdict == (passes ? SOURCE_NONE : SOURCE_ALL))
			fail_msg("%s: %s in %s", glob, path, folder);
	}
}

static void rows_are_as_their_sources(void **state)
{
	static const char *const words[] = { "source=night3.zip/*",
					     "source=night*/1?.dmp",
					     "source=*zip*", "source=n" };

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const struct where_test test = parsed(words[i]);
		struct source_folders folders =
			source_folders(made.store, &test);
		size_t settled = 0;

		for (uint32_t row = 0; row < made.count; row++) {
			const struct field_value source = {
				.text = made.crashes[row].files[0].source
			};
			const enum source_verdict verdict =
				source_of_row(&folders, row);

			settled += verdict != SOURCE_SOME;
			assert_int_not_equal(verdict,
					     where_accepts(&test, source)
						     ? SOURCE_NONE
						     : SOURCE_ALL);
		}
		if (i == 0)
			assert_int_equal(settled, made.count);
		source_folders_deinit(&folders);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_folder_is_judged_whole_where_it_can_be),
		cmocka_unit_test(no_file_is_other_than_its_folder),
		cmocka_unit_test(rows_are_as_their_sources),
	};

	made_store_create(&made);

	const int failed = cmocka_run_group_tests(tests, NULL, NULL);

	made_store_destroy(&made);
	return failed;
}
