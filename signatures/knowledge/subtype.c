#include "signatures/knowledge/subtype.h"

#include <stddef.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct subtype rows[] = {
#include "subtype.inc"
};

/* The first row of the code, or of the next code that has rows. */
static size_t first_of(uint32_t code)
{
	size_t low = 0;
	size_t high = COUNT(rows);

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (rows[middle].code < code)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Selectors of 32 bits reach a 64-bit argument sign-extended or not. */
static bool picks(struct pick pick, uint64_t value)
{
	switch (pick.kind) {
	case PICK_NONE:
	case PICK_ANY:
		return true;
	case PICK_IS:
		return value == pick.value ||
		       (pick.value >> 31 == 1 &&
			value == (pick.value | 0xffffffff00000000ull));
	case PICK_BITS:
		return value & pick.value;
	}
	return false;
}

static bool holds(const struct subtype *row,
		  const struct subtype_arguments *arguments)
{
	const unsigned first = row->parameter - 1u;
	const unsigned second = row->second - 1u;

	if (!arguments->known[first] ||
	    !picks(row->is, arguments->value[first]))
		return false;
	return !row->second || (arguments->known[second] &&
				picks(row->and, arguments->value[second]));
}

static int weight(struct pick pick)
{
	switch (pick.kind) {
	case PICK_NONE:
		return 0;
	case PICK_ANY:
		return 1;
	case PICK_BITS:
		return 2;
	case PICK_IS:
		return 3;
	}
	return 0;
}

const struct subtype *subtype_find(uint32_t code,
				   const struct subtype_arguments *arguments)
{
	const struct subtype *best = NULL;
	int best_weight = 0;

	for (size_t i = first_of(code); i < COUNT(rows) && rows[i].code == code;
	     i++) {
		const int found = 4 * weight(rows[i].is) + weight(rows[i].and);

		if (found > best_weight && holds(&rows[i], arguments)) {
			best = &rows[i];
			best_weight = found;
		}
	}
	return best;
}

const struct subtype *subtype_also(const struct subtype *row,
				   const struct subtype_arguments *arguments)
{
	if (row->is.kind != PICK_BITS)
		return NULL;
	for (const struct subtype *next = row + 1;
	     next < rows + COUNT(rows) && next->code == row->code; next++) {
		if (next->is.kind == PICK_BITS && holds(next, arguments))
			return next;
	}
	return NULL;
}
