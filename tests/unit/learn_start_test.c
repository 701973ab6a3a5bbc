/*
 * learn_start_test.c - how system threads begin is the same in many builds of
 * the kernel, so that one with code teaches the others.
 */
#include <stdio.h>
#include <stdlib.h>

#include "signatures/settle/learn.h"
#include "signatures/store/store_write.h"
#include "tests/unit.h"

enum {
	WALKED = 0x300, /* all that a walk without code found */
	ROUTINE = 0x4000,
	INSIDE = ROUTINE + 0x5a,
	FIRST = 0x7000, /* who called the routine */
	SLOT = 0x900,	/* and where this stands */
	STACK = 0x10000
};

static struct learn *learn;
static struct arena arena;
static struct crash crash;
static struct crash_module module;
static struct crash_candidate candidates[4];
static struct crash_frame frames[2];

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

/* A thread of a build whose routine has a frame so large. */
static void make(crash_build build, uint32_t size)
{
	module = (struct crash_module){ "nt.exe", 0x1000000, 0x10000, build };
	candidates[0] = (struct crash_candidate){ 0, WALKED, 8, 0, 0 };
	candidates[1] =
		(struct crash_candidate){ 0, INSIDE, SLOT - size, 0, 0 };
	candidates[2] = (struct crash_candidate){ 0, FIRST, SLOT, 0, 0 };
	candidates[3] =
		(struct crash_candidate){ 0, ROUTINE, SLOT + 0x18, SLOT + 0x18,
					  CRASH_HOW_CONTEXT };
	frames[0] = (struct crash_frame){ .module = "nt",
					  .build = build,
					  .offset = 0x10,
					  .address = module.base + 0x10,
					  .how = CRASH_HOW_CONTEXT };
	frames[1] = (struct crash_frame){ .module = "nt",
					  .build = build,
					  .offset = WALKED,
					  .address = module.base + WALKED,
					  .slot = STACK + 8,
					  .how = CRASH_HOW_EPILOGUE };
	crash = (struct crash){
		.modules = &module,
		.module_count = 1,
		.candidates = candidates,
		.candidate_count = 4,
		.stack = { frames, 2, CRASH_STACK_LOST },
	};
}

static void teach(uint32_t size)
{
	make(7, size);
	candidates[1].landing = SLOT;
	candidates[1].how = CRASH_HOW_EPILOGUE;
	learn_add(learn, (struct hash128){ 1, size }, &crash);
	learn_finish(learn);
}

static void another_build_tells_how_a_thread_began(void **state)
{
	(void)state;
	teach(0x50);
	make(8, 0x50);
	assert_true(learn_apply(learn, &arena, &crash));
	assert_int_equal(crash.stack.count, 4);
	assert_int_equal(crash.stack.frames[2].offset, INSIDE);
	assert_int_equal(crash.stack.frames[2].how, CRASH_HOW_SCAN);
	assert_int_equal(crash.stack.frames[3].offset, FIRST);
	assert_int_equal(crash.stack.frames[3].how, CRASH_HOW_LEARNED);
	assert_int_equal(crash.stack.end, CRASH_STACK_COMPLETE);
}

static void without_such_a_build_it_is_not_known(void **state)
{
	(void)state;
	make(8, 0x50);
	learn_add(learn, (struct hash128){ 1, 1 }, &crash);
	learn_finish(learn);
	assert_false(learn_apply(learn, &arena, &crash));
}

static void each_size_is_known_by_itself(void **state)
{
	(void)state;
	teach(0x50);
	make(8, 0x60);
	assert_false(learn_apply(learn, &arena, &crash));
	teach(0x60);
	for (uint32_t size = 0x50; size <= 0x60; size += 0x10) {
		make(8, size);
		assert_true(learn_apply(learn, &arena, &crash));
	}
}

static void who_returns_elsewhere_is_not_called_by_the_routine(void **state)
{
	(void)state;
	teach(0x50);
	make(8, 0x50);
	candidates[3].offset = ROUTINE + 0x100;
	assert_false(learn_apply(learn, &arena, &crash));
	make(8, 0x50);
	candidates[1].offset = ROUTINE + 0x100;
	assert_false(learn_apply(learn, &arena, &crash));
}

/* The routine is no word that a return address may stand near. */
static void two_stacks_that_end_alike_teach_as_before(void **state)
{
	uint32_t size;

	(void)state;
	for (uint32_t i = 0; i < 2; i++) {
		make(8, 0x50);
		candidates[0].slot = 0x108 + i * 0x110;
		candidates[0].offset += i * 0x10;
		learn_add(learn, (struct hash128){ i, i }, &crash);
	}
	learn_finish(learn);
	assert_true(learn_size(learn, "nt.exe", 8, INSIDE, &size));
	assert_int_equal(size, 0x50);
	assert_false(learn_size(learn, "nt.exe", 8, FIRST, &size));
}

static void count_row(void *closure, uint32_t row)
{
	size_t *found = closure;

	assert_int_equal(row, 5);
	++*found;
}

/* A night later the rows that asked in vain are named. */
static void what_is_told_later_is_news(void **state)
{
	char folder[] = "/tmp/learn_start_test-XXXXXX", command[64];
	struct store *store;
	struct error err;
	size_t found = 0;

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(store_open(folder, STORE_WRITE, &store, &err),
			 STATUS_OK);
	assert_int_equal(store_begin(store, &err), STATUS_OK);
	learn_destroy(learn);
	learn = learn_open(store);
	make(8, 0x50);
	learn_add(learn, (struct hash128){ 1, 1 }, &crash);
	learn_finish(learn);
	learn_watch(learn);
	assert_false(learn_apply(learn, &arena, &crash));
	learn_asks(learn, 0, 5);
	assert_true(learn_close(learn));
	learn = learn_open(store);
	teach(0x50);
	assert_true(learn_news(learn, count_row, &found));
	assert_int_equal(found, 1);
	learn_destroy(learn);
	learn = learn_create();
	store_close(store);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	assert_int_equal(system(command), 0);
}

#define WITH_LEARN(test)                                                       \
	cmocka_unit_test_setup_teardown(test, open_learn, close_learn)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LEARN(another_build_tells_how_a_thread_began),
		WITH_LEARN(without_such_a_build_it_is_not_known),
		WITH_LEARN(each_size_is_known_by_itself),
		WITH_LEARN(who_returns_elsewhere_is_not_called_by_the_routine),
		WITH_LEARN(two_stacks_that_end_alike_teach_as_before),
		WITH_LEARN(what_is_told_later_is_news),
	};

	return cmocka_run_group_tests_name("learn_start", tests, NULL, NULL);
}
