#include "signatures/settle/learn.h"

#include <stdio.h>
#include <stdlib.h>

#include "signatures/settle/learn_memory.h"
#include "signatures/store/store_settled.h"
#include "tests/unit.h"

enum {
	CALLER = 0x500,	 /* an address whose frame is 0x40 bytes */
	ENTRY = 0x900,	 /* and the one that always called it */
	STACK = 0x10000, /* where the evidence begins in memory */
	WORDS = 4
};

static struct crash_module modules[] = { { "nt.exe", 0x1000000, 0x10000, 7 } };

/* A stack of words at given slots, and a walk that was led to one of them. */
struct row {
	struct crash crash;
	struct crash_candidate candidates[16];
	struct crash_frame frames[3];
};

/* What each test has: made and ended for it. */
static struct learn *learn;
static struct arena arena;
static struct row row;

static int open_learn(void **state)
{
	(void)state;
	arena_init(&arena);
	learn = learn_create();
	return 0;
}

static int close_learn(void **state)
{
	(void)state;
	learn_destroy(learn);
	arena_deinit(&arena);
	return 0;
}

static void put(uint32_t offset, uint32_t slot, uint32_t landing,
		enum crash_how how)
{
	row.candidates[row.crash.candidate_count++] =
		(struct crash_candidate){ 0, offset, slot, landing, how };
}

static void put_word(uint32_t offset, uint32_t slot)
{
	put(offset, slot, 0, 0);
}

static void put_linked(uint32_t offset, uint32_t slot, uint32_t landing)
{
	put(offset, slot, landing, CRASH_HOW_EPILOGUE);
}

/* No words yet; the walk went from the top of the stack to slot. */
static void begin_walk(uint32_t offset, uint32_t slot)
{
	memset(&row, 0, sizeof(row));
	row.crash.modules = modules;
	row.crash.module_count = 1;
	row.crash.candidates = row.candidates;
	row.frames[0] = (struct crash_frame){ .module = "nt",
					      .build = 7,
					      .offset = 0x10,
					      .address = modules[0].base + 0x10,
					      .how = CRASH_HOW_CONTEXT };
	row.frames[1] =
		(struct crash_frame){ .module = "nt",
				      .build = 7,
				      .offset = offset,
				      .address = modules[0].base + offset,
				      .slot = STACK + slot,
				      .how = CRASH_HOW_EPILOGUE };
	row.crash.stack.frames = row.frames;
	row.crash.stack.count = 2;
	row.crash.stack.end = CRASH_STACK_LOST;
}

/* Likewise, and the word it was led to is the first. */
static void begin(uint32_t offset, uint32_t slot)
{
	begin_walk(offset, slot);
	put_word(offset, slot);
}

/* Noise, CALLER, more noise that differs, ENTRY 0x40 above it. */
static void make_stack(uint32_t n, bool has_code)
{
	const uint32_t slot = 0x100 + n * 0x20;

	begin_walk(CALLER, slot);
	row.crash.stack.end = CRASH_STACK_ABSENT;
	put_word(0x100 + n * 0x10, slot - 0x20 - n * 0x10);
	put_linked(CALLER, slot, has_code ? slot + 0x40 : 0);
	put_word(0x200 + n * 0x10, slot + 8 + n % 3 * 0x10);
	put_word(ENTRY, slot + 0x40);
}

static void add(uint32_t n, bool has_code)
{
	make_stack(n, has_code);
	learn_add(learn, (struct hash128){ 1000 + n * 77 % 13, n }, &row.crash);
}

static void take(uint64_t n)
{
	learn_add(learn, (struct hash128){ n * 7919 % 101, n }, &row.crash);
}

static void expect_size(uint32_t offset, uint32_t wanted)
{
	uint32_t size;

	assert_true(learn_size(learn, "nt.exe", 7, offset, &size));
	assert_int_equal(size, wanted);
}

static void expect_nothing(uint32_t offset)
{
	uint32_t size;

	assert_false(learn_size(learn, "nt.exe", 7, offset, &size));
}

/* The last stack, with what was learned; count frames. */
static void expect_walk(size_t count)
{
	assert_true(learn_apply(learn, &arena, &row.crash));
	assert_int_equal(row.crash.stack.count, count);
}

