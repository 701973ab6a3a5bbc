#include "query/clump.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "query/count.h"
#include "query/greatest.h"
#include "query/trend.h"
#include "signatures/base/must.h"
#include "signatures/base/room.h"
#include "signatures/base/text.h"

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
	const size_t place = clump_place(clumps, row);
	const uint32_t machine = clumps->machines[place];
	const uint64_t time = clumps->times[place];
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
	struct trend_row trend;

	trend_close(counting->tally, counting->days, &trend);

	/* The least that a double holds stands for certainty. */
	const double sure = -log10(fmax(trend.p, 1e-300));
	const bool up = (double)trend.crashes * counting->days.before >=
			(double)trend.crashes_before * counting->days.now;

	clump->now = trend.crashes;
	clump->before = trend.crashes_before;
	clump->rise = up ? sure : -sure;
}

static void read_slice(struct clumps *clumps)
{
	const struct factor_index *index = &clumps->index;
	struct plan plan = plan_none(clumps->store);

	for (uint32_t i = 0; i < index->first[index->keys]; i++)
		plan_add(&plan, index->rows[i]);
	plan_count(&plan);
	slice_init(&clumps->slice, plan);
	clumps->machines =
		slice_terms(&clumps->slice, clumps->store, "machine");
	clumps->times = slice_numbers(&clumps->slice, clumps->store, "time");
}

/* What is counted of the rows that came to be in a clump. */
static void read_columns(struct clumps *clumps)
{
	const struct factor_index *index = &clumps->index;
	const uint32_t rows = store_row_count(clumps->store);

	clumps->has_all = index->first[index->keys] > rows / 4;
	if (!clumps->has_all) {
		read_slice(clumps);
		return;
	}
	clumps->machines = factor_terms(clumps->store, "machine");
	clumps->times = factor_numbers(clumps->store, "time");
}

static void take_births(const uint32_t *terms, const struct store_column *times,
			uint64_t *born)
{
	for (size_t i = 0; i < times->count; i++) {
		const uint64_t time = times->numbers[i];
		uint64_t *at = &born[terms[i]];

		if (time != STORE_NO_NUMBER && (!*at || time < *at))
			*at = time;
	}
}

/* When each clump was first seen at all, whatever is asked about. */
static uint64_t *births(const struct clumps *clumps, uint32_t bound)
{
	const struct field *time = field_find("time");
	uint64_t *born = room_cleared(bound, sizeof(*born));
	struct store_column column;

	for (uint32_t chunk = 0;
	     store_column_read(clumps->store, time, chunk, &column); chunk++)
		take_births(clumps->terms + (size_t)chunk * STORE_CHUNK_ROWS,
			    &column, born);
	return born;
}

/* Terms as bits: few enough to stay in the caches where rows do not. */
struct aging {
	struct clumps *clumps;
	uint64_t *old; /* first seen before */
	uint64_t *met; /* of the rows asked about */
};

static bool leave_out_old(void *closure, uint32_t row)
{
	const struct aging *aging = closure;
	struct clumps *clumps = aging->clumps;
	const uint32_t term = clumps->terms[row];

	if (!count_bit(aging->old, term))
		return true;
	clumps->older += !count_bit(aging->met, term);
	aging->met[term / 64] |= UINT64_C(1) << term % 64;
	clumps->older_crashes++;
	clumps->terms[row] = 0;
	return true;
}

