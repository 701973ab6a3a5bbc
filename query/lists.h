/*
 * lists.h - crashes and machines of a module, by way of the lists it is in.
 *
 * Fleets load the same drivers: a million crashes share some thousand lists of
 * modules.  So crashes and machines are counted once per list, and a module is
 * the sum of its lists; no row is looked at twice.
 */
#ifndef QUERY_LISTS_H
#define QUERY_LISTS_H

#include "query/plan.h"

struct lists;

/* Of the plan's rows; machines has the machine of each row, below
 * machine_count, 0 = none. */
struct lists *lists_create(struct store *store, const struct plan *plan,
			   const uint32_t *machines, uint32_t machine_count);
void lists_destroy(struct lists *lists);

/* Crashes that have a list at all. */
uint64_t lists_crashes(const struct lists *lists);

/* Those whose list has the term of a FIELD_MODULES field. */
enum status lists_count(struct lists *lists, const struct field *field,
			uint32_t term, uint64_t *crashes, uint64_t *machines,
			struct error *err) MUST_CHECK;

#endif
