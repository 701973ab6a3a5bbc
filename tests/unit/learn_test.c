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

/* A stack of words at given slots, its walk led to the first of them only. */
struct row {
	struct crash crash;
	struct crash_candidate candidates[16];
	struct crash_frame frames[3];
};

static void begin(struct row *row, uint32_t offset, uint32_t slot)
{
	memset(row, 0, sizeof(*row));
	row->crash.modules = modules;
	row->crash.module_count = 1;
	row->crash.candidates = row->candidates;
	row->candidates[row->crash.candidate_count++] =
		(struct crash_candidate){ 0, offset, slot, 0, 0 };
	row->frames[0] =
		(struct crash_frame){ .module = "nt",
				      .build = 7,
				      .offset = 0x10,
				      .address = modules[0].base + 0x10 };
	row->frames[1] =
		(struct crash_frame){ .module = "nt",
				      .build = 7,
				      .offset = offset,
				      .address = modules[0].base + offset,
				      .slot = STACK + slot,
				      .how = CRASH_HOW_EPILOGUE };
	row->crash.stack.frames = row->frames;
	row->crash.stack.count = 2;
	row->crash.stack.end = CRASH_STACK_LOST;
}

static void put_word(struct row *row, uint32_t offset, uint32_t slot)
{
	row->candidates[row->crash.candidate_count++] =
		(struct crash_candidate){ 0, offset, slot, 0, 0 };
}

static void put_linked(struct row *row, uint32_t offset, uint32_t slot,
		       uint32_t landing)
{
	row->candidates[row->crash.candidate_count++] =
		(struct crash_candidate){ 0, offset, slot, landing,
					  CRASH_HOW_EPILOGUE };
}

static void take(struct learn *learn, const struct row *row, uint64_t n)
{
	learn_add(learn, (struct hash128){ n * 7919 % 101, n }, &row->crash);
}

/* A thread of its own: words that nobody shares, then what starts it. */
static void make_thread(struct row *row, uint32_t n)
{
	begin(row, 0x1000 + n * 0x100, 8);
	put_word(row, 0x1010 + n * 0x100, 0x28 + n * 0x10);
	put_word(row, 0x1020 + n * 0x100, 0x78 + n * 0x30);
	put_word(row, CALLER, 0x408 + n * 0x40);
	put_word(row, ENTRY, 0x448 + n * 0x40);
}

static void two_stacks_teach_how_threads_begin(void **state)
{
	struct learn *learn = learn_create();
	struct arena arena;
	struct row row;
	uint32_t size;

	(void)state;
	arena_init(&arena);
	for (uint32_t n = 0; n < 2; n++) {
		make_thread(&row, n);
		take(learn, &row, n);
	}
	learn_finish(learn);
	assert_true(learn_size(learn, "nt.exe", 7, CALLER, &size));
	assert_int_equal(size, 0x40);
	assert_true(learn_apply(learn, &arena, &row.crash));
	assert_int_equal(row.crash.stack.count, 4);
	assert_int_equal(row.crash.stack.frames[2].offset, CALLER);
	assert_int_equal(row.crash.stack.frames[2].how, CRASH_HOW_SCAN);
	assert_int_equal(row.crash.stack.frames[3].offset, ENTRY);
	assert_int_equal(row.crash.stack.frames[3].how, CRASH_HOW_LEARNED);
	arena_deinit(&arena);
	learn_destroy(learn);
}

/* Below a system call's trap frame a stack ends too. */
static void two_stacks_teach_who_served_a_system_call(void **state)
{
	struct learn *learn = learn_create();
	struct arena arena;
	struct row row;

	(void)state;
	arena_init(&arena);
	for (uint32_t n = 0; n < 2; n++) {
		make_thread(&row, n);
		row.candidates[4].landing = row.candidates[4].slot;
		put_word(&row, 0x700, row.candidates[4].slot + 0x70);
		take(learn, &row, n);
	}
	learn_finish(learn);
	assert_true(learn_apply(learn, &arena, &row.crash));
	assert_int_equal(row.crash.stack.count, 4);
	assert_int_equal(row.crash.stack.frames[2].offset, CALLER);
	assert_int_equal(row.crash.stack.frames[3].offset, ENTRY);
	arena_deinit(&arena);
	learn_destroy(learn);
}

