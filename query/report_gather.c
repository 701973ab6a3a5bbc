#include "query/report_gather.h"

#include <stdlib.h>
#include <string.h>

#include "query/calendar.h"
#include "query/factor.h"
#include "query/report_subject.h"
#include "query/report_words.h"
#include "signatures/base/must.h"
#include "signatures/base/text.h"

#define DAY_TICKS (86400 * TEXT_TICKS_PER_SECOND)

struct rows {
	uint32_t *at;
	size_t count;
};

static bool take_row(void *closure, uint32_t row)
{
	struct rows *rows = closure;

	rows->at[rows->count++] = row;
	return true;
}

static void read_terms(struct report *report,
		       const struct report_crashes *crashes, const char *field,
		       uint32_t *ret)
{
	uint32_t *all = factor_terms(report->store, field);

	for (size_t i = 0; i < crashes->count; i++)
		ret[i] = all[crashes->rows[i]];
	free(all);
}

static uint8_t window_of(const struct report *report, uint64_t time)
{
	if (time == 0 || time > report->now)
		return REPORT_WINDOWS;

	const uint64_t window = (report->now - time) / report->length;

	return window < REPORT_WINDOWS ? (uint8_t)window : REPORT_WINDOWS;
}

static void read_crashes(struct report *report, const struct plan *plan,
			 struct report_crashes *crashes)
{
	struct arena *arena = report->arena;
	const size_t room = (size_t)plan->matched + 1;
	uint64_t *times = factor_numbers(report->store, "time");
	struct rows rows = { arena_take(arena, room, sizeof(*rows.at)), 0 };

	plan_walk(plan, take_row, &rows);
	*crashes = (struct report_crashes){
		.count = rows.count,
		.rows = rows.at,
		.times = arena_take(arena, room, sizeof(*crashes->times)),
		.windows = arena_take(arena, room, sizeof(*crashes->windows)),
		.machines = arena_take(arena, room, sizeof(*crashes->machines)),
	};
	for (size_t i = 0; i < rows.count; i++) {
		const uint64_t time = times[rows.at[i]];

		crashes->times[i] = time == STORE_NO_NUMBER ? 0 : time;
		crashes->windows[i] = window_of(report, crashes->times[i]);
	}
	free(times);
	read_terms(report, crashes, "machine", crashes->machines);
	for (enum report_kind kind = 0; kind < REPORT_KINDS; kind++) {
		crashes->terms[kind] =
			arena_take(arena, room, sizeof(*crashes->terms[kind]));
		read_terms(report, crashes, report_subject_field(kind)->name,
			   crashes->terms[kind]);
	}
}

/* Windows that the store reaches back to, whole: a filter is no beginning. */
static void find_reach(struct report *report)
{
	const uint32_t rows = store_row_count(report->store);
	uint64_t *times = factor_numbers(report->store, "time");
	uint64_t first = report->now;

	for (uint32_t row = 0; row < rows; row++) {
		if (times[row] < first && times[row] != STORE_NO_NUMBER)
			first = times[row];
	}
	free(times);

	const uint64_t whole = (report->now - first) / report->length;

	report->window_count = whole < 1		? 1
			       : whole < REPORT_WINDOWS ? (size_t)whole
							: REPORT_WINDOWS;
	report->has_history = first < report_words_from(report);
}

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * A day on which no dump came in is no part of the windows it lies in: left has
 * the ticks of each, so that of a window of such days nothing is left.
 */
static void leave_out_day(const struct report *report, uint64_t day,
			  uint64_t left[REPORT_WINDOWS])
{
	const uint64_t from = day * DAY_TICKS;

	for (size_t i = 0; i < report->window_count; i++) {
		const uint64_t end = report->now - i * report->length;
		const uint64_t begin = end - earlier(report->length, end);
		const uint64_t first = later(from, begin);
		const uint64_t last = earlier(from + DAY_TICKS, end);

		if (first < last)
			left[i] -= last - first;
	}
}

