#include "indexer/target/paging.h"

#include "tests/unit.h"
#include "tests/unit/memory.h"

static struct memory m;

static void start(const struct paging *paging, enum crash_arch arch)
{
	memory_init(&m, arch);
	m.target.paging = paging;
	m.target.table_root = memory_at(0);
	m.target.swizzle = 0x200000000000;
}

static void expect(uint64_t va, uint64_t wanted, uint64_t wanted_left)
{
	uint64_t pa = 0;
	uint64_t left = 0;

	assert_true(paging_translate(&m.target, va, &pa, &left));
	assert_int_equal(pa, wanted);
	assert_int_equal(left, wanted_left);
}

static void expect_absent(uint64_t va)
{
	uint64_t pa;
	uint64_t left;

	assert_false(paging_translate(&m.target, va, &pa, &left));
}

static void x86_has_two_levels_and_4_mib_pages(void **state)
{
	(void)state;
	start(&paging_x86, CRASH_X86);
	memory_put(&m, memory_at(0) + 0x201 * 4, memory_at(1) | 0x63, 4);
	memory_put(&m, memory_at(1) + 5 * 4, memory_at(7) | 0x163, 4);
	expect(0x80405123, memory_at(7) + 0x123, 0x1000 - 0x123);
	expect_absent(0x80406123);
	memory_put(&m, memory_at(0) + 0x202 * 4, 0x12c021e3, 4);
	expect(0x80812345, 0x112c12345, 0x400000 - 0x12345);
}

static void x86_transition_and_prototype_entries_lead_to_the_page(void **state)
{
	(void)state;
	start(&paging_x86, CRASH_X86);
	memory_put(&m, memory_at(0) + 0x201 * 4, memory_at(1) | 0x63, 4);
	memory_put(&m, memory_at(1) + 5 * 4, memory_at(7) | 0x800, 4);
	expect(0x80405123, memory_at(7) + 0x123, 0x1000 - 0x123);
	/* The entry at 0x80405010 says page 9. */
	memory_put(&m, memory_at(7) + 0x10, memory_at(9) | 0x63, 4);
	/* 0x405010: bits 9 and up shifted left by 1, bits 2-8 right by 1. */
	memory_put(&m, memory_at(1) + 6 * 4,
		   (0x405000u << 1) | (0x10 >> 1) | 0x400, 4);
	expect(0x80406abc, memory_at(9) + 0xabc, 0x1000 - 0xabc);
}

static void pae_has_a_root_of_four_entries(void **state)
{
	(void)state;
	start(&paging_pae, CRASH_X86);
	m.target.table_root = memory_at(0) + 0x20;
	memory_put(&m, memory_at(0) + 0x20 + 2 * 8, memory_at(1) | 1, 8);
	memory_put(&m, memory_at(1) + 1 * 8, memory_at(2) | 0x63, 8);
	memory_put(&m, memory_at(2) + 3 * 8, 0x8000000000000063u | memory_at(7),
		   8);
	expect(0x80203456, memory_at(7) + 0x456, 0x1000 - 0x456);
	memory_put(&m, memory_at(1) + 2 * 8, 0x80000001234001e3u, 8);
	expect(0x80412345, 0x123412345, 0x200000 - 0x12345);
	memory_put(&m, memory_at(2) + 4 * 8, memory_at(8) | 0x800, 8);
	expect(0x80204000, memory_at(8), 0x1000);
	/* A prototype at 0x80203008. */
	memory_put(&m, memory_at(7) + 8, memory_at(9) | 0x63, 8);
	memory_put(&m, memory_at(2) + 5 * 8, 0x8020300800000400u, 8);
	expect(0x80205111, memory_at(9) + 0x111, 0x1000 - 0x111);
}

#define X64_VA 0xfffff80012345000u

static uint64_t x64_tables(void)
{
	start(&paging_x64, CRASH_X64);
	memory_put(&m, memory_at(0) + 0x1f0 * 8, memory_at(1) | 0x63, 8);
	memory_put(&m, memory_at(1) + 0 * 8, memory_at(2) | 0x63, 8);
	memory_put(&m, memory_at(2) + 0x91 * 8, memory_at(3) | 0x63, 8);
	return memory_at(3) + 0x145 * 8;
}

static void x64_masks_the_high_bits_of_entries(void **state)
{
	(void)state;
	memory_put(&m, x64_tables(), 0x8a00000000000863u | memory_at(7), 8);
	memory_put(&m, memory_at(3) + 0x145 * 8,
		   0x8a00000000000863u | memory_at(7), 8);
	expect(X64_VA + 0xff, memory_at(7) + 0xff, 0x1000 - 0xff);
	expect_absent(X64_VA + 0x1000);
	expect_absent(0xffff900000000000u);
}

