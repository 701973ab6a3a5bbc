#include "indexer/target/object.h"

#include "tests/unit.h"
#include "tests/unit/pool.h"

static struct memory m;

static const char *const names[] = { "ntoskrnl.exe", "disk.sys", "vendor.sys",
				     "other.sys", NULL };

static uint64_t module(unsigned n)
{
	return pool_va(&m) + 0x10000 + n * 0x4000;
}

/* All objects stand in the first page. */
static void driver(unsigned at, unsigned n)
{
	const bool wide = m.dump.pointer_bytes == 8;

	pool_put(&m, at, 4, 2);
	pool_put(&m, at + 2, wide ? 0x150 : 0xa8, 2);
	pool_put(&m, at + (wide ? 0x18 : 0xc), module(n), m.dump.pointer_bytes);
}

static void device(unsigned at, unsigned of, unsigned attached)
{
	const unsigned width = m.dump.pointer_bytes;

	pool_put(&m, at, 3, 2);
	pool_put(&m, at + 8, pool_va(&m) + of, width);
	if (attached != 0)
		pool_put(&m, at + (width == 8 ? 0x18 : 0x10),
			 pool_va(&m) + attached, width);
}

static void irp(unsigned at, unsigned location, unsigned of)
{
	const bool wide = m.dump.pointer_bytes == 8;

	pool_put(&m, at, 6, 2);
	pool_put(&m, at + (wide ? 0xb8 : 0x60), pool_va(&m) + location,
		 m.dump.pointer_bytes);
	pool_put(&m, location + (wide ? 0x28 : 0x14), pool_va(&m) + of,
		 m.dump.pointer_bytes);
}

static void start(enum crash_arch arch)
{
	pool_init(&m, arch, 9600);
	pool_modules(&m, names);
	driver(0x100, 1);
	driver(0x300, 2);
	device(0x500, 0x100, 0x600);
	device(0x600, 0x300, 0);
}

static void objects_lead_to_their_drivers(void **state)
{
	static const enum crash_arch archs[] = { CRASH_X64, CRASH_X86 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const struct crash_module *modules;
		uint64_t va;
		start(archs[i]);
		irp(0x800, 0x900, 0x600);
		modules = m.crash.modules;
		va = pool_va(&m);
		assert_ptr_equal(object_of_driver(&m.target, va + 0x100),
				 modules + 1);
		assert_ptr_equal(object_of_device(&m.target, va + 0x600),
				 modules + 2);
		assert_ptr_equal(object_of_irp(&m.target, va + 0x800),
				 modules + 2);
		/* another type, nothing there */
		assert_null(object_of_device(&m.target, va + 0x100));
		assert_null(object_of_irp(&m.target, va + 0x600));
		assert_null(object_of_driver(&m.target, va - 0x100));
	}
}

static void a_third_party_on_the_device_is_preferred(void **state)
{
	(void)state;
	start(CRASH_X64);
	pool_bugcheck(&m, 0x9f, 3, POOL_VA_X64 + 0x500, 0, 0);
	object_examine(&m.target);
	assert_string_equal(m.crash.fault.module, "vendor.sys");
	assert_int_equal(m.crash.fault.how, CRASH_FAULT_OBJECT);
	assert_int_equal(m.crash.fault.build, 0x1236);
	/* who holds the request comes first */
	start(CRASH_X64);
	irp(0x800, 0x900, 0x500);
	pool_bugcheck(&m, 0x9f, 3, POOL_VA_X64 + 0x500, 0, POOL_VA_X64 + 0x800);
	object_examine(&m.target);
	assert_string_equal(m.crash.fault.module, "disk.sys");
}

static void a_redirected_routine_is_blamed_on_its_target(void **state)
{
	(void)state;
	start(CRASH_X64);
	/* its own, the kernel's, a third driver's */
	pool_put(&m, 0x100 + 0x70, module(1) + 0x1100, 8);
	pool_put(&m, 0x100 + 0x78, module(0) + 0x1100, 8);
	pool_put(&m, 0x100 + 0x68, module(3) + 0x1100, 8);
	pool_bugcheck(&m, 0x109, 1, 2, POOL_VA_X64 + 0x100 + 0x70, 0x1c);
	object_examine(&m.target);
	assert_string_equal(m.crash.fault.module, "other.sys");
	/* another kind of corruption */
	m.crash.fault.module = NULL;
	m.crash.bugcheck.args[3].value = 1;
	object_examine(&m.target);
	assert_null(m.crash.fault.module);
}

static void code_in_pool_that_only_jumps_is_followed(void **state)
{
	(void)state;
	start(CRASH_X64);
	pool_put(&m, 0x100 + 0x50, POOL_VA_X64 + 0xa00, 8);
	pool_put(&m, 0xa00, 0xe0, 4);
	pool_put(&m, 0xa20, POOL_VA_X64 + 0xc00, 8);
	/* mov r9, r8; mov rax, other.sys+1100; jmp rax */
	memcpy(m.raw + 0xc00, "\x4d\x8b\xc8\x48\xb8", 5);
	pool_put(&m, 0xc05, module(3) + 0x1100, 8);
	pool_put(&m, 0xc0d, 0xe0ff, 2);
	pool_bugcheck(&m, 0x109, 1, 2, POOL_VA_X64 + 0x100 + 0x70, 0x1c);
	object_examine(&m.target);
	assert_string_equal(m.crash.fault.module, "other.sys");
}

static void a_driver_found_otherwise_stays(void **state)
{
	(void)state;
	start(CRASH_X64);
	pool_bugcheck(&m, 0x9f, 3, POOL_VA_X64 + 0x500, 0, 0);
	m.crash.fault.module = "third.sys";
	m.crash.fault.how = CRASH_FAULT_STACK;
	object_examine(&m.target);
	assert_string_equal(m.crash.fault.module, "third.sys");
	/* objects that lead in a circle end */
	m.crash.fault.module = NULL;
	device(0x600, 0x100, 0x500);
	object_examine(&m.target);
	assert_string_equal(m.crash.fault.module, "disk.sys");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_lead_to_their_drivers),
		cmocka_unit_test(a_third_party_on_the_device_is_preferred),
		cmocka_unit_test(a_redirected_routine_is_blamed_on_its_target),
		cmocka_unit_test(code_in_pool_that_only_jumps_is_followed),
		cmocka_unit_test(a_driver_found_otherwise_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
