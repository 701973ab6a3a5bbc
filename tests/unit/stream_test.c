#include "signatures/settle/stream.h"

#include "tests/unit.h"

static size_t words_in(const uint64_t *codes, size_t count)
{
	size_t words = 0;

	for (size_t i = 0; i < count; i++)
		words += codes[i] & FEATURE_CODE_IS_WORD;
	return words;
}

static void a_bugcheck_in_words_is_told_by_them_too(void **state)
{
	struct crash read = { .bugcheck.text = "KASAN: out-of-bounds Read" };
	struct crash write = { .bugcheck.text = "KASAN: out-of-bounds Write" };
	uint64_t a[STREAM_CODES_MAX], b[STREAM_CODES_MAX];

	(void)state;
	assert_int_equal(stream_codes(&read, a), 6);
	assert_int_equal(stream_codes(&write, b), 6);
	assert_int_equal(words_in(a, 6), 5);
	assert_true(a[0] != b[0]);
	assert_memory_equal(a + 1, b + 1, 4 * sizeof(*a));
	assert_true(a[5] != b[5]);
}

static void a_bugcheck_in_numbers_has_no_words(void **state)
{
	struct crash crash = { .bugcheck.code = CRASH_NUMBER(0xd1) };
	uint64_t codes[STREAM_CODES_MAX];

	(void)state;
	assert_int_equal(words_in(codes, stream_codes(&crash, codes)), 0);
}

static void text_without_end_fills_what_room_there_is(void **state)
{
	char text[4096];
	struct crash crash = { .bugcheck.text = text };
	uint64_t codes[STREAM_CODES_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = i % 4 == 3 ? ' ' : (char)('a' + i % 26);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(stream_codes(&crash, codes), STREAM_CODES_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bugcheck_in_words_is_told_by_them_too),
		cmocka_unit_test(a_bugcheck_in_numbers_has_no_words),
		cmocka_unit_test(text_without_end_fills_what_room_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
