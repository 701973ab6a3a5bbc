/*
 * report_text.h - a report for a terminal, or as markdown for chat and mail.
 */
#ifndef QUERY_REPORT_TEXT_H
#define QUERY_REPORT_TEXT_H

#include "query/report.h"

/* printer: text or markdown. */
void report_text(const struct report *report,
		 const struct table_printer *printer, FILE *out);

#endif
