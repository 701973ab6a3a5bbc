#include "query/fold.h"

#include <stdlib.h>

#include "tests/unit.h"

static void folds(const char *text, size_t columns, size_t at, size_t hang,
		  const char *want)
{
	char *got = NULL;
	size_t size;
	FILE *out = open_memstream(&got, &size);

	fold_put(out, text, columns, at, hang);
	fclose(out);
	assert_string_equal(got, want);
	free(got);
}

static void lines_end_where_the_next_word_would_not_fit(void **state)
{
	(void)state;
	folds("one two three", 80, 0, 0, "one two three");
	folds("one two three", 13, 0, 0, "one two three");
	folds("one two three", 12, 0, 0, "one two\nthree");
	folds("one two three", 12, 6, 2, "one\n  two three");
	folds("", 12, 0, 0, "");
	folds("a  b", 80, 0, 0, "a  b");
}

static void words_stay_whole_and_characters_count(void **state)
{
	(void)state;
	folds("unbreakable is", 4, 0, 1, "unbreakable\n is");
	folds("  goes with it", 6, 0, 4, "  goes\n    with\n    it");
	folds("\xc3\xa9\xc3\xa9 \xc3\xa9", 4, 0, 0,
	      "\xc3\xa9\xc3\xa9 \xc3\xa9");
	folds("as long as it takes", 0, 0, 0, "as long as it takes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_end_where_the_next_word_would_not_fit),
		cmocka_unit_test(words_stay_whole_and_characters_count),
	};

	return cmocka_run_group_tests_name("fold", tests, NULL, NULL);
}
