/*
 * report_doubt.h - what is of machines whose hardware is in doubt.
 *
 * Memory that fails makes a new cluster, a new driver and a new build every
 * night; nobody is to look for a bug in them.
 */
#ifndef QUERY_REPORT_DOUBT_H
#define QUERY_REPORT_DOUBT_H

#include "query/report.h"

/* Fill doubted and unplaced of every subject; after report_odd(). */
void report_doubt(struct report *report, const struct report_crashes *crashes);

#endif
