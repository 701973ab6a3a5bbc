/*
 * where.h - the filter words of the command line as tests.
 *
 *     field=value      field=a,b  (or)      field!=value
 *     text: * and ? are wildcards, case is ignored; \, is a comma
 *     numbers: decimal or 0x; ranges a..b, ..b, a.. (both ends belong to it)
 *     hexadecimal fields: with or without 0x
 *     time=2026-11-01..2026-11-07: a day is the whole day; 2026-11 and 2026 too
 *     uptime in seconds, or 90s, 10m, 8h, 7d
 *     bugcheck=0x9f, 9f, DRIVER_POWER_*, or 0x1000007e: the minidump form alone
 *     field=*  has the field;  field= (nothing) or field!=*  does not
 *
 * Tests of different words are and-ed, also of one field.  A field with many
 * values passes if one of them is accepted, and != passes if none is.
 */
#ifndef QUERY_WHERE_H
#define QUERY_WHERE_H

#include "signatures/base/arena.h"
#include "signatures/base/error.h"
#include "signatures/field.h"

enum where_form {
	WHERE_ABSENT, /* no value at all */
	WHERE_ANY,
	WHERE_EXACT, /* text, without case */
	WHERE_GLOB,  /* text, or a number as printed */
	WHERE_RANGE, /* low <= number <= high */
};

struct where_value {
	enum where_form form;
	const char *text;
	uint64_t low;
	uint64_t high;
};

struct where_test {
	const struct field *field;
	bool negated;
	struct where_value *values;
	size_t count;
};

struct where {
	struct where_test *tests;
	size_t count;
};

/* ret lives in arena; STATUS_USAGE names the word and what is known. */
enum status where_parse(const char *const words[], size_t count,
			struct arena *arena, struct where *ret,
			struct error *err) MUST_CHECK;

/* Is one of the test's values this one?  Negation is the caller's. */
bool where_accepts(const struct where_test *test, struct field_value value);

/* Does the test accept a crash without the field?  Likewise. */
bool where_accepts_absent(const struct where_test *test);

/* Are all its values ranges? */
bool where_is_of_ranges(const struct where_test *test);

/*
 * Can every value be looked up, without walking the dictionary?  The names of
 * modules then stand for themselves: lowered, and without a path.  Names with
 * a `!` in them may be in any case.
 */
bool where_is_lookup(const struct where_test *test);

/* The field of that name, or STATUS_USAGE with the nearest known one. */
enum status where_find_field(const char *name, const struct field **ret,
			     struct error *err) MUST_CHECK;

#endif
