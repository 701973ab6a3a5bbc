#include "signatures/base/order.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "signatures/base/room.h"

enum {
	DIGIT_BITS = 11,
	DIGITS = 1 << DIGIT_BITS
};

static int by_number(const void *left, const void *right)
{
	const uint64_t a = *(const uint64_t *)left;
	const uint64_t b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

static size_t digit_of(uint64_t number, unsigned int shift)
{
	return number >> shift & (DIGITS - 1);
}

/* One pass of a radix sort; false, and nothing done, if all digits are one. */
static bool sort_digit(const uint64_t *from, uint64_t *to, size_t count,
		       unsigned int shift)
{
	size_t starts[DIGITS] = { 0 };
	size_t sum = 0;

	for (size_t i = 0; i < count; i++)
		starts[digit_of(from[i], shift)]++;
	if (starts[digit_of(from[0], shift)] == count)
		return false;
	for (size_t i = 0; i < DIGITS; i++) {
		const size_t here = starts[i];

		starts[i] = sum;
		sum += here;
	}
	for (size_t i = 0; i < count; i++)
		to[starts[digit_of(from[i], shift)]++] = from[i];
	return true;
}

static void sort_many(uint64_t *numbers, size_t count)
{
	uint64_t *room = room_take(count, sizeof(*room));
	uint64_t *from = numbers;
	uint64_t *to = room;

	for (unsigned int shift = 0; shift < 64; shift += DIGIT_BITS) {
		if (sort_digit(from, to, count, shift)) {
			uint64_t *const sorted = to;

			to = from;
			from = sorted;
		}
	}
	if (from != numbers)
		memcpy(numbers, from, count * sizeof(*numbers));
	free(room);
}

void order_numbers(uint64_t *numbers, size_t count)
{
	if (count >= DIGITS)
		sort_many(numbers, count);
	else if (count > 1)
		qsort(numbers, count, sizeof(*numbers), by_number);
}
