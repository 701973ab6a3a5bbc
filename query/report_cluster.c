#include "query/report_cluster.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "query/cohort.h"
#include "query/greatest.h"
#include "query/newest.h"
#include "query/report_words.h"
#include "signatures/base/must.h"
#include "signatures/base/text.h"
#include "signatures/identity.h"

enum {
	SAME_SHOWN = 3,
};

/* "driver netfast.sys, build 668d3a400003d000", "biosversion F7b" */
static const char *name_of(struct report *report, const struct cohort *cohort,
			   size_t at)
{
	const struct contrast_attribute *attribute =
		&cohort->table.attributes[at];
	const char *build = strrchr(attribute->value, '@');

	if (strcmp(attribute->field, "driverbuild") == 0 && build)
		return text_printf(report->arena, "driver %.*s, build %s",
				   (int)(build - attribute->value),
				   attribute->value, build + 1);
	return text_printf(report->arena, "%s %s", attribute->field,
			   attribute->value);
}

static const char *names_of(struct report *report, const struct cohort *cohort,
			    const struct contrast_finding *finding)
{
	const char *name = name_of(report, cohort, finding->attribute);

	return finding->other == CONTRAST_NONE
		       ? name
		       : text_printf(report->arena, "%s and %s", name,
				     name_of(report, cohort, finding->other));
}

static const char *same_of(struct report *report, const struct cohort *cohort,
			   const struct contrast_finding *finding)
{
	const char *text = NULL;

	for (size_t i = 1; i < finding->same && i <= SAME_SHOWN; i++)
		text = text_printf(
			report->arena, "%s%s%s", text ? text : "",
			text ? "; " : "",
			name_of(report, cohort, finding->attribute + i));
	if (finding->same > SAME_SHOWN + 1)
		text = text_printf(report->arena, "%s; %zu more", text,
				   finding->same - SAME_SHOWN - 1);
	return text;
}

static void take_trait(struct report *report, const struct cohort *cohort,
		       const struct contrast_finding *findings, size_t i,
		       struct report_card *card)
{
	const struct contrast_finding *finding = &findings[i];
	const struct contrast_attribute *attribute =
		&cohort->table.attributes[finding->attribute];

	/* What is to blame lies on the stack: that is no news. */
	if (strcmp(attribute->field, "residue") == 0 &&
	    card->face.called.facts.fault &&
	    strcmp(attribute->value, card->face.called.facts.fault) == 0)
		return;
	if (card->trait_all++ >= REPORT_UNUSUAL)
		return;
	card->traits[card->trait_count++] = (struct report_trait){
		.what = names_of(report, cohort, finding),
		.table = finding->counts,
		.p = finding->p,
		.with = finding->explained == CONTRAST_NONE
				? NULL
				: names_of(report, cohort,
					   &findings[finding->explained]),
		.same = same_of(report, cohort, finding),
	};
}

/* What explains itself first, then what goes with it. */
static enum status find_traits(struct report *report,
			       const struct cohort_fleet *fleet,
			       const struct clump *clump,
			       struct report_card *card, struct error *err)
{
	struct plan rows = plan_none(report->store);
	struct contrast_finding *findings;
	struct cohort cohort;
	enum status status;

	for (uint64_t i = 0; i < clump->crashes; i++)
		plan_add(&rows, clump->rows[i]);
	rows.matched = clump->crashes;
	status = cohort_make(report->query, fleet, &rows, NULL, &cohort, err);
	plan_deinit(&rows);
	if (status)
		return status;

	const size_t count =
		contrast_find(&cohort.table, report->arena, &findings);

	for (size_t i = 0; i < count; i++) {
		if (findings[i].explained == CONTRAST_NONE)
			take_trait(report, &cohort, findings, i, card);
	}
	for (size_t i = 0; i < count; i++) {
		if (findings[i].explained != CONTRAST_NONE)
			take_trait(report, &cohort, findings, i, card);
	}
	cohort_deinit(&cohort);
	return STATUS_OK;
}

static enum status make_card(struct report *report,
			     const struct cohort_fleet *fleet,
			     const struct report_subject *subject,
			     struct report_card *card, struct error *err)
{
	const struct clump *clump = report_words_clump(report, subject->term);
	char id[IDENTITY_TEXT_BYTES];

	assert(clump);
	card->subject = subject;
	if (clump_look(&report->clumps, clump, report->arena, &card->face,
		       err) ||
	    dispute_find(&report->clumps, clump, report->arena, &card->dispute,
			 err) ||
	    find_traits(report, fleet, clump, card, err))
		return err->status;
	identity_text(card->face.crash.identity, id);
	card->id = text_copy(report->arena, id);
	return STATUS_OK;
}

