#include "indexer/target/hardware.h"

#include "indexer/target/secondary.h"
#include "indexer/target/smbios.h"
#include "indexer/target/smbios_search.h"
#include "tests/unit.h"
#include "tests/unit/memory.h"

/* BIOS, system, board, end. */
static const char table[] =
	"\0\x0a\0\0\1\2\0\0\3\0Vendor\0"
	"1.2\00001/02/2024\0\0"
	"\1\x18\0\0\1\2\3\0ABCDEFGHIJKLMNOPMaker\0Product\0Version\0\0"
	"\2\x08\0\0\1\2\0\3Maker\0Board\0SERIAL\0\0"
	"\x7f\4\0\0\0";

static struct memory m;
static uint8_t blobs[1024];

static int begin(void **state)
{
	(void)state;
	memory_init(&m, CRASH_X64);
	memset(blobs, 0, sizeof(blobs));
	memcpy(blobs, "DumpBlob\x10", 9);
	return 0;
}

static size_t add(size_t at, const struct secondary_tag *tag, const void *data,
		  size_t size)
{
	blobs[at] = 0x20;
	memcpy(blobs + at + 4, tag->raw, 16);
	blobs[at + 0x14] = (uint8_t)size;
	blobs[at + 0x15] = (uint8_t)(size >> 8);
	memcpy(blobs + at + 0x20, data, size);
	return at + 0x20 + size;
}

static size_t add_smbios(size_t at)
{
	uint8_t raw[8 + sizeof(table)] = { 0, 3, 2, 0, sizeof(table) };

	memcpy(raw + 8, table, sizeof(table));
	return add(at, &secondary_smbios, raw, sizeof(raw));
}

static void the_blob_describes_the_machine(void **state)
{
	const struct crash_machine *machine = &m.crash.machine;

	(void)state;
	m.dump.secondary = bytes_of(blobs, add_smbios(0x10));
	hardware_examine(&m.target);
	assert_string_equal(machine->bios_vendor, "Vendor");
	assert_string_equal(machine->bios_version, "1.2");
	assert_string_equal(machine->bios_date, "01/02/2024");
	assert_string_equal(machine->manufacturer, "Maker");
	assert_string_equal(machine->product_name, "Product");
	assert_string_equal(machine->product_version, "Version");
	assert_string_equal(machine->board, "Board");
	assert_true(machine->id.known);
	assert_int_equal(machine->id.value,
			 hash_64("ABCDEFGHIJKLMNOPSERIAL", 22));
	assert_int_equal(m.crash.problem_count, 0);
}

static void the_processor_has_its_name_from_the_registry(void **state)
{
	static const char values[] = "\x0a\0\0\0~\0M\0H\0z\0\0\0\4\0\0\0"
				     "\4\0\0\0\1\2\3\4"
				     "\x28\0\0\0"
				     "P\0r\0o\0c\0e\0s\0s\0o\0r\0"
				     "N\0a\0m\0e\0S\0t\0r\0i\0n\0g\0\0\0"
				     "\1\0\0\0\x0c\0\0\0"
				     " \0C\0P\0U\0 \0\0\0";

	(void)state;
	m.dump.secondary = bytes_of(blobs, add(0x10, &secondary_processor,
					       values, sizeof(values) - 1));
	hardware_examine(&m.target);
	assert_string_equal(m.crash.machine.cpu, "CPU");
	assert_false(m.crash.machine.id.known);
	assert_null(m.crash.machine.manufacturer);
}

static void a_blob_cut_short_is_a_problem(void **state)
{
	(void)state;
	m.crash.image.complete = true;
	m.dump.image = bytes_of(blobs, sizeof(blobs));
	m.dump.secondary = bytes_of(blobs, add_smbios(0x10) - 1);
	hardware_examine(&m.target);
	assert_int_equal(m.crash.problem_count, 1);
	assert_string_equal(m.crash.problems[0],
			    "secondary data: cut short at byte 0x10");
	assert_false(m.crash.image.complete);
}

static void of_a_cut_table_the_beginning_is_read(void **state)
{
	const struct crash_machine *machine = &m.crash.machine;

	(void)state;
	m.dump.image = bytes_of(blobs, sizeof(blobs));
	m.dump.secondary = bytes_of(blobs, add_smbios(0x10) - 30);
	hardware_examine(&m.target);
	assert_string_equal(machine->bios_version, "1.2");
	assert_string_equal(machine->product_name, "Product");
	/* The board's serial may be missing, or half of it. */
	assert_false(machine->id.known);
}

