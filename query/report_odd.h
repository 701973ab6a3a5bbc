/*
 * report_odd.h - machines that crash in too many ways.
 */
#ifndef QUERY_REPORT_ODD_H
#define QUERY_REPORT_ODD_H

#include "query/report.h"

/*
 * Those whose hardware is to be doubted (suspect.h), judged by the whole store;
 * crashes of the window are those asked about.
 */
enum status report_odd(struct report *report,
		       const struct report_crashes *crashes,
		       struct error *err) MUST_CHECK;

#endif
