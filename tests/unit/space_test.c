#include "indexer/target/space.h"

#include "indexer/target/paging.h"
#include "tests/unit.h"
#include "tests/unit/memory.h"

#define VA 0xfffff80000200000u

static struct memory m;

static void start(void)
{
	memory_init(&m, CRASH_X64);
	memory_map_x64(&m, VA);
	m.dump.module_list = VA + 0x8000;
	m.dump.debugger_data = VA + 0x9000;
	memory_put(&m, memory_at(9) + 0x10, 0x4742444b, 4);
}

static void reads_cross_pages_that_are_not_neighbours(void **state)
{
	uint64_t value;

	(void)state;
	start();
	memory_put(&m, memory_at(3) + 21 * 8, memory_at(30) | 3, 8);
	memory_put(&m, memory_at(20) + 0xffc, 0x11223344, 4);
	memory_put(&m, memory_at(30), 0x55667788, 4);
	space_init(&m.target);
	assert_ptr_equal(m.target.paging, &paging_x64);
	assert_true(space_u64(&m.target, VA + 20 * 4096 + 0xffc, &value));
	assert_int_equal(value, 0x5566778811223344);
	/* And again, out of the cache. */
	assert_true(space_u64(&m.target, VA + 20 * 4096 + 0xffc, &value));
	assert_int_equal(value, 0x5566778811223344);
}

static void a_read_with_a_hole_in_it_gives_nothing(void **state)
{
	uint8_t buf[16];

	(void)state;
	start();
	memory_put(&m, memory_at(3) + 21 * 8, 0, 8);
	space_init(&m.target);
	memset(buf, 1, sizeof(buf));
	assert_false(space_read(&m.target, VA + 20 * 4096 + 0xff8, buf, 16));
	assert_int_equal(buf[0], 0);
	assert_true(space_read(&m.target, VA + 20 * 4096 + 0xff0, buf, 16));
	assert_false(space_read(&m.target, UINT64_MAX - 3, buf, 16));
}

static void the_scheme_that_explains_the_header_is_chosen(void **state)
{
	(void)state;
	start();
	/* The same tables under one more level. */
	memory_put(&m, memory_at(40) + 0x1ff * 8, memory_at(0) | 3, 8);
	m.dump.directory_table = memory_at(40);
	space_init(&m.target);
	assert_ptr_equal(m.target.paging, &paging_x64_la57);
	assert_true(space_is_kernel(&m.target, VA));
	assert_false(space_is_kernel(&m.target, 0x7fffffff0000));
}

static void virtual_ranges_need_no_tables(void **state)
{
	struct dump_range range = { 0x80501000, 0x10, 0x40 };
	uint64_t value;

	(void)state;
	memory_init(&m, CRASH_X86);
	m.dump.physical.count = 0;
	m.dump.virtual = (struct dump_ranges){ &range, 1 };
	memory_put(&m, memory_at(0) + 0x4c, 0x80001234, 4);
	space_init(&m.target);
	assert_null(m.target.paging);
	/* Some structures hold 32-bit addresses sign-extended. */
	assert_true(space_pointer(&m.target, 0xffffffff8050100c, &value));
	assert_int_equal(value, 0x80001234);
	assert_false(space_pointer(&m.target, 0x8050100d, &value));
	assert_true(space_is_kernel(&m.target, 0x80501000));
	assert_false(space_is_kernel(&m.target, 0x1080501000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_cross_pages_that_are_not_neighbours),
		cmocka_unit_test(a_read_with_a_hole_in_it_gives_nothing),
		cmocka_unit_test(the_scheme_that_explains_the_header_is_chosen),
		cmocka_unit_test(virtual_ranges_need_no_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
