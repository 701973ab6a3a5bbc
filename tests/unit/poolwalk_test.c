#include "indexer/target/poolwalk.h"

#include "tests/unit.h"
#include "tests/unit/pool.h"

static struct memory m;

static const char *const names[] = { "ntkrnlpa.exe", "driver.sys", NULL };

/* The page of a well-known case: 19 (20, block, next, header). */
static void broken_page(uint64_t build)
{
	pool_init(&m, CRASH_X86, build);
	pool_modules(&m, names);
	pool_block(&m, 0, 0, 0x360, 3, "Thre");
	pool_block(&m, 0x360, 0x360, 0x50, 1, "Gsem");
	pool_block(&m, 0x3b0, 0x50, 8, 0, "CcSc");
	pool_block(&m, 0x3b8, 8, 0x138, 5, "DRIV");
	pool_put(&m, 0x3c8, POOL_VA_X86 + 0x15532, 4);
	/* push 2ch; push offset; call */
	memcpy(m.raw + 0x15532, "\x6a\x2c\x68\x08\x1d\x5c\xb9\xe8\0\0\0\0\xc3",
	       13);
	pool_bugcheck(&m, 0x19, 0x20, POOL_VA_X86 + 0x3b8, POOL_VA_X86 + 0x4f0,
		      0x0a270001);
}

static void assert_pool(size_t i, const char *tag, enum crash_pool_role role,
			uint64_t bytes, const char *owner)
{
	assert_true(i < m.crash.pool_count);
	assert_string_equal(m.crash.pool[i].tag, tag);
	assert_int_equal(m.crash.pool[i].role, role);
	assert_int_equal(m.crash.pool[i].bytes.value, bytes);
	if (owner == NULL)
		assert_null(m.crash.pool[i].owner);
	else
		assert_string_equal(m.crash.pool[i].owner, owner);
}

static void the_block_its_neighbours_and_its_owner_are_found(void **state)
{
	(void)state;
	broken_page(3790);
	poolwalk_examine(&m.target);
	assert_int_equal(m.crash.pool_count, 3);
	assert_pool(0, "DRIV", CRASH_POOL_CORRUPT, 0x138, "driver.sys");
	assert_pool(1, "CcSc", CRASH_POOL_NEIGHBOUR, 8, "nt");
	assert_string_equal(m.crash.pool[2].tag, "Gsem");
	assert_true(crash_has_flag(&m.crash, "pool-page-broken"));
	poolwalk_blame(&m.target);
	assert_string_equal(m.crash.fault.module, "driver.sys");
	assert_int_equal(m.crash.fault.how, CRASH_FAULT_POOL_TAG);
	assert_int_equal(m.crash.fault.trust, CRASH_GUESSED);
}

static void a_driver_on_the_stack_is_not_overruled(void **state)
{
	(void)state;
	broken_page(3790);
	poolwalk_examine(&m.target);
	m.crash.fault.module = "third.sys";
	m.crash.fault.how = CRASH_FAULT_STACK;
	poolwalk_blame(&m.target);
	assert_string_equal(m.crash.fault.module, "third.sys");
	m.crash.fault.module = "nt";
	m.crash.bugcheck.code = CRASH_NUMBER(0xa);
	poolwalk_blame(&m.target);
	assert_string_equal(m.crash.fault.module, "nt");
}

static void a_lone_header_must_agree_with_its_neighbour(void **state)
{
	(void)state;
	/* the page's start is not there: no walk */
	broken_page(3790);
	m.range.start += 0x300;
	m.range.offset += 0x300;
	m.range.size -= 0x300;
	poolwalk_examine(&m.target);
	assert_int_equal(m.crash.pool_count, 1);
	assert_pool(0, "DRIV", CRASH_POOL_CORRUPT, 0x138, "driver.sys");
	broken_page(3790);
	m.range.start += 0x3b8;
	m.range.offset += 0x3b8;
	m.range.size -= 0x3b8;
	poolwalk_examine(&m.target);
	assert_int_equal(m.crash.pool_count, 0);
}

static void a_segment_heap_gives_the_header_alone(void **state)
{
	(void)state;
	pool_init(&m, CRASH_X64, 19041);
	pool_block(&m, 0x200, 0, 0x500, 2, "CcSc");
	pool_block(&m, 0x700, 0x500, 0x100, 2, "NtFF");
	/* C2, freed with the wrong tag: the address of the block itself */
	pool_bugcheck(&m, 0xc2, 0xa, POOL_VA_X64 + 0x210, 0x44434241,
		      0xc8474645);
	poolwalk_examine(&m.target);
	assert_int_equal(m.crash.pool_count, 3);
	assert_pool(0, "CcSc", CRASH_POOL_CORRUPT, 0x500, "nt");
	assert_pool(1, "ABCD", CRASH_POOL_ARGUMENT, 0, NULL);
	assert_false(m.crash.pool[1].bytes.known);
	assert_pool(2, "EFGH", CRASH_POOL_ARGUMENT, 0, NULL);
	/* an address where something was found is no block's start */
	pool_init(&m, CRASH_X64, 26100);
	pool_block(&m, 0x200, 0, 0x500, 2, "Zq~1");
	pool_bugcheck(&m, 0x13a, 0x12, 0, POOL_VA_X64 + 0x210, 0);
	poolwalk_examine(&m.target);
	assert_int_equal(m.crash.pool_count, 0);
}

static void special_pool_tells_its_filling(void **state)
{
	(void)state;
	pool_init(&m, CRASH_X86, 7601);
	memset(m.raw, 0x1d, 0x1000);
	pool_put(&m, 0, 0x001d4064, 4);
	memcpy(m.raw + 4, "VnSl", 4);
	memset(m.raw + 0x100, 0, 16);
	/* beyond the end: the page behind the block's */
	pool_bugcheck(&m, 0xd6, POOL_VA_X86 + 0x1000, 0, 0x82000000, 0);
	poolwalk_examine(&m.target);
	assert_int_equal(m.crash.pool_count, 1);
	assert_pool(0, "VnSl", CRASH_POOL_CORRUPT, 0x64, NULL);
	assert_true(crash_has_flag(&m.crash, "special-pool"));
	assert_true(crash_has_flag(&m.crash, "slop-corrupt"));
}

static void nothing_is_said_without_bytes(void **state)
{
	(void)state;
	broken_page(3790);
	m.dump.virtual.count = 0;
	poolwalk_examine(&m.target);
	assert_int_equal(m.crash.pool_count, 0);
	assert_int_equal(m.crash.flag_count, 0);
	/* a tag that is none */
	pool_bugcheck(&m, 0xc2, 0x9d, 0x01020304, 0, 0x80800000);
	poolwalk_examine(&m.target);
	assert_int_equal(m.crash.pool_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_block_its_neighbours_and_its_owner_are_found),
		cmocka_unit_test(a_driver_on_the_stack_is_not_overruled),
		cmocka_unit_test(a_lone_header_must_agree_with_its_neighbour),
		cmocka_unit_test(a_segment_heap_gives_the_header_alone),
		cmocka_unit_test(special_pool_tells_its_filling),
		cmocka_unit_test(nothing_is_said_without_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
