#include "signatures/meaning.h"

#include "tests/unit.h"

static struct arena arena;

static int open_arena(void **state)
{
	(void)state;
	arena_init(&arena);
	return 0;
}

static int close_arena(void **state)
{
	(void)state;
	arena_deinit(&arena);
	return 0;
}

static struct crash_bugcheck stop(uint64_t code, uint64_t a, uint64_t b,
				  uint64_t c, uint64_t d)
{
	return (struct crash_bugcheck){
		.code = CRASH_NUMBER(code),
		.args = { CRASH_NUMBER(a), CRASH_NUMBER(b), CRASH_NUMBER(c),
			  CRASH_NUMBER(d) }
	};
}

static void the_selector_gives_words_and_roles(void **state)
{
	const struct crash_bugcheck bugcheck =
		stop(0x19, 0x20, 0xa34583b8, 0xa34584f0, 0x0a270001);

	(void)state;
	assert_string_equal(meaning_of(&bugcheck, &arena),
			    "block size corrupt at lookup");
	assert_int_equal(meaning_argument(&bugcheck, 0), ROLE_POOL_SUBTYPE);
	assert_int_equal(meaning_argument(&bugcheck, 1), ROLE_POOL_BLOCK);
	assert_int_equal(meaning_argument(&bugcheck, 2), ROLE_POOL_BLOCK);
	assert_int_equal(meaning_argument(&bugcheck, 3), ROLE_RESERVED);
}

static void bits_of_a_mask_are_all_told(void **state)
{
	const struct crash_bugcheck bugcheck = stop(0x18d, 6, 0, 0, 0);

	(void)state;
	assert_string_equal(
		meaning_of(&bugcheck, &arena),
		"second-level read fault, second-level write fault");
}

static void codes_without_selector_have_roles_only(void **state)
{
	const struct crash_bugcheck bugcheck = stop(0xd1, 0x29, 2, 0, 1);

	(void)state;
	assert_null(meaning_of(&bugcheck, &arena));
	assert_int_equal(meaning_argument(&bugcheck, 0), ROLE_BAD_ADDRESS);
	assert_int_equal(meaning_argument(&bugcheck, 3), ROLE_IP);
}

static void what_is_not_documented_is_unknown(void **state)
{
	struct crash_bugcheck bugcheck = stop(0xc2, 0xabcdef, 0, 0, 0);

	(void)state;
	assert_null(meaning_of(&bugcheck, &arena));
	assert_int_equal(meaning_argument(&bugcheck, 0), ROLE_POOL_SUBTYPE);
	assert_int_equal(meaning_argument(&bugcheck, 1), ROLE_UNKNOWN);
	bugcheck = stop(0x19, 0x20, 0, 0, 0);
	bugcheck.args[0] = CRASH_UNKNOWN;
	assert_null(meaning_of(&bugcheck, &arena));
	bugcheck.code = CRASH_UNKNOWN;
	assert_int_equal(meaning_argument(&bugcheck, 0), ROLE_UNKNOWN);
	bugcheck = stop(0x100000019ull, 0x20, 0, 0, 0);
	assert_null(meaning_of(&bugcheck, &arena));
	assert_int_equal(meaning_argument(&bugcheck, 1), ROLE_UNKNOWN);
}

static void the_pool_family_is_one_class(void **state)
{
	static const uint32_t codes[] = { 0x19, 0xc1, 0xc2, 0xc5, 0xc6, 0xcc,
					  0xcd, 0xd0, 0xd5, 0xd6, 0xde, 0x13a };

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		assert_string_equal(meaning_class(codes[i]), "pool");
	assert_string_equal(meaning_class(0xd1), "irql");
	assert_null(meaning_class(0x12345678));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_selector_gives_words_and_roles),
		cmocka_unit_test(bits_of_a_mask_are_all_told),
		cmocka_unit_test(codes_without_selector_have_roles_only),
		cmocka_unit_test(what_is_not_documented_is_unknown),
		cmocka_unit_test(the_pool_family_is_one_class),
	};

	return cmocka_run_group_tests_name("meaning", tests, open_arena,
					   close_arena);
}
