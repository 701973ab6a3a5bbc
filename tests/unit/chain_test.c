#include "indexer/target/chain.h"

#include "indexer/target/space.h"
#include "tests/unit.h"
#include "tests/unit/scene.h"

static struct scene s;
static struct unwind unwind;
static struct unwind_step step;
static const struct trail trail; /* none */

/* Code behind a call: a return address. */
#define BEHIND_CALL(rva, text) (SCENE_CODE(&s, rva, "\xff\xd0" text) + 2)

/* nop; add rsp,20h; pop rbx; ret: from slot to slot 30h bytes */
#define EPILOGUE "\x90\x48\x83\xc4\x20\x5b\xc3"
#define NOWHERE "\x90\xeb\xfe"

static struct chain *make(uint32_t from)
{
	space_init(&s.target);
	unwind_x64_init(&unwind, &s.target);
	unwind.low = SCENE_STACK;
	unwind.high = SCENE_STACK + SCENE_STACK_BYTES;
	return chain_create(&unwind, SCENE_STACK + from);
}

static struct cpu frame_at(uint32_t stack)
{
	struct cpu cpu = { .ip = SCENE_MODULE + 0x1000 };

	cpu_set(&cpu, CPU_SP, SCENE_STACK + stack);
	return cpu;
}

static void words_that_may_return_are_candidates(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	const uint64_t called = BEHIND_CALL(0x1200, NOWHERE);
	const uint64_t direct =
		SCENE_CODE(&s, 0x1300, "\xe8\xfb\x01\0\0" NOWHERE) + 5;
	scene_word(&s, 0x108, called);
	scene_word(&s, 0x118, SCENE_MODULE + 0x1400); /* no call before it */
	scene_word(&s, 0x128, 0x1234);		      /* no module */
	scene_word(&s, 0x130, called);		      /* no slot of a return */
	scene_word(&s, 0x148, direct);
	const struct chain *chain = make(0x100);
	assert_int_equal(chain->count, 2);
	assert_int_equal(chain->slots[0].slot, SCENE_STACK + 0x108);
	assert_true(chain->slots[0].is_call);
	assert_int_equal(chain->slots[0].goal, 0);
	assert_int_equal(chain->slots[1].goal, SCENE_MODULE + 0x1500);
	assert_false(chain->slots[0].has_landing);
}

static void candidates_know_where_they_lead(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	const uint64_t one = BEHIND_CALL(0x1200, EPILOGUE);
	const uint64_t two = BEHIND_CALL(0x1300, EPILOGUE);
	const uint64_t three = BEHIND_CALL(0x1400, NOWHERE);
	scene_word(&s, 0x108, one);
	scene_word(&s, 0x138, two);
	scene_word(&s, 0x168, three);
	const struct chain *chain = make(0x100);
	assert_int_equal(chain->count, 3);
	assert_int_equal(chain->slots[0].landing, 1);
	assert_int_equal(chain->slots[0].links, 2);
	assert_int_equal(chain->slots[1].landing, 2);
	assert_int_equal(chain->slots[1].how, CRASH_HOW_EPILOGUE);
	assert_int_equal(chain->slots[2].links, 0);
}

static void the_head_of_the_best_chain_is_next(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	const uint64_t one = BEHIND_CALL(0x1200, EPILOGUE);
	const uint64_t two = BEHIND_CALL(0x1300, EPILOGUE);
	const uint64_t three = BEHIND_CALL(0x1400, NOWHERE);
	scene_word(&s, 0x108, three); /* left by an earlier call */
	scene_word(&s, 0x128, one);
	scene_word(&s, 0x158, two);
	scene_word(&s, 0x188, three);
	const struct chain *chain = make(0x100);
	const struct cpu from = frame_at(0x100);
	assert_true(chain_next(chain, &from, 0, &trail, &step));
	assert_int_equal(step.slot, SCENE_STACK + 0x128);
	assert_int_equal(step.how, CRASH_HOW_SCAN);
	assert_int_equal(step.cpu.reg[CPU_SP], SCENE_STACK + 0x130);
	/* a frame so large rules it out */
	assert_true(chain_next(chain, &from, 0x40, &trail, &step));
	assert_int_equal(step.slot, SCENE_STACK + 0x158);
}

static void a_call_of_the_frame_above_speaks_for_itself(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	/* call 1010h, which is where the frame above may be */
	const uint64_t caller =
		SCENE_CODE(&s, 0x1300, "\xe8\x0b\xfd\xff\xff" NOWHERE) + 5;
	scene_word(&s, 0x128, caller);
	const struct chain *chain = make(0x100);
	struct cpu from = frame_at(0x100);
	from.ip = SCENE_MODULE + 0x1020;
	assert_true(chain_next(chain, &from, 0, &trail, &step));
	assert_int_equal(step.cpu.ip, caller);
	from.ip = SCENE_MODULE + 0x1008; /* in front of that function */
	assert_false(chain_next(chain, &from, 0, &trail, &step));
}

/* One that returns elsewhere may have, and be a leftover. */
static void a_call_that_does_not_return_was_made_by_a_frame(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	const uint64_t dies = BEHIND_CALL(0x1200, "\xcc");
	const uint64_t lost = BEHIND_CALL(0x1300, NOWHERE);
	scene_word(&s, 0x118, lost);
	scene_word(&s, 0x138, dies);
	scene_word(&s, 0x158, BEHIND_CALL(0x1400, EPILOGUE));
	scene_word(&s, 0x188, lost);
	const struct chain *chain = make(0x100);
	const struct cpu from = frame_at(0x100);
	assert_true(chain_next(chain, &from, 0, &trail, &step));
	assert_int_equal(step.cpu.ip, dies);
	assert_int_equal(step.how, CRASH_HOW_SCAN);
}

static void what_is_far_away_is_not_next(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	const uint64_t one = BEHIND_CALL(0x1200, EPILOGUE);
	const uint64_t two = BEHIND_CALL(0x1300, NOWHERE);
	scene_word(&s, 0x2008, one);
	scene_word(&s, 0x2038, two);
	const struct chain *chain = make(0x100);
	const struct cpu from = frame_at(0x100);
	assert_int_equal(chain->count, 2);
	assert_false(chain_next(chain, &from, 0, &trail, &step));
}

static void outside_of_the_stack_there_is_nothing(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	scene_word(&s, 0x108, BEHIND_CALL(0x1200, EPILOGUE));
	assert_int_equal(make(SCENE_STACK_BYTES)->count, 0);
	assert_int_equal(make(0x110)->count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_that_may_return_are_candidates),
		cmocka_unit_test(candidates_know_where_they_lead),
		cmocka_unit_test(the_head_of_the_best_chain_is_next),
		cmocka_unit_test(a_call_of_the_frame_above_speaks_for_itself),
		cmocka_unit_test(
			a_call_that_does_not_return_was_made_by_a_frame),
		cmocka_unit_test(what_is_far_away_is_not_next),
		cmocka_unit_test(outside_of_the_stack_there_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
