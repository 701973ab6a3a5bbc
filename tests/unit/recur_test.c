#include "query/recur.h"

#include <stdlib.h>

#include "tests/unit.h"

#define JUNK 400

static struct recur_word words[JUNK + 8];

/* Words that one unit has each, and nobody else. */
static size_t junk(void)
{
	for (size_t i = 0; i < JUNK; i++)
		words[i] = (struct recur_word){ .word = 0x900000001234u + i,
						.crashes = 1,
						.units = 1 };
	return JUNK;
}

static struct recur_word on_units(uint64_t word, uint64_t crashes,
				  uint64_t units, uint64_t sound)
{
	return (struct recur_word){
		.word = word, .crashes = crashes, .units = units, .sound = sound
	};
}

static const struct recur_units units = { 20, 20 };

static void junk_alone_is_nothing(void **state)
{
	(void)state;
	assert_int_equal(recur_judge(words, junk(), units), 0);
	assert_int_equal(recur_judge(words, 0, units), 0);
}

static void a_constant_of_many_units_comes_first(void **state)
{
	size_t count = junk();

	(void)state;
	words[count++] = on_units(0x77abcdef1234beef, 30, 9, 0);
	words[count++] = on_units(0x66abcdef1234beef, 12, 12, 0);
	assert_int_equal(recur_judge(words, count, units), 2);
	assert_int_equal(words[0].units, 12);
	assert_int_equal(words[1].units, 9);
	assert_true(words[0].expected < 0.1);
	assert_true(words[0].q < 1e-6);
}

static void what_sound_memory_has_as_often_is_memory_as_it_is(void **state)
{
	size_t count = junk();

	(void)state;
	words[count++] = on_units(0x77abcdef1234beef, 15, 15, 12);
	assert_int_equal(recur_judge(words, count, units), 0);
	assert_false(words[0].found);
}

static void two_units_are_too_few(void **state)
{
	size_t count = junk();

	(void)state;
	words[count++] = on_units(0x77abcdef1234beef, 9, 2, 0);
	assert_int_equal(
		recur_judge(words, count, (struct recur_units){ 400, 400 }), 0);
}

static void where_nothing_sound_was_kept_coincidence_alone_counts(void **state)
{
	size_t count = junk();

	(void)state;
	words[count++] = on_units(0x77abcdef1234beef, 9, 9, 0);
	assert_int_equal(
		recur_judge(words, count, (struct recur_units){ 20, 0 }), 1);
}

static void halves_say_nothing_beside_the_whole(void **state)
{
	size_t count = junk();

	(void)state;
	words[count++] = on_units(0x77abcdef1234beef, 9, 9, 0);
	words[count++] = on_units(0x77abcdef, 9, 9, 0);
	/* This one is on more of them, and says more. */
	words[count++] = on_units(0x1234beef, 14, 14, 0);
	assert_int_equal(recur_judge(words, count, units), 2);
	assert_int_equal(words[0].word, 0x1234beef);
	assert_true(words[1].word == 0x77abcdef1234beef);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(junk_alone_is_nothing),
		cmocka_unit_test(a_constant_of_many_units_comes_first),
		cmocka_unit_test(
			what_sound_memory_has_as_often_is_memory_as_it_is),
		cmocka_unit_test(two_units_are_too_few),
		cmocka_unit_test(
			where_nothing_sound_was_kept_coincidence_alone_counts),
		cmocka_unit_test(halves_say_nothing_beside_the_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