static void x64_pages_may_be_of_2_mib_and_1_gib(void **state)
{
	(void)state;
	x64_tables();
	memory_put(&m, memory_at(2) + 0x92 * 8, 0x8a00000076401be3u, 8);
	expect(0xfffff80012400000u + 0x1234, 0x76401234, 0x200000 - 0x1234);
	memory_put(&m, memory_at(1) + 1 * 8, 0x80000000c00010e3u, 8);
	expect(0xfffff80040000000u + 0x12345678, 0xc0000000u + 0x12345678,
	       0x40000000 - 0x12345678);
}

static void x64_transition_loses_the_swizzle_bit(void **state)
{
	(void)state;
	const uint64_t at = x64_tables();

	memory_put(&m, at, 0x200000000880u | memory_at(7), 8);
	expect(X64_VA, memory_at(7), 0x1000);
	memory_put(&m, at, 0x890u | memory_at(8), 8);
	expect(X64_VA, memory_at(8), 0x1000);
	/* Page file and demand zero are not there. */
	memory_put(&m, at, 0x1234500000080u, 8);
	expect_absent(X64_VA);
	memory_put(&m, at, 0, 8);
	expect_absent(X64_VA);
}

static void x64_prototypes_are_followed_once(void **state)
{
	(void)state;
	const uint64_t at = x64_tables();
	const uint64_t prototype = X64_VA + 0x1008;

	memory_put(&m, at + 8, memory_at(9) | 0x63, 8);
	memory_put(&m, at, prototype << 16 | 0x400, 8);
	assert_true((prototype << 16) >> 63);
	expect_absent(X64_VA);
	memory_put(&m, memory_at(9) + 8, 0x880u | memory_at(10), 8);
	expect(X64_VA + 1, memory_at(10) + 1, 0xfff);
	/* One that names itself ends. */
	memory_put(&m, memory_at(9) + 8, prototype << 16 | 0x400, 8);
	expect_absent(X64_VA);
	memory_put(&m, at + 8, prototype << 16 | 0x400, 8);
	expect_absent(X64_VA);
}

static void five_levels_are_walked(void **state)
{
	(void)state;
	start(&paging_x64_la57, CRASH_X64);
	memory_put(&m, memory_at(0) + 0x1ff * 8, memory_at(1) | 0x63, 8);
	memory_put(&m, memory_at(1) + 0x1f0 * 8, memory_at(2) | 0x63, 8);
	memory_put(&m, memory_at(2), memory_at(3) | 0x63, 8);
	memory_put(&m, memory_at(3) + 0x91 * 8, memory_at(4) | 0x63, 8);
	memory_put(&m, memory_at(4) + 0x145 * 8, memory_at(7) | 0x63, 8);
	expect(X64_VA, memory_at(7), 0x1000);
}

static void arm64_has_pages_and_blocks(void **state)
{
	(void)state;
	start(&paging_arm64, CRASH_ARM64);
	memory_put(&m, memory_at(0) + 0x1f0 * 8, memory_at(1) | 0x703, 8);
	memory_put(&m, memory_at(1), memory_at(2) | 0x703, 8);
	memory_put(&m, memory_at(2) + 0x91 * 8, memory_at(3) | 0x703, 8);
	memory_put(&m, memory_at(3) + 0x145 * 8,
		   0x60000000000703u | memory_at(7), 8);
	expect(X64_VA + 3, memory_at(7) + 3, 0xffd);
	memory_put(&m, memory_at(3) + 0x145 * 8, memory_at(7) | 1, 8);
	expect_absent(X64_VA);
	memory_put(&m, memory_at(2) + 0x92 * 8, 0x60000076400701u, 8);
	expect(0xfffff80012401234u, 0x76401234, 0x200000 - 0x1234);
}

static void tables_outside_the_dump_are_absent(void **state)
{
	(void)state;
	x64_tables();
	memory_put(&m, memory_at(1), 0x7fff0063, 8);
	expect_absent(X64_VA);
	m.target.table_root = 0xffffffffff000;
	expect_absent(X64_VA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(x86_has_two_levels_and_4_mib_pages),
		cmocka_unit_test(
			x86_transition_and_prototype_entries_lead_to_the_page),
		cmocka_unit_test(pae_has_a_root_of_four_entries),
		cmocka_unit_test(x64_masks_the_high_bits_of_entries),
		cmocka_unit_test(x64_pages_may_be_of_2_mib_and_1_gib),
		cmocka_unit_test(x64_transition_loses_the_swizzle_bit),
		cmocka_unit_test(x64_prototypes_are_followed_once),
		cmocka_unit_test(five_levels_are_walked),
		cmocka_unit_test(arm64_has_pages_and_blocks),
		cmocka_unit_test(tables_outside_the_dump_are_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
