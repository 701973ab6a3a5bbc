/*
 * cohort.h - the fleet as a table of machines and their attributes.
 *
 * Counted are machines, one crash of each: of a machine in the group one of the
 * crashes asked about, of any other machine one of all.  Which one is drawn is
 * decided by a hash of the crash's own facts, so that neither the most recent
 * nor the machine with the most crashes has a say.  A crash that does not tell
 * its machine counts as a machine of its own.
 */
#ifndef QUERY_COHORT_H
#define QUERY_COHORT_H

#include "query/contrast.h"
#include "query/query.h"

struct cohort {
	struct contrast_table table;
	uint64_t group;	   /* machines */
	uint64_t unknown;  /* units that are crashes without a machine */
	uint32_t *rows;	   /* the crash drawn, by unit */
	uint32_t *unit_of; /* by row, UINT32_MAX = not drawn */
	uint64_t *group_bits;
	uint32_t row_count;
};

/*
 * The fleet, for who holds one group after the other against it.  Borrows all;
 * the caller ends ret.
 */
struct cohort_fleet {
	const struct plan *all;
	uint32_t *machines; /* by row, 0 = unknown */
	uint32_t bound;	    /* above all of these */
	uint64_t *lots;	    /* by row */
	uint32_t *drawn;    /* by machine */
};

void cohort_fleet_make(struct query *query, const struct plan *all,
		       struct cohort_fleet *ret);
void cohort_fleet_deinit(struct cohort_fleet *fleet);

/* Units only: group is asked about. */
void cohort_draw(const struct cohort_fleet *fleet, const struct plan *group,
		 struct cohort *ret);

/*
 * Attributes that at least CONTRAST_LEAST units of the group have; the caller
 * ends ret with cohort_deinit(), texts live in the query's arena.  without: a
 * field to leave out, or NULL.
 */
enum status cohort_make(struct query *query, const struct cohort_fleet *fleet,
			const struct plan *group, const char *without,
			struct cohort *ret, struct error *err) MUST_CHECK;
void cohort_deinit(struct cohort *cohort);

/* Set the units whose crash has value in a field of many values. */
enum status cohort_have(struct query *query, struct cohort *cohort,
			const char *field, const char *value, uint64_t *bits,
			struct error *err) MUST_CHECK;

#endif
