#include "indexer/target/fingerprint.h"

#include "indexer/target/space.h"
#include "tests/unit.h"
#include "tests/unit/scene.h"

static struct scene s;

/* A function of the scene, its code given, as .pdata has it. */
static uint64_t of_function(const char *code, uint32_t size)
{
	struct unwind unwind;

	scene_init(&s, CRASH_X64);
	scene_headers(&s, 12);
	scene_function(&s, 0, 0x1100, 0x1100 + size, 0x7000);
	memcpy(s.raw + 0x1100, code, size);
	space_init(&s.target);
	unwind_x64_init(&unwind, &s.target);
	return fingerprint_at(&unwind, SCENE_MODULE + 0x1104, false);
}
#define OF_FUNCTION(code) of_function((code), sizeof(code) - 1)

static uint64_t of_fault(const char *code, size_t size, uint32_t rva)
{
	struct unwind unwind;

	scene_init(&s, CRASH_X64);
	scene_code(&s, rva, code, size);
	space_init(&s.target);
	unwind_x64_init(&unwind, &s.target);
	return fingerprint_at(&unwind, SCENE_MODULE + rva, true);
}
#define OF_FAULT(code, rva) of_fault((code), sizeof(code) - 1, (rva))

/* sub rsp,28h; mov eax,[rcx+8]; call; add rsp,28h; ret */
#define CODE "\x48\x83\xec\x28\x8b\x41\x08\xe8\1\2\0\0\x48\x83\xc4\x28\xc3"

static void constants_and_addresses_do_not_count(void **state)
{
	(void)state;
	const uint64_t one = OF_FUNCTION(CODE);
	assert_int_not_equal(one, 0);
	assert_int_equal(OF_FUNCTION("\x48\x83\xec\x38\x8b\x41\x10\xe8\7\3\0\0"
				     "\x48\x83\xc4\x38\xc3"),
			 one);
}

static void other_instructions_do(void **state)
{
	(void)state;
	assert_int_not_equal(
		OF_FUNCTION("\x48\x83\xec\x28\x03\x41\x08\xe8\1\2\0\0"
			    "\x48\x83\xc4\x28\xc3"),
		OF_FUNCTION(CODE));
}

static void a_function_that_is_not_whole_has_none(void **state)
{
	struct unwind unwind;

	(void)state;
	OF_FUNCTION(CODE);
	space_init(&s.target);
	unwind_x64_init(&unwind, &s.target);
	/* bounds of nothing */
	assert_int_equal(fingerprint_at(&unwind, SCENE_MODULE + 0x2000, false),
			 0);
	/* its end is not in the dump */
	s.ranges[1].size = 0x1108;
	space_init(&s.target);
	unwind_x64_init(&unwind, &s.target);
	assert_int_equal(fingerprint_at(&unwind, SCENE_MODULE + 0x1104, false),
			 0);
	assert_int_equal(OF_FUNCTION("\x90\xc3"), 0); /* too little */
}

static void a_fault_has_that_of_its_path(void **state)
{
	(void)state;
	const uint64_t one = OF_FAULT("\x8b\x01\xc3", 0x1100);
	assert_int_not_equal(one, 0);
	assert_int_equal(OF_FAULT("\x8b\x01\xc3\x90", 0x1f00), one);
	assert_int_not_equal(OF_FAULT("\x03\x01\xc3", 0x1100), one);
	/* that much of a page is not saved */
	assert_int_equal(OF_FAULT("\x8b\x01\xc3", 0x1ffc), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(constants_and_addresses_do_not_count),
		cmocka_unit_test(other_instructions_do),
		cmocka_unit_test(a_function_that_is_not_whole_has_none),
		cmocka_unit_test(a_fault_has_that_of_its_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
