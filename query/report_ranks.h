/*
 * report_ranks.h - the fleet's bugchecks beside the table of 2008.
 */
#ifndef QUERY_REPORT_RANKS_H
#define QUERY_REPORT_RANKS_H

#include "query/report.h"

/* The first of either side, by rank in the fleet, then of 2008. */
enum status report_ranks(struct report *report, const struct plan *plan,
			 struct error *err) MUST_CHECK;

#endif