static void find_gaps(struct report *report)
{
	struct calendar calendar = calendar_read(report->query);
	uint64_t left[REPORT_WINDOWS];
	const uint64_t reach = report->window_count * report->length;
	/* Up to now, which may be where a day begins. */
	const uint64_t end = later(report->now, 1);
	const uint64_t first = calendar_day(end - earlier(reach, end));
	const uint64_t last = calendar_day(end - 1);

	report->gaps = arena_take(report->arena, (size_t)(last - first) + 2,
				  sizeof(*report->gaps));
	for (size_t i = 0; i < report->window_count; i++)
		left[i] = report->length;
	for (uint64_t day = first; day <= last; day++) {
		if (!calendar_is_gap(&calendar, day))
			continue;
		leave_out_day(report, day, left);
		report->gaps[report->gap_count++] = day;
	}
	for (size_t i = 0; i < report->window_count; i++)
		report->exposure[i] = (double)left[i] / (double)report->length;
	for (size_t i = 1; i < report->window_count; i++)
		report->exposure_before += report->exposure[i];
	calendar_deinit(&calendar);
}

/* Crashes of one known machine after the other. */
static struct factor_index by_machine(const struct report_crashes *crashes)
{
	const uint32_t count = (uint32_t)crashes->count;
	struct plan all = plan_full(count);
	struct factor_index index =
		factor_index_make(&all, crashes->machines,
				  factor_bound(crashes->machines, count));

	plan_deinit(&all);
	return index;
}

/* Terms are private to a store; the order of their values is not. */
struct ordering {
	const uint32_t *number;
	uint32_t most;
	uint32_t next;
	struct report_subject *subjects;
};

static bool order_term(void *closure, const struct store_term *term)
{
	struct ordering *ordering = closure;

	if (term->term <= ordering->most &&
	    ordering->number[term->term] != UINT32_MAX)
		ordering->subjects[ordering->number[term->term]].order =
			ordering->next++;
	return true;
}

/* Which subject each term is; UINT32_MAX where it has none. */
static uint32_t *number_terms(struct report *report,
			      const struct report_crashes *crashes,
			      enum report_kind kind, struct ordering *ret,
			      size_t *ret_count)
{
	const uint32_t *terms = crashes->terms[kind];
	uint32_t most = 0;
	uint32_t *number;
	size_t count = 0;

	for (size_t i = 0; i < crashes->count; i++)
		most = terms[i] > most ? terms[i] : most;
	number = arena_take(report->arena, (size_t)most + 1, sizeof(*number));
	memset(number, 0xff, ((size_t)most + 1) * sizeof(*number));
	for (size_t i = 0; i < crashes->count; i++) {
		if (terms[i] && number[terms[i]] == UINT32_MAX)
			number[terms[i]] = (uint32_t)count++;
	}
	*ret = (struct ordering){ .number = number, .most = most };
	*ret_count = count;
	return number;
}

static void count_crash(const struct report_crashes *crashes, size_t i,
			struct report_subject *subject)
{
	const uint64_t time = crashes->times[i];
	const size_t window = crashes->windows[i];

	if (subject->crashes == 0 || time > subject->last)
		subject->newest = i;
	subject->crashes++;
	if (time) {
		if (subject->first == 0 || time < subject->first)
			subject->first = time;
		if (time > subject->last)
			subject->last = time;
	}
	if (window == REPORT_WINDOWS)
		return;
	subject->window_crashes[window]++;
	subject->window_units[window] += crashes->machines[i] == 0;
}

/* Is this machine another than the last that was met there? */
static bool is_another(uint32_t *met, uint32_t machine)
{
	const bool ret = *met != machine;

	*met = machine;
	return ret;
}

/* Different machines: of all crashes, and of each window. */
static void count_machines(const struct report_crashes *crashes,
			   const struct factor_index *machines,
			   enum report_kind kind, const uint32_t *number,
			   struct report_subjects *by)
{
	uint32_t(*met)[REPORT_WINDOWS + 1] =
		calloc(by->count + 1, sizeof(*met));

