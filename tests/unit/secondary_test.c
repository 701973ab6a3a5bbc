#include "indexer/target/secondary.h"

#include "tests/unit.h"

static uint8_t raw[1024];
static size_t used;

static void put32(size_t at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		raw[at + i] = (uint8_t)(value >> 8 * i);
}

static int begin(void **state)
{
	(void)state;
	memset(raw, 0, sizeof(raw));
	memcpy(raw, "DumpBlob", 8);
	put32(8, 0x10);
	used = 0x10;
	return 0;
}

static void add(const struct secondary_tag *tag, const char *data,
		uint32_t before, uint32_t behind)
{
	const size_t size = strlen(data);

	put32(used, 0x20);
	memcpy(raw + used + 4, tag->raw, 16);
	put32(used + 0x14, (uint32_t)size);
	put32(used + 0x18, before);
	put32(used + 0x1c, behind);
	memcpy(raw + used + 0x20 + before, data, size);
	used += 0x20 + before + size + behind;
}

static const char *found(const struct secondary_tag *tag)
{
	static char text[64];
	struct bytes data = secondary_find(bytes_of(raw, used), tag);
	const size_t size = bytes_left(&data);

	if (data.failed)
		return "";
	bytes_copy(&data, text, size);
	text[size] = '\0';
	return text;
}

static void padding_and_empty_blobs_are_passed(void **state)
{
	static const struct secondary_tag zero;

	(void)state;
	add(&zero, "", 0, 0);
	add(&secondary_smbios, "", 3, 5);
	add(&secondary_acpi, "acpi", 4, 4);
	add(&secondary_smbios, "table", 0, 7);
	assert_string_equal(found(&secondary_smbios), "table");
	assert_string_equal(found(&secondary_acpi), "acpi");
	assert_string_equal(found(&secondary_cpuid), "");
}

static void foreign_bytes_behind_the_last_blob_end_it(void **state)
{
	struct secondary walk;
	struct secondary_blob blob;

	(void)state;
	add(&secondary_acpi, "acpi", 0, 4);
	used += 100;
	walk = secondary_walk(bytes_of(raw, used));
	assert_true(secondary_next(&walk, &blob));
	assert_false(secondary_next(&walk, &blob));
	assert_false(walk.cut_short);
}

static void a_blob_over_the_end_is_cut_short(void **state)
{
	struct secondary walk;
	struct secondary_blob blob;

	(void)state;
	add(&secondary_acpi, "acpi", 0, 0);
	put32(0x10 + 0x14, 0xffffffff);
	walk = secondary_walk(bytes_of(raw, used));
	assert_true(secondary_next(&walk, &blob));
	assert_true(walk.cut_short);
	assert_int_equal(bytes_left(&blob.data), 4);
	assert_false(secondary_next(&walk, &blob));

	/* Nothing of it is there but its header. */
	walk = secondary_walk(bytes_of(raw, used - 4));
	assert_false(secondary_next(&walk, &blob));
	assert_true(walk.cut_short);
}

static void what_is_no_secondary_data_has_no_blobs(void **state)
{
	struct secondary walk;
	struct secondary_blob blob;

	(void)state;
	walk = secondary_walk(bytes_absent());
	assert_false(secondary_next(&walk, &blob));
	raw[0] = 'd';
	walk = secondary_walk(bytes_of(raw, sizeof(raw)));
	assert_false(secondary_next(&walk, &blob));
	assert_false(walk.cut_short);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(padding_and_empty_blobs_are_passed,
				       begin),
		cmocka_unit_test_setup(
			foreign_bytes_behind_the_last_blob_end_it, begin),
		cmocka_unit_test_setup(a_blob_over_the_end_is_cut_short, begin),
		cmocka_unit_test_setup(what_is_no_secondary_data_has_no_blobs,
				       begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
