#include "signatures/knowledge/osmodule.h"

#include "tests/unit.h"

static void tiers_are_found_by_any_spelling(void **state)
{
	static const struct {
		const char *name;
		enum osmodule_tier tier;
	} rows[] = {
		{ "nt", OSMODULE_NEVER },
		{ "ntoskrnl.exe", OSMODULE_NEVER },
		{ "HAL.DLL", OSMODULE_NEVER },
		{ "hal", OSMODULE_NEVER },
		{ "Ndis.sys", OSMODULE_FRAMEWORK },
		{ "wdf01000", OSMODULE_FRAMEWORK },
		{ "1394bus.sys", OSMODULE_OS },
		{ "afd.sys", OSMODULE_OS },
		{ "dump_storahci.sys", OSMODULE_NEVER },
		{ "DUMP_xenvbd", OSMODULE_NEVER },
		{ "hiber_anything.sys", OSMODULE_NEVER },
		{ "mcupdate_GenuineIntel.dll", OSMODULE_NEVER },
		{ "cfosspeed6.sys", OSMODULE_ABSENT },
		{ "nvlddmkm.sys", OSMODULE_ABSENT },
		{ "ndis.sys.sys", OSMODULE_ABSENT },
		{ "ndis.bak", OSMODULE_ABSENT },
		{ "my_driver.sys", OSMODULE_ABSENT },
		{ "*", OSMODULE_ABSENT },
		{ "_", OSMODULE_ABSENT },
		{ "", OSMODULE_ABSENT },
		{ ".sys", OSMODULE_ABSENT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(osmodule_tier(rows[i].name), rows[i].tier);
}

static void long_names_are_no_harm(void **state)
{
	char name[300];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(osmodule_tier(name), OSMODULE_ABSENT);
	memcpy(name, "dump_", 5);
	assert_int_equal(osmodule_tier(name), OSMODULE_NEVER);
	memset(name, '_', sizeof(name) - 1);
	for (size_t length = sizeof(name) - 1; length > 0; length--) {
		name[length] = '\0';
		assert_int_equal(osmodule_tier(name), OSMODULE_ABSENT);
		name[length - 1] = '_';
	}
	memset(name, 'a', sizeof(name) - 1);
	for (size_t i = 0; i < 60; i++) {
		name[i] = '_';
		assert_int_equal(osmodule_tier(name), OSMODULE_ABSENT);
		name[i] = 'a';
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tiers_are_found_by_any_spelling),
		cmocka_unit_test(long_names_are_no_harm),
	};

	return cmocka_run_group_tests_name("osmodule", tests, NULL, NULL);
}
