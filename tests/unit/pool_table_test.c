#include "indexer/target/pool_table.h"

#include "tests/unit.h"
#include "tests/unit/pool.h"

static struct memory m;
static uint8_t kdbg[0x340];

/* The variable stands at page 1, its count before it, the table at page 2. */
static void start(enum crash_arch arch, uint64_t build, uint64_t count)
{
	const uint64_t variable = 0x1100;

	pool_init(&m, arch, build);
	memset(kdbg, 0, sizeof(kdbg));
	for (unsigned i = 0; i < 8; i++)
		kdbg[0x1b8 + i] = (uint8_t)((pool_va(&m) + variable) >> 8 * i);
	m.target.kdbg = bytes_of(kdbg, sizeof(kdbg));
	pool_put(&m, variable - m.dump.pointer_bytes, count,
		 m.dump.pointer_bytes);
	pool_put(&m, variable, pool_va(&m) + 0x2000, m.dump.pointer_bytes);
}

static void row(unsigned at, const char *tag)
{
	for (unsigned i = 0; i < 4; i++)
		pool_put(&m, 0x2000 + at + i, (uint8_t)tag[i], 1);
}

static void every_layout_gives_its_bytes(void **state)
{
	static const struct {
		enum crash_arch arch;
		uint64_t build;
		unsigned size, nonpaged, paged;
	} cases[] = {
		{ CRASH_X86, 2600, 0x1c, 0xc, 0x18 },
		{ CRASH_X86, 15063, 0x1c, 0xc, 0x18 },
		{ CRASH_X86, 16299, 0x30, 4, 0x18 },
		{ CRASH_X64, 3790, 0x28, 0x10, 0x20 },
		{ CRASH_X64, 15063, 0x28, 0x10, 0x20 },
		{ CRASH_X64, 16299, 0x38, 8, 0x20 },
		{ CRASH_X64, 20348, 0x38, 8, 0x20 },
		{ CRASH_X64, 22000, 0x50, 8, 0x20 },
	};
	struct pool_table_row rows[POOL_TABLE_TOP];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		start(cases[i].arch, cases[i].build, 8);
		row(0, "Smal");
		pool_put(&m, 0x2000 + cases[i].paged, 0x100, 4);
		row(3 * cases[i].size, "Big ");
		pool_put(&m, 0x2000 + 3 * cases[i].size + cases[i].nonpaged,
			 0x70000, 4);
		pool_put(&m, 0x2000 + 3 * cases[i].size + cases[i].paged,
			 0x10000, 4);
		assert_int_equal(pool_table_top(&m.target, rows), 2);
		assert_string_equal(rows[0].tag, "Big ");
		assert_int_equal(rows[0].bytes, 0x80000);
		assert_string_equal(rows[1].tag, "Smal");
		assert_int_equal(rows[1].bytes, 0x100);
	}
}

static void only_the_largest_ten_are_kept(void **state)
{
	struct pool_table_row rows[POOL_TABLE_TOP];

	(void)state;
	start(CRASH_X64, 9600, 40);
	for (unsigned i = 0; i < 30; i++) {
		const char tag[5] = { 'T', 'a', 'g', (char)('A' + i % 26), 0 };
		row(i * 0x28, tag);
		pool_put(&m, 0x2000 + i * 0x28 + 0x10, 1000 + i % 7 * 10 + i,
			 8);
	}
	assert_int_equal(pool_table_top(&m.target, rows), POOL_TABLE_TOP);
	for (size_t i = 1; i < POOL_TABLE_TOP; i++)
		assert_true(rows[i - 1].bytes >= rows[i].bytes);
	assert_int_equal(rows[0].bytes, 1000 + 60 + 27);
}

static void a_table_that_makes_no_sense_is_none(void **state)
{
	struct pool_table_row rows[POOL_TABLE_TOP];

	(void)state;
	start(CRASH_X64, 9600, UINT64_MAX);
	row(0, "Smal");
	pool_put(&m, 0x2010, 5, 8);
	assert_int_equal(pool_table_top(&m.target, rows), 0);
	start(CRASH_X64, 9600, 8);
	row(0, "Smal");
	pool_put(&m, 0x2010, 5, 8);
	row(0x28, "\1\2\3\4");
	row(0x50, "\5\2\3\4");
	assert_int_equal(pool_table_top(&m.target, rows), 0);
	/* gone negative */
	start(CRASH_X64, 9600, 8);
	row(0, "Nega");
	pool_put(&m, 0x2010, UINT64_MAX - 5, 8);
	assert_int_equal(pool_table_top(&m.target, rows), 0);
	m.target.kdbg = bytes_absent();
	assert_int_equal(pool_table_top(&m.target, rows), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_layout_gives_its_bytes),
		cmocka_unit_test(only_the_largest_ten_are_kept),
		cmocka_unit_test(a_table_that_makes_no_sense_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