static void expect_frame(size_t i, uint32_t offset, enum crash_how how)
{
	assert_int_equal(row.crash.stack.frames[i].offset, offset);
	assert_int_equal(row.crash.stack.frames[i].how, how);
}

static void a_dump_with_code_teaches_the_others(void **state)
{
	uint32_t size;

	(void)state;
	add(1, true);
	add(2, false);
	learn_finish(learn);
	expect_size(CALLER, 0x40);
	assert_false(learn_size(learn, "nt.exe", 8, CALLER, &size));
	make_stack(2, false);
	expect_walk(3);
	assert_int_equal(row.crash.stack.frames[1].how, CRASH_HOW_EPILOGUE);
	expect_frame(2, ENTRY, CRASH_HOW_LEARNED);
}

static void different_stacks_that_agree_teach_too(void **state)
{
	(void)state;
	for (uint32_t n = 0; n < 6; n++)
		add(n, false);
	learn_finish(learn);
	expect_size(CALLER, 0x40);
}

static void one_stack_seen_often_teaches_nothing(void **state)
{
	(void)state;
	for (uint32_t n = 0; n < 6; n++)
		add(3, false);
	learn_finish(learn);
	expect_nothing(CALLER);
}

static void the_order_of_crashes_does_not_show(void **state)
{
	(void)state;
	for (uint32_t first = 0; first < 40; first += 7) {
		close_learn(NULL);
		open_learn(NULL);
		for (uint32_t n = 0; n < 40; n++)
			add((n + first) % 40, false);
		learn_finish(learn);
		expect_size(CALLER, 0x40);
		expect_nothing(ENTRY);
	}
}

/* A thread of its own: words that nobody shares, then what starts it. */
static void make_thread(uint32_t n)
{
	begin(0x1000 + n * 0x100, 8);
	put_word(0x1010 + n * 0x100, 0x28 + n * 0x10);
	put_word(0x1020 + n * 0x100, 0x78 + n * 0x30);
	put_word(CALLER, 0x408 + n * 0x40);
	put_word(ENTRY, 0x448 + n * 0x40);
}

static void two_stacks_teach_how_threads_begin(void **state)
{
	(void)state;
	for (uint32_t n = 0; n < 2; n++) {
		make_thread(n);
		take(n);
	}
	learn_finish(learn);
	expect_size(CALLER, 0x40);
	expect_walk(4);
	expect_frame(2, CALLER, CRASH_HOW_SCAN);
	expect_frame(3, ENTRY, CRASH_HOW_LEARNED);
}

/* Below a system call's trap frame a stack ends too. */
static void two_stacks_teach_who_served_a_system_call(void **state)
{
	(void)state;
	for (uint32_t n = 0; n < 2; n++) {
		make_thread(n);
		row.candidates[4].landing = row.candidates[4].slot;
		put_word(0x700, row.candidates[4].slot + 0x70);
		take(n);
	}
	learn_finish(learn);
	expect_walk(4);
	assert_int_equal(row.crash.stack.frames[2].offset, CALLER);
	assert_int_equal(row.crash.stack.frames[3].offset, ENTRY);
}

/* Elsewhere two may agree on what an earlier call left to both. */
static void two_stacks_teach_nothing_else(void **state)
{
	(void)state;
	for (uint32_t n = 0; n < 2; n++) {
		make_thread(n);
		put_word(0x700 + n * 0x10, 0x4a8 + n * 0x60);
		take(n);
	}
	learn_finish(learn);
	expect_nothing(CALLER);
}

/* They are one observation, though a word far away is another in each. */
static void crashes_of_one_bug_teach_nothing(void **state)
{
	(void)state;
	for (uint32_t n = 0; n < 8; n++) {
		begin(CALLER, 8);
		put_word(0x600, 0x28);
		put_word(0x610, 0x48);
		put_word(0x620 + n % 4, 0x88);
		put_word(0x630, 0xc8);
		put_word(0x640, 0x108);
		put_word(0x800 + n, 0x148);
		take(n);
	}
	learn_finish(learn);
	expect_nothing(CALLER);
}

