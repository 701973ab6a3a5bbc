#include "query/clump.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "query/statistics.h"

static void *zeroed(size_t count, size_t size)
{
	void *memory = calloc(count + 1, size);

	if (!memory)
		abort();
	return memory;
}

/* Units met in one clump: by machine the last clump it was met in. */
struct met {
	uint32_t *all, *now, *before;
};

static void meet(struct clump_span *span, uint32_t *met, uint32_t machine,
		 uint32_t stamp)
{
	span->crashes++;
	span->units += machine == 0 || met[machine] != stamp;
	met[machine] = stamp;
}

static void take_row(const struct clumps *clumps, struct clump *clump,
		     struct met *met, uint32_t row)
{
	const uint32_t machine = clumps->machines[row];
	const uint64_t time = clumps->times[row];
	const uint64_t day = calendar_day(time);
	const uint64_t half = (clumps->window_from + clumps->window_to + 1) / 2;

	clump->machines += machine && met->all[machine] != clump->term;
	met->all[machine] = clump->term;
	if (time == STORE_NO_NUMBER)
		return;
	if (!clump->first || time < clump->first)
		clump->first = time;
	if (time > clump->last)
		clump->last = time;
	if (day >= clumps->window_from && day < half)
		meet(&clump->before, met->before, machine, clump->term);
	else if (day >= half && day < clumps->window_to)
		meet(&clump->now, met->now, machine, clump->term);
}

static double rise_of(const struct clumps *clumps, const struct clump *clump)
{
	const uint64_t half = (clumps->window_from + clumps->window_to + 1) / 2;
	const double now = (double)calendar_covered(&clumps->calendar, half,
						    clumps->window_to);
	const double before = (double)calendar_covered(
		&clumps->calendar, clumps->window_from, half);
	const double p = statistics_rates_differ(clump->now.units, now,
						 clump->before.units, before);
	const bool up = (double)clump->now.units * before >
			(double)clump->before.units * now;

	/* The least that a double holds stands for certainty. */
	return up ? -log10(fmax(p, 1e-300)) : log10(fmax(p, 1e-300));
}

static void read_columns(struct clumps *clumps)
{
	struct store *store = clumps->store;

	clumps->terms = factor_terms(store, clumps->field);
	clumps->clusters = factor_terms(store, "cluster");
	clumps->machines = factor_terms(store, "machine");
	clumps->bugchecks = factor_terms(store, "bugcheck");
	clumps->faults = factor_terms(store, "fault");
	clumps->builds = factor_terms(store, "faultbuild");
	clumps->portables = factor_terms(store, "portable");
	clumps->times = factor_numbers(store, "time");
	clumps->offsets = factor_numbers(store, "offset");
	clumps->sure = factor_numbers(store, "sureframes");
	clumps->scanned = factor_numbers(store, "scanned");
}

/* When each clump was first seen at all, whatever is asked about. */
static uint64_t *births(const struct clumps *clumps, uint32_t rows,
			uint32_t bound)
{
	uint64_t *born = zeroed(bound, sizeof(*born));

	for (uint32_t row = 0; row < rows; row++) {
		const uint64_t time = clumps->times[row];
		uint64_t *at = &born[clumps->terms[row]];

		if (time != STORE_NO_NUMBER && (!*at || time < *at))
			*at = time;
	}
	return born;
}

void clump_gather(struct query *query, const struct plan *plan,
		  const char *field, uint64_t window_days, struct clumps *ret)
{
	const uint32_t rows = store_row_count(query->store);
	struct clumps clumps = { .store = query->store,
				 .field = field,
				 .crashes = plan->matched,
				 .calendar = calendar_read(query) };
	struct met met;

	read_columns(&clumps);
	clumps.window_to = clumps.calendar.end;
	clumps.window_from = clumps.window_to - 2 * window_days;

	const uint32_t bound = factor_bound(clumps.terms, rows);
	const uint32_t machines = factor_bound(clumps.machines, rows);
	uint64_t *born = births(&clumps, rows, bound);

	met.all = zeroed(machines, sizeof(*met.all));
	met.now = zeroed(machines, sizeof(*met.now));
	met.before = zeroed(machines, sizeof(*met.before));
	clumps.index = factor_index_make(plan, clumps.terms, bound);
	clumps.at = zeroed(bound, sizeof(*clumps.at));
	clumps.unclustered = plan->matched;
	for (uint32_t term = 1; term < bound; term++) {
		const uint32_t from = clumps.index.first[term];
		const uint32_t to = clumps.index.first[term + 1];
		struct clump *clump = &clumps.at[clumps.count];

		if (from == to)
			continue;
		*clump = (struct clump){ .term = term,
					 .crashes = to - from,
					 .born = born[term],
					 .rows = clumps.index.rows + from };
		for (uint32_t i = from; i < to; i++)
			take_row(&clumps, clump, &met, clumps.index.rows[i]);
		clump->id =
			factor_text(query->store, field, term, &query->arena);
		clump->rise = rise_of(&clumps, clump);
		clumps.unclustered -= clump->crashes;
		clumps.count++;
	}
	free(met.all);
	free(met.now);
	free(met.before);
	free(born);
	*ret = clumps;
}

void clump_deinit(struct clumps *clumps)
{
	calendar_deinit(&clumps->calendar);
	factor_index_deinit(&clumps->index);
	free(clumps->at);
	free(clumps->terms);
	free(clumps->clusters);
	free(clumps->machines);
	free(clumps->bugchecks);
	free(clumps->faults);
	free(clumps->builds);
	free(clumps->portables);
	free(clumps->times);
	free(clumps->offsets);
	free(clumps->sure);
	free(clumps->scanned);
}

static int falling(uint64_t a, uint64_t b)
{
	return (a < b) - (a > b);
}

static int by_crashes(const void *left, const void *right)
{
	const struct clump *a = left;
	const struct clump *b = right;
	int order = falling(a->crashes, b->crashes);

	if (!order)
		order = falling(a->machines, b->machines);
	return order ? order : strcmp(a->id, b->id);
}

static int by_machines(const void *left, const void *right)
{
	const struct clump *a = left;
	const struct clump *b = right;
	const int order = falling(a->machines, b->machines);

	return order ? order : by_crashes(left, right);
}

static int by_rise(const void *left, const void *right)
{
	const struct clump *a = left;
	const struct clump *b = right;

	if (a->rise != b->rise)
		return a->rise > b->rise ? -1 : 1;
	return by_machines(left, right);
}

void clump_sort(struct clumps *clumps, enum clump_order order)
{
	static int (*const orders[])(const void *, const void *) = {
		[CLUMP_MACHINES] = by_machines,
		[CLUMP_CRASHES] = by_crashes,
		[CLUMP_RISE] = by_rise,
	};

	if (clumps->count > 1)
		qsort(clumps->at, clumps->count, sizeof(*clumps->at),
		      orders[order]);
}
