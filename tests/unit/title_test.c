#include "query/title.h"
#include "tests/unit.h"

static struct crash_frame frame(const char *module, uint64_t offset,
				enum crash_how how)
{
	return (struct crash_frame){ .module = module,
				     .offset = offset,
				     .how = how };
}

static void a_title_says_what_where_and_on_whose_behalf(void **state)
{
	struct crash_frame frames[] = {
		frame("nt", 1, CRASH_HOW_UNWIND),
		frame("ks.sys", 0x1ae9, CRASH_HOW_CONTEXT),
		frame("guess.sys", 2, CRASH_HOW_SCAN),
		frame("ks.sys", 3, CRASH_HOW_UNWIND),
		frame("ntfs.sys", 4, CRASH_HOW_UNWIND),
		frame("usbaudio9.sys", 5, CRASH_HOW_UNWIND),
	};
	const struct crash crash = { .stack = { frames, 6 } };
	struct title_facts facts = { CRASH_NUMBER(0xd1), "ks.sys",
				     CRASH_NUMBER(0x1ae9) };
	struct arena arena;

	(void)state;
	arena_init(&arena);
	assert_string_equal(title_of(&facts, &crash, &arena),
			    "0xD1 in ks.sys+0x1ae9 under usbaudio9.sys");
	facts.offset = CRASH_UNKNOWN;
	assert_string_equal(title_of(&facts, &crash, &arena),
			    "0xD1 in ks.sys under usbaudio9.sys");
	facts.fault = NULL;
	frames[3].module = "nt";
	frames[4].module = "nt";
	frames[5].module = "nt";
	frames[1].module = "nt";
	assert_string_equal(title_of(&facts, &crash, &arena), "0xD1");
	arena_deinit(&arena);
}

static void words_stand_in_for_a_code(void **state)
{
	struct crash_frame frames[] = { frame("fs/ext4", 0, CRASH_HOW_STATED) };
	const struct crash crash = { .stack = { frames, 1 },
				     .bugcheck = { .text = "KASAN: bad" } };
	const struct title_facts facts = { .fault = NULL };
	struct arena arena;

	(void)state;
	arena_init(&arena);
	frames[0].symbol = "ext4_readdir";
	assert_string_equal(title_of(&facts, &crash, &arena),
			    "KASAN: bad at fs/ext4!ext4_readdir");
	arena_deinit(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_title_says_what_where_and_on_whose_behalf),
		cmocka_unit_test(words_stand_in_for_a_code),
	};

	return cmocka_run_group_tests_name("title", tests, NULL, NULL);
}
