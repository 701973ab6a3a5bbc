/*
 * report_html.h - a report as one page that fetches nothing.
 *
 * Its policy lets in the style and the script it carries, by their hashes, and
 * nothing else; every text is escaped.  Whole without scripts.
 */
#ifndef QUERY_REPORT_HTML_H
#define QUERY_REPORT_HTML_H

#include "query/report.h"

enum status report_html(const struct report *report, FILE *out,
			struct error *err) MUST_CHECK;

#endif