/* What lies above a trap frame is not its caller, however often it is there. */
static void entry_code_has_no_caller(void **state)
{
	(void)state;
	for (uint32_t n = 0; n < 6; n++) {
		make_thread(n);
		row.candidates[3].landing = row.candidates[3].slot;
		take(n);
	}
	learn_finish(learn);
	expect_nothing(CALLER);
}

/* A dump with all unwind data has no need of evidence, but is some. */
static void an_exact_walk_teaches(void **state)
{
	uint32_t size;

	(void)state;
	begin(CALLER, 8);
	row.crash.candidate_count = 0;
	row.frames[2] = row.frames[1];
	row.frames[2].offset = ENTRY;
	row.frames[2].slot += 0x70;
	row.frames[2].how = CRASH_HOW_UNWIND;
	row.crash.stack.count = 3;
	take(1);
	learn_finish(learn);
	assert_true(learn_size(learn, "nt", 7, CALLER, &size));
	assert_int_equal(size, 0x70);
	assert_false(learn_size(learn, "nt", 7, ENTRY, &size));
}

/* Frames that a dispatcher passed: between them others may have been called. */
static void frames_on_a_trail_teach_no_sizes(void **state)
{
	struct crash_function passed = { .module = "nt", .build = 7 };
	uint32_t size;

	(void)state;
	begin(CALLER, 8);
	row.crash.candidate_count = 0;
	row.crash.trail = &passed;
	row.crash.trail_count = 1;
	row.frames[2] = row.frames[1];
	row.frames[2].offset = ENTRY;
	row.frames[2].slot += 0x70;
	row.frames[2].how = CRASH_HOW_UNWIND;
	row.crash.stack.count = 3;
	take(1);
	learn_finish(learn);
	assert_false(learn_size(learn, "nt", 7, CALLER, &size));
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

	(void)state;
	begin(0x300, 8);
	put_linked(0xa00, 0x108, 0x148);
	put_linked(0xb00, 0x148, 0x1a8);
	put_linked(0xc00, 0x1a8, 0x1c8);
	put_word(0xd00, 0x1c8);
	take(1);
	begin(CALLER, 0x18);
	put_word(0x410, 0x58);
	put_word(0xa00, 0x508);
	put_word(0xb00, 0x548);
	put_word(0x420, 0x578);
	put_word(0xc00, 0x5a8);
	put_word(0xd00, 0x5c8);
	put_word(0x430, 0x5e8);
	take(2);
	learn_finish(learn);
	expect_walk(5);
	for (size_t i = 0; i < 5; i++) {
		const struct crash_frame *frame = &row.crash.stack.frames[i];

		assert_int_equal(frame->offset, wanted[i].offset);
		assert_int_equal(frame->how, wanted[i].how);
	}
}

/* Two words that both lead to where the walk goes on: the first closes it. */
static void a_gap_is_closed_once(void **state)
{
	(void)state;
	begin(0x300, 8);
	put_linked(0xa00, 0x108, 0x1c8);
	put_linked(0xb00, 0x148, 0x1c8);
	put_linked(ENTRY, 0x1c8, 0x1c8);
	take(1);
	begin(CALLER, 0x18);
	put_word(0xa00, 0x508);
	put_word(0xb00, 0x548);
	put_linked(ENTRY, 0x5c8, 0x5c8);
	take(2);
	learn_finish(learn);
	expect_walk(4);
	assert_int_equal(row.crash.stack.frames[2].offset, 0xa00);
	assert_int_equal(row.crash.stack.frames[3].offset, ENTRY);
}

/* CALLER, and ENTRY behind it, where nothing can be seen. */
static void make_pair(uint32_t n, uint32_t landing)
{
	begin_walk(CALLER, 0x100);
	put_linked(CALLER, 0x100, landing);
	put_word(ENTRY, 0x140 + n * 8);
	take(n);
}

static bool remembers(struct store *store, uint8_t stack)
{
	const uint8_t key[5] = { LEARN_MEMORY_STACK, 0, 0, 0, stack };
	struct bytes words;

	return store_settled_get(store, key, sizeof(key), &words);
}

static void next_night(struct store *store)
{
	learn_finish(learn);
	assert_true(learn_close(learn));
	learn = learn_open(store);
}

