#include "indexer/target/pool_header.h"

#include "tests/unit.h"
#include "tests/unit/pool.h"

static struct memory m;

static void a_small_header_has_nine_bits_of_size(void **state)
{
	struct pool_header header;

	(void)state;
	pool_init(&m, CRASH_X86, 3790);
	/* as seen: 0a270001 in front of a block of size 138 */
	pool_put(&m, 0x3b8, 0x0a270001, 4);
	pool_put(&m, 0x3bc, 0xd6495244, 4); /* "DRIV", protected */
	assert_int_equal(pool_header_bytes(&m.target), 8);
	assert_true(pool_header_at(&m.target, POOL_VA_X86 + 0x3b8, &header));
	assert_int_equal(header.bytes, 0x138);
	assert_int_equal(header.previous_bytes, 8);
	assert_int_equal(header.type, 5);
	assert_string_equal(header.tag, "DRIV");
}

static void a_wide_header_has_bytes(void **state)
{
	struct pool_header header;

	(void)state;
	pool_init(&m, CRASH_X64, 9600);
	pool_put(&m, 0x450, 0x02200145, 4);
	pool_put(&m, 0x454, 0x20707249, 4);
	assert_int_equal(pool_header_bytes(&m.target), 16);
	assert_true(pool_header_at(&m.target, POOL_VA_X64 + 0x450, &header));
	assert_int_equal(header.bytes, 0x200);
	assert_int_equal(header.previous_bytes, 0x450);
	assert_int_equal(header.type, 2);
	assert_string_equal(header.tag, "Irp ");
}

static void what_could_not_be_a_block_is_none(void **state)
{
	struct pool_header header;

	(void)state;
	pool_init(&m, CRASH_X64, 9600);
	/* empty */
	assert_false(pool_header_at(&m.target, POOL_VA_X64, &header));
	pool_block(&m, 0, 0, 0x200, 2, "Good");
	assert_true(pool_header_at(&m.target, POOL_VA_X64, &header));
	/* not aligned, not present, a user's */
	assert_false(pool_header_at(&m.target, POOL_VA_X64 + 8, &header));
	assert_false(pool_header_at(&m.target, POOL_VA_X64 - 16, &header));
	assert_false(pool_header_at(&m.target, 0x10000, &header));
	/* beyond the page's end, before its start */
	pool_block(&m, 0xf00, 0x10, 0x100, 2, "Good");
	assert_true(pool_header_at(&m.target, POOL_VA_X64 + 0xf00, &header));
	pool_block(&m, 0xf00, 0x10, 0x110, 2, "Good");
	assert_false(pool_header_at(&m.target, POOL_VA_X64 + 0xf00, &header));
	pool_block(&m, 0x40, 0x50, 0x100, 2, "Good");
	assert_false(pool_header_at(&m.target, POOL_VA_X64 + 0x40, &header));
}

static void a_tag_is_four_printable_characters(void **state)
{
	char tag[5];

	(void)state;
	assert_true(pool_header_tag(0x46664552, tag));
	assert_string_equal(tag, "REfF");
	assert_true(pool_header_tag(0xc6664552, tag));
	assert_string_equal(tag, "REfF");
	assert_false(pool_header_tag(0x00664552, tag));
	assert_string_equal(tag, "");
	assert_false(pool_header_tag(0x20202020, tag));
	assert_false(pool_header_tag(0x7f414141, tag));
	assert_false(pool_header_tag(0x4141411f, tag));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_small_header_has_nine_bits_of_size),
		cmocka_unit_test(a_wide_header_has_bytes),
		cmocka_unit_test(what_could_not_be_a_block_is_none),
		cmocka_unit_test(a_tag_is_four_printable_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
