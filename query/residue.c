#include "query/residue.h"

#include <stdlib.h>
#include <string.h>

#include "query/cohort.h"
#include "query/group.h"
#include "signatures/base/bits.h"
#include "signatures/base/must.h"
#include "signatures/base/text.h"
#include "signatures/meaning.h"

enum status residue_is_asked(struct query *query, const struct plan *plan,
			     bool *ret, struct error *err)
{
	uint64_t hung = 0;
	struct group group;

	if (group_make(query->store, field_find("bugcheck"), plan, 1, 0,
		       &query->arena, &group, err))
		return err->status;
	for (size_t i = 0; i < group.count; i++) {
		const struct crash_bugcheck bugcheck = {
			.code = CRASH_NUMBER(group.rows[i].value.number)
		};

		if (meaning_is_hang(&bugcheck))
			hung += group.rows[i].crashes;
	}
	*ret = 2 * hung > plan->matched;
	return STATUS_OK;
}

static uint64_t shared(const uint64_t *a, const uint64_t *b, size_t words)
{
	uint64_t count = 0;

	for (size_t i = 0; i < words; i++)
		count += bits_ones(a[i] & b[i]);
	return count;
}

/* Units with the module loaded, and those of them with its residue. */
static enum status measure(struct query *query, struct cohort *cohort,
			   const uint64_t *within, const char *module,
			   uint64_t *have, uint64_t *of, struct error *err)
{
	const size_t words = contrast_words(cohort->table.units);
	uint64_t *left = calloc(words + 1, sizeof(*left));
	uint64_t *loaded = calloc(words + 1, sizeof(*loaded));
	enum status status;

	if (!left || !loaded)
		must_end();
	status = cohort_have(query, cohort, "residue", module, left, err);
	if (!status)
		status = cohort_have(query, cohort, "driver", module, loaded,
				     err);
	for (size_t i = 0; i < words; i++) {
		loaded[i] = (loaded[i] | left[i]) & within[i];
		left[i] &= within[i];
	}
	*have = shared(left, left, words);
	*of = shared(loaded, loaded, words);
	free(left);
	free(loaded);
	return status;
}

static int by_p(const void *left, const void *right)
{
	const struct residue_finding *a = left;
	const struct residue_finding *b = right;

	if (a->p != b->p)
		return a->p < b->p ? -1 : 1;
	return strcmp(a->module, b->module);
}

static bool is_found(const struct residue_finding *finding)
{
	const struct table22 t = finding->counts;

	return finding->p <= CONTRAST_ALPHA && t.k1 >= CONTRAST_LEAST &&
	       (double)t.k1 / (double)t.n1 - (double)t.k2 / (double)t.n2 >=
		       CONTRAST_DIFFERENCE;
}

static enum status try_modules(struct query *query, struct cohort *hung,
			       struct cohort *rest, const struct group *modules,
			       struct residue_finding *ret, size_t *count,
			       struct error *err)
{
	const size_t words = contrast_words(rest->table.units);
	uint64_t *everybody = malloc((words + 1) * sizeof(*everybody));
	enum status status = STATUS_OK;

	if (!everybody)
		must_end();
	memset(everybody, 0xff, words * sizeof(*everybody));
	for (size_t i = 0; i < modules->count && !status; i++) {
		struct residue_finding at = {
			.module = modules->rows[i].value.text
		};
		struct table22 *t = &at.counts;

		status = measure(query, hung, hung->group_bits, at.module,
				 &t->k1, &t->n1, err);
		if (!status)
			status = measure(query, rest, everybody, at.module,
					 &t->k2, &t->n2, err);
		at.p = (double)modules->count * statistics_share_higher(*t);
		if (!status && is_found(&at))
			ret[(*count)++] = at;
	}
	free(everybody);
	return status;
}

enum status residue_find(struct query *query, const struct plan *group,
			 const struct plan *all, struct residue_finding **ret,
			 size_t *count, struct error *err)
{
	struct plan others = plan_none(query->store);
	struct plan nobody = plan_none(query->store);
	struct cohort_fleet hung_fleet, rest_fleet;
	struct cohort hung, rest;
	struct group modules;
	enum status status;

	plan_join(&others, all);
	plan_leave_out(&others, group);
	cohort_fleet_make(query, group, &hung_fleet);
	cohort_fleet_make(query, &others, &rest_fleet);
	cohort_draw(&hung_fleet, group, &hung);
	cohort_draw(&rest_fleet, &nobody, &rest);
	cohort_fleet_deinit(&hung_fleet);
	cohort_fleet_deinit(&rest_fleet);
	status = group_make(query->store, field_find("residue"), group, 1, 0,
			    &query->arena, &modules, err);
	*count = 0;
	if (!status) {
		*ret = arena_take(&query->arena, modules.count + 1,
				  sizeof(**ret));
		status = try_modules(query, &hung, &rest, &modules, *ret, count,
				     err);
	}
	if (!status && *count > 1)
		qsort(*ret, *count, sizeof(**ret), by_p);
	cohort_deinit(&hung);
	cohort_deinit(&rest);
	plan_deinit(&others);
	plan_deinit(&nobody);
	return status;
}
