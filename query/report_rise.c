#include "query/report_rise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "query/count.h"
#include "query/report_subject.h"
#include "query/report_words.h"

#include "signatures/base/must.h"

enum {
	UNITS_MIN = 2 /* fewer in the window are no rise */
};

static const double q_max = 0.1;

/* Of k1 events in exposure e1 against k2 in e2, without q. */
static struct report_change change_of(uint64_t k1, double e1, uint64_t k2,
				      double e2)
{
	const struct interval share = statistics_share(k1, k1 + k2);
	struct report_change change = { .tested = k1 + k2 > 0 && e1 > 0 &&
						  e2 > 0 };

	if (!change.tested)
		return change;
	change.factor = k2 ? (double)k1 / e1 / ((double)k2 / e2) : INFINITY;
	change.low = share.low / (1 - share.low) * e2 / e1;
	change.high = share.high < 1 ? share.high / (1 - share.high) * e2 / e1
				     : INFINITY;
	change.q = 1;
	return change;
}

static uint64_t units_before(const struct report *report,
			     const struct report_subject *subject)
{
	uint64_t units = 0;

	for (size_t i = 1; i < report->window_count; i++)
		units += subject->window_units[i];
	return units;
}

/* p of being higher in the window than before, one-sided. */
static double higher(uint64_t k1, double e1, uint64_t k2, double e2)
{
	if ((double)k1 * e2 <= (double)k2 * e1)
		return 1;
	return statistics_rates_differ(k1, e1, k2, e2) / 2;
}

/*
 * Tested is what could have risen, however its crashes fell: were it only what
 * did crash in the window, chance alone would fill the list.
 */
static bool could_rise(uint64_t units, double now, double before)
{
	return now > 0 && before > 0 && higher(units, now, 0, before) < q_max;
}

static bool has_risen(const struct report_subject *subject)
{
	return subject->change.tested && subject->change.q < q_max &&
	       subject->window_units[0] >= UNITS_MIN;
}

static void list_changes(struct report *report, struct report_subject **all,
			 double *p)
{
	const double now = report->exposure[0];
	const double before = report->exposure_before;
	size_t count = 0;

	for (enum report_kind kind = 0; kind < REPORT_KINDS; kind++) {
		for (size_t i = 0; i < report->by[kind].count; i++) {
			struct report_subject *subject =
				&report->by[kind].at[i];
			const uint64_t k1 = subject->window_units[0];
			const uint64_t k2 = units_before(report, subject);

			if (k1 + k2)
				subject->change =
					change_of(k1, now, k2, before);
			if (subject->is_new ||
			    !could_rise(k1 + k2, now, before))
				continue;
			p[count] = higher(k1, now, k2, before);
			all[count++] = subject;
		}
	}
	statistics_false_discovery(p, count, p);
	for (size_t i = 0; i < count; i++)
		all[i]->change.q = p[i];
	report->rising_tested = count;
}

static int by_q(const void *left, const void *right)
{
	const struct report_subject *a =
		*(const struct report_subject *const *)left;
	const struct report_subject *b =
		*(const struct report_subject *const *)right;

	if (a->change.q != b->change.q)
		return a->change.q < b->change.q ? -1 : 1;
	if (a->window_units[0] != b->window_units[0])
		return a->window_units[0] > b->window_units[0] ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return (a->order > b->order) - (a->order < b->order);
}

/* Bugs first; what failing hardware makes up comes last. */
static int by_window(const void *left, const void *right)
{
	const struct report_subject *a =
		*(const struct report_subject *const *)left;
	const struct report_subject *b =
		*(const struct report_subject *const *)right;

	if (report_subject_is_doubted(a) != report_subject_is_doubted(b))
		return report_subject_is_doubted(b) ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->window_units[0] != b->window_units[0])
		return a->window_units[0] > b->window_units[0] ? -1 : 1;
	if (a->window_crashes[0] != b->window_crashes[0])
		return a->window_crashes[0] > b->window_crashes[0] ? -1 : 1;
	return (a->order > b->order) - (a->order < b->order);
}

/* The driver itself is as new: it is told as that. */
static bool is_told(const struct report *report,
		    const struct report_crashes *crashes,
		    const struct report_subject *subject)
{
	const struct report_subjects *faults = &report->by[REPORT_FAULT];
	const uint32_t fault = crashes->terms[REPORT_FAULT][subject->newest];

	for (size_t i = 0; subject->kind == REPORT_BUILD && i < faults->count;
	     i++) {
		if (faults->at[i].term == fault)
			return faults->at[i].is_new;
	}
	return false;
}

/* The first REPORT_ROWS of those wanted, in order, named. */
static enum status take_first(struct report *report,
			      const struct report_crashes *crashes,
			      struct report_subject **all, size_t count,
			      const struct report_subject **ret, size_t *shown,
			      struct error *err)
{
	for (size_t i = 0; i < count && i < REPORT_ROWS; i++) {
		if (report_words_name(report, crashes, all[i], err))
			return err->status;
		ret[i] = all[i];
		*shown = i + 1;
	}
	return STATUS_OK;
}

