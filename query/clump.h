/*
 * clump.h - clusters, or families of them, as columns tell them.
 *
 * Counts, times and machines come from columns; a record is read only for what
 * is printed of a representative.  Machines are those that could be told apart.
 */
#ifndef QUERY_CLUMP_H
#define QUERY_CLUMP_H

#include "query/calendar.h"
#include "query/factor.h"
#include "query/query.h"
#include "query/recall.h"
#include "query/slice.h"
#include "query/title.h"

enum clump_order {
	CLUMP_MACHINES,
	CLUMP_CRASHES,
	CLUMP_RISE,
};

struct clump {
	uint32_t term;
	const char *id; /* NULL before clump_sort() */
	uint64_t crashes, machines;
	uint64_t first, last; /* FILETIME, 0 = no time known; of the rows asked
				 about ... */
	uint64_t born;	      /* ... and of all */
	uint64_t now,
		before; /* crashes in the last window and the one before */
	double rise;	/* below 0: falls; the size says how surely */
	const uint32_t *rows;
};

/* Of those that are looked at, by slice_place(). */
struct clump_faces {
	struct slice slice;
	uint32_t *bugchecks, *faults, *builds, *portables, *clusters;
	uint64_t *offsets, *sure, *scanned;
};

struct clumps {
	struct store *store;
	const char *field; /* "cluster" or "family" */
	struct clump *at;
	size_t count;
	uint64_t crashes;		 /* asked about */
	uint64_t unclustered;		 /* of them */
	uint64_t older, older_crashes;	 /* seen before, left out */
	uint64_t window_from, window_to; /* days of rise */
	struct calendar calendar;
	struct factor_index index;
	/* Of the rows of all clumps, by clump_place(). */
	uint32_t *machines;
	uint64_t *times;
	struct slice slice;
	bool has_all; /* rows of the store: a slice would be more */
	struct clump_faces faces;
	struct recall *bugchecks, *faults;
};

static inline size_t clump_place(const struct clumps *clumps, uint32_t row)
{
	return clumps->has_all ? row : slice_place(&clumps->slice, row);
}

/*
 * Of the plan's rows, in the order asked for, without what was first seen
 * before a FILETIME since; the caller ends ret.
 */
void clump_gather(struct query *query, const struct plan *plan,
		  const char *field, uint64_t window_days, uint64_t since,
		  struct clumps *ret);
void clump_deinit(struct clumps *clumps);

/* What clump_look() tells of those that are left; may be said again of fewer.
 */
void clump_read(struct clumps *clumps);
/* The same for who asks for their names alone. */
void clump_read_names(struct clumps *clumps);

/*
 * Leave out what is behind the first so many for sure; returns how many, and
 * adds their crashes up.  Sorting millions for a page takes longer.
 */
size_t clump_cut(struct clumps *clumps, enum clump_order order, size_t first,
		 uint64_t *crashes);
/* Of the first so many ids are known then; they tell apart what is equal. */
void clump_sort(struct query *query, struct clumps *clumps,
		enum clump_order order, size_t first);

/*
 * What a clump is called.  Its representative has the most trusted frames; ties
 * go to the newest, then to the lowest id.
 */
struct clump_called {
	uint32_t row;		  /* the representative's */
	struct title_facts facts; /* its text lives as long as clumps do */
	const char *title;	  /* lives in arena */
};

/* "0xd1", and the module with the offset if it is constant; NULL = none. */
const char *clump_look_bugcheck(struct arena *arena,
				const struct clump_called *called);
const char *clump_look_fault(struct arena *arena,
			     const struct clump_called *called);

enum status clump_look_name(const struct clumps *clumps,
			    const struct clump *clump, struct arena *arena,
			    struct clump_called *ret,
			    struct error *err) MUST_CHECK;

/*
 * The same of count of them, from the first on.  Their crashes are read in the
 * order of the store, whose pages are then met once.
 */
enum status clump_look_names(const struct clumps *clumps, size_t first,
			     size_t count, struct arena *arena,
			     struct clump_called *ret,
			     struct error *err) MUST_CHECK;

/* These are going to be looked at, one after the other. */
enum status clump_look_ahead(const struct clumps *clumps,
			     const struct clump *first, size_t count,
			     struct error *err) MUST_CHECK;

/* The representative's row alone. */
enum status clump_look_row(const struct clumps *clumps,
			   const struct clump *clump, uint32_t *ret,
			   struct error *err) MUST_CHECK;

/* What it is like, beside that. */
struct clump_face {
	struct clump_called called;
	struct store_crash crash; /* representative, store_crash_glance() */
	uint64_t stacks;   /* different ones, told by the portable bucket */
	uint64_t builds;   /* of the module to blame */
	uint64_t clusters; /* of a family */
	double scanned;	   /* share of frames; below 0 = no frame at all */
};

enum status clump_look(const struct clumps *clumps, const struct clump *clump,
		       struct arena *arena, struct clump_face *ret,
		       struct error *err) MUST_CHECK;

/* "3 different stacks"; of hangs the stack is the watchdog's, and says nothing.
 */
const char *clump_look_stacks(struct arena *arena, uint64_t stacks);

#endif
