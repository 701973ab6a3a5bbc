#include "indexer/target/kdbg.h"

#include "tests/unit.h"
#include "tests/unit/memory.h"

static struct memory m;
static uint8_t block[0x380];

static void start(enum crash_arch arch, uint32_t size, size_t present)
{
	memory_init(&m, arch);
	memset(block, 0, sizeof(block));
	memcpy(block + 0x10, "KDBG", 4);
	memcpy(block + 0x14, &size, 4);
	m.dump.physical.count = 0;
	m.dump.kdbg = bytes_of(block, present);
	kdbg_examine(&m.target);
}

static void a_field_past_the_end_is_absent(void **state)
{
	uint32_t value;

	(void)state;
	start(CRASH_X64, 0x380, 0x2b6);
	block[0x2b4] = 8;
	assert_true(kdbg_offset(&m.target, KDBG_PRCB_THREAD, &value));
	assert_int_equal(value, 8);
	assert_false(kdbg_offset(&m.target, KDBG_PRCB_CONTEXT, &value));
	/* Zero is no offset. */
	assert_false(kdbg_offset(&m.target, KDBG_PROCESS_TABLE, &value));
}

static void pointers_of_32_bit_systems_are_sign_extended(void **state)
{
	uint64_t value;

	(void)state;
	start(CRASH_X86, 0x290, 0x290);
	memcpy(block + 0x48, "\x00\x1c\x55\x80\xff\xff\xff\xff", 8);
	assert_true(kdbg_pointer(&m.target, KDBG_LOADED_MODULES, &value));
	assert_int_equal(value, 0x80551c00);
	assert_false(kdbg_pointer(&m.target, KDBG_UNLOADED_DRIVERS, &value));
}

static void xp_has_no_offsets_but_they_are_known(void **state)
{
	uint32_t value;

	(void)state;
	start(CRASH_X86, 0x290, 0x290);
	m.crash.machine.os_build = CRASH_NUMBER(2600);
	assert_true(kdbg_offset(&m.target, KDBG_THREAD_PROCESS, &value));
	assert_int_equal(value, 0x44);
	m.crash.machine.os_build = CRASH_NUMBER(3790);
	assert_false(kdbg_offset(&m.target, KDBG_THREAD_PROCESS, &value));
}

static void another_block_is_none(void **state)
{
	(void)state;
	start(CRASH_X64, 0x20, 0x380);
	assert_true(m.target.kdbg.failed);
	start(CRASH_X64, 0x380, 0x12);
	assert_true(m.target.kdbg.failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_field_past_the_end_is_absent),
		cmocka_unit_test(pointers_of_32_bit_systems_are_sign_extended),
		cmocka_unit_test(xp_has_no_offsets_but_they_are_known),
		cmocka_unit_test(another_block_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
