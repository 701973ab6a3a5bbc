#include "query/clump.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "query/clump_new.h"
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

static struct plan rows_of(const struct clumps *clumps)
{
	const struct factor_index *index = &clumps->index;
	struct plan plan = plan_none(clumps->store);

	for (uint32_t i = 0; i < index->first[index->keys]; i++)
		plan_add(&plan, index->rows[i]);
	plan_count(&plan);
	return plan;
}

static void read_slice(struct clumps *clumps, struct plan plan)
{
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
		read_slice(clumps, rows_of(clumps));
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
static uint64_t *births(struct store *store, const uint32_t *terms,
			uint32_t bound)
{
	const struct field *time = field_find("time");
	uint64_t *born = room_cleared(bound, sizeof(*born));
	struct store_column column;

	for (uint32_t chunk = 0; store_column_read(store, time, chunk, &column);
	     chunk++)
		take_births(terms + (size_t)chunk * STORE_CHUNK_ROWS, &column,
			    born);
	return born;
}

/* born, and met of counting, are by term: the one of key 0 and those behind. */
static void count_clumps(struct clumps *clumps, struct counting *counting,
			 uint32_t first_term, const uint64_t *born)
{
	const struct factor_index *index = &clumps->index;

	clumps->at = room_take(index->keys + 1ul, sizeof(*clumps->at));
	for (uint32_t key = 1; key < index->keys; key++) {
		const uint32_t from = index->first[key];
		const uint32_t to = index->first[key + 1];
		const uint32_t term = first_term + key;
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

static struct counting begin_counting(const struct clumps *clumps)
{
	const uint32_t machines =
		1 +
		store_column_last_term(clumps->store, field_find("machine"));
	const uint64_t half = clumps->window_to -
			      (clumps->window_to - clumps->window_from) / 2;
	struct counting counting = {
		.met = room_cleared(machines, sizeof(*counting.met)),
		.tally = trend_create(machines),
		.half = half,
	};

	counting.days.before = (double)calendar_covered(
		&clumps->calendar, clumps->window_from, half);
	counting.days.now = (double)calendar_covered(&clumps->calendar, half,
						     clumps->window_to);
	return counting;
}

static void end_counting(struct counting *counting)
{
	trend_destroy(counting->tally);
	free(counting->met);
}

static void gather_all(struct clumps *clumps, const struct plan *plan)
{
	struct store *store = clumps->store;
	uint32_t *terms = factor_terms(store, clumps->field);
	const uint32_t bound = factor_bound(terms, store_row_count(store));
	uint64_t *born = births(store, terms, bound);
	struct counting counting = begin_counting(clumps);

	clumps->index = factor_index_make(plan, terms, bound);
	free(terms);
	read_columns(clumps);
	count_clumps(clumps, &counting, 0, born);
	end_counting(&counting);
	free(born);
}

/* Terms are given as things are met: what is new has the last of them. */
static uint32_t take_off_least(uint32_t *terms, size_t count, uint32_t bound)
{
	uint32_t least = bound;

	for (size_t i = 0; i < count; i++)
		least = terms[i] < least ? terms[i] : least;
	for (size_t i = 0; i < count; i++)
		terms[i] -= least - 1;
	return least - 1;
}

static void gather_new(struct clumps *clumps, const struct plan *plan,
		       uint64_t since)
{
	struct counting counting = begin_counting(clumps);
	struct clump_new found;
	uint32_t below;

	clump_new_find(clumps->store, field_find(clumps->field), plan, since,
		       &found);
	clumps->older = found.older;
	clumps->older_crashes = found.older_crashes;
	clumps->unclustered -= found.older_crashes;
	below = take_off_least(found.terms, (size_t)found.plan.matched,
			       found.bound);
	clumps->index = factor_index_in_order(&found.plan, found.terms,
					      found.bound - below);
	read_slice(clumps, found.plan);
	found.plan.bits = NULL;
	count_clumps(clumps, &counting, below, found.born);
	end_counting(&counting);
	clump_new_deinit(&found);
}

void clump_gather(struct query *query, const struct plan *plan,
		  const char *field, uint64_t window_days, uint64_t since,
		  struct clumps *ret)
{
	struct clumps clumps = { .store = query->store,
				 .field = field,
				 .crashes = plan->matched,
				 .unclustered = plan->matched,
				 .calendar = calendar_read(query),
				 .bugchecks =
					 begin_recall(query->store, "bugcheck"),
				 .faults =
					 begin_recall(query->store, "fault") };

	clumps.window_to = clumps.calendar.end;
	clumps.window_from = clumps.window_to - 2 * window_days;
	if (since)
		gather_new(&clumps, plan, since);
	else
		gather_all(&clumps, plan);
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
