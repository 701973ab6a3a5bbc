#include "indexer/target/disasm.h"

#include "indexer/target/space.h"
#include "tests/unit.h"
#include "tests/unit/scene.h"

static struct scene s;

static struct disasm *begin(enum crash_arch arch)
{
	scene_init(&s, arch);
	space_init(&s.target);
	return disasm_create(&s.target, code_create(&s.target));
}

static void what_moves_the_stack_is_told(void **state)
{
	struct disasm *disasm = begin(CRASH_X64);
	/* sub rsp,28h; lea rbp,[rsp+10h]; mov rbx,[rsp+30h]; leave; ret 8 */
	uint64_t at = SCENE_CODE(&s, 0x1000,
				 "\x48\x83\xec\x28\x48\x8d\x6c\x24\x10"
				 "\x48\x8b\x5c\x24\x30\xc9\xc2\x08\x00");
	static const enum disasm_kind kinds[] = { DISASM_ADD, DISASM_ADDRESS,
						  DISASM_LOAD, DISASM_LEAVE,
						  DISASM_RETURN };
	static const int64_t values[] = { -0x28, 0x10, 0x30, 0, 8 };

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		const struct disasm_insn *insn = disasm_at(disasm, at);
		assert_non_null(insn);
		assert_int_equal(insn->kind, kinds[i]);
		assert_int_equal(insn->value, values[i]);
		at += insn->size;
	}
}

static void a_register_against_itself_is_0(void **state)
{
	struct disasm *disasm = begin(CRASH_X64);
	/* xor edx,edx; xor edx,ecx */
	const uint64_t at = SCENE_CODE(&s, 0x1000, "\x33\xd2\x33\xd1");

	(void)state;
	assert_int_equal(disasm_at(disasm, at)->kind, DISASM_SET);
	assert_int_equal(disasm_at(disasm, at)->reg, 2);
	assert_int_equal(disasm_at(disasm, at)->value, 0);
	assert_int_equal(disasm_at(disasm, at + 2)->kind, DISASM_OTHER);
	assert_int_equal(disasm_at(disasm, at + 2)->writes, 1 << 2);
}

static void a_call_before_is_yes_no_or_unseen(void **state)
{
	struct disasm *disasm = begin(CRASH_X64);
	/* call +10h */
	const uint64_t at = SCENE_CODE(&s, 0x1000, "\xe8\x10\0\0\0\x90");
	uint64_t goal;

	(void)state;
	assert_int_equal(disasm_call_before(disasm, at + 5, &goal), DISASM_YES);
	assert_int_equal(goal, at + 0x15);
	assert_int_equal(disasm_call_before(disasm, at + 6, &goal), DISASM_NO);
	assert_int_equal(disasm_call_before(disasm, SCENE_MODULE, &goal),
			 DISASM_UNSEEN);
}

static void code_that_is_cut_short_is_none(void **state)
{
	struct disasm *disasm = begin(CRASH_X64);

	(void)state;
	SCENE_CODE(&s, SCENE_MODULE_BYTES - 3, "\xe8\0\0");
	assert_null(disasm_at(disasm, SCENE_MODULE + SCENE_MODULE_BYTES - 3));
	assert_null(disasm_at(disasm, 0));
	assert_null(disasm_at(disasm, UINT64_MAX));
}

static void x86_is_decoded_as_such(void **state)
{
	struct disasm *disasm = begin(CRASH_X86);
	/* in 64-bit code this byte is a prefix: inc eax */
	const uint64_t at = SCENE_CODE(&s, 0x1000, "\x40\x5d\xc3");

	(void)state;
	assert_int_equal(disasm_at(disasm, at)->size, 1);
	assert_int_equal(disasm_at(disasm, at + 1)->kind, DISASM_POP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_moves_the_stack_is_told),
		cmocka_unit_test(a_register_against_itself_is_0),
		cmocka_unit_test(a_call_before_is_yes_no_or_unseen),
		cmocka_unit_test(code_that_is_cut_short_is_none),
		cmocka_unit_test(x86_is_decoded_as_such),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
