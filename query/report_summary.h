/*
 * report_summary.h - a report in sentences: what is read in two minutes.
 */
#ifndef QUERY_REPORT_SUMMARY_H
#define QUERY_REPORT_SUMMARY_H

#include "query/report.h"

enum {
	REPORT_SUMMARY_MAX = 12
};

/* Whole sentences, the weightiest first; they live in the report's arena and
 * hold text from dumps. */
size_t report_summary(const struct report *report,
		      const char *lines[REPORT_SUMMARY_MAX]);

/* What the window and the windows before it are, in a sentence. */
const char *report_summary_question(const struct report *report);

/* All crashes are accounted for: a sentence whose numbers add up. */
const char *report_summary_totals(const struct report *report);

/* What became of everything handed in. */
const char *report_summary_coverage(const struct report *report);

#endif
