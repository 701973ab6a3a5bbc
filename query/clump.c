#include "query/clump.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void *zeroed(size_t count, size_t size)
{
	void *memory = calloc(count + 1, size);

	if (!memory)
		abort();
	return memory;
}

/* What is known while one clump after the other is counted. */
struct counting {
	uint32_t *met; /* by machine: the last clump it was met in */
	struct trend_tally *tally;
	struct trend_days days;
	uint64_t half; /* the day this window begins */
};

static void take_row(const struct clumps *clumps, struct clump *clump,
		     struct counting *counting, uint32_t row)
{
	const uint32_t machine = clumps->machines[row];
	const uint64_t time = clumps->times[row];
	const uint64_t day = calendar_day(time);

	clump->machines += machine && counting->met[machine] != clump->term;
	counting->met[machine] = clump->term;
	if (time == STORE_NO_NUMBER)
		return;
	if (!clump->first || time < clump->first)
		clump->first = time;
	if (time > clump->last)
		clump->last = time;
	if (day >= clumps->window_from && day < clumps->window_to)
		trend_add(counting->tally, machine, day >= counting->half);
}

static void close_trend(struct clump *clump, struct counting *counting)
{
	struct trend_row *trend = &clump->trend;

	trend_close(counting->tally, counting->days, trend);

	/* The least that a double holds stands for certainty. */
	const double sure = -log10(fmax(trend->p, 1e-300));
	const bool up = (double)trend->crashes * counting->days.before >=
			(double)trend->crashes_before * counting->days.now;

	clump->rise = up ? sure : -sure;
}

static void read_columns(struct clumps *clumps)
{
	struct store *store = clumps->store;

	clumps->terms = factor_terms(store, clumps->field);
	clumps->machines = factor_terms(store, "machine");
	clumps->times = factor_numbers(store, "time");
}

/* What clumps look like; where there are none nobody asks. */
static void read_faces(struct clumps *clumps)
{
	struct store *store = clumps->store;

	clumps->clusters = factor_terms(store, "cluster");
	clumps->bugchecks = factor_terms(store, "bugcheck");
	clumps->faults = factor_terms(store, "fault");
	clumps->builds = factor_terms(store, "faultbuild");
	clumps->portables = factor_terms(store, "portable");
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

static void count_clumps(struct clumps *clumps, struct counting *counting,
			 const uint64_t *born)
{
	const struct factor_index *index = &clumps->index;

	for (uint32_t term = 1; term < index->keys; term++) {
		const uint32_t from = index->first[term];
		const uint32_t to = index->first[term + 1];
		struct clump *clump = &clumps->at[clumps->count];

		if (from == to)
			continue;
		if (born[term] < clumps->since) {
			clumps->older++;
			clumps->older_crashes += to - from;
			continue;
		}
		*clump = (struct clump){ .term = term,
					 .crashes = to - from,
					 .born = born[term],
					 .rows = index->rows + from };
		for (uint32_t i = from; i < to; i++)
			take_row(clumps, clump, counting, index->rows[i]);
		close_trend(clump, counting);
		clumps->unclustered -= clump->crashes;
		clumps->count++;
	}
}

void clump_gather(struct query *query, const struct plan *plan,
		  const char *field, uint64_t window_days, uint64_t since,
		  struct clumps *ret)
{
	const uint32_t rows = store_row_count(query->store);
	struct clumps clumps = { .store = query->store,
				 .field = field,
				 .crashes = plan->matched,
				 .since = since,
				 .calendar = calendar_read(query) };
	struct counting counting;

	read_columns(&clumps);
	clumps.window_to = clumps.calendar.end;
	clumps.window_from = clumps.window_to - 2 * window_days;

	const uint32_t bound = factor_bound(clumps.terms, rows);
	const uint32_t machines = factor_bound(clumps.machines, rows);
	uint64_t *born = births(&clumps, rows, bound);

	counting = (struct counting){
		.met = zeroed(machines, sizeof(*counting.met)),
		.tally = trend_create(machines),
		.half = clumps.window_from + window_days,
	};
	counting.days.before = (double)calendar_covered(
		&clumps.calendar, clumps.window_from, counting.half);
	counting.days.now = (double)calendar_covered(
		&clumps.calendar, counting.half, clumps.window_to);
	clumps.index = factor_index_make(plan, clumps.terms, bound);
	clumps.at = zeroed(bound, sizeof(*clumps.at));
	clumps.unclustered = plan->matched;
	count_clumps(&clumps, &counting, born);
	clumps.unclustered -= clumps.older_crashes;
	if (clumps.count)
		read_faces(&clumps);
	trend_destroy(counting.tally);
	free(counting.met);
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
	const int order = falling(a->crashes, b->crashes);

	return order ? order : falling(a->machines, b->machines);
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

static int by_id(const void *left, const void *right)
{
	const struct clump *a = left;
	const struct clump *b = right;

	return strcmp(a->id, b->id);
}

void clump_sort(struct query *query, struct clumps *clumps,
		enum clump_order order, size_t first)
{
	static int (*const orders[])(const void *, const void *) = {
		[CLUMP_MACHINES] = by_machines,
		[CLUMP_CRASHES] = by_crashes,
		[CLUMP_RISE] = by_rise,
	};
	struct clump *at = clumps->at;
	size_t end;

	if (clumps->count > 1)
		qsort(at, clumps->count, sizeof(*at), orders[order]);
	for (size_t i = 0; i < clumps->count && i < first; i = end) {
		for (end = i; end < clumps->count &&
			      orders[order](&at[i], &at[end]) == 0;
		     end++)
			at[end].id = factor_text(clumps->store, clumps->field,
						 at[end].term, &query->arena);
		if (end - i > 1)
			qsort(at + i, end - i, sizeof(*at), by_id);
	}
}
