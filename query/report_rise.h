/*
 * report_rise.h - what is new, what is rising, what came back after its fix.
 */
#ifndef QUERY_REPORT_RISE_H
#define QUERY_REPORT_RISE_H

#include "query/known.h"
#include "query/report.h"

/* Of everything gathered: changes, marks of known issues, and the lists. */
enum status report_rise(struct report *report,
			const struct report_crashes *crashes,
			const struct known *known,
			struct error *err) MUST_CHECK;

#endif
