#include "query/report_odd.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "query/factor.h"
#include "query/report_gather.h"
#include "query/report_words.h"
#include "signatures/base/text.h"

enum {
	WAYS_MIN = 3,
};

static const double q_max = 0.05;

static void *must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

static int by_number(const void *left, const void *right)
{
	const uint64_t a = *(const uint64_t *)left;
	const uint64_t b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

/* How many different values of a kind each machine has. */
static uint32_t *ways_of(const struct report_crashes *crashes,
			 enum report_kind kind, uint32_t bound)
{
	uint32_t *ways = must(calloc(bound, sizeof(*ways)));
	uint64_t *keys = must(calloc(crashes->count + 1, sizeof(*keys)));
	size_t count = 0;

	for (size_t i = 0; i < crashes->count; i++) {
		if (crashes->machines[i] && crashes->terms[kind][i])
			keys[count++] = (uint64_t)crashes->machines[i] << 32 |
					crashes->terms[kind][i];
	}
	if (count > 1)
		qsort(keys, count, sizeof(*keys), by_number);
	for (size_t i = 0; i < count; i++)
		ways[keys[i] >> 32] += i == 0 || keys[i] != keys[i - 1];
	free(keys);
	return ways;
}

static int oddest(const void *left, const void *right)
{
	const struct report_machine *a = left;
	const struct report_machine *b = right;

	if (a->q != b->q)
		return a->q < b->q ? -1 : 1;
	if (a->bugchecks != b->bugchecks)
		return a->bugchecks > b->bugchecks ? -1 : 1;
	return strcmp(a->id, b->id);
}

/* Different bugchecks beyond the first, in crashes beyond the first. */
static void test_machines(struct report_machine *machines, size_t count)
{
	double *p = must(calloc(count + 1, sizeof(*p)));
	uint64_t more = 0;
	uint64_t chances = 0;

	for (size_t i = 0; i < count; i++) {
		more += machines[i].bugchecks - 1;
		chances += machines[i].crashes - 1;
	}
	for (size_t i = 0; i < count; i++) {
		struct report_machine *m = &machines[i];
		const uint64_t k1 = m->bugchecks - 1;
		const uint64_t k2 = more - k1;
		const double e1 = (double)m->crashes - 1;
		const double e2 = (double)chances - e1;

		p[i] = 1;
		m->expected = e2 > 0 ? 1 + (double)k2 / e2 * e1 : 1;
		if ((double)m->bugchecks > m->expected)
			p[i] = statistics_rates_differ(k1, e1, k2, e2) / 2;
	}
	statistics_false_discovery(p, count, p);
	for (size_t i = 0; i < count; i++)
		machines[i].q = p[i];
	free(p);
}

static void count_crashes(const struct report *report,
			  const struct report_crashes *crashes,
			  struct report_machine *machines)
{
	for (size_t i = 0; i < crashes->count; i++) {
		struct report_machine *m = &machines[crashes->machines[i]];

		m->crashes++;
		m->window_crashes +=
			report_gather_window(report, crashes->times[i]) == 0;
	}
}

void report_odd_machines(struct report *report,
			 const struct report_crashes *crashes)
{
	const uint32_t bound =
		factor_bound(crashes->machines, (uint32_t)crashes->count);
	uint32_t *bugchecks = ways_of(crashes, REPORT_BUGCHECK, bound);
	uint32_t *clusters = ways_of(crashes, REPORT_CLUSTER, bound);
	struct report_machine *machines =
		arena_take(report->arena, bound, sizeof(*machines));
	size_t count = 0;
	size_t kept = 0;

	count_crashes(report, crashes, machines);
	for (uint32_t term = 1; term < bound; term++) {
		if (machines[term].crashes < 2 || bugchecks[term] == 0)
			continue;
		machines[count] = machines[term];
		machines[count].term = term;
		machines[count].bugchecks = bugchecks[term];
		machines[count++].clusters = clusters[term];
	}
	free(bugchecks);
	free(clusters);
	test_machines(machines, count);
	report->odd_tested = count;
	for (size_t i = 0; i < count; i++) {
		if (machines[i].q < q_max && machines[i].bugchecks >= WAYS_MIN)
			machines[kept++] = machines[i];
	}
	for (size_t i = 0; i < kept; i++)
		machines[i].id = factor_text(report->store, "machine",
					     machines[i].term, report->arena);
	if (kept > 1)
		qsort(machines, kept, sizeof(*machines), oddest);
	report->odd = machines;
	report->odd_count = kept;
}