/* Elsewhere two may agree on what an earlier call left to both. */
static void two_stacks_teach_nothing_else(void **state)
{
	struct learn *learn = learn_create();
	struct row row;
	uint32_t size;

	(void)state;
	for (uint32_t n = 0; n < 2; n++) {
		make_thread(&row, n);
		put_word(&row, 0x700 + n * 0x10, 0x4a8 + n * 0x60);
		take(learn, &row, n);
	}
	learn_finish(learn);
	assert_false(learn_size(learn, "nt.exe", 7, CALLER, &size));
	learn_destroy(learn);
}

/* They are one observation, though a word far away is another in each. */
static void crashes_of_one_bug_teach_nothing(void **state)
{
	struct learn *learn = learn_create();
	struct row row;
	uint32_t size;

	(void)state;
	for (uint32_t n = 0; n < 8; n++) {
		begin(&row, CALLER, 8);
		put_word(&row, 0x600, 0x28);
		put_word(&row, 0x610, 0x48);
		put_word(&row, 0x620 + n % 4, 0x88);
		put_word(&row, 0x630, 0xc8);
		put_word(&row, 0x640, 0x108);
		put_word(&row, 0x800 + n, 0x148);
		take(learn, &row, n);
	}
	learn_finish(learn);
	assert_false(learn_size(learn, "nt.exe", 7, CALLER, &size));
	learn_destroy(learn);
}

/* What lies above a trap frame is not its caller, however often it is there. */
static void entry_code_has_no_caller(void **state)
{
	struct learn *learn = learn_create();
	struct row row;
	uint32_t size;

	(void)state;
	for (uint32_t n = 0; n < 6; n++) {
		make_thread(&row, n);
		row.candidates[3].landing = row.candidates[3].slot;
		take(learn, &row, n);
	}
	learn_finish(learn);
	assert_false(learn_size(learn, "nt.exe", 7, CALLER, &size));
	learn_destroy(learn);
}

/* A dump with all unwind data has no need of evidence, but is some. */
static void an_exact_walk_teaches(void **state)
{
	struct learn *learn = learn_create();
	struct row row;
	uint32_t size;

	(void)state;
	begin(&row, CALLER, 8);
	row.crash.candidate_count = 0;
	row.frames[2] = row.frames[1];
	row.frames[2].offset = ENTRY;
	row.frames[2].slot += 0x70;
	row.frames[2].how = CRASH_HOW_UNWIND;
	row.crash.stack.count = 3;
	take(learn, &row, 1);
	learn_finish(learn);
	assert_true(learn_size(learn, "nt", 7, CALLER, &size));
	assert_int_equal(size, 0x70);
	assert_false(learn_size(learn, "nt", 7, ENTRY, &size));
	learn_destroy(learn);
}

/*
 * A dump with code knows the callers of 0xa00, 0xb00, 0xc00 and 0xd00; in one
 * without, nothing tells who called CALLER, but these stand in a row again.
 */
