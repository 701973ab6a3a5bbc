#include "indexer/target/hypervisor_evidence.h"

#include "indexer/target/secondary.h"
#include "tests/unit.h"
#include "tests/unit/memory.h"

static struct memory m;
static struct crash_module modules[16];
static uint8_t blobs[512];
static size_t used;

static int begin(void **state)
{
	(void)state;
	memory_init(&m, CRASH_X64);
	m.dump.physical.count = 0;
	m.crash.modules = modules;
	memcpy(blobs, "DumpBlob\x10\0\0\0\0\0\0", 16);
	used = 16;
	return 0;
}

static void load(const char *name)
{
	modules[m.crash.module_count++] = (struct crash_module){ .name = name };
}

static void add_blob(const struct secondary_tag *tag, const void *data,
		     uint8_t size)
{
	memset(blobs + used, 0, 0x20);
	blobs[used] = 0x20;
	memcpy(blobs + used + 4, tag->raw, 16);
	blobs[used + 0x14] = size;
	memcpy(blobs + used + 0x20, data, size);
	used += 0x20u + size;
	m.dump.secondary = bytes_of(blobs, used);
}

static void add_cpuid(bool hypervisor)
{
	uint8_t record[40] = { 0, 0, 0, 0, 1 };

	record[8 + 11] = hypervisor ? 0x80 : 0;
	add_blob(&secondary_cpuid, record, sizeof(record));
}

static const char *answer(void)
{
	hypervisor_evidence_examine(&m.target);
	return m.crash.machine.hypervisor ? m.crash.machine.hypervisor : "none";
}

static bool has_evidence(const char *text)
{
	for (size_t i = 0; i < m.crash.machine.evidence_count; i++)
		if (strcmp(m.crash.machine.evidence[i], text) == 0)
			return true;
	return false;
}

static void a_xen_guest_is_known_by_firmware_and_drivers(void **state)
{
	(void)state;
	m.crash.machine.bios_vendor = "Xen";
	m.crash.machine.bios_version = "3.1.0";
	m.crash.machine.product_name = "HVM domU";
	load("ntoskrnl.exe");
	load("xenvbd.sys");
	load("dump_xenvbd.sys");
	assert_string_equal(answer(), "xen");
	assert_true(has_evidence("bios_vendor=Xen"));
	assert_true(has_evidence("product_name=HVM domU"));
	assert_true(has_evidence("driver=xenvbd"));
	assert_false(has_evidence("driver=ntoskrnl.exe"));
}

static void microsoft_needs_its_product(void **state)
{
	(void)state;
	m.crash.machine.manufacturer = "Microsoft Corporation";
	m.crash.machine.product_name = "Surface Pro 7";
	assert_string_equal(answer(), "none");
	begin(state);
	m.crash.machine.manufacturer = "Microsoft Corporation";
	m.crash.machine.product_name = "Virtual Machine";
	assert_string_equal(answer(), "hyperv");
	assert_true(has_evidence("manufacturer=Microsoft Corporation"));
}

static void a_platform_is_better_than_what_it_is_made_of(void **state)
{
	(void)state;
	m.crash.machine.bios_vendor = "Google";
	m.crash.machine.product_name = "Google Compute Engine";
	load("netkvm.sys");
	load("vioscsi.sys");
	load("pvpanic.sys");
	assert_string_equal(answer(), "gce");
}

static void a_host_is_no_guest(void **state)
{
	(void)state;
	m.crash.machine.manufacturer = "ASUS";
	load("vboxdrv.sys");
	load("vboxnetflt.sys");
	load("vmx86.sys");
	load("vmci.sys");
	load("vsock.sys");
	assert_string_equal(answer(), "none");
	assert_int_equal(m.crash.machine.evidence_count, 0);
}

static void one_medium_driver_is_not_enough(void **state)
{
	(void)state;
	load("vmbus.sys");
	assert_string_equal(answer(), "none");
	begin(state);
	load("vmbus.sys");
	load("winhv.sys");
	assert_string_equal(answer(), "hyperv");
}

static void a_processor_that_knows_of_none_overrules_drivers(void **state)
{
	(void)state;
	add_cpuid(false);
	load("vmmouse.sys");
	load("vmhgfs.sys");
	assert_string_equal(answer(), "none");
}

static void vbs_is_a_hypervisor_below_and_no_guest(void **state)
{
	(void)state;
	add_cpuid(true);
	add_blob(&secondary_secure_kernel, "x", 1);
	assert_string_equal(answer(), "none");
	assert_true(crash_has_flag(&m.crash, "vbs"));
	assert_true(crash_has_flag(&m.crash, "hypervisor-below"));
	assert_true(has_evidence("blob=secure-kernel"));
	assert_true(has_evidence("cpuid=hypervisor"));
}

static void metal_is_no_guest(void **state)
{
	(void)state;
	m.crash.machine.manufacturer = "Amazon EC2";
	m.crash.machine.product_name = "m5.metal";
	assert_string_equal(answer(), "none");
}

static void acpi_names_its_maker(void **state)
{
	(void)state;
	add_blob(&secondary_acpi,
		 "FACP\x24\0\0\0\1\0VBOX  VBOXFACP\0\0\0\0\0\0\0\0\0\0\0\0",
		 0x24);
	assert_string_equal(answer(), "virtualbox");
	assert_true(has_evidence("acpi_oem=VBOX"));
}

static void a_hypercall_makes_a_32_bit_system_a_guest(void **state)
{
	static struct dump_range page = { 0x84617000, 0x10, 0 };
	static const uint8_t stack[] = { 0, 0, 0, 0, 0x08, 0x70, 0x61, 0x84 };

	(void)state;
	m.crash.machine.arch = CRASH_X86;
	m.dump.pointer_bytes = 4;
	m.dump.virtual = (struct dump_ranges){ &page, 1 };
	m.dump.stack = bytes_of(stack, sizeof(stack));
	memcpy(m.raw, "\x0d\0\0\0\x80\x0f\x01\xc1\xc3", 9);
	assert_string_equal(answer(), "hyperv");
	assert_true(has_evidence("code=vmcall"));
	/* 64-bit ones do that above their own hypervisor too. */
	begin(state);
	page.start = 0xfffff80184617000;
	m.dump.virtual = (struct dump_ranges){ &page, 1 };
	m.dump.stack = bytes_of("\x08\x70\x61\x84\x01\xf8\xff\xff", 8);
	memcpy(m.raw, "\x0d\0\0\0\x80\x0f\x01\xc1\xc3", 9);
	assert_string_equal(answer(), "none");
	assert_true(crash_has_flag(&m.crash, "hypervisor-below"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			a_xen_guest_is_known_by_firmware_and_drivers, begin),
		cmocka_unit_test_setup(microsoft_needs_its_product, begin),
		cmocka_unit_test_setup(
			a_platform_is_better_than_what_it_is_made_of, begin),
		cmocka_unit_test_setup(a_host_is_no_guest, begin),
		cmocka_unit_test_setup(one_medium_driver_is_not_enough, begin),
		cmocka_unit_test_setup(
			a_processor_that_knows_of_none_overrules_drivers,
			begin),
		cmocka_unit_test_setup(vbs_is_a_hypervisor_below_and_no_guest,
				       begin),
		cmocka_unit_test_setup(metal_is_no_guest, begin),
		cmocka_unit_test_setup(acpi_names_its_maker, begin),
		cmocka_unit_test_setup(
			a_hypercall_makes_a_32_bit_system_a_guest, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
