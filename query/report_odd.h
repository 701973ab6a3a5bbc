/*
 * report_odd.h - machines that are not as the others.
 */
#ifndef QUERY_REPORT_ODD_H
#define QUERY_REPORT_ODD_H

#include "query/report.h"

/*
 * Machines that crash in too many ways: more different bugchecks for their
 * number of crashes than the other machines have for theirs.
 */
void report_odd_machines(struct report *report,
			 const struct report_crashes *crashes);

#endif
