/*
 * measure.h - columns that say how much a count is, and how sure that is.
 *
 * Of what is asked about a count is a share, with Wilson's interval.  Where the
 * fleet's size is known (--fleet=N, or the machines of hosts.csv that pass the
 * words about its columns) it is a rate as well: per machine and day, with the
 * exact interval of a Poisson count.  Days are those of the time
 * filter, or all from the store's first crash to its last, without gaps.
 *
 * JSON always has the intervals; people see them with --intervals or where it
 * is.
 */
#ifndef QUERY_MEASURE_H
#define QUERY_MEASURE_H

#include "query/asked.h"

struct measure {
	uint64_t total;	     /* shares are of these */
	uint64_t fleet;	     /* machines; 0 = not known */
	double machine_days; /* 0 = not known */
	bool is_told;	     /* are shares shown with their intervals? */
	struct arena *arena;
};

#define MEASURE_COLUMNS 6

enum status measure_make(struct query *query, uint64_t total,
			 struct measure *ret, struct error *err) MUST_CHECK;

/* Where the days are known by the command. */
struct measure measure_of_days(struct query *query, uint64_t total,
			       uint64_t days);

/* Or are the cells of every count without anything? */
bool measure_says_more(const struct measure *measure);
void measure_columns(struct table_column ret[MEASURE_COLUMNS]);
void measure_cells(const struct measure *measure, uint64_t count,
		   struct table_cell ret[MEASURE_COLUMNS]);

/* "fleet" and "machine_days" beside the rows. */
void measure_tell(const struct measure *measure, struct table *table);

#endif
