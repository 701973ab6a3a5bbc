/*
 * value.h - a value of a field as text.
 */
#ifndef QUERY_VALUE_H
#define QUERY_VALUE_H

#include "signatures/base/arena.h"
#include "signatures/field.h"

/*
 * As a key of a table: bugcheck codes in upper-case hexadecimal without 0x
 * (D1), hashes in 16 digits, other codes and addresses with 0x, times in ISO
 * 8601, durations in seconds, text as it is.  Lives in arena.
 */
const char *value_text(struct arena *arena, const struct field *field,
		       struct field_value value);

/* The documented name of a code, folded or not; NULL if there is none. */
const char *value_bugcheck_name(uint64_t code);

/* Is the field a stop code, folded or as the dump carries it? */
bool value_is_bugcheck(const struct field *field);

/* Is it a hash of 16 digits? */
bool value_is_hash(const struct field *field);

/* Is it a length of time, kept in 100 ns and spoken of in seconds? */
bool value_is_duration(const struct field *field);

/*
 * Names of modules and ids are kept in lower case, and looked up so; but what a
 * debugger named, as in nt!KeBugCheckEx, keeps its case.
 */
bool value_is_folded(const struct field *field);

#endif
