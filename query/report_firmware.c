#include "query/report_firmware.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "query/factor.h"
#include "query/group.h"
#include "query/report_words.h"

#include "signatures/base/must.h"

enum {
	CLUSTERS = 20, /* looked at, the largest */
};

static const char *const fields[] = { "hypervisor", "biosversion" };
static const double rate_q_max = 0.05;

enum {
	FIELDS = sizeof(fields) / sizeof(fields[0])
};

/* How many times more than a Poisson count crashes a machine vary. */
static double dispersion(const struct report *report,
			 const struct report_crashes *crashes)
{
	const uint32_t bound =
		factor_bound(crashes->machines, (uint32_t)crashes->count);
	uint32_t *counts = must(calloc(bound, sizeof(*counts)));
	double excess = 0;

	for (size_t i = 0; i < crashes->count; i++)
		counts[crashes->machines[i]]++;

	const double mean = (double)report->placed / (double)report->machines;

	for (uint32_t i = 1; i < bound; i++) {
		const double off = (double)counts[i] - mean;

		if (counts[i])
			excess += off * off / mean;
	}
	free(counts);
	excess /= (double)report->machines - 1;
	return excess > 1 ? excess : 1;
}

/* Crashes a machine, here against elsewhere; p (one-sided) in q. */
static struct report_change compare(uint64_t k1, uint64_t n1, uint64_t k2,
				    uint64_t n2, double phi)
{
	struct report_change change = { .tested = k1 && n1 && k2 && n2 };

	if (!change.tested)
		return change;

	const double ratio =
		log((double)k1 / (double)n1) - log((double)k2 / (double)n2);
	const double error = sqrt(phi * (1 / (double)k1 + 1 / (double)k2));

	change.factor = exp(ratio);
	change.low = exp(ratio - 1.96 * error);
	change.high = exp(ratio + 1.96 * error);
	change.q = erfc(ratio / error / sqrt(2)) / 2;
	return change;
}

struct search {
	struct report *report;
	struct report_firmware *rows;
	size_t count;
};

static enum status add_values(struct search *search, const struct plan *plan,
			      const char *name, double phi, struct error *err)
{
	struct report *report = search->report;
	const struct field *field = field_find(name);
	struct group group;

	if (group_make(report->store, field, plan, 1, 0, report->arena, &group,
		       err))
		return err->status;

	struct report_firmware *rows = arena_take(
		report->arena, search->count + group.count + 1, sizeof(*rows));

	if (search->count)
		memcpy(rows, search->rows, search->count * sizeof(*rows));
	search->rows = rows;
	for (size_t i = 0; i < group.count; i++) {
		const struct group_row *row = &group.rows[i];

		if (row->machines == 0)
			continue;
		rows[search->count++] = (struct report_firmware){
			.field = name,
			.value = group_value_text(report->arena, field,
						  row->value),
			.crashes = row->crashes,
			.machines = row->machines,
			.change =
				compare(row->crashes, row->machines,
					report->crashes - row->crashes,
					report->machines - row->machines, phi),
			.cluster_q = 1,
		};
	}
	return STATUS_OK;
}

/* Rates first, by their own false discovery rate. */
static void correct_rates(struct search *search)
{
	double *p = must(calloc(search->count + 1, sizeof(*p)));

	for (size_t i = 0; i < search->count; i++)
		p[i] = search->rows[i].change.tested ? search->rows[i].change.q
						     : 1;
	statistics_false_discovery(p, search->count, p);
	for (size_t i = 0; i < search->count; i++)
		search->rows[i].change.q = p[i];
	free(p);
}

/* A cluster's machines with each value; the least p of each row stays. */
static enum status ask_cluster(struct search *search,
			       const struct report_crashes *crashes,
			       const struct report_subject *cluster,
			       struct error *err)
{
	struct report *report = search->report;
	struct plan rows = plan_none(report->store);
	enum status status = STATUS_OK;

	for (size_t i = 0; i < crashes->count; i++) {
		if (crashes->terms[REPORT_CLUSTER][i] == cluster->term)
			plan_add(&rows, crashes->rows[i]);
	}
	rows.matched = cluster->crashes;
	for (size_t f = 0; f < FIELDS && !status; f++) {
		const struct field *field = field_find(fields[f]);
		struct group group = { .count = 0 };

		status = group_make(report->store, field, &rows, 1, 0,
				    report->arena, &group, err);
		for (size_t i = 0; !status && i < group.count; i++) {
			const char *value = group_value_text(
				report->arena, field, group.rows[i].value);

			for (size_t j = 0; j < search->count; j++) {
				struct report_firmware *row = &search->rows[j];
				const uint64_t k1 = group.rows[i].machines;
				const struct table22 table = {
					k1, cluster->machines,
					row->machines - k1,
					report->machines - cluster->machines
				};

				if (strcmp(row->field, fields[f]) != 0 ||
				    strcmp(row->value, value) != 0)
					continue;

				const double p = statistics_share_higher(table);

				if (p < row->cluster_q) {
					row->cluster_q = p;
					row->cluster = cluster;
					row->table = table;
				}
			}
		}
	}
	plan_deinit(&rows);
	return status;
}

static int most_striking(const void *left, const void *right)
{
	const struct report_firmware *a = left;
	const struct report_firmware *b = right;
	const double x = fmin(a->change.q, a->cluster_q);
	const double y = fmin(b->change.q, b->cluster_q);

	if (x != y)
		return x < y ? -1 : 1;
	if (strcmp(a->field, b->field) != 0)
		return strcmp(a->field, b->field);
	return strcmp(a->value, b->value);
}

static enum status ask_clusters(struct search *search,
				const struct report_crashes *crashes,
				size_t *ret_asked, struct error *err)
{
	struct report *report = search->report;
	struct report_subjects *clusters = &report->by[REPORT_CLUSTER];
	size_t asked = 0;

	for (size_t i = 0; i < clusters->count && asked < CLUSTERS; i++) {
		struct report_subject *cluster = &clusters->at[i];

		if (cluster->machines < 2 ||
		    cluster->machines >= report->machines)
			continue;
		asked++;
		if (report_words_name(report, crashes, cluster, err) ||
		    ask_cluster(search, crashes, cluster, err))
			return err->status;
	}
	*ret_asked = asked;
	return STATUS_OK;
}

enum status report_firmware(struct report *report, const struct plan *plan,
			    const struct report_crashes *crashes,
			    struct error *err)
{
	struct search search = { .report = report };
	size_t asked = 0;
	size_t kept = 0;

	if (report->machines < 3)
		return STATUS_OK;

	const double phi = dispersion(report, crashes);

	for (size_t i = 0; i < FIELDS; i++) {
		if (add_values(&search, plan, fields[i], phi, err))
			return err->status;
	}
	correct_rates(&search);
	if (ask_clusters(&search, crashes, &asked, err))
		return err->status;
	report->firmware_tested = search.count;
	for (size_t i = 0; i < search.count; i++) {
		struct report_firmware row = search.rows[i];

		/* The best of so many tests: Bonferroni's bound. */
		if (row.cluster)
			row.cluster_q = fmin(1, row.cluster_q * (double)asked *
							(double)search.count);
		if ((row.change.tested && row.change.q < rate_q_max &&
		     row.change.factor > 1) ||
		    row.cluster_q < REPORT_KEEPS_Q)
			search.rows[kept++] = row;
	}
	if (kept > 1)
		qsort(search.rows, kept, sizeof(*search.rows), most_striking);
	report->firmware = search.rows;
	report->firmware_count = kept;
	return STATUS_OK;
}