static void a_stack_is_remembered_as_long_as_it_is_a_witness(void **state)
{
	char folder[] = "/tmp/learn_test-XXXXXX", command[64];
	struct store *store;
	struct error err;

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(store_open(folder, STORE_WRITE, &store, &err),
			 STATUS_OK);
	assert_int_equal(store_begin(store, &err), STATUS_OK);
	learn_destroy(learn);
	learn = learn_open(store);
	make_pair(0, 0);
	make_pair(1, 0);
	next_night(store);
	assert_true(remembers(store, 0) && remembers(store, 1));
	/* Seen before, so it is the same witness. */
	make_pair(1, 0);
	make_pair(2, 0);
	next_night(store);
	assert_true(remembers(store, 1) && remembers(store, 2));
	assert_false(remembers(store, 3));
	expect_nothing(CALLER);
	/* Code tells what nobody needs to bear witness of any more. */
	make_pair(3, 0x140);
	next_night(store);
	for (uint8_t i = 0; i < 4; i++)
		assert_false(remembers(store, i));
	expect_size(CALLER, 0x40);
	learn_destroy(learn);
	learn = learn_create();
	store_close(store);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	assert_int_equal(system(command), 0);
}

/* One word that leads to another is no row. */
static void a_lost_walk_stays_lost_over_one_link(void **state)
{
	(void)state;
	begin(0x300, 8);
	put_linked(0xa00, 0x108, 0x148);
	put_word(0xb00, 0x148);
	take(1);
	begin(CALLER, 0x18);
	put_word(0xa00, 0x508);
	put_word(0xb00, 0x548);
	put_word(0x430, 0x5e8);
	take(2);
	learn_finish(learn);
	assert_false(learn_apply(learn, &arena, &row.crash));
}

/* The frame where a dispatcher stood, on a part of the stack nobody has. */
static void behind_a_frame_without_a_place_nothing_is_known(void **state)
{
	(void)state;
	begin(0x300, 8);
	put_linked(0xa00, 0x108, 0x148);
	put_linked(0xb00, 0x148, 0x1a8);
	put_linked(0xc00, 0x1a8, 0x1c8);
	put_word(0xd00, 0x1c8);
	take(1);
	begin(CALLER, 0x18);
	row.frames[2] = row.frames[1];
	row.frames[2].offset = ENTRY;
	row.frames[2].slot = 0;
	row.frames[2].how = CRASH_HOW_UNWIND;
	row.crash.stack.count = 3;
	put_word(0xa00, 0x508);
	put_word(0xb00, 0x548);
	put_word(0xc00, 0x5a8);
	put_word(0xd00, 0x5c8);
	take(2);
	learn_finish(learn);
	assert_false(learn_apply(learn, &arena, &row.crash));
}

#define WITH_LEARN(test)                                                       \
	cmocka_unit_test_setup_teardown(test, open_learn, close_learn)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LEARN(a_dump_with_code_teaches_the_others),
		WITH_LEARN(different_stacks_that_agree_teach_too),
		WITH_LEARN(one_stack_seen_often_teaches_nothing),
		WITH_LEARN(the_order_of_crashes_does_not_show),
		WITH_LEARN(two_stacks_teach_how_threads_begin),
		WITH_LEARN(two_stacks_teach_who_served_a_system_call),
		WITH_LEARN(two_stacks_teach_nothing_else),
		WITH_LEARN(crashes_of_one_bug_teach_nothing),
		WITH_LEARN(entry_code_has_no_caller),
		WITH_LEARN(an_exact_walk_teaches),
		WITH_LEARN(frames_on_a_trail_teach_no_sizes),
		WITH_LEARN(a_lost_walk_goes_on_past_the_gap),
		WITH_LEARN(a_gap_is_closed_once),
		WITH_LEARN(a_stack_is_remembered_as_long_as_it_is_a_witness),
		WITH_LEARN(a_lost_walk_stays_lost_over_one_link),
		WITH_LEARN(behind_a_frame_without_a_place_nothing_is_known),
	};

	return cmocka_run_group_tests_name("learn", tests, NULL, NULL);
}
