/*
 * suspect.h - machines whose hardware is to be doubted, with reasons.
 *
 * Software fails alike on many machines; failing hardware fails in many
 * unrelated ways on one.  For each kind of sign a machine's count is held
 * against the rate of all other machines' crashes, the kinds are put together
 * (Fisher's method), and what remains is controlled over all machines:
 *
 *   - families of crashes that no other machine has;
 *   - in how many families it crashes at all, against the other machines;
 *   - pointers, entries and codes that are wrong by a single bit;
 *   - damaged page tables and memory: 1A/41792, 4E, C1/32;
 *   - errors the hardware itself reported: 124, 9C;
 *   - families that strike within minutes of starting, whatever they are:
 *     memory that fails does so under the load of a start, drivers that do are
 *     one family.  A family counts if most of its crashes here are so early,
 *     and is held against how often the other machines' families are.
 *
 * A suspicion, not a verdict: the base rate of each sign is told beside it.
 */
#ifndef QUERY_SUSPECT_H
#define QUERY_SUSPECT_H

#include "query/query.h"

enum suspect_sign {
	SUSPECT_OWN_WAYS,
	SUSPECT_MANY_WAYS,
	SUSPECT_ONE_BIT,
	SUSPECT_MEMORY,
	SUSPECT_REPORTED,
	SUSPECT_EARLY,
	SUSPECT_SIGNS
};

/* Seconds after a start in which a crash is early. */
#define SUSPECT_EARLY_SECONDS 600

/* From here on a machine is one to be doubted. */
#define SUSPECT_Q 0.01

struct suspect {
	uint64_t machine; /* its id */
	uint32_t term;	  /* of that */
	uint64_t crashes;
	uint64_t timed_ways; /* families of which an uptime is known */
	uint64_t signs[SUSPECT_SIGNS];
	double entropy; /* of its families, in bits */
	/* What is made of it: */
	double expected[SUSPECT_SIGNS]; /* were it like the others */
	double p[SUSPECT_SIGNS];
	double score; /* -log10 of all signs together */
	double q;     /* false discovery rate over all machines */
};

/* "ways to crash that no other machine has"; lives for ever. */
const char *suspect_sign_words(enum suspect_sign sign, uint64_t count);

/* What speaks for it, strongest first: "4 damaged page tables or memory
 * (0.05)", with what is expected of a machine like the others. */
const char *suspect_reasons(const struct suspect *machine, struct arena *arena);

/* Judge count machines by their signs; pure. */
void suspect_judge(struct suspect *machines, size_t count);

/* All machines of the store with a crash, most suspect first; in the query's
 * arena. */
enum status suspect_gather(struct query *query, struct suspect **ret,
			   size_t *count, struct error *err) MUST_CHECK;

/* The crashes that it looks at: no snapshots, no images made by tools.  The
 * caller ends ret with plan_deinit(). */
enum status suspect_crashes(struct store *store, struct plan *ret,
			    struct error *err) MUST_CHECK;

/* Take the rows of suspects out of plan; machines: how many suspects. */
enum status suspect_leave_out(struct query *query, struct plan *plan,
			      uint64_t *machines, struct error *err) MUST_CHECK;

#endif
