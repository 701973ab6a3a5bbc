/*
 * group_value.h - what crashes are counted together as.
 *
 * Times are grouped by day (UTC), uptimes in bands; other values are
 * themselves.
 */
#ifndef QUERY_GROUP_VALUE_H
#define QUERY_GROUP_VALUE_H

#include "signatures/base/arena.h"
#include "signatures/field.h"

/* The value that a crash's value is grouped under: its day, its band. */
struct field_value group_value(const struct field *field,
			       struct field_value value);

/* A group's value as text: days without a clock, bands in words. */
const char *group_value_text(struct arena *arena, const struct field *field,
			     struct field_value value);

#endif
