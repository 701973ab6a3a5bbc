/*
 * subtype.h - what the selector argument of a bugcheck says, and what the
 * other arguments are then.
 *
 * Most codes select by one argument, some by two, 18D by the bits of a mask.
 * Rows live for ever.
 */
#ifndef KNOWLEDGE_SUBTYPE_H
#define KNOWLEDGE_SUBTYPE_H

#include <stdbool.h>
#include <stdint.h>

#include "signatures/knowledge/role.h"

enum pick_kind {
	PICK_NONE,
	PICK_IS,
	PICK_BITS,
	PICK_ANY
};

struct pick {
	enum pick_kind kind;
	uint64_t value;
};

struct subtype {
	uint32_t code;
	uint8_t parameter; /* 1..4: the one that selects */
	struct pick is;
	uint8_t second; /* the one that selects with it; 0 = none */
	struct pick and;
	char label[56]; /* our own few words */
	enum role role[4];
};

/* The arguments, where the dump has them. */
struct subtype_arguments {
	bool known[4];
	uint64_t value[4];
};

/*
 * The row that says most: a pair before a single value, a value before bits,
 * any other value last.  NULL if the code has no selector or the value is not
 * documented.
 */
const struct subtype *subtype_find(uint32_t code,
				   const struct subtype_arguments *arguments);

/* Another row that holds at the same time: the next set bit of a mask. */
const struct subtype *subtype_also(const struct subtype *row,
				   const struct subtype_arguments *arguments);

#endif