/* Counts what is asked about and was first seen before; it has no term then. */
static void leave_out_older(struct clumps *clumps, const struct plan *plan,
			    const uint64_t *born, uint32_t bound)
{
	struct aging aging = {
		.clumps = clumps,
		.old = room_cleared(bound / 64 + 1, sizeof(*aging.old)),
		.met = room_cleared(bound / 64 + 1, sizeof(*aging.met)),
	};

	for (uint32_t term = 1; term < bound; term++)
		if (born[term] < clumps->since)
			aging.old[term / 64] |= UINT64_C(1) << term % 64;
	plan_walk(plan, leave_out_old, &aging);
	free(aging.old);
	free(aging.met);
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

static struct recall *begin_recall(struct store *store, const char *field)
{
	struct recall *recall = must(malloc(sizeof(*recall)));

	recall_init(recall, store, field);
	return recall;
}

static void end_recall(struct recall *recall)
{
	recall_deinit(recall);
	free(recall);
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
				 .calendar = calendar_read(query),
				 .bugchecks =
					 begin_recall(query->store, "bugcheck"),
				 .faults =
					 begin_recall(query->store, "fault") };
	struct counting counting;

	clumps.terms = factor_terms(query->store, field);
	clumps.window_to = clumps.calendar.end;
	clumps.window_from = clumps.window_to - 2 * window_days;

	const uint32_t bound = factor_bound(clumps.terms, rows);
	const uint32_t machines =
		1 + store_column_last_term(query->store, field_find("machine"));
	uint64_t *born = births(&clumps, bound);

	counting = (struct counting){
		.met = room_cleared(machines, sizeof(*counting.met)),
		.tally = trend_create(machines),
		.half = clumps.window_from + window_days,
	};
	counting.days.before = (double)calendar_covered(
		&clumps.calendar, clumps.window_from, counting.half);
	counting.days.now = (double)calendar_covered(
		&clumps.calendar, counting.half, clumps.window_to);
	if (since)
		leave_out_older(&clumps, plan, born, bound);
	clumps.index = factor_index_make(plan, clumps.terms, bound);
	read_columns(&clumps);
	clumps.at = room_take(bound + 1ul, sizeof(*clumps.at));
	clumps.unclustered = plan->matched;
	count_clumps(&clumps, &counting, born);
	clumps.unclustered -= clumps.older_crashes;
	trend_destroy(counting.tally);
	free(counting.met);
	free(born);
	*ret = clumps;
}

static void end_faces(struct clump_faces *faces)
{
	slice_deinit(&faces->slice);
	free(faces->clusters);
	free(faces->bugchecks);
	free(faces->faults);
	free(faces->builds);
	free(faces->portables);
	free(faces->offsets);
	free(faces->sure);
	free(faces->scanned);
	*faces = (struct clump_faces){ .clusters = NULL };
}

void clump_read_names(struct clumps *clumps)
{
	struct store *store = clumps->store;
	struct clump_faces *faces = &clumps->faces;
	struct plan plan = plan_none(store);

	end_faces(faces);
	for (size_t i = 0; i < clumps->count; i++)
		for (uint64_t k = 0; k < clumps->at[i].crashes; k++)
			plan_add(&plan, clumps->at[i].rows[k]);
	plan_count(&plan);
	slice_init(&faces->slice, plan);
	faces->bugchecks = slice_terms(&faces->slice, store, "bugcheck");
	faces->faults = slice_terms(&faces->slice, store, "fault");
	faces->offsets = slice_numbers(&faces->slice, store, "offset");
	faces->sure = slice_numbers(&faces->slice, store, "sureframes");
}

void clump_read(struct clumps *clumps)
{
	struct store *store = clumps->store;
	struct clump_faces *faces = &clumps->faces;

	clump_read_names(clumps);
	faces->clusters = slice_terms(&faces->slice, store, "cluster");
	faces->builds = slice_terms(&faces->slice, store, "faultbuild");
	faces->portables = slice_terms(&faces->slice, store, "portable");
	faces->scanned = slice_numbers(&faces->slice, store, "scanned");
}

void clump_deinit(struct clumps *clumps)
{
	calendar_deinit(&clumps->calendar);
	factor_index_deinit(&clumps->index);
	end_faces(&clumps->faces);
	end_recall(clumps->bugchecks);
	end_recall(clumps->faults);
	free(clumps->at);
	slice_deinit(&clumps->slice);
	free(clumps->terms);
	free(clumps->machines);
	free(clumps->times);
}

static uint64_t size_of(const struct clump *clump, enum clump_order order)
{
	return order == CLUMP_MACHINES ? clump->machines : clump->crashes;
}

size_t clump_cut(struct clumps *clumps, enum clump_order order, size_t first,
		 uint64_t *crashes)
{
	const size_t count = clumps->count;
	struct greatest greatest;
	uint64_t least;

	if (order == CLUMP_RISE || first >= count)
		return 0;
	greatest_init(&greatest, first);
	for (size_t i = 0; i < count; i++)
		greatest_add(&greatest, size_of(&clumps->at[i], order));
	least = greatest_least(&greatest);
	greatest_deinit(&greatest);
	clumps->count = 0;
	for (size_t i = 0; i < count; i++) {
		const struct clump clump = clumps->at[i];

		if (size_of(&clump, order) >= least)
			clumps->at[clumps->count++] = clump;
		else
			*crashes += clump.crashes;
	}
	return count - clumps->count;
}
