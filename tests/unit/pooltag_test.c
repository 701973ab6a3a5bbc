#include "signatures/knowledge/pooltag.h"

#include "tests/unit.h"

static void exact_tags_are_found_with_their_blanks(void **state)
{
	(void)state;
	assert_string_equal(pooltag_owner("8042"), "i8042prt.sys");
	assert_string_equal(pooltag_owner("Reff"), "refs.sys");
	assert_string_equal(pooltag_owner("VNC "), "netvsc50.sys");
	assert_null(pooltag_find("DRIV"));
	assert_null(pooltag_find(""));
	assert_null(pooltag_find("Nf"));
	assert_null(pooltag_find("\xff\xff\xff\xff"));
}

static void case_counts(void **state)
{
	(void)state;
	assert_string_equal(pooltag_owner("Acpg"), "acpi.sys");
	assert_null(pooltag_find("acPG"));
}

static void the_protected_bit_is_ignored(void **state)
{
	(void)state;
	assert_ptr_equal(pooltag_find("804\xb2"), pooltag_find("8042"));
}

static void parts_of_the_kernel_are_the_kernel(void **state)
{
	const struct pooltag *row = pooltag_find("ALPC");

	(void)state;
	assert_string_equal(row->binary, "nt!alpc");
	assert_string_equal(pooltag_module(row), "nt");
}

static void the_narrowest_pattern_wins(void **state)
{
	(void)state;
	assert_string_equal(pooltag_find("Nf\x01\x02")->tag, "Nf\?\?");
	assert_string_equal(pooltag_find("NfR\x02")->tag, "NfR?");
	assert_string_equal(pooltag_find("Acp\x02")->tag, "Acp*");
}

static void a_library_is_no_module(void **state)
{
	(void)state;
	assert_non_null(pooltag_find("VmbK"));
	assert_null(pooltag_owner("VmbK"));
	assert_null(pooltag_owner("CKRT"));
}

static void a_shared_tag_gives_all_its_owners(void **state)
{
	const struct pooltag *row = pooltag_find("VNC ");

	(void)state;
	row = pooltag_next(row);
	assert_string_equal(row->binary, "netvsc60.sys");
	assert_null(pooltag_next(row));
	row = pooltag_find("ScC\x01");
	assert_string_equal(row->binary, "cdrom.sys");
	assert_string_equal(pooltag_next(row)->binary, "classpnp.sys");
	for (row = pooltag_find("8042"); row; row = pooltag_next(row))
		assert_string_equal(row->tag, "8042");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exact_tags_are_found_with_their_blanks),
		cmocka_unit_test(case_counts),
		cmocka_unit_test(the_protected_bit_is_ignored),
		cmocka_unit_test(parts_of_the_kernel_are_the_kernel),
		cmocka_unit_test(the_narrowest_pattern_wins),
		cmocka_unit_test(a_library_is_no_module),
		cmocka_unit_test(a_shared_tag_gives_all_its_owners),
	};

	return cmocka_run_group_tests_name("pooltag", tests, NULL, NULL);
}
