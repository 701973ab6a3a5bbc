#include "indexer/target/thread_start.h"

#include "indexer/target/space.h"
#include "tests/unit.h"
#include "tests/unit/scene.h"

enum {
	ROUTINE = 0x1200,
	FIRST = 0x2e58 /* where the thread's first return address stands */
};

static struct scene s;
static struct unwind unwind;
static struct thread_start start;

static const struct chain *make(void)
{
	space_init(&s.target);
	unwind_x64_init(&unwind, &s.target);
	unwind.low = SCENE_STACK;
	unwind.high = SCENE_STACK + SCENE_STACK_BYTES;
	return chain_create(&unwind, SCENE_STACK + 0x100);
}

/* A thread that runs so far into its routine, and something else above it. */
static void begin(uint32_t into)
{
	scene_init(&s, CRASH_X64);
	SCENE_CODE(&s, ROUTINE, "\x90\x90\x90\x90");
	scene_word(&s, 0x2008, SCENE_CODE(&s, 0x1e00, "\xff\xd0\x90") + 2);
	scene_word(&s, FIRST - 0x50,
		   SCENE_CODE(&s, ROUTINE + into - 2, "\xff\xd0\x90") + 2);
	scene_word(&s, FIRST, SCENE_CODE(&s, 0x1800, "\xff\xd0\x90") + 2);
	scene_word(&s, FIRST + 0x18, SCENE_MODULE + ROUTINE);
}

static void a_thread_began_with_what_its_start_frame_names(void **state)
{
	(void)state;
	begin(0x55);
	assert_true(thread_start_find(make(), &start));
	assert_int_equal(start.slot, SCENE_STACK + FIRST + 0x18);
	assert_int_equal(start.routine, SCENE_MODULE + ROUTINE);
}

static void nobody_returns_into_another_routine(void **state)
{
	(void)state;
	begin(0x105);
	assert_false(thread_start_find(make(), &start));
	begin(0x55);
	scene_word(&s, FIRST + 0x18, SCENE_MODULE + ROUTINE + 0x55);
	assert_false(thread_start_find(make(), &start));
}

static void what_is_no_code_is_no_routine(void **state)
{
	(void)state;
	begin(0x55);
	scene_word(&s, FIRST + 0x18, 0x1234);
	assert_false(thread_start_find(make(), &start));
	scene_word(&s, FIRST + 0x18, SCENE_STACK + ROUTINE);
	assert_false(thread_start_find(make(), &start));
}

/* Its callee would have a frame of a size that it never has. */
static void the_routine_calls_from_nearby(void **state)
{
	(void)state;
	begin(0x55);
	scene_word(&s, FIRST - 0x50, 0);
	scene_word(&s, FIRST - 0x110, SCENE_MODULE + ROUTINE + 0x55);
	assert_false(thread_start_find(make(), &start));
}

static void without_words_there_is_no_thread(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	assert_false(thread_start_find(make(), &start));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_thread_began_with_what_its_start_frame_names),
		cmocka_unit_test(nobody_returns_into_another_routine),
		cmocka_unit_test(what_is_no_code_is_no_routine),
		cmocka_unit_test(the_routine_calls_from_nearby),
		cmocka_unit_test(without_words_there_is_no_thread),
	};
	const int failed =
		cmocka_run_group_tests_name("thread_start", tests, NULL, NULL);

	arena_deinit(&s.arena);
	return failed;
}
