#include "signatures/settle/learn_words.h"

#include <stdlib.h>

#include "tests/unit.h"

enum {
	WORDS = 60,
	ROUNDS = 200
};

static uint32_t number(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % below;
}

/* Mostly rising, some far apart, one in a while an entry. */
static void make_words(struct learn_word words[WORDS], uint64_t *seed)
{
	uint32_t slot = 0;

	for (size_t i = 0; i < WORDS; i++) {
		slot += number(seed, 40) ? 8 * number(seed, 30) : 8192;
		words[i] = (struct learn_word){
			.slot = slot,
			.word = (uint16_t)number(seed, 1 << 16),
			.is_entry = number(seed, 12) == 0,
		};
	}
}

static void what_is_marked_is_all_that_a_witness_sees(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (size_t round = 0; round < ROUNDS; round++) {
		const size_t at = number(&seed, WORDS);
		const size_t other = number(&seed, WORDS);
		struct learn_word all[WORDS], kept[WORDS];
		struct surroundings before, behind;
		struct learn_words *words;
		size_t count = 0;

		make_words(all, &seed);
		words = learn_words_make(7, all, WORDS);
		learn_words_mark(words, at);
		learn_words_mark(words, other);
		for (size_t i = 0; i < WORDS; i++)
			if (words->at[i].is_seen)
				kept[count++] = words->at[i];
		assert_in_range(count, 1,
				2 * (LEARN_BEFORE + 1 + LEARN_WINDOW));
		learn_words_look(all, WORDS, at, &before);
		learn_words_look(kept, count, learn_words_place(words, at),
				 &behind);
		assert_memory_equal(&before, &behind, sizeof(before));
		assert_int_equal(learn_words_layout(&before),
				 learn_words_layout(&behind));
		free(words);
	}
}

static void what_lies_above_an_entry_is_not_seen(void **state)
{
	static const struct learn_word words[] = {
		{ .slot = 0, .word = 1 },
		{ .slot = 8, .word = 2 },
		{ .slot = 24, .word = 3, .is_entry = true },
		{ .slot = 32, .word = 4 },
		{ .slot = 32 + 8193, .word = 5 },
	};
	struct surroundings around;

	(void)state;
	learn_words_look(words, 5, 1, &around);
	assert_int_equal(around.after[0].distance, 16);
	assert_int_equal(around.after[0].word, 3);
	assert_int_equal(around.after[1].distance, 0);
	assert_int_equal(around.before[0].distance, 8);
	assert_int_equal(around.before[0].word, 1);
	assert_int_equal(around.before[1].distance, 0);
	/* Nor what is farther away than a frame can be large. */
	learn_words_look(words, 5, 3, &around);
	assert_int_equal(around.after[0].distance, 0);
	assert_int_equal(around.before[2].distance, 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_marked_is_all_that_a_witness_sees),
		cmocka_unit_test(what_lies_above_an_entry_is_not_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
