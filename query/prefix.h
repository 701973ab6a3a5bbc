/*
 * prefix.h - what all values that a glob accepts begin with.
 *
 * Dictionaries are in the order of their values, and columns know their least
 * and their most: a glob that does not begin with a wildcard need not be asked
 * of every value.
 */
#ifndef QUERY_PREFIX_H
#define QUERY_PREFIX_H

#include <stddef.h>
#include <stdint.h>

#include "signatures/base/arena.h"
#include "signatures/field.h"

/* So many lengths has a number of 64 bits in decimal. */
#define PREFIX_RANGES_MAX 20

/* Both ends belong to it. */
struct prefix_range {
	uint64_t low, high;
};

/*
 * Exactly the numbers that glob accepts, where it is digits and one * behind
 * them: 3f9a* of a hash is one range, as all have 16 digits, 0x8* of another
 * number is 0x8, 0x80..0x8f, 0x800..0x8ff and so on.  Returns how many there
 * are, 0 for any other glob, and for fields whose numbers are printed otherwise
 * (stop codes, times, durations).
 */
size_t prefix_ranges(const struct field *field, const char *glob,
		     struct prefix_range ret[PREFIX_RANGES_MAX]);

/*
 * What every text that glob accepts begins with, as the store has it; lives in
 * arena.  NULL where that is nothing, or may be written in any case.
 */
const char *prefix_text(const struct field *field, const char *glob,
			struct arena *arena);

#endif