static void a_lost_walk_goes_on_past_the_gap(void **state)
{
	static const struct {
		uint32_t offset;
		enum crash_how how;
	} wanted[] = { { 0x10, CRASH_HOW_CONTEXT },
		       { CALLER, CRASH_HOW_EPILOGUE },
		       { 0xb00, CRASH_HOW_SCAN },
		       { 0xc00, CRASH_HOW_LEARNED },
		       { 0xd00, CRASH_HOW_LEARNED } };
	struct learn *learn = learn_create();
	struct arena arena;
	struct row row;

	(void)state;
	arena_init(&arena);
	begin(&row, 0x300, 8);
	put_linked(&row, 0xa00, 0x108, 0x148);
	put_linked(&row, 0xb00, 0x148, 0x1a8);
	put_linked(&row, 0xc00, 0x1a8, 0x1c8);
	put_word(&row, 0xd00, 0x1c8);
	take(learn, &row, 1);
	begin(&row, CALLER, 0x18);
	put_word(&row, 0x410, 0x58);
	put_word(&row, 0xa00, 0x508);
	put_word(&row, 0xb00, 0x548);
	put_word(&row, 0x420, 0x578);
	put_word(&row, 0xc00, 0x5a8);
	put_word(&row, 0xd00, 0x5c8);
	put_word(&row, 0x430, 0x5e8);
	take(learn, &row, 2);
	learn_finish(learn);
	assert_true(learn_apply(learn, &arena, &row.crash));
	assert_int_equal(row.crash.stack.count, 5);
	for (size_t i = 0; i < 5; i++) {
		const struct crash_frame *frame = &row.crash.stack.frames[i];

		assert_int_equal(frame->offset, wanted[i].offset);
		assert_int_equal(frame->how, wanted[i].how);
	}
	arena_deinit(&arena);
	learn_destroy(learn);
}

/* Two words that both lead to where the walk goes on: the first closes it. */
static void a_gap_is_closed_once(void **state)
{
	struct learn *learn = learn_create();
	struct arena arena;
	struct row row;

	(void)state;
	arena_init(&arena);
	begin(&row, 0x300, 8);
	put_linked(&row, 0xa00, 0x108, 0x1c8);
	put_linked(&row, 0xb00, 0x148, 0x1c8);
	put_linked(&row, ENTRY, 0x1c8, 0x1c8);
	take(learn, &row, 1);
	begin(&row, CALLER, 0x18);
	put_word(&row, 0xa00, 0x508);
	put_word(&row, 0xb00, 0x548);
	put_linked(&row, ENTRY, 0x5c8, 0x5c8);
	take(learn, &row, 2);
	learn_finish(learn);
	assert_true(learn_apply(learn, &arena, &row.crash));
	assert_int_equal(row.crash.stack.count, 4);
	assert_int_equal(row.crash.stack.frames[2].offset, 0xa00);
	assert_int_equal(row.crash.stack.frames[3].offset, ENTRY);
	arena_deinit(&arena);
	learn_destroy(learn);
}

/* One word that leads to another is no row. */
static void a_lost_walk_stays_lost_over_one_link(void **state)
{
	struct learn *learn = learn_create();
	struct arena arena;
	struct row row;

	(void)state;
	arena_init(&arena);
	begin(&row, 0x300, 8);
	put_linked(&row, 0xa00, 0x108, 0x148);
	put_word(&row, 0xb00, 0x148);
	take(learn, &row, 1);
	begin(&row, CALLER, 0x18);
	put_word(&row, 0xa00, 0x508);
	put_word(&row, 0xb00, 0x548);
	put_word(&row, 0x430, 0x5e8);
	take(learn, &row, 2);
	learn_finish(learn);
	assert_false(learn_apply(learn, &arena, &row.crash));
	arena_deinit(&arena);
	learn_destroy(learn);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dump_with_code_teaches_the_others),
		cmocka_unit_test(different_stacks_that_agree_teach_too),
		cmocka_unit_test(one_stack_seen_often_teaches_nothing),
		cmocka_unit_test(the_order_of_crashes_does_not_show),
		cmocka_unit_test(two_stacks_teach_how_threads_begin),
		cmocka_unit_test(two_stacks_teach_who_served_a_system_call),
		cmocka_unit_test(two_stacks_teach_nothing_else),
		cmocka_unit_test(crashes_of_one_bug_teach_nothing),
		cmocka_unit_test(entry_code_has_no_caller),
		cmocka_unit_test(an_exact_walk_teaches),
		cmocka_unit_test(a_lost_walk_goes_on_past_the_gap),
		cmocka_unit_test(a_gap_is_closed_once),
		cmocka_unit_test(a_lost_walk_stays_lost_over_one_link),
	};

	return cmocka_run_group_tests_name("learn", tests, NULL, NULL);
}
