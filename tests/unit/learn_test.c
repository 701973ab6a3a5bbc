#include "signatures/settle/learn.h"

#include "tests/unit.h"

enum {
	CALLER = 0x500,	 /* an address whose frame is 0x40 bytes */
	ENTRY = 0x900,	 /* and the one that always called it */
	STACK = 0x10000, /* where the evidence begins in memory */
	WORDS = 4
};

static struct crash_module modules[] = { { "nt.exe", 0x1000000, 0x10000, 7 } };

/* One stack: noise, CALLER, more noise that differs, ENTRY 0x40 above it. */
struct stack {
	struct crash crash;
	struct crash_candidate candidates[WORDS];
	struct crash_frame frames[2];
};

static void make_stack(struct stack *stack, uint32_t n, bool has_code)
{
	const uint32_t slot = 0x100 + n * 0x20;
	const struct crash_candidate words[WORDS] = {
		{ 0, 0x100 + n * 0x10, slot - 0x20 - n * 0x10, 0, 0 },
		{ 0, CALLER, slot, has_code ? slot + 0x40 : 0,
		  CRASH_HOW_EPILOGUE },
		{ 0, 0x200 + n * 0x10, slot + 8 + n % 3 * 0x10, 0, 0 },
		{ 0, ENTRY, slot + 0x40, 0, 0 },
	};

	memset(stack, 0, sizeof(*stack));
	memcpy(stack->candidates, words, sizeof(words));
	stack->frames[0] =
		(struct crash_frame){ .module = "nt",
				      .build = 7,
				      .offset = 0x10,
				      .address = modules[0].base + 0x10,
				      .how = CRASH_HOW_CONTEXT };
	stack->frames[1] =
		(struct crash_frame){ .module = "nt",
				      .build = 7,
				      .offset = CALLER,
				      .address = modules[0].base + CALLER,
				      .slot = STACK + slot,
				      .how = CRASH_HOW_EPILOGUE };
	stack->crash.modules = modules;
	stack->crash.module_count = 1;
	stack->crash.candidates = stack->candidates;
	stack->crash.candidate_count = WORDS;
	stack->crash.stack.frames = stack->frames;
	stack->crash.stack.count = 2;
}

static void add(struct learn *learn, uint32_t n, bool has_code)
{
	const struct hash128 identity = { 1000 + n * 77 % 13, n };
	struct stack stack;

	make_stack(&stack, n, has_code);
	learn_add(learn, identity, &stack.crash);
}

static void a_dump_with_code_teaches_the_others(void **state)
{
	struct learn *learn = learn_create();
	struct stack stack;
	struct arena arena;
	uint32_t size;

	(void)state;
	arena_init(&arena);
	add(learn, 1, true);
	add(learn, 2, false);
	learn_finish(learn);
	assert_true(learn_size(learn, "nt.exe", 7, CALLER, &size));
	assert_int_equal(size, 0x40);
	assert_false(learn_size(learn, "nt.exe", 8, CALLER, &size));
	make_stack(&stack, 2, false);
	assert_true(learn_apply(learn, &arena, &stack.crash));
	assert_int_equal(stack.crash.stack.count, 3);
	assert_int_equal(stack.crash.stack.frames[1].how, CRASH_HOW_EPILOGUE);
	assert_int_equal(stack.crash.stack.frames[2].offset, ENTRY);
	assert_int_equal(stack.crash.stack.frames[2].how, CRASH_HOW_LEARNED);
	arena_deinit(&arena);
	learn_destroy(learn);
}

static void different_stacks_that_agree_teach_too(void **state)
{
	struct learn *learn = learn_create();
	uint32_t size;

	(void)state;
	for (uint32_t n = 0; n < 6; n++)
		add(learn, n, false);
	learn_finish(learn);
	assert_true(learn_size(learn, "nt.exe", 7, CALLER, &size));
	assert_int_equal(size, 0x40);
	learn_destroy(learn);
}

static void one_stack_seen_often_teaches_nothing(void **state)
{
	struct learn *learn = learn_create();
	uint32_t size;

	(void)state;
	for (uint32_t n = 0; n < 6; n++)
		add(learn, 3, false);
	learn_finish(learn);
	assert_false(learn_size(learn, "nt.exe", 7, CALLER, &size));
	learn_destroy(learn);
}

static void the_order_of_crashes_does_not_show(void **state)
{
	(void)state;
	for (uint32_t first = 0; first < 40; first += 7) {
		struct learn *learn = learn_create();
		uint32_t size;

		for (uint32_t n = 0; n < 40; n++)
			add(learn, (n + first) % 40, false);
		learn_finish(learn);
		assert_true(learn_size(learn, "nt.exe", 7, CALLER, &size));
		assert_int_equal(size, 0x40);
		assert_false(learn_size(learn, "nt.exe", 7, ENTRY, &size));
		learn_destroy(learn);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dump_with_code_teaches_the_others),
		cmocka_unit_test(different_stacks_that_agree_teach_too),
		cmocka_unit_test(one_stack_seen_often_teaches_nothing),
		cmocka_unit_test(the_order_of_crashes_does_not_show),
	};

	return cmocka_run_group_tests_name("learn", tests, NULL, NULL);
}
