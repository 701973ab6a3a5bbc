#include "indexer/target/pool_page.h"

#include "tests/unit.h"
#include "tests/unit/pool.h"

static struct memory m;

static void whole_page(uint64_t build)
{
	pool_init(&m, CRASH_X64, build);
	pool_block(&m, 0, 0, 0x200, 2, "AaAa");
	pool_block(&m, 0x200, 0x200, 0x40, 0, "BbBb");
	pool_block(&m, 0x240, 0x40, 0xdc0, 2, "CcCc");
}

static void a_whole_page_ends_where_its_last_block_does(void **state)
{
	struct pool_page page;

	(void)state;
	whole_page(9600);
	assert_true(pool_page_walk(&m.target, POOL_VA_X64 + 0x777, &page));
	assert_int_equal(page.va, POOL_VA_X64);
	assert_int_equal(page.count, 3);
	assert_int_equal(page.broken_at, 0);
	assert_int_equal(pool_page_find(&page, POOL_VA_X64), 0);
	assert_int_equal(pool_page_find(&page, POOL_VA_X64 + 0x1ff), 0);
	assert_int_equal(pool_page_find(&page, POOL_VA_X64 + 0x200), 1);
	assert_int_equal(pool_page_find(&page, POOL_VA_X64 + 0xfff), 2);
	assert_int_equal(pool_page_find(&page, POOL_VA_X64 + 0x1000), 3);
}

static void a_chain_breaks_where_sizes_disagree(void **state)
{
	struct pool_page page;

	(void)state;
	whole_page(9600);
	pool_block(&m, 0x240, 0x50, 0xdc0, 2, "CcCc");
	assert_true(pool_page_walk(&m.target, POOL_VA_X64, &page));
	assert_int_equal(page.count, 2);
	assert_int_equal(page.broken_at, POOL_VA_X64 + 0x240);
	assert_int_equal(pool_page_find(&page, POOL_VA_X64 + 0x240), 2);
}

static void one_header_is_no_chain(void **state)
{
	struct pool_page page;

	(void)state;
	pool_init(&m, CRASH_X64, 9600);
	pool_block(&m, 0, 0, 0x200, 2, "AaAa");
	assert_false(pool_page_walk(&m.target, POOL_VA_X64, &page));
	pool_block(&m, 0, 0x10, 0x200, 2, "AaAa");
	assert_false(pool_page_walk(&m.target, POOL_VA_X64, &page));
	assert_false(pool_page_walk(&m.target, POOL_VA_X64 - 4096, &page));
}

static void segment_heaps_are_not_walked(void **state)
{
	struct pool_page page;

	(void)state;
	whole_page(17763);
	assert_true(pool_page_walk(&m.target, POOL_VA_X64, &page));
	whole_page(18362);
	assert_false(pool_page_walk(&m.target, POOL_VA_X64, &page));
	m.crash.machine.os_build = CRASH_UNKNOWN;
	assert_false(pool_page_walk(&m.target, POOL_VA_X64, &page));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_page_ends_where_its_last_block_does),
		cmocka_unit_test(a_chain_breaks_where_sizes_disagree),
		cmocka_unit_test(one_header_is_no_chain),
		cmocka_unit_test(segment_heaps_are_not_walked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
