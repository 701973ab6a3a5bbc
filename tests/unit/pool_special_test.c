#include "indexer/target/pool_special.h"

#include "tests/unit.h"
#include "tests/unit/pool.h"

static struct memory m;

static void fill(unsigned from, unsigned to, uint8_t pattern)
{
	memset(m.raw + from, pattern, to - from);
}

/* As in the article: 64 bytes asked for, 68 given at the page's end. */
static void overrun_page(void)
{
	pool_init(&m, CRASH_X86, 7601);
	fill(0, 0x1000, 0x1d);
	pool_put(&m, 0, 0x001d4064, 4);
	pool_put(&m, 4, 0x6c734d46, 4);
	pool_put(&m, 8, 0xc7a66250, 4);
	fill(0xf98, 0xffc, 0xee);
}

static void the_header_says_what_was_asked_for(void **state)
{
	struct pool_special special;

	(void)state;
	overrun_page();
	assert_true(pool_special_at(&m.target, POOL_VA_X86 + 0xf98, &special));
	assert_string_equal(special.tag, "FMsl");
	assert_int_equal(special.requested, 0x64);
	assert_int_equal(special.given, 0x68);
	assert_int_equal(special.va, POOL_VA_X86 + 0xf98);
	assert_int_equal(special.pattern, 0x1d);
	assert_int_equal(special.slop, 0xf98 - 0x10 + 4);
	assert_int_equal(special.corrupt, 0);
}

static void stray_bytes_are_counted(void **state)
{
	struct pool_special special;

	(void)state;
	overrun_page();
	fill(0x100, 0x107, 0);
	fill(0xffc, 0xffe, 0);
	assert_true(pool_special_at(&m.target, POOL_VA_X86, &special));
	assert_int_equal(special.corrupt, 9);
}

static void a_lost_header_leaves_the_pattern(void **state)
{
	struct pool_special special;

	(void)state;
	overrun_page();
	fill(0, 0x40, 0xab);
	assert_true(pool_special_at(&m.target, POOL_VA_X86 + 0xf98, &special));
	assert_string_equal(special.tag, "");
	assert_int_equal(special.requested, 0);
	assert_int_equal(special.given, 0x68);
	assert_int_equal(special.corrupt, 0x40);
}

static void the_block_may_stand_first(void **state)
{
	struct pool_special special;

	(void)state;
	pool_init(&m, CRASH_X64, 9600);
	fill(0, 0x1000, 0x31);
	fill(0, 0x123, 0xee);
	pool_put(&m, 0xff0, 0x00310123, 4);
	pool_put(&m, 0xff4, 0x44434241, 4);
	assert_true(pool_special_at(&m.target, POOL_VA_X64, &special));
	assert_string_equal(special.tag, "ABCD");
	assert_int_equal(special.requested, 0x123);
	assert_int_equal(special.given, 0x130);
	assert_int_equal(special.corrupt, 0);
}

static void other_pages_are_none(void **state)
{
	struct pool_special special;

	(void)state;
	pool_init(&m, CRASH_X64, 9600);
	assert_false(pool_special_at(&m.target, POOL_VA_X64 + 0x800, &special));
	assert_false(pool_special_at(&m.target, POOL_VA_X64 - 0x800, &special));
	/* a plain block of classic pool with text after it */
	pool_block(&m, 0, 0, 0x200, 0, "AaAa");
	for (unsigned i = 16; i < 4096; i++)
		pool_put(&m, i, i * 7, 1);
	assert_false(pool_special_at(&m.target, POOL_VA_X64 + 0x800, &special));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_header_says_what_was_asked_for),
		cmocka_unit_test(stray_bytes_are_counted),
		cmocka_unit_test(a_lost_header_leaves_the_pattern),
		cmocka_unit_test(the_block_may_stand_first),
		cmocka_unit_test(other_pages_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
