#include "query/report_ranks.h"

#include <math.h>
#include <stdlib.h>

#include "query/group.h"
#include "query/value.h"
#include "signatures/base/must.h"
#include "signatures/knowledge/frequency2008.h"

enum {
	FIRST = 15, /* of either side */
};

static const struct group_row *find_code(const struct group *group,
					 uint32_t code, uint32_t *rank)
{
	for (size_t i = 0; i < group->count; i++) {
		if (group->rows[i].value.number == code) {
			*rank = (uint32_t)i + 1;
			return &group->rows[i];
		}
	}
	*rank = 0;
	return NULL;
}

static int compare(double a, double b)
{
	return (a > b) - (a < b);
}

struct pair {
	double fleet, then;
};

static int by_fleet(const void *a, const void *b)
{
	return compare(((const struct pair *)a)->fleet,
		       ((const struct pair *)b)->fleet);
}

static int by_then(const void *a, const void *b)
{
	return compare(((const struct pair *)a)->then,
		       ((const struct pair *)b)->then);
}

/* Counts become ranks, middle ranks where they tie; then Pearson's. */
static void rank(struct pair *pairs, size_t count, bool fleet)
{
	qsort(pairs, count, sizeof(*pairs), fleet ? by_fleet : by_then);
	for (size_t i = 0; i < count;) {
		const double value = fleet ? pairs[i].fleet : pairs[i].then;
		size_t end = i;

		while (end < count &&
		       (fleet ? pairs[end].fleet : pairs[end].then) == value)
			end++;
		for (size_t j = i; j < end; j++)
			*(fleet ? &pairs[j].fleet : &pairs[j].then) =
				((double)(i + end) + 1) / 2;
		i = end;
	}
}

static double spearman(struct pair *pairs, size_t count)
{
	const double mean = ((double)count + 1) / 2;
	double both = 0, fleet = 0, then = 0;

	if (count < 3)
		return 0;
	rank(pairs, count, true);
	rank(pairs, count, false);
	for (size_t i = 0; i < count; i++) {
		const double x = pairs[i].fleet - mean;
		const double y = pairs[i].then - mean;

		both += x * y;
		fleet += x * x;
		then += y * y;
	}
	return fleet > 0 && then > 0 ? both / sqrt(fleet * then) : 0;
}

static void correlate(struct report *report, const struct group *group)
{
	struct pair *pairs = calloc(group->count + 1, sizeof(*pairs));
	size_t count = 0;

	if (!pairs)
		must_end();
	for (size_t i = 0; i < group->count; i++) {
		const struct frequency2008 *row = frequency2008_find(
			(uint32_t)group->rows[i].value.number);

		if (row)
			pairs[count++] =
				(struct pair){ (double)group->rows[i].crashes,
					       (double)row->count };
	}
	report->rank_shared = count;
	report->rank_correlation = spearman(pairs, count);
	free(pairs);
}

enum status report_ranks(struct report *report, const struct plan *plan,
			 struct error *err)
{
	struct group group;
	size_t count = 0;

	if (group_make(report->store, field_find("stopcode"), plan, 1, 0,
		       report->arena, &group, err))
		return err->status;
	report->ranks =
		arena_take(report->arena, 2 * FIRST, sizeof(*report->ranks));
	for (size_t i = 0; i < group.count && i < FIRST; i++) {
		const uint32_t code = (uint32_t)group.rows[i].value.number;
		const struct frequency2008 *then = frequency2008_find(code);

		report->ranks[count++] = (struct report_rank){
			.code = code,
			.name = then ? then->name : value_bugcheck_name(code),
			.crashes = group.rows[i].crashes,
			.rank = (uint32_t)i + 1,
			.rank_2008 = then ? then->rank : 0,
			.hits_2008 = then ? then->count : 0,
		};
	}
	for (const struct frequency2008 *then = frequency2008_walk(NULL);
	     then && then->rank <= FIRST; then = frequency2008_walk(then)) {
		uint32_t place;
		const struct group_row *row =
			find_code(&group, then->code, &place);

		if (place && place <= FIRST)
			continue;
		report->ranks[count++] = (struct report_rank){
			.code = then->code,
			.name = then->name,
			.crashes = row ? row->crashes : 0,
			.rank = place,
			.rank_2008 = then->rank,
			.hits_2008 = then->count,
		};
	}
	report->rank_count = count;
	correlate(report, &group);
	return STATUS_OK;
}