	if (!met)
		must_end();
	for (uint32_t i = 0; i < machines->first[machines->keys]; i++) {
		const uint32_t crash = machines->rows[i];
		const uint32_t term = crashes->terms[kind][crash];
		const uint32_t machine = crashes->machines[crash];
		const size_t window = crashes->windows[crash];

		if (!term)
			continue;

		struct report_subject *subject = &by->at[number[term]];
		uint32_t *of = met[number[term]];

		subject->machines += is_another(&of[REPORT_WINDOWS], machine);
		if (window < REPORT_WINDOWS)
			subject->window_units[window] +=
				is_another(&of[window], machine);
	}
	free(met);
}

static int by_crashes(const void *left, const void *right)
{
	const struct report_subject *a = left;
	const struct report_subject *b = right;

	if (a->crashes != b->crashes)
		return a->crashes > b->crashes ? -1 : 1;
	return (a->order > b->order) - (a->order < b->order);
}

static enum status gather_kind(struct report *report,
			       const struct report_crashes *crashes,
			       const struct factor_index *machines,
			       enum report_kind kind, struct error *err)
{
	struct report_subjects *by = &report->by[kind];
	struct ordering ordering;
	const uint32_t *number =
		number_terms(report, crashes, kind, &ordering, &by->count);

	by->at = arena_take(report->arena, by->count + 1, sizeof(*by->at));
	for (size_t i = 0; i < crashes->count; i++) {
		const uint32_t term = crashes->terms[kind][i];

		if (term == 0) {
			by->without++;
			continue;
		}
		by->at[number[term]].kind = kind;
		by->at[number[term]].term = term;
		count_crash(crashes, i, &by->at[number[term]]);
	}
	count_machines(crashes, machines, kind, number, by);
	for (size_t i = 0; i < by->count; i++)
		by->at[i].is_new = report->has_history &&
				   by->at[i].window_crashes[0] &&
				   by->at[i].first >= report_words_from(report);
	ordering.subjects = by->at;
	if (store_walk_terms(report->store, report_subject_field(kind),
			     order_term, &ordering, err))
		return err->status;
	if (by->count > 1)
		qsort(by->at, by->count, sizeof(*by->at), by_crashes);
	return STATUS_OK;
}

static void gather_windows(struct report *report,
			   const struct report_crashes *crashes,
			   const struct factor_index *machines)
{
	uint32_t met[REPORT_WINDOWS + 1] = { 0 };

	for (size_t i = 0; i < crashes->count; i++) {
		const uint64_t time = crashes->times[i];
		const size_t window = crashes->windows[i];

		report->untimed += time == 0;
		report->before += time && window > 0;
		if (window < REPORT_WINDOWS)
			report->windows[window]++;
	}
	report->placed = machines->first[machines->keys];
	for (uint32_t i = 0; i < report->placed; i++) {
		const uint32_t crash = machines->rows[i];
		const uint32_t machine = crashes->machines[crash];
		const size_t window = crashes->windows[crash];

		report->machines += is_another(&met[REPORT_WINDOWS], machine);
		if (window < REPORT_WINDOWS)
			report->window_machines[window] +=
				is_another(&met[window], machine);
	}
	find_reach(report);
	find_gaps(report);
}

enum status report_gather(struct report *report, const struct plan *plan,
			  struct report_crashes *crashes, struct error *err)
{
	struct factor_index machines;
	enum status status = STATUS_OK;

	read_crashes(report, plan, crashes);
	report->crashes = crashes->count;
	machines = by_machine(crashes);
	gather_windows(report, crashes, &machines);
	for (enum report_kind kind = 0; kind < REPORT_KINDS && !status; kind++)
		status = gather_kind(report, crashes, &machines, kind, err);
	factor_index_deinit(&machines);
	return status;
}
