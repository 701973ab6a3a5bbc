/*
 * field.h - what can be asked of a crash: one row per word of the
 * where-language.
 *
 * The store indexes by this table, the query filters, groups and prints by it:
 * a new field is one row and one function here, and is then indexed, verified,
 * rebuilt, filtered, grouped and listed by everything below and above.
 *
 * A value is either a number (addresses, codes, times, sizes) or text.  Values
 * are canonical: module names lower case, codes without the minidump bit,
 * FILETIME for times.  A field gives none, one, or (multi) many values.
 */
#ifndef SIGNATURES_FIELD_H
#define SIGNATURES_FIELD_H

#include "signatures/crash.h"

enum field_type {
	FIELD_TEXT,   /* glob, compared without case */
	FIELD_NUMBER, /* decimal or 0x; ranges */
	FIELD_HEX,    /* hexadecimal with or without 0x; ranges */
	FIELD_TIME,   /* dates; ranges */
};

enum field_index {
	FIELD_COLUMN,	/* one value a crash at most: a column of terms */
	FIELD_RAW,	/* one number a crash at most: a column of numbers */
	FIELD_POSTINGS, /* many values a crash: posting lists */
	FIELD_MODULES,	/* loaded modules: postings over shared module lists */
	FIELD_NONE, /* answered from the record, or not from a crash at all */
};

struct field_value {
	const char *text; /* NULL for a number */
	uint64_t number;
};

/* What field_values() reports to; text is borrowed for the call. */
typedef void field_take(void *closure, struct field_value value);

struct field {
	const char *name;
	const char
		*help; /* one line with an example, for `crashquery fields` */
	enum field_type type;
	enum field_index index;
	uint8_t number; /* stored in keys: never reused, never changed */
	/* NULL: not a function of the crash; the store or its users give it */
	void (*values)(const struct crash *crash, field_take *take,
		       void *closure);
};

/* All rows, by name; ends with name == NULL. */
extern const struct field field_table[];

/*
 * A FIELD_COLUMN that is often filtered by is on posting lists, too: rows are
 * found without a scan, for two bytes a crash at most.
 */
bool field_is_listed(const struct field *field);

/*
 * Rows that are not of the program but of a list somebody keeps beside a store;
 * see store_side.h: a FIELD_COLUMN of texts.  Their numbers are from
 * FIELD_ADDED on, and belong to nothing that is stored.  name and help live
 * until all of them are dropped.  NULL where there is such a field, or no room.
 */
#define FIELD_ADDED 128
#define FIELD_ADDED_MAX 120
const struct field *field_add(const char *name, const char *help);
void field_drop(void);
const struct field *field_added(void); /* ends with name == NULL */

/* In the table, then among what was added. */
const struct field *field_find(const char *name);

/*
 * Every value of the field, each once per occurrence, in a fixed order; none
 * where values is NULL.
 */
void field_values(const struct field *field, const struct crash *crash,
		  field_take *take, void *closure);

#endif
