#include "query/report_cluster.h"

#include <stdlib.h>
#include <string.h>

#include "query/group.h"
#include "query/report_gather.h"
#include "query/report_words.h"
#include "query/value.h"
#include "signatures/base/text.h"
#include "signatures/identity.h"
#include "signatures/knowledge/osmodule.h"

enum {
	LOOKED_AT = 12, /* crashes of a cluster, the latest */
	TRAITS_MAX = 4096,
};

static const double q_max = 0.01;

/* What machines may have in common; the rarest ways to say it last. */
static const char *const trait_fields[] = {
	"hypervisor", "biosversion", "product", "manufacturer",
	"cpu",	      "cpus",	     "build",	"driverbuild",
};

enum {
	FIELDS = sizeof(trait_fields) / sizeof(trait_fields[0])
};

/* Every value of every field among all crashes asked about. */
struct background {
	struct group groups[FIELDS];
	uint64_t machines, crashes;
	bool of_machines;
};

static enum status read_background(struct report *report,
				   const struct plan *plan,
				   struct background *ret, struct error *err)
{
	*ret = (struct background){
		.machines = report->machines,
		.crashes = report->crashes,
		.of_machines = report->placed * 2 >= report->crashes,
	};
	for (size_t i = 0; i < FIELDS; i++) {
		if (group_make(report->store, field_find(trait_fields[i]), plan,
			       1, report->arena, &ret->groups[i], err))
			return err->status;
	}
	return STATUS_OK;
}

/* How believable a stack is: verified frames, and a known end. */
static size_t stack_worth(const struct crash *crash)
{
	size_t worth = 0;

	for (size_t i = 0; i < crash->stack.count; i++)
		worth += crash->stack.frames[i].how != CRASH_HOW_SCAN &&
			 crash->stack.frames[i].module;
	if (worth > 32)
		worth = 32;
	if (crash->stack.end == CRASH_STACK_COMPLETE)
		worth += 8;
	return worth * 2 + crash->machine.id.known;
}

static int latest_first(const void *left, const void *right)
{
	const uint64_t *a = left;
	const uint64_t *b = right;

	if (a[0] != b[0])
		return a[0] > b[0] ? -1 : 1;
	return (a[1] > b[1]) - (a[1] < b[1]);
}

/* The latest of the cluster, by time, as pairs of time and row. */
static size_t find_latest(const struct report_crashes *crashes,
			  const struct report_subject *subject,
			  uint64_t (*ret)[2], struct plan *rows)
{
	size_t count = 0;

	for (size_t i = 0; i < crashes->count; i++) {
		if (crashes->terms[REPORT_CLUSTER][i] != subject->term)
			continue;
		plan_add(rows, crashes->rows[i]);
		ret[count][0] = crashes->times[i];
		ret[count++][1] = crashes->rows[i];
	}
	rows->matched = count;
	if (count > 1)
		qsort(ret, count, sizeof(*ret), latest_first);
	return count;
}

static enum status choose_crash(struct report *report, uint64_t (*latest)[2],
				size_t count, struct report_card *card,
				struct error *err)
{
	char id[IDENTITY_TEXT_BYTES];
	size_t best = 0;

	for (size_t i = 0; i < count && i < LOOKED_AT; i++) {
		struct store_crash crash;

		if (store_crash_read(report->store, (uint32_t)latest[i][1],
				     report->arena, &crash, err))
			return err->status;
		if (i == 0 || stack_worth(&crash.crash) > best) {
			best = stack_worth(&crash.crash);
			card->crash = crash;
		}
	}
	identity_text(card->crash.identity, id);
	card->id = text_copy(report->arena, id);
	return STATUS_OK;
}

static const struct group_row *find_value(const struct group *group,
					  struct field_value value)
{
	for (size_t i = 0; i < group->count; i++) {
		const struct field_value other = group->rows[i].value;

		if (value.text && other.text
			    ? !strcmp(value.text, other.text)
			    : !value.text && !other.text &&
				      value.number == other.number)
			return &group->rows[i];
	}
	return NULL;
}

/* Loaded everywhere it matters: a module of Windows is no trait. */
static bool is_trait(const char *field, struct field_value value)
{
	char name[64];

	if (strcmp(field, "driverbuild") != 0 || !value.text)
		return true;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(value.text, "@"),
		 value.text);
	return osmodule_tier(name) == OSMODULE_ABSENT;
}

struct traits {
	struct report_trait *at;
	double *p;
	size_t count;
};

/* Shares of the group above those of the others, with their p. */
static void add_traits(struct report *report, const struct background *back,
		       size_t f, const struct group *group, uint64_t n1,
		       struct traits *traits)
{
	const uint64_t n = back->of_machines ? back->machines : back->crashes;

	for (size_t i = 0; i < group->count && traits->count < TRAITS_MAX;
	     i++) {
		const struct group_row *row = &group->rows[i];
		const struct group_row *all =
			find_value(&back->groups[f], row->value);

		if (!all || !is_trait(trait_fields[f], row->value))
			continue;

		const uint64_t k =
			back->of_machines ? all->machines : all->crashes;
		const uint64_t k1 =
			back->of_machines ? row->machines : row->crashes;
		const struct table22 table = { k1, n1, k - k1, n - n1 };

		traits->at[traits->count] = (struct report_trait){
			.field = trait_fields[f],
			.value = group_text(report->arena,
					    field_find(trait_fields[f]),
					    row->value),
			.table = table,
			.of_machines = back->of_machines,
		};
		traits->p[traits->count++] = statistics_share_higher(table);
	}
}

