#include "indexer/target/pool_owner.h"

#include "tests/unit.h"
#include "tests/unit/pool.h"

static struct memory m;
static struct code *code;
static struct disasm *disasm;

/* Module n lies at 0x10000 + n * 0x4000; text goes behind its first page. */
static void start(const char *const *names)
{
	pool_init(&m, CRASH_X64, 9600);
	pool_modules(&m, names);
	code = code_create(&m.target);
	disasm = disasm_create(&m.target, code);
}

/* mov r8d, tag; ret */
static void tag_code(unsigned module, const char *tag)
{
	const uint64_t at = 0x11000 + module * 0x4000;

	pool_put(&m, at, 0xb841, 2);
	for (unsigned i = 0; i < 4; i++)
		pool_put(&m, at + 2 + i, (uint8_t)tag[i], 1);
	pool_put(&m, at + 6, 0xc3, 1);
}

static void the_tables_owner_must_be_loaded(void **state)
{
	static const char *const names[] = { "ntkrnlpa.exe", "ntfs.sys", NULL };

	(void)state;
	start(names);
	assert_string_equal(pool_owner_loaded(&m.crash, "NtFF"), "ntfs.sys");
	assert_null(pool_owner_loaded(&m.crash, "Reff"));
	assert_null(pool_owner_loaded(&m.crash, "Q~9z"));
	assert_string_equal(pool_owner_loaded(&m.crash, "CcSc"), "nt");
	assert_ptr_equal(pool_owner_module(&m.crash, "nt"), m.crash.modules);
	assert_null(pool_owner_module(&m.crash, "tcpip.sys"));
}

static void code_that_passes_the_tag_owns_it(void **state)
{
	static const char *const names[] = { "ntoskrnl.exe", "ntfs.sys",
					     "vendor.sys", "other.sys", NULL };
	struct pool_owner_search searches[3] = { { "VnD1", NULL },
						 { "Shar", NULL },
						 { "Text", NULL } };

	(void)state;
	start(names);
	tag_code(2, "VnD1");
	/* of the kernel and of Windows' drivers a third party's counts first */
	pool_put(&m, 0x15100, 0xb841, 2);
	memcpy(m.raw + 0x15102, "VnD1", 4);
	tag_code(0, "Shar");
	pool_put(&m, 0x1d100, 0x68, 1);
	memcpy(m.raw + 0x1d101, "Shar", 4);
	pool_put(&m, 0x19100, 0x68, 1);
	memcpy(m.raw + 0x19101, "Shar", 4);
	/* no operand of anything */
	memcpy(m.raw + 0x19201, "Text", 4);
	pool_owner_by_code(&m.target, code, disasm, searches, 3);
	assert_string_equal(searches[0].owner, "vendor.sys");
	assert_null(searches[1].owner);
	assert_null(searches[2].owner);
}

static void a_pointer_into_a_drivers_code_tells_too(void **state)
{
	static const char *const names[] = { "ntoskrnl.exe", "vendor.sys",
					     NULL };
	const uint64_t block = POOL_VA_X64 + 0x100;
	const struct crash_module *module;

	(void)state;
	start(names);
	/* push rbx; sub rsp, 20h; ret */
	memcpy(m.raw + 0x15200, "\x40\x53\x48\x83\xec\x20\xc3", 7);
	memcpy(m.raw + 0x11200, "\x40\x53\x48\x83\xec\x20\xc3", 7);
	/* into padding, into the kernel, into data */
	memset(m.raw + 0x15300, 0xcc, 16);
	pool_put(&m, 0x110, POOL_VA_X64 + 0x15300, 8);
	pool_put(&m, 0x118, POOL_VA_X64 + 0x11200, 8);
	pool_put(&m, 0x120, POOL_VA_X64 + 0x400, 8);
	assert_false(pool_owner_by_pointer(&m.target, code, disasm, block, 0x40,
					   &module));
	pool_put(&m, 0x138, POOL_VA_X64 + 0x15200, 8);
	assert_true(pool_owner_by_pointer(&m.target, code, disasm, block, 0x40,
					  &module));
	assert_string_equal(module->name, "vendor.sys");
	assert_false(pool_owner_by_pointer(&m.target, code, disasm, block, 0x38,
					   &module));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_tables_owner_must_be_loaded),
		cmocka_unit_test(code_that_passes_the_tag_owns_it),
		cmocka_unit_test(a_pointer_into_a_drivers_code_tells_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
