/*
 * report_lists.h - sections of the page: what is new, rising, odd, and ranks.
 */
#ifndef QUERY_REPORT_LISTS_H
#define QUERY_REPORT_LISTS_H

#include "query/html.h"
#include "query/report.h"

void report_lists_regressed(struct html *html, const struct report *report);
void report_lists_fresh(struct html *html, const struct report *report);
void report_lists_rising(struct html *html, const struct report *report);
void report_lists_machines(struct html *html, const struct report *report);
void report_lists_firmware(struct html *html, const struct report *report);
void report_lists_ranks(struct html *html, const struct report *report);

/* A known issue as a mark behind a title; nothing where there is none. */
void report_lists_marks(struct html *html,
			const struct report_subject *subject);

#endif
