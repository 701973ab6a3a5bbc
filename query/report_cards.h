/*
 * report_cards.h - sections of the page: clusters at length and in a table, and
 * the crashes of the window.
 */
#ifndef QUERY_REPORT_CARDS_H
#define QUERY_REPORT_CARDS_H

#include "query/html.h"
#include "query/report.h"

void report_cards_clusters(struct html *html, const struct report *report);

enum status report_cards_crashes(struct html *html, const struct report *report,
				 struct error *err) MUST_CHECK;

#endif
