#include "indexer/target/smbios.h"

#include "tests/unit.h"

static struct arena arena;

static uint8_t table[4096];
static size_t used;

static void add(uint8_t type, uint8_t length, const char *fields,
		const char *texts, size_t size)
{
	table[used] = type;
	table[used + 1] = length;
	memcpy(table + used + 4, fields, length - 4u);
	memcpy(table + used + length, texts, size);
	used += length + size;
}

#define ADD(type, fields, texts)                                               \
	add(type, sizeof(fields) - 1 + 4, fields, texts, sizeof(texts))

static bool read(struct smbios *ret)
{
	return smbios_read(bytes_of(table, used), &arena, ret);
}

static int begin(void **state)
{
	(void)state;
	memset(table, 0, sizeof(table));
	used = 0;
	arena_reset(&arena);
	return 0;
}

static void structures_may_come_in_any_order(void **state)
{
	struct smbios smbios;

	(void)state;
	ADD(0xda, "\1\2\3\4", "\0");
	ADD(2, "\1\2\0\3\4", "Maker\0BOARD-7\0SERIAL\0TAG\0");
	ADD(1,
	    "\1\2\3\0"
	    "0123456789abcdef"
	    "\6\0\0",
	    "Xen\0HVM domU \0004.11\0");
	ADD(0,
	    "\1\2\0\0\3\0"
	    "12345678"
	    "\0\x10",
	    "Vendor\0 V1 \00001/02/2024\0");
	ADD(127, "", "\0");
	assert_true(read(&smbios));
	assert_true(smbios.ended);
	assert_string_equal(smbios.bios_vendor, "Vendor");
	assert_string_equal(smbios.bios_version, "V1");
	assert_string_equal(smbios.bios_date, "01/02/2024");
	assert_true(smbios.says_virtual);
	assert_string_equal(smbios.manufacturer, "Xen");
	assert_string_equal(smbios.product, "HVM domU");
	assert_string_equal(smbios.version, "4.11");
	assert_true(smbios.has_uuid);
	assert_memory_equal(smbios.uuid, "0123456789abcdef", 16);
	assert_string_equal(smbios.board, "BOARD-7");
	assert_string_equal(smbios.board_serial, "SERIAL");
	assert_string_equal(smbios.board_tag, "TAG");
}

static void what_is_not_named_or_not_there_is_absent(void **state)
{
	struct smbios smbios;

	(void)state;
	ADD(1, "\0\5\1\0", "   \0");
	assert_true(read(&smbios));
	assert_null(smbios.manufacturer);
	assert_null(smbios.product); /* there is no text 5 */
	assert_null(smbios.version); /* blanks */
	assert_false(smbios.has_uuid);
	assert_null(smbios.bios_vendor);
	assert_false(smbios.ended);
}

static void a_uuid_of_ones_is_none(void **state)
{
	struct smbios smbios;

	(void)state;
	ADD(1,
	    "\1\2\3\0"
	    "\xff\xff\xff\xff\xff\xff\xff\xff"
	    "\xff\xff\xff\xff\xff\xff\xff\xff",
	    "a\0b\0c\0");
	assert_true(read(&smbios));
	assert_false(smbios.has_uuid);
}

static void a_table_of_other_things_is_none(void **state)
{
	struct smbios smbios;

	(void)state;
	ADD(17, "\1\2\3\4", "bank\0");
	assert_false(read(&smbios));
	assert_false(smbios_read(bytes_absent(), &arena, &smbios));
	assert_false(smbios_read(bytes_of("", 0), &arena, &smbios));
	/* A length below four would stand still. */
	assert_false(
		smbios_read(bytes_of("\0\0\0\0\0\0\0\0", 8), &arena, &smbios));
}

static void every_cut_is_survived(void **state)
{
	struct smbios smbios;

	(void)state;
	ADD(0, "\1\2\0\0\3\0", "Vendor\0V1\00001/02/2024\0");
	ADD(1, "\1\2\3\0", "a\0b\0c\0");
	for (size_t size = 0; size < used; size++) {
		uint8_t copy[256];

		memcpy(copy, table, size);
		(void)smbios_read(bytes_of(copy, size), &arena, &smbios);
	}
	assert_true(read(&smbios));
	assert_string_equal(smbios.product, "b");
}

static void windows_puts_a_header_in_front(void **state)
{
	uint8_t raw[256] = { 0, 3, 2, 0 };
	struct smbios smbios;

	(void)state;
	ADD(1, "\1\2\3\0", "a\0b\0c\0");
	memcpy(raw + 8, table, used);
	raw[4] = (uint8_t)used;
	assert_true(
		smbios_read_raw(bytes_of(raw, sizeof(raw)), &arena, &smbios));
	assert_string_equal(smbios.manufacturer, "a");
	raw[5] = 0xff; /* longer than what is there */
	assert_true(smbios_read_raw(bytes_of(raw, 8 + used), &arena, &smbios));
	assert_false(smbios_read_raw(bytes_of(raw, 7), &arena, &smbios));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(structures_may_come_in_any_order, begin),
		cmocka_unit_test_setup(what_is_not_named_or_not_there_is_absent,
				       begin),
		cmocka_unit_test_setup(a_uuid_of_ones_is_none, begin),
		cmocka_unit_test_setup(a_table_of_other_things_is_none, begin),
		cmocka_unit_test_setup(every_cut_is_survived, begin),
		cmocka_unit_test_setup(windows_puts_a_header_in_front, begin),
	};
	int failed;

	arena_init(&arena);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_deinit(&arena);
	return failed;
}