static enum status list_lists(struct report *report,
			      const struct report_crashes *crashes,
			      struct report_subject **all, struct error *err)
{
	size_t fresh = 0;
	size_t rising = 0;

	for (enum report_kind kind = 0; kind < REPORT_KINDS; kind++) {
		for (size_t i = 0; i < report->by[kind].count; i++) {
			struct report_subject *subject =
				&report->by[kind].at[i];

			if (subject->is_new &&
			    !is_told(report, crashes, subject))
				all[fresh++] = subject;
		}
	}
	report->fresh_all = fresh;
	for (size_t i = 0; i < fresh; i++)
		report->fresh_doubted += report_subject_is_doubted(all[i]);
	if (fresh > 1)
		qsort(all, fresh, sizeof(struct report_subject *), by_window);
	if (take_first(report, crashes, all, fresh, report->fresh,
		       &report->fresh_count, err))
		return err->status;
	for (enum report_kind kind = 0; kind < REPORT_KINDS; kind++) {
		for (size_t i = 0; i < report->by[kind].count; i++) {
			struct report_subject *subject =
				&report->by[kind].at[i];

			if (has_risen(subject))
				all[rising++] = subject;
		}
	}
	report->rising_all = rising;
	if (rising > 1)
		qsort(all, rising, sizeof(struct report_subject *), by_q);
	return take_first(report, crashes, all, rising, report->rising,
			  &report->rising_count, err);
}

/*
 * A cluster is known by one of its crashes, and is back by one; a driver and a
 * build are if all of their crashes are, a bugcheck is never one bug.
 */
static void mark_kind(struct report *report,
		      const struct report_crashes *crashes,
		      const struct known *known, const uint16_t *issues,
		      enum report_kind kind)
{
	struct report_subjects *by = &report->by[kind];
	uint32_t *places = report_subject_places(by);
	uint64_t *counts = must(calloc(by->count + 1, sizeof(*counts)));

	for (size_t i = 0; i < crashes->count; i++) {
		const uint32_t term = crashes->terms[kind][i];
		const uint32_t row = crashes->rows[i];
		struct report_subject *subject = &by->at[places[term]];
		const struct known_issue *issue;

		if (!issues[row] || !term)
			continue;
		issue = &known->issues[issues[row] - 1];
		if (!subject->known)
			subject->known = issue;
		counts[places[term]] += subject->known == issue;
		subject->regressed |= count_bit(issue->after.bits, row);
	}
	for (size_t i = 0; i < by->count && kind != REPORT_CLUSTER; i++) {
		if (counts[i] < by->at[i].crashes) {
			by->at[i].known = NULL;
			by->at[i].regressed = false;
		}
	}
	free(counts);
	free(places);
}

/* What crashed in the window stands first: that is news. */
static enum status list_regressed(struct report *report,
				  const struct report_crashes *crashes,
				  bool in_window, struct error *err)
{
	struct report_subjects *clusters = &report->by[REPORT_CLUSTER];

	for (size_t i = 0; i < clusters->count; i++) {
		struct report_subject *subject = &clusters->at[i];

		if (!subject->regressed ||
		    (subject->window_crashes[0] > 0) != in_window ||
		    report->regressed_count == REPORT_ROWS)
			continue;
		if (report_words_name(report, crashes, subject, err))
			return err->status;
		report->regressed[report->regressed_count++] = subject;
	}
	return STATUS_OK;
}

static enum status mark_known(struct report *report,
			      const struct report_crashes *crashes,
			      const struct known *known, struct error *err)
{
	uint16_t *issues = must(calloc(
		(size_t)store_row_count(report->store) + 1, sizeof(*issues)));

	known_label(known, issues);
	for (enum report_kind kind = 0; kind < REPORT_KINDS; kind++) {
		if (known->count && kind != REPORT_BUGCHECK)
			mark_kind(report, crashes, known, issues, kind);
	}
	free(issues);
	if (list_regressed(report, crashes, true, err) ||
	    list_regressed(report, crashes, false, err))
		return err->status;
	return STATUS_OK;
}

/* Of the whole: machines where they are known, else crashes. */
static void change_whole(struct report *report)
{
	const uint64_t *counts =
		report->machines ? report->window_machines : report->windows;
	uint64_t before = 0;

	for (size_t i = 1; i < report->window_count; i++)
		before += counts[i];
	report->change = change_of(counts[0], report->exposure[0], before,
				   report->exposure_before);
}

enum status report_rise(struct report *report,
			const struct report_crashes *crashes,
			const struct known *known, struct error *err)
{
	size_t total = 0;

	for (enum report_kind kind = 0; kind < REPORT_KINDS; kind++)
		total += report->by[kind].count;

	struct report_subject **all = calloc(total + 1, sizeof(*all));
	double *p = calloc(total + 1, sizeof(*p));

	if (!all || !p)
		must_end();
	list_changes(report, all, p);
	change_whole(report);

	enum status status = list_lists(report, crashes, all, err);

	if (!status)
		status = mark_known(report, crashes, known, err);
	free(all);
	free(p);
	return status;
}
