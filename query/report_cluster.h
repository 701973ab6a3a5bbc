/*
 * report_cluster.h - the largest clusters of the window at length, and the
 * latest crashes.
 */
#ifndef QUERY_REPORT_CLUSTER_H
#define QUERY_REPORT_CLUSTER_H

#include "query/report.h"

/*
 * Cards, largest in the window first (of all crashes where the window is
 * empty): its representative, and what its machines have that the others of
 * plan have not.
 */
enum status report_cluster(struct report *report, const struct plan *plan,
			   const struct report_crashes *crashes,
			   struct error *err) MUST_CHECK;

#endif
