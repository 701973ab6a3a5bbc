#include "indexer/target/code.h"

#include "indexer/target/images.h"
#include "indexer/target/space.h"
#include "indexer/target/unwind.h"
#include "tests/unit.h"
#include "tests/unit/scene.h"

static struct scene s;

/* A PE file laid out as it is in memory: every offset is its own. */
static uint8_t file[SCENE_MODULE_BYTES];
static struct images_entry entry;
static struct images images;

#define TIMESTAMP 0x4f712051u
#define BUILD ((crash_build)TIMESTAMP << 32 | SCENE_MODULE_BYTES)

/* The module's memory is not in the dump; a file of it is beside it. */
static void move_to_file(void)
{
	const uint32_t size = s.dump.pointer_bytes == 8 ? 0xf0 : 0xe0;
	uint8_t *section = s.raw + 0x80 + 0x18 + size;

	scene_put(section + 0x10, 0x7000, 4);
	scene_put(section + 0x14, 0x1000, 4);
	scene_put(section + 8, 0x7000, 4); /* the directory, too */
	scene_put(s.raw + 0x80 + 8, TIMESTAMP, 4);
	s.modules[0].build = BUILD;
	memcpy(file, s.raw, sizeof(file));
	s.dump.virtual.count = 1;
	entry = (struct images_entry){ "driver.sys", BUILD,
				       bytes_of(file, sizeof(file)) };
	images = (struct images){ &entry, 1 };
	s.target.images = &images;
}

static struct code *ready(void)
{
	space_init(&s.target);
	return code_create(&s.target);
}

static void code_lies_in_the_executable_sections_of_modules(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	struct code *code = ready();
	/* without headers all but the first page may be code */
	assert_true(code_is_possible(code, SCENE_MODULE + 0x1000));
	assert_true(code_is_possible(code, SCENE_MODULE + 0x7fff));
	assert_false(code_is_possible(code, SCENE_MODULE + 0xfff));
	assert_false(code_is_possible(code, SCENE_MODULE + 0x8000));
	assert_false(code_is_possible(code, SCENE_STACK));
	scene_headers(&s, 0);
	code = ready();
	assert_true(code_is_possible(code, SCENE_MODULE + 0x5fff));
	assert_false(code_is_possible(code, SCENE_MODULE + 0x6000));
}

static void addresses_belong_to_the_module_around_them(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	s.modules[1] =
		(struct crash_module){ "below.sys", SCENE_MODULE - 0x10000,
				       0x4000, 8 };
	s.crash.module_count = 2;
	struct code *code = ready();
	assert_string_equal(
		code_module(code, SCENE_MODULE - 0xf000)->module->name,
		"below.sys");
	assert_string_equal(code_module(code, SCENE_MODULE)->module->name,
			    "driver.sys");
	assert_null(code_module(code, SCENE_MODULE - 0xc000));
	assert_null(code_module(code, SCENE_MODULE + 0x8000));
	assert_null(code_module(code, 0));
}

static void a_file_beside_the_dump_serves_where_memory_does_not(void **state)
{
	uint8_t raw[4];

	(void)state;
	scene_init(&s, CRASH_X64);
	scene_headers(&s, 12);
	SCENE_CODE(&s, 0x1234, "\1\2\3\4");
	move_to_file();
	struct code *code = ready();
	const struct code_module *module = code_module(code, SCENE_MODULE);
	struct image_part pdata;
	assert_true(module->has_file);
	assert_false(module->has_memory);
	assert_true(code_read(code, module, 0x1234, raw, 4));
	assert_memory_equal(raw, "\1\2\3\4", 4);
	struct bytes view = code_view(code, SCENE_MODULE + 0x1234, 4);
	assert_int_equal(bytes_u32(&view), 0x04030201);
	assert_true(code_pdata(module, &pdata));
	assert_int_equal(pdata.rva, SCENE_PDATA);
}

static void a_file_that_is_of_another_build_than_its_folder_does_not(
	void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	scene_headers(&s, 12);
	move_to_file();
	scene_put(file + 0x80 + 8, TIMESTAMP + 1, 4);
	struct code *code = ready();
	assert_false(code_module(code, SCENE_MODULE)->has_file);
}

static void a_file_of_another_build_does_not(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	scene_headers(&s, 12);
	move_to_file();
	entry.build = BUILD + 1;
	struct code *code = ready();
	struct image_part pdata;
	const struct code_module *module = code_module(code, SCENE_MODULE);
	assert_false(module->has_file);
	assert_false(code_pdata(module, &pdata));
	assert_true(code_view(code, SCENE_MODULE + 0x1234, 4).failed);
}

static void a_frame_is_unwound_by_a_file_alone(void **state)
{
	struct unwind unwind;
	struct unwind_step step;
	struct cpu cpu = { .ip = SCENE_MODULE + 0x1140 };

	(void)state;
	scene_init(&s, CRASH_X64);
	scene_headers(&s, 12);
	scene_function(&s, 0, 0x1100, 0x1200, 0x7000);
	memcpy(s.raw + 0x7000, "\1\4\1\0\4\x32", 6); /* sub rsp,20h */
	scene_word(&s, 0x120, SCENE_MODULE + 0x2000);
	move_to_file();
	space_init(&s.target);
	unwind_x64_init(&unwind, &s.target);
	cpu_set(&cpu, CPU_SP, SCENE_STACK + 0x100);
	assert_true(unwind_x64(&unwind, &cpu, true, &step));
	assert_int_equal(step.cpu.ip, SCENE_MODULE + 0x2000);
	assert_int_equal(step.how, CRASH_HOW_UNWIND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			code_lies_in_the_executable_sections_of_modules),
		cmocka_unit_test(addresses_belong_to_the_module_around_them),
		cmocka_unit_test(
			a_file_beside_the_dump_serves_where_memory_does_not),
		cmocka_unit_test(a_file_of_another_build_does_not),
		cmocka_unit_test(
			a_file_that_is_of_another_build_than_its_folder_does_not),
		cmocka_unit_test(a_frame_is_unwound_by_a_file_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