static int most_unusual(const void *left, const void *right)
{
	const struct report_trait *a = left;
	const struct report_trait *b = right;
	const double x = statistics_phi(a->table);
	const double y = statistics_phi(b->table);

	if (x != y)
		return x > y ? -1 : 1;
	if (strcmp(a->field, b->field) != 0)
		return strcmp(a->field, b->field);
	return strcmp(a->value, b->value);
}

static void choose_traits(struct traits *traits, struct report_card *card)
{
	size_t kept = 0;

	statistics_false_discovery(traits->p, traits->count, traits->p);
	for (size_t i = 0; i < traits->count; i++) {
		traits->at[i].q = traits->p[i];
		if (traits->p[i] < q_max)
			traits->at[kept++] = traits->at[i];
	}
	if (kept > 1)
		qsort(traits->at, kept, sizeof(*traits->at), most_unusual);
	for (size_t i = 0; i < kept && i < REPORT_UNUSUAL; i++)
		card->traits[card->trait_count++] = traits->at[i];
}

static enum status find_traits(struct report *report,
			       const struct background *back,
			       const struct plan *rows,
			       struct report_card *card, struct error *err)
{
	struct traits traits = { NULL, NULL, 0 };
	const uint64_t n1 = back->of_machines ? card->subject->machines
					      : card->subject->crashes;
	const uint64_t n = back->of_machines ? back->machines : back->crashes;

	if (n1 < 2 || n1 >= n)
		return STATUS_OK;
	traits.at = arena_take(report->arena, TRAITS_MAX, sizeof(*traits.at));
	traits.p = arena_take(report->arena, TRAITS_MAX, sizeof(*traits.p));
	for (size_t i = 0; i < FIELDS; i++) {
		struct group group;

		if (group_make(report->store, field_find(trait_fields[i]), rows,
			       2, report->arena, &group, err))
			return err->status;
		add_traits(report, back, i, &group, n1, &traits);
	}
	choose_traits(&traits, card);
	return STATUS_OK;
}

static enum status make_card(struct report *report,
			     const struct report_crashes *crashes,
			     const struct background *back,
			     struct report_subject *subject,
			     struct report_card *card, struct error *err)
{
	struct plan rows = plan_none(report->store);
	uint64_t(*latest)[2] = calloc(crashes->count + 1, sizeof(*latest));
	enum status status;

	if (!latest)
		abort();
	card->subject = subject;

	const size_t count = find_latest(crashes, subject, latest, &rows);

	status = choose_crash(report, latest, count, card, err);
	if (!status)
		status = find_traits(report, back, &rows, card, err);
	if (!status)
		subject->title =
			report_words_title(report->arena, &card->crash.crash);
	free(latest);
	plan_deinit(&rows);
	return status;
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

static enum status make_cards(struct report *report, const struct plan *plan,
			      const struct report_crashes *crashes,
			      struct report_subject **sorted, struct error *err)
{
	struct report_subjects *clusters = &report->by[REPORT_CLUSTER];
	struct background back;

	for (size_t i = 0; i < clusters->count; i++)
		sorted[i] = &clusters->at[i];
	if (clusters->count > 1)
		qsort(sorted, clusters->count, sizeof(*sorted), largest_now);
	if (clusters->count && read_background(report, plan, &back, err))
		return err->status;
	for (size_t i = 0; i < clusters->count && i < REPORT_CARDS; i++) {
		/* An empty window is told by the clusters of all time. */
		if (report->windows[0] && !sorted[i]->window_crashes[0])
			break;
		if (report_words_name(report, crashes, sorted[i], err) ||
		    make_card(report, crashes, &back, sorted[i],
			      &report->cards[i], err))
			return err->status;
		report->card_count = i + 1;
	}
	return STATUS_OK;
}

static void find_window_rows(struct report *report,
			     const struct report_crashes *crashes)
{
	const size_t room = (size_t)report->windows[0];
	uint64_t(*latest)[2] = calloc(room + 1, sizeof(*latest));
	size_t count = 0;

	if (!latest)
		abort();
	for (size_t i = 0; i < crashes->count && count < room; i++) {
		if (report_gather_window(report, crashes->times[i]) != 0)
			continue;
		latest[count][0] = crashes->times[i];
		latest[count++][1] = crashes->rows[i];
	}
	if (count > 1)
		qsort(latest, count, sizeof(*latest), latest_first);
	if (count > REPORT_LATEST)
		count = REPORT_LATEST;
	report->latest =
		arena_take(report->arena, count + 1, sizeof(*report->latest));
	for (size_t i = 0; i < count; i++)
		report->latest[i] = (uint32_t)latest[i][1];
	report->latest_count = count;
	free(latest);
}

static enum status name_clusters(struct report *report,
				 const struct report_crashes *crashes,
				 struct error *err)
{
	const struct report_subjects *by = &report->by[REPORT_CLUSTER];

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

	if (!sorted)
		abort();

	const enum status status =
		make_cards(report, plan, crashes, sorted, err);

	free(sorted);
	find_window_rows(report, crashes);
	return status ? status : name_clusters(report, crashes, err);
}
