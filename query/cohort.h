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

/* Units only: group is asked about, all the fleet. */
void cohort_draw(struct query *query, const struct plan *group,
		 const struct plan *all, struct cohort *ret);

/*
 * Attributes that at least CONTRAST_LEAST units of the group have; the caller
 * ends ret with cohort_deinit(), texts live in the query's arena.  without: a
 * field to leave out, or NULL.
 */
enum status cohort_make(struct query *query, const struct plan *group,
			const struct plan *all, const char *without,
			struct cohort *ret, struct error *err) MUST_CHECK;
void cohort_deinit(struct cohort *cohort);

/* Set the units whose crash has value in a field of many values. */
enum status cohort_have(struct query *query, struct cohort *cohort,
			const char *field, const char *value, uint64_t *bits,
			struct error *err) MUST_CHECK;

#endif
