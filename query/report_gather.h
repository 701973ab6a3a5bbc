/*
 * report_gather.h - the crashes asked about, counted by kind and by window.
 */
#ifndef QUERY_REPORT_GATHER_H
#define QUERY_REPORT_GATHER_H

#include "query/report.h"

/*
 * Fill crashes (in the arena of report) and what report counts: windows,
 * totals, subjects without their changes.  Needs the question.
 */
enum status report_gather(struct report *report, const struct plan *plan,
			  struct report_crashes *crashes,
			  struct error *err) MUST_CHECK;

#endif
