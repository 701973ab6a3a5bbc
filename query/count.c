#include "query/count.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "query/greatest.h"

#include "signatures/base/must.h"

enum {
	/* Bitmap of keys x machines up to here: stays near the cache. */
	MATRIX_BYTES_MAX = 32 * 1024 * 1024,
};

/* What is known of a chosen key while its machines are counted. */
struct chosen {
	uint32_t key;
	uint32_t machines;
	uint64_t slots;	     /* where its machines are noted down */
	uint64_t slots_used; /* and how many are */
};

struct count {
	uint64_t *crashes; /* by key */
	uint32_t *place;   /* by key: 1 + index into chosen, or 0 */
	size_t keys;
	size_t room;
	struct chosen *chosen;
	size_t chosen_count;
	uint32_t machine_count;
	uint64_t *matrix; /* chosen x machines, or NULL */
	size_t matrix_words;
	uint32_t *slots; /* machines of each chosen key, or NULL */
};

struct count *count_create(void)
{
	return must(calloc(1, sizeof(struct count)));
}

void count_destroy(struct count *count)
{
	if (!count)
		return;
	free(count->crashes);
	free(count->place);
	free(count->chosen);
	free(count->matrix);
	free(count->slots);
	free(count);
}

/* For a key that is the largest so far. */
static void make_room(struct count *count, uint32_t key)
{
	if (key >= count->room) {
		const size_t room = ((size_t)key + 1) * 2;

		count->crashes = must(realloc(count->crashes,
					      room * sizeof(*count->crashes)));
		memset(count->crashes + count->room, 0,
		       (room - count->room) * sizeof(*count->crashes));
		count->room = room;
	}
	count->keys = (size_t)key + 1;
}

void count_add(struct count *count, uint32_t key, uint64_t n)
{
	if (key >= count->keys)
		make_room(count, key);
	count->crashes[key] += n;
}

void count_rows(struct count *count, const uint32_t *keys, const uint64_t *bits,
		size_t rows)
{
	if (!bits) {
		for (size_t i = 0; i < rows; i++)
			count_add(count, keys[i], 1);
		return;
	}
	for (size_t i = 0; i < rows; i += 64) {
		uint64_t word = bits[i / 64];

		for (; word; word &= word - 1) {
			const size_t row = i + (size_t)__builtin_ctzll(word);

			if (row < rows)
				count_add(count, keys[row], 1);
		}
	}
}

size_t count_keys(const struct count *count)
{
	return count->keys;
}

uint64_t count_crashes(const struct count *count, uint32_t key)
{
	return key < count->keys ? count->crashes[key] : 0;
}

uint64_t count_least(const struct count *count, size_t first)
{
	struct greatest greatest;
	uint64_t least;

	if (!first || first >= count->keys)
		return 0;
	greatest_init(&greatest, first);
	for (size_t key = 1; key < count->keys; key++)
		greatest_add(&greatest, count->crashes[key]);
	least = greatest_least(&greatest);
	greatest_deinit(&greatest);
	return least;
}

size_t count_choose(struct count *count, uint64_t min, uint32_t machine_count)
{
	uint64_t slots = 0;
	size_t chosen = 0;

	assert(!count->place);
	count->place = must(calloc(count->keys + 1, sizeof(*count->place)));
	for (size_t key = 1; key < count->keys; key++)
		chosen += count->crashes[key] && count->crashes[key] >= min;
	count->chosen = must(calloc(chosen + 1, sizeof(*count->chosen)));
	for (uint32_t key = 1; key < count->keys; key++) {
		if (!count->crashes[key] || count->crashes[key] < min)
			continue;
		count->chosen[count->chosen_count++] =
			(struct chosen){ .key = key, .slots = slots };
		count->place[key] = (uint32_t)count->chosen_count;
		slots += count->crashes[key];
	}
	count->machine_count = machine_count;
	count->matrix_words = ((size_t)machine_count + 63) / 64;

	const size_t bytes = chosen * count->matrix_words * sizeof(uint64_t);

	if (bytes <= MATRIX_BYTES_MAX)
		count->matrix = must(calloc(1, bytes + 1));
	else
		count->slots = must(malloc((slots + 1) * sizeof(uint32_t)));
	return chosen;
}

bool count_chosen(const struct count *count, uint32_t key)
{
	return key < count->keys && count->place[key] != 0;
}

static inline void note_machine(struct count *count, uint32_t key,
				uint32_t machine)
{
	const uint32_t place = count->place[key];

	if (place == 0 || machine == 0)
		return;

	struct chosen *chosen = &count->chosen[place - 1];

	if (count->matrix) {
		uint64_t *word = count->matrix +
				 (place - 1) * count->matrix_words +
				 machine / 64;
		const uint64_t bit = 1ull << (machine % 64);

		chosen->machines += (*word & bit) == 0;
		*word |= bit;
	} else {
		count->slots[chosen->slots + chosen->slots_used++] = machine;
	}
}

void count_machine(struct count *count, uint32_t key, uint32_t machine)
{
	assert(machine < count->machine_count || machine == 0);
	if (key < count->keys)
		note_machine(count, key, machine);
}

void count_row_machines(struct count *count, const uint32_t *keys,
			const uint32_t *machines, const uint64_t *bits,
			size_t rows)
{
	for (size_t i = 0; i < rows; i += 64) {
		uint64_t word = bits ? bits[i / 64] : UINT64_MAX;

		if (rows - i < 64)
			word &= (1ull << (rows - i)) - 1;
		for (; word; word &= word - 1) {
			const size_t row = i + (size_t)__builtin_ctzll(word);

			note_machine(count, keys[row], machines[row]);
		}
	}
}

void count_finish(struct count *count)
{
	if (!count->slots)
		return;

	/* The last key that met a machine; places start at 1. */
	uint32_t *met =
		must(calloc((size_t)count->machine_count + 1, sizeof(*met)));

	for (size_t i = 0; i < count->chosen_count; i++) {
		struct chosen *chosen = &count->chosen[i];
		const uint32_t *slots = count->slots + chosen->slots;

		for (uint64_t j = 0; j < chosen->slots_used; j++) {
			chosen->machines += met[slots[j]] != i + 1;
			met[slots[j]] = (uint32_t)i + 1;
		}
	}
	free(met);
}

uint64_t count_machines(const struct count *count, uint32_t key)
{
	return count_chosen(count, key)
		       ? count->chosen[count->place[key] - 1].machines
		       : 0;
}