static int largest_now(const void *left, const void *right)
{
	const struct report_subject *a = *(struct report_subject *const *)left;
	const struct report_subject *b = *(struct report_subject *const *)right;

	if (a->window_crashes[0] != b->window_crashes[0])
		return a->window_crashes[0] > b->window_crashes[0] ? -1 : 1;
	if (a->crashes != b->crashes)
		return a->crashes > b->crashes ? -1 : 1;
	return (a->order > b->order) - (a->order < b->order);
}

static enum status make_cards(struct report *report,
			      const struct cohort_fleet *fleet,
			      const struct report_crashes *crashes,
			      struct report_subject **sorted, struct error *err)
{
	struct report_subjects *clusters = &report->by[REPORT_CLUSTER];
	for (size_t i = 0; i < clusters->count; i++)
		sorted[i] = &clusters->at[i];
	if (clusters->count > 1)
		qsort(sorted, clusters->count, sizeof(*sorted), largest_now);
	for (size_t i = 0; i < clusters->count && i < REPORT_CARDS; i++) {
		/* An empty window is told by the clusters of all time. */
		if (report->windows[0] && !sorted[i]->window_crashes[0])
			break;
		if (report_words_name(report, crashes, sorted[i], err) ||
		    make_card(report, fleet, sorted[i], &report->cards[i], err))
			return err->status;
		report->card_count = i + 1;
	}
	return STATUS_OK;
}

/* As many of the window as are shown, and those that tie with the last. */
static struct newest *collect_latest(const struct report_crashes *crashes,
				     uint64_t since, size_t *ret)
{
	struct newest *latest = NULL;
	size_t count = 0, room = 0;

	for (size_t i = 0; i < crashes->count; i++) {
		if (crashes->windows[i] != 0 || crashes->times[i] < since)
			continue;
		if (count == room) {
			room = room * 2 + 64;
			latest = must(realloc(latest, room * sizeof(*latest)));
		}
		latest[count++] = (struct newest){ .when = crashes->times[i],
						   .row = crashes->rows[i] };
	}
	*ret = count;
	return latest;
}

static enum status find_window_rows(struct report *report,
				    const struct report_crashes *crashes,
				    struct error *err)
{
	struct greatest times;
	struct newest *latest;
	size_t count;

	greatest_init(&times, REPORT_LATEST);
	for (size_t i = 0; i < crashes->count; i++)
		if (crashes->windows[i] == 0)
			greatest_add(&times, crashes->times[i]);
	latest = collect_latest(crashes, greatest_least(&times), &count);
	greatest_deinit(&times);

	const enum status status =
		newest_order(report->store, latest, count, err);

	if (count > REPORT_LATEST)
		count = REPORT_LATEST;
	report->latest =
		arena_take(report->arena, count + 1, sizeof(*report->latest));
	for (size_t i = 0; i < count; i++)
		report->latest[i] = latest[i].row;
	report->latest_count = count;
	free(latest);
	return status;
}

/* What those that have no name yet are going to be named after. */
static enum status expect_clusters(struct report *report, struct error *err)
{
	const struct report_subjects *by = &report->by[REPORT_CLUSTER];
	uint32_t rows[REPORT_TABLE] = { 0 };
	size_t count = 0;

	if (!store_crash_is_elsewhere(report->store))
		return STATUS_OK;
	for (size_t i = 0; i < by->count && i < REPORT_TABLE; i++) {
		const struct clump *clump =
			report_words_clump(report, by->at[i].term);

		if (by->at[i].title || !clump)
			continue;
		if (clump_look_row(&report->clumps, clump, &rows[count++], err))
			return err->status;
	}
	store_crash_expect(report->store, rows, count);
	return STATUS_OK;
}

static enum status name_clusters(struct report *report,
				 const struct report_crashes *crashes,
				 struct error *err)
{
	const struct report_subjects *by = &report->by[REPORT_CLUSTER];

	if (expect_clusters(report, err))
		return err->status;
	for (size_t i = 0; i < by->count && i < REPORT_TABLE; i++) {
		if (report_words_name(report, crashes, &by->at[i], err))
			return err->status;
	}
	return STATUS_OK;
}

enum status report_cluster(struct report *report, const struct plan *plan,
			   const struct report_crashes *crashes,
			   struct error *err)
{
	struct report_subject **sorted =
		calloc(report->by[REPORT_CLUSTER].count + 1, sizeof(*sorted));
	struct cohort_fleet fleet;
	enum status status;

	if (!sorted)
		must_end();
	cohort_fleet_make(report->query, plan, &fleet);
	status = make_cards(report, &fleet, crashes, sorted, err);
	cohort_fleet_deinit(&fleet);
	free(sorted);
	if (status || find_window_rows(report, crashes, err))
		return err->status;
	return name_clusters(report, crashes, err);
}
