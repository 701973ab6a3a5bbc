#include "indexer/target/align.h"

#include "indexer/target/space.h"
#include "tests/unit.h"
#include "tests/unit/scene.h"

static struct scene s;
static struct unwind unwind;
static struct trail trail;

/*
 * The module has no code and no directory in the dump, so that entries and
 * words are all there is: function n has entry PDATA + 12 * n.
 */
enum {
	PDATA = 0x7000,
	START = 0x1100 /* where the exception happened */
};

static void begin(void)
{
	scene_init(&s, CRASH_X64);
	s.ranges[1].size = 0;
	trail = (struct trail){ .low = SCENE_MODULE,
				.high = SCENE_MODULE + SCENE_MODULE_BYTES,
				.last_frame = SCENE_STACK };
}

static void passed(unsigned entry)
{
	trail.functions[trail.count++] =
		(struct trail_function){ .module = &s.modules[0],
					 .entry = PDATA + 12 * entry };
}

static void last_at(uint32_t rva)
{
	trail.has_last = true;
	trail.last_ip = SCENE_MODULE + rva;
}

static void word(uint32_t at, uint32_t rva)
{
	scene_word(&s, at, SCENE_MODULE + rva);
}

static bool align(void)
{
	space_init(&s.target);
	unwind_x64_init(&unwind, &s.target);
	unwind.low = SCENE_STACK;
	unwind.high = SCENE_STACK + SCENE_STACK_BYTES;
	return align_trail(chain_create(&unwind, SCENE_STACK),
			   SCENE_MODULE + START, &trail);
}

static void check(size_t i, uint32_t at, bool is_sure)
{
	assert_int_equal(trail.slots[i], SCENE_STACK + at);
	assert_int_equal(trail.is_sure[i], is_sure);
}

static void entries_tell_which_words_are_theirs(void **state)
{
	(void)state;
	begin();
	passed(0);
	passed(9);
	passed(4);
	passed(20);
	last_at(0x4010);
	word(0x08, 0x1008); /* before the function of the exception */
	word(0x18, 0x3010);
	word(0x28, 0x3800); /* later than its entry allows */
	word(0x38, 0x2010);
	word(0x48, 0x2800);
	word(0x58, 0x1800);
	word(0x68, 0x4010);
	assert_true(align());
	assert_false(trail.is_leaf);
	assert_int_equal(trail.slots[0], 0);
	check(1, 0x18, false); /* 3800 would do, too */
	check(2, 0x38, false);
	check(3, 0x68, true);
}

static void a_word_that_alone_fits_is_sure(void **state)
{
	(void)state;
	begin();
	passed(5);
	passed(2);
	passed(9);
	last_at(0x4010);
	word(0x08, 0x2010); /* above the exception's, whose entry is later */
	word(0x18, 0x1010);
	word(0x28, 0x3010);
	word(0x38, 0x4010);
	word(0x48, 0x1010);
	assert_true(align());
	check(1, 0x18, true);
	check(2, 0x38, true);
}

static void many_entries_take_room(void **state)
{
	(void)state;
	begin();
	passed(0);
	passed(100);
	passed(300);
	last_at(0x4010);
	word(0x08,
	     0x1110); /* sixteen bytes behind, a hundred functions later */
	word(0x18, 0x2010);
	word(0x28, 0x4010);
	assert_true(align());
	check(1, 0x18, true);
}

/* int3 and ret alone need no entry: the trail begins at its caller. */
static void an_exception_in_a_leaf_is_not_on_the_trail(void **state)
{
	(void)state;
	begin();
	passed(5);
	passed(4);
	passed(9);
	last_at(0x4010);
	word(0x08, 0x3010);
	word(0x18, 0x2010);
	word(0x28, 0x4010);
	assert_true(align());
	assert_true(trail.is_leaf);
	check(0, 0x08, true);
	check(1, 0x18, true);
	check(2, 0x28, true);
}

static void where_the_end_is_cut_off_the_beginning_will_do(void **state)
{
	(void)state;
	begin();
	passed(0);
	passed(4);
	passed(9);
	last_at(0x4010);
	word(0x08, 0x2010);
	assert_false(align());
	assert_int_equal(trail.slots[1], 0);
	trail.last_frame = SCENE_STACK + SCENE_STACK_BYTES;
	assert_true(align());
	check(1, 0x08, true);
	assert_int_equal(trail.slots[2], 0);
}

static void words_of_other_modules_are_nobodys(void **state)
{
	(void)state;
	begin();
	s.modules[1] =
		(struct crash_module){ "other.sys", SCENE_MODULE + 0x100000,
				       0x8000, 8 };
	s.crash.module_count = 2;
	passed(0);
	passed(4);
	word(0x08, 0x102010);
	assert_false(align());
	trail.functions[1].module = &s.modules[1];
	trail.high = SCENE_MODULE + 0x108000;
	assert_true(align());
	check(1, 0x08, true);
}

static void a_stack_full_of_words_that_fit_ends_too(void **state)
{
	(void)state;
	begin();
	for (unsigned i = 0; i < LIMIT_TRAIL; i++)
		passed(2 * i);
	for (uint32_t at = 8; at + 8 <= SCENE_STACK_BYTES; at += 16)
		word(at, 0x1200 + at);
	assert_true(align());
	for (unsigned i = 1; i < LIMIT_TRAIL; i++)
		assert_false(trail.is_sure[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_tell_which_words_are_theirs),
		cmocka_unit_test(a_word_that_alone_fits_is_sure),
		cmocka_unit_test(many_entries_take_room),
		cmocka_unit_test(an_exception_in_a_leaf_is_not_on_the_trail),
		cmocka_unit_test(
			where_the_end_is_cut_off_the_beginning_will_do),
		cmocka_unit_test(words_of_other_modules_are_nobodys),
		cmocka_unit_test(a_stack_full_of_words_that_fit_ends_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
