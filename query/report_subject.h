/*
 * report_subject.h - one thing of a report: a value of a kind.
 */
#ifndef QUERY_REPORT_SUBJECT_H
#define QUERY_REPORT_SUBJECT_H

#include "query/report.h"

/* The field that a kind is the values of. */
const struct field *report_subject_field(enum report_kind kind);

/* By term of by's kind its subject's place in by; the caller frees it. */
uint32_t *report_subject_places(const struct report_subjects *by);

/* Did it happen on machines in doubt (report_doubt.h), and nowhere else? */
bool report_subject_is_doubted(const struct report_subject *subject);

#endif
