#include "indexer/target/modules.h"

#include "indexer/target/kdbg.h"
#include "indexer/target/process.h"
#include "indexer/target/processor.h"
#include "indexer/target/space.h"
#include "tests/unit.h"
#include "tests/unit/memory.h"

#define VA 0xfffff80000200000u
#define HEAD (VA + 0x8000)
#define KDBG (VA + 0x9000)

static struct memory m;
static uint8_t context[0x4d0];

static uint64_t pa_of(uint64_t va)
{
	return MEMORY_START + (va - VA);
}

static void put(uint64_t va, uint64_t value, unsigned size)
{
	memory_put(&m, pa_of(va), value, size);
}

static void put_name(uint64_t va, uint64_t buffer, const char *text)
{
	put(va, 2 * strlen(text), 2);
	put(va + 2, 2 * strlen(text) + 2, 2);
	put(va + 8, buffer, 8);
	memory_utf16(&m, pa_of(buffer), text);
}

/* A loader entry of Windows 10. */
static void put_entry(uint64_t va, uint64_t next, uint64_t back, uint64_t base,
		      const char *name)
{
	put(va, next, 8);
	put(va + 8, back, 8);
	put(va + 0x30, base, 8);
	put(va + 0x40, 0x7000, 4);
	put_name(va + 0x58, va + 0x100, name);
	put(va + 0x9c, 0xa1b2c3d4, 4);
}

static void put_pe(uint64_t base, uint32_t timestamp)
{
	put(base, 0x5a4d, 2);
	put(base + 0x3c, 0x80, 4);
	put(base + 0x80, 0x4550, 4);
	put(base + 0x84, 0x8664, 2);
	put(base + 0x88, timestamp, 4);
	put(base + 0x94, 0xf0, 2);
	put(base + 0x98, 0x20b, 2);
	put(base + 0x98 + 0x38, 0x7000, 4);
}

static void start(void)
{
	memory_init(&m, CRASH_X64);
	memory_map_x64(&m, VA);
	m.crash.machine.os_build = CRASH_NUMBER(19041);
	m.crash.machine.cpus = CRASH_NUMBER(2);
	m.dump.module_list = HEAD;
	m.dump.debugger_data = KDBG;
	put(HEAD, VA + 0xa000, 8);
	put(HEAD + 8, VA + 0xb000, 8);
	put_entry(VA + 0xa000, VA + 0xb000, HEAD, VA + 0x10000, "ntoskrnl.exe");
	put_entry(VA + 0xb000, HEAD, VA + 0xa000, VA + 0x20000, "KS.sys");
	put_pe(VA + 0x10000, 0x12345678);
	put(KDBG + 0x10, 0x4742444b, 4);
	put(KDBG + 0x14, 0x380, 4);
	space_init(&m.target);
	kdbg_examine(&m.target);
}

static void the_list_gives_names_bases_and_builds(void **state)
{
	(void)state;
	start();
	modules_examine(&m.target);
	assert_int_equal(m.crash.module_count, 2);
	assert_string_equal(m.crash.modules[0].name, "ntoskrnl.exe");
	assert_int_equal(m.crash.modules[0].base, VA + 0x10000);
	/* The image's own word first, then the entry's. */
	assert_int_equal(m.crash.modules[0].build, 0x1234567800007000);
	assert_string_equal(m.crash.modules[1].name, "ks.sys");
	assert_int_equal(m.crash.modules[1].build, 0xa1b2c3d400007000);
	assert_int_equal(m.crash.problem_count, 0);
}

static void an_old_entry_has_no_timestamp(void **state)
{
	(void)state;
	start();
	m.crash.machine.os_build = CRASH_NUMBER(7601);
	modules_examine(&m.target);
	assert_int_equal(m.crash.modules[1].build, 0);
	assert_int_equal(m.crash.modules[1].bytes, 0x7000);
}

static void a_link_that_does_not_lead_back_ends_the_list(void **state)
{
	(void)state;
	start();
	put(VA + 0xb008, VA + 0xb000, 8);
	modules_examine(&m.target);
	assert_int_equal(m.crash.module_count, 1);
	assert_int_equal(m.crash.problem_count, 1);
}

static void a_link_into_nothing_ends_the_list(void **state)
{
	(void)state;
	start();
	put(VA + 0xa000, 0xfffff90000000000u, 8);
	modules_examine(&m.target);
	assert_int_equal(m.crash.module_count, 1);
	assert_int_equal(m.crash.problem_count, 1);
}

static void unloaded_drivers_come_from_the_ring(void **state)
{
	const uint64_t ring = VA + 0x31000;

	(void)state;
	start();
	put(KDBG + 0x220, VA + 0x30000, 8);
	put(VA + 0x30000, ring, 8);
	put_name(ring + 0x28, VA + 0x32000, "WpdUpFltr.sys");
	put(ring + 0x28 + 0x10, VA + 0x40000, 8);
	put(ring + 0x28 + 0x18, VA + 0x48000, 8);
	kdbg_examine(&m.target);
	modules_examine(&m.target);
	assert_int_equal(m.crash.unloaded_count, 1);
	assert_string_equal(m.crash.unloaded[0].name, "wpdupfltr.sys");
	assert_int_equal(m.crash.unloaded[0].bytes, 0x8000);
}

static void the_crashed_processor_names_its_process(void **state)
{
	const uint64_t prcb = VA + 0x34000;
	const uint64_t thread = VA + 0x35000;
	const uint64_t process = VA + 0x36000;
	struct processor processor;

	(void)state;
	start();
	put(KDBG + 0x218, VA + 0x33000, 8);
	put(KDBG + 0x2a0, 0xb8, 2);
	put(KDBG + 0x2b4, 8, 2);
	put(KDBG + 0x338, 0x5c0, 2);
	put(VA + 0x33000, VA + 0x37000, 8);
	put(VA + 0x33008, prcb, 8);
	put(prcb + 8, thread, 8);
	put(prcb + 0x5c0, VA + 0x38000, 8);
	put(VA + 0x38098, VA + 0x3a000, 8);
	put(thread + 0xb8, process, 8);
	memory_text(&m, pa_of(process + 0x5a8), "EpicGamesLaunc");
	memcpy(context + 0x98, &(uint64_t){ VA + 0x3a000 }, 8);
	m.dump.context = bytes_of(context, sizeof(context));
	kdbg_examine(&m.target);
	assert_true(processor_crashed(&m.target, &processor));
	assert_int_equal(processor.prcb, prcb);
	process_examine(&m.target);
	assert_string_equal(m.crash.process, "EpicGamesLaunc");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_list_gives_names_bases_and_builds),
		cmocka_unit_test(an_old_entry_has_no_timestamp),
		cmocka_unit_test(a_link_that_does_not_lead_back_ends_the_list),
		cmocka_unit_test(a_link_into_nothing_ends_the_list),
		cmocka_unit_test(unloaded_drivers_come_from_the_ring),
		cmocka_unit_test(the_crashed_processor_names_its_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
