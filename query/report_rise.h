/*
 * report_rise.h - what is new, what is rising, what came back after its fix.
 */
#ifndef QUERY_REPORT_RISE_H
#define QUERY_REPORT_RISE_H

#include "query/known.h"
#include "query/report.h"

/* Of k1 events in exposure e1 against k2 in e2, without q. */
struct report_change report_rise_change(uint64_t k1, double e1, uint64_t k2,
					double e2);

/* Of everything gathered: changes, marks of known issues, and the lists. */
enum status report_rise(struct report *report,
			const struct report_crashes *crashes,
			const struct known *known,
			struct error *err) MUST_CHECK;

#endif
