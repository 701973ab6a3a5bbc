#include "query/width.h"

#include "query/table.h"
#include "tests/unit.h"

static void characters_are_as_wide_as_a_terminal_shows_them(void **state)
{
	static const struct {
		uint32_t character;
		unsigned width;
	} values[] = {
		{ 'a', 1 },	 { 0xfc, 1 },	{ 0x300, 0 },  { 0x36f, 0 },
		{ 0x370, 1 },	 { 0x410, 1 },	{ 0x645, 1 },  { 0x64e, 0 },
		{ 0x200b, 0 },	 { 0x2588, 1 }, { 0x2026, 1 }, { 0x65e5, 2 },
		{ 0x30a2, 2 },	 { 0xd55c, 2 }, { 0xff26, 2 }, { 0xff66, 1 },
		{ 0x1f600, 2 },	 { 0xfe0f, 0 }, { 0xe000, 1 }, { 0x20000, 2 },
		{ 0x10ffff, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		assert_int_equal(width_character(values[i].character),
				 values[i].width);
}

static void texts_are_as_wide_as_their_characters(void **state)
{
	(void)state;
	assert_int_equal(table_width(""), 0);
	assert_int_equal(table_width("ks.sys"), 6);
	assert_int_equal(table_width("Zürich"), 6);
	assert_int_equal(table_width("東京"), 4);
	assert_int_equal(table_width("東京 1"), 6);
	assert_int_equal(table_width("cafe\xcc\x81"), 4);
	assert_int_equal(table_width("▇▂…"), 3);
	assert_int_equal(table_width("한국어"), 6);
	assert_int_equal(table_width("⌚"), 2);
	assert_int_equal(table_width("a\xe2\x80\x8b"), 1);
	/* What is cut in the middle of a character is no more than it has. */
	assert_int_equal(table_width("\xe6\x9d"), 2);
	assert_int_equal(table_width_of("東京", 3), 2);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			characters_are_as_wide_as_a_terminal_shows_them),
		cmocka_unit_test(texts_are_as_wide_as_their_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