static void the_first_table_that_can_be_read_counts(void **state)
{
	(void)state;
	m.dump.secondary =
		bytes_of(blobs, add_smbios(add(0x10, &secondary_smbios,
					       "\0\3\2\0\0\0\0\0", 8)));
	hardware_examine(&m.target);
	assert_string_equal(m.crash.machine.bios_version, "1.2");
	assert_true(m.crash.machine.id.known);
}

static void expect_found(void)
{
	hardware_examine(&m.target);
	assert_string_equal(m.crash.machine.product_name, "Product");
	assert_string_equal(m.crash.machine.board, "Board");
	assert_true(m.crash.machine.id.known);
}

static void the_firmware_leaves_an_anchor_in_low_memory(void **state)
{
	uint8_t sum = 0;

	(void)state;
	m.range.start = 0xf0000;
	memcpy(m.raw + 0x1230, "_SM3_\0\x18", 7);
	m.raw[0x123c] = sizeof(table);
	m.raw[0x1240] = 0x40;
	m.raw[0x1242] = 0x0f;
	for (size_t i = 0; i < 0x18; i++)
		sum = (uint8_t)(sum + m.raw[0x1230 + i]);
	m.raw[0x1235] = (uint8_t)-sum;
	memcpy(m.raw + 0x40, table, sizeof(table));
	expect_found();
}

static void an_anchor_with_a_wrong_sum_is_none(void **state)
{
	(void)state;
	m.range.start = 0xf0000;
	memcpy(m.raw + 0x1230, "_SM_\1\x1f\2\x08", 8);
	m.raw[0x1246] = sizeof(table);
	m.raw[0x1248] = 0x40;
	m.raw[0x124a] = 0x0f;
	memcpy(m.raw + 0x40, table, sizeof(table));
	hardware_examine(&m.target);
	assert_null(m.crash.machine.product_name);
}

static void windows_keeps_a_copy_somewhere(void **state)
{
	(void)state;
	memcpy(m.raw + 0x5674, "\0\3\2\0", 4);
	m.raw[0x5678] = sizeof(table);
	memcpy(m.raw + 0x567c, table, sizeof(table));
	expect_found();
}

/* A value and the cell of its data in a bin that begins at 0x3000. */
static void put_value(unsigned at, const char *name, unsigned data,
		      const char *text)
{
	const uint64_t page = memory_at(9);

	memory_put(&m, page + at, 0x6b76, 2);
	memory_put(&m, page + at + 2, strlen(name), 2);
	memory_put(&m, page + at + 4, 2 * strlen(text) + 2, 4);
	memory_put(&m, page + at + 8, 0x80003000u + data, 4);
	memory_put(&m, page + at + 0xc, 1, 4);
	memory_put(&m, page + at + 0x10, 1, 2);
	memory_text(&m, page + at + 0x14, name);
	memory_utf16(&m, page + data + 4, text);
}

static void the_registry_keeps_single_values(void **state)
{
	(void)state;
	memory_text(&m, memory_at(9), "hbin");
	memory_put(&m, memory_at(9) + 4, 0x3000, 4);
	put_value(0x24, "SystemManufacturer", 0x100, "Xen");
	put_value(0x64, "SystemProductName", 0x120, "HVM domU");
	put_value(0xa4, "BIOSVendor", 0xff8, "over the end");
	hardware_examine(&m.target);
	assert_string_equal(m.crash.machine.manufacturer, "Xen");
	assert_string_equal(m.crash.machine.product_name, "HVM domU");
	assert_null(m.crash.machine.bios_vendor);
	assert_false(m.crash.machine.id.known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_blob_describes_the_machine, begin),
		cmocka_unit_test_setup(
			the_processor_has_its_name_from_the_registry, begin),
		cmocka_unit_test_setup(of_a_cut_table_the_beginning_is_read,
				       begin),
		cmocka_unit_test_setup(the_first_table_that_can_be_read_counts,
				       begin),
		cmocka_unit_test_setup(a_blob_cut_short_is_a_problem, begin),
		cmocka_unit_test_setup(
			the_firmware_leaves_an_anchor_in_low_memory, begin),
		cmocka_unit_test_setup(an_anchor_with_a_wrong_sum_is_none,
				       begin),
		cmocka_unit_test_setup(windows_keeps_a_copy_somewhere, begin),
		cmocka_unit_test_setup(the_registry_keeps_single_values, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
