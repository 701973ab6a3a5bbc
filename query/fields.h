/*
 * fields.h - how many crashes carry a field: for `fields` and `coverage`.
 */
#ifndef QUERY_FIELDS_H
#define QUERY_FIELDS_H

#include "query/query.h"

enum status fields_count(struct store *store, const struct field *field,
			 uint64_t *ret, struct error *err) MUST_CHECK;

#endif
