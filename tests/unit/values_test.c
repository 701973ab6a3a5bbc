#include "indexer/target/values.h"

#include "tests/unit.h"
#include "tests/unit/pool.h"

#define CONSTANT UINT64_C(0x8b905ed7c433a9f1)

static struct memory m;

/* A page that breaks at 240, in front of which AaAa is sound. */
static void broken_page(void)
{
	pool_init(&m, CRASH_X64, 9600);
	m.target.wants_values = true;
	pool_block(&m, 0, 0, 0x100, 2, "AaAa");
	pool_block(&m, 0x100, 0x100, 0x140, 2, "BbBb");
	pool_bugcheck(&m, 0x19, 0x20, POOL_VA_X64 + 0x100, POOL_VA_X64 + 0x240,
		      0);
}

static const struct crash_value *find(uint64_t word)
{
	for (size_t i = 0; i < m.crash.value_count; i++)
		if (m.crash.values[i].word == word)
			return &m.crash.values[i];
	return NULL;
}

static void nothing_is_kept_unless_asked_for(void **state)
{
	(void)state;
	broken_page();
	m.target.wants_values = false;
	pool_put(&m, 0x240, CONSTANT, 8);
	values_examine(&m.target);
	assert_int_equal(m.crash.value_count, 0);
}

static void words_stand_before_the_break_and_behind_it(void **state)
{
	(void)state;
	broken_page();
	pool_put(&m, 0x238, CONSTANT + 1, 8);
	pool_put(&m, 0x240, CONSTANT, 8);
	pool_put(&m, 0x2f8, CONSTANT + 2, 8);
	pool_put(&m, 0x300, CONSTANT + 3, 8);
	pool_put(&m, 0x1f8, CONSTANT + 4, 8);
	values_examine(&m.target);
	assert_non_null(find(CONSTANT));
	assert_non_null(find(CONSTANT + 1));
	assert_non_null(find(CONSTANT + 2));
	assert_null(find(CONSTANT + 3));
	assert_null(find(CONSTANT + 4));
	/* Its halves as well: somebody may write four bytes at a time. */
	assert_non_null(find(CONSTANT >> 32));
	assert_false(find(CONSTANT)->is_sound);
}

static void sound_blocks_are_kept_apart(void **state)
{
	(void)state;
	broken_page();
	pool_put(&m, 0x20, CONSTANT + 1, 8);
	pool_put(&m, 0x240, CONSTANT, 8);
	values_examine(&m.target);
	assert_true(find(CONSTANT + 1)->is_sound);
	assert_false(find(CONSTANT)->is_sound);
}

static void sound_words_alone_are_not_worth_keeping(void **state)
{
	(void)state;
	broken_page();
	pool_put(&m, 0x20, CONSTANT, 8);
	values_examine(&m.target);
	assert_int_equal(m.crash.value_count, 0);
}

static void an_image_that_has_the_word_is_named(void **state)
{
	static const char *const names[] = { "ntoskrnl.exe", "vendor.sys",
					     NULL };

	(void)state;
	broken_page();
	pool_modules(&m, names);
	pool_put(&m, 0x240, CONSTANT, 8);
	pool_put(&m, 0x10000 + 0x1003, CONSTANT, 8);
	/* Across the border of two pages, at no whole address. */
	pool_put(&m, 0x14000 + 0x1ffd, CONSTANT, 8);
	values_examine(&m.target);
	assert_string_equal(find(CONSTANT)->module, "vendor.sys");
	assert_int_equal(find(CONSTANT)->offset, 0x1ffd);
	assert_int_equal(find(CONSTANT)->build, 0x1235);
}

static void what_a_dump_is_full_of_is_not_telling(void **state)
{
	static const struct {
		uint64_t word;
		unsigned bytes;
		bool telling;
	} cases[] = {
		{ CONSTANT, 8, true },
		{ 0x00004f71a3c21234, 8, false }, /* of a process */
		{ 0xffffe00112345678, 8, false },
		{ 0x123456780000002a, 8, false },
		{ 0x4142434481828384, 8, false }, /* a tag */
		{ 0xcdcdcdcdcdcdcdcd, 8, false },
		{ 0x4f71a3c2, 4, true },
		{ 0xffff1234, 4, false }, /* minus a little */
		{ 0x1234, 4, false },
		{ 0x00120000, 4, false },
		{ 0x64726976, 4, false },
		{ 0x00620061, 4, false },
		{ 0xabababab, 4, false },
	};

	(void)state;
	pool_init(&m, CRASH_X64, 9600);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (values_is_telling(&m.target, cases[i].word,
				      cases[i].bytes) != cases[i].telling)
			fail_msg("case %zu", i);
	pool_init(&m, CRASH_X86, 3790);
	assert_true(values_is_telling(&m.target, 0x4f71a3c2, 4));
	assert_false(values_is_telling(&m.target, 0xa34583b9, 4));
}

static void an_address_that_is_no_pointer_is_a_word(void **state)
{
	(void)state;
	broken_page();
	pool_bugcheck(&m, 0x50, CONSTANT, 0, 0, 0);
	values_examine(&m.target);
	assert_non_null(find(CONSTANT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_kept_unless_asked_for),
		cmocka_unit_test(words_stand_before_the_break_and_behind_it),
		cmocka_unit_test(sound_blocks_are_kept_apart),
		cmocka_unit_test(sound_words_alone_are_not_worth_keeping),
		cmocka_unit_test(an_image_that_has_the_word_is_named),
		cmocka_unit_test(what_a_dump_is_full_of_is_not_telling),
		cmocka_unit_test(an_address_that_is_no_pointer_is_a_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
