/*
 * report_words.h - what the things of a report are called.
 */
#ifndef QUERY_REPORT_WORDS_H
#define QUERY_REPORT_WORDS_H

#include "query/report.h"

/* Fill key, title and machine, unless they are. */
enum status report_words_name(struct report *report,
			      const struct report_crashes *crashes,
			      struct report_subject *subject,
			      struct error *err) MUST_CHECK;

/* The cluster of that term, or NULL. */
const struct clump *report_words_clump(const struct report *report,
				       uint32_t term);

/* "cluster", "bugcheck", "driver", "driver build". */
const char *report_words_kind(enum report_kind kind);

/* "known: NET-42 drops its lock", "regression: ..."; NULL for none. */
const char *report_words_known(struct arena *arena,
			       const struct report_subject *subject);
/* "only on 0123456789abcdef, a machine in doubt"; NULL for several sound ones.
 */
const char *report_words_where(struct arena *arena,
			       const struct report_subject *subject);
/* Both, or "". */
const char *report_words_note(struct arena *arena,
			      const struct report_subject *subject);

/* FILETIME where the window begins. */
uint64_t report_words_from(const struct report *report);

/* In arena; "2026-11-20 07:00", "-" for 0. */
const char *report_words_time(struct arena *arena, uint64_t ticks);
/* "7 days", "36 hours" */
const char *report_words_length(struct arena *arena, uint64_t ticks);
/* "3.1 times (1.6 to 6.0)", "never before", "-" */
const char *report_words_change(struct arena *arena,
				const struct report_change *change);
/* "under 0.001", "0.02" */
const char *report_words_q(struct arena *arena, double q);
/* "ks.sys+0x1ae9", "ntfs.sys!NtfsRead" */
const char *report_words_frame(struct arena *arena,
			       const struct crash_frame *frame);
/* "6 of 8, others 1 of 50" */
const char *report_words_table(struct arena *arena, struct table22 table);

/* " on 3 machines"; "" where none could be told apart. */
const char *report_words_machines(struct arena *arena, uint64_t n);

#endif
