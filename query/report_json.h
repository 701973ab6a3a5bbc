/*
 * report_json.h - a report for programs: FORMAT.md has the keys.
 */
#ifndef QUERY_REPORT_JSON_H
#define QUERY_REPORT_JSON_H

#include "query/report.h"

void report_json(const struct report *report, FILE *out);

#endif
