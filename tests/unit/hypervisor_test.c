#include "signatures/knowledge/hypervisor.h"

#include "tests/unit.h"

static void signs_of_every_match_are_found(void **state)
{
	static const struct {
		enum hypervisor_kind kind;
		const char *text, *name;
		enum hypervisor_side side;
	} rows[] = {
		{ HYPERVISOR_VENDOR, "Xen", "xen", HYPERVISOR_GUEST },
		{ HYPERVISOR_PRODUCT, "HVM domU", "xen", HYPERVISOR_GUEST },
		{ HYPERVISOR_PRODUCT, "Virtual Machine", "hyperv",
		  HYPERVISOR_GUEST },
		{ HYPERVISOR_MANUFACTURER, "VMware, Inc.", "vmware",
		  HYPERVISOR_GUEST },
		{ HYPERVISOR_VERSION, "4.2.amazon", "ec2-xen",
		  HYPERVISOR_GUEST },
		{ HYPERVISOR_DRIVER, "XENUTIL.SYS", "xen", HYPERVISOR_GUEST },
		{ HYPERVISOR_DRIVER, "dump_xenvbd.sys", "xen",
		  HYPERVISOR_GUEST },
		{ HYPERVISOR_DRIVER, "awsnvme.sys", "ec2-nitro",
		  HYPERVISOR_GUEST },
		{ HYPERVISOR_DRIVER, "vmxnet3n61x64.sys", "vmware",
		  HYPERVISOR_GUEST },
		{ HYPERVISOR_DRIVER, "hvix64.exe", "hyperv", HYPERVISOR_HOST },
		{ HYPERVISOR_BOARD, "VirtualBox", "virtualbox",
		  HYPERVISOR_GUEST },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct hypervisor *row =
			hypervisor_match(rows[i].kind, rows[i].text, NULL);

		assert_non_null(row);
		assert_string_equal(row->name, rows[i].name);
		assert_int_equal(row->side, rows[i].side);
		assert_null(hypervisor_match(rows[i].kind, rows[i].text, row));
	}
}

static void bare_metal_gives_no_sign(void **state)
{
	static const char *const texts[] = { "",
					     "American Megatrends Inc.",
					     "Dell Inc.",
					     "tcpip.sys",
					     "aaaa.sys",
					     "zzzz.sys",
					     "vmstorfl.sys" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		for (int kind = 0; kind < HYPERVISOR_KINDS; kind++)
			assert_null(hypervisor_match((enum hypervisor_kind)kind,
						     texts[i], NULL));
	}
	assert_null(hypervisor_match(HYPERVISOR_PRODUCT, "hvm domu", NULL));
}

static void one_text_may_match_more_than_one_row(void **state)
{
	const struct hypervisor *row =
		hypervisor_match(HYPERVISOR_DRIVER, "prl_boot.sys", NULL);

	(void)state;
	assert_int_equal(row->match, HYPERVISOR_EXACT);
	row = hypervisor_match(HYPERVISOR_DRIVER, "prl_boot.sys", row);
	assert_int_equal(row->match, HYPERVISOR_PREFIX);
	assert_null(hypervisor_match(HYPERVISOR_DRIVER, "prl_boot.sys", row));
}

static void platforms_are_told_from_what_they_are_made_of(void **state)
{
	(void)state;
	assert_true(hypervisor_is_platform("gce"));
	assert_true(hypervisor_is_platform("azure"));
	assert_false(hypervisor_is_platform("xen"));
	assert_false(hypervisor_is_platform("hyperv"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signs_of_every_match_are_found),
		cmocka_unit_test(bare_metal_gives_no_sign),
		cmocka_unit_test(one_text_may_match_more_than_one_row),
		cmocka_unit_test(platforms_are_told_from_what_they_are_made_of),
	};

	return cmocka_run_group_tests_name("hypervisor", tests, NULL, NULL);
}
