#include "query/report_json.h"

#include <math.h>

#include "query/calendar.h"
#include "query/cell.h"
#include "query/report_words.h"
#include "signatures/base/text.h"

static struct json *count(uint64_t n)
{
	return json_new_integer((int64_t)n);
}

static struct json *time_of(uint64_t ticks)
{
	char time[TEXT_TIME_BYTES];

	return ticks ? json_new_text(text_time(ticks, time)) : json_new_null();
}

/* Six decimals, as everywhere; what has no end is null. */
static struct json *real(double x)
{
	return isfinite(x) ? json_new_real(round(x * 1e6) / 1e6)
			   : json_new_null();
}

static struct json *change_json(const struct report_change *change)
{
	struct json *json = json_new_object();

	if (!change->tested) {
		json_destroy(json);
		return json_new_null();
	}
	json_set(json, "factor", real(change->factor));
	json_set(json, "low", real(change->low));
	json_set(json, "high", real(change->high));
	json_set(json, "q", real(change->q));
	return json;
}

static struct json *table_json_of(struct table22 table)
{
	struct json *json = json_new_object();

	json_set(json, "have", count(table.k1));
	json_set(json, "of", count(table.n1));
	json_set(json, "others_have", count(table.k2));
	json_set(json, "others", count(table.n2));
	return json;
}

static struct json *known_json(const struct report_subject *subject)
{
	struct json *json = json_new_object();

	if (!subject->known) {
		json_destroy(json);
		return json_new_null();
	}
	json_set(json, "title", json_new_text(subject->known->title));
	json_set(json, "ticket", json_new_text(subject->known->ticket));
	json_set(json, "regressed", json_new_bool(subject->regressed));
	return json;
}

static struct json *subject_json(const struct report *report,
				 const struct report_subject *subject)
{
	struct json *json = json_new_object();
	struct json *windows = json_new_array();

	json_set(json, "what", json_new_text(report_words_kind(subject->kind)));
	json_set(json, "key", json_new_text(subject->key));
	json_set(json, "title", json_new_text(subject->title));
	json_set(json, "crashes", count(subject->crashes));
	json_set(json, "machines", count(subject->machines));
	json_set(json, "machine",
		 subject->machine ? json_new_text(subject->machine)
				  : json_new_null());
	json_set(json, "in_doubt", count(subject->doubted));
	json_set(json, "first", time_of(subject->first));
	json_set(json, "last", time_of(subject->last));
	for (size_t i = 0; i < report->window_count; i++)
		json_append(windows, count(subject->window_crashes[i]));
	json_set(json, "windows", windows);
	json_set(json, "new", json_new_bool(subject->is_new));
	json_set(json, "change", change_json(&subject->change));
	json_set(json, "known", known_json(subject));
	return json;
}

static struct json *list_json(const struct report *report,
			      const struct report_subject *const *list,
			      size_t n)
{
	struct json *json = json_new_array();

	for (size_t i = 0; i < n; i++)
		json_append(json, subject_json(report, list[i]));
	return json;
}

static struct json *question_json(const struct report *report)
{
	struct json *json = json_new_object();
	struct json *gaps = json_new_array();

	json_set(json, "from", time_of(report_words_from(report)));
	json_set(json, "to", time_of(report->now));
	json_set(json, "windows", count(report->window_count));
	json_set(json, "where", json_new_text(report->where));
	for (size_t i = 0; i < report->gap_count; i++)
		json_append(gaps, json_new_text(calendar_text(
					  report->arena, report->gaps[i])));
	json_set(json, "gaps", gaps);
	return json;
}

static struct json *totals_json(const struct report *report)
{
	struct json *json = json_new_object();
	struct json *windows = json_new_array();
	struct json *machines = json_new_array();

	json_set(json, "crashes", count(report->crashes));
	json_set(json, "in_window", count(report->windows[0]));
	json_set(json, "before", count(report->before));
	json_set(json, "after", count(report->after));
	json_set(json, "time_unknown", count(report->untimed));
	json_set(json, "machines", count(report->machines));
	json_set(json, "live_dumps", count(report->live));
	json_set(json, "tool_made", count(report->tool_made));
	json_set(json, "came_in", count(report->came_in));
	for (size_t i = 0; i < report->window_count; i++) {
		json_append(windows, count(report->windows[i]));
		json_append(machines, count(report->window_machines[i]));
	}
	json_set(json, "windows", windows);
	json_set(json, "window_machines", machines);
	json_set(json, "change", change_json(&report->change));
	return json;
}

static struct json *bugchecks_json(const struct report *report)
{
	const struct report_subjects *by = &report->by[REPORT_BUGCHECK];
	struct json *json = json_new_object();
	struct json *rows = json_new_array();
	uint64_t cut = 0;
	size_t shown = 0;

	for (; shown < by->count && by->at[shown].crashes >= report->min;
	     shown++)
		json_append(rows, subject_json(report, &by->at[shown]));
	for (size_t i = shown; i < by->count; i++)
		cut += by->at[i].crashes;
	json_set(json, "rows", rows);
	json_set(json, "under_min", count(by->count - shown));
	json_set(json, "under_min_crashes", count(cut));
	json_set(json, "without", count(by->without));
	return json;
}

static struct json *card_json(const struct report *report,
			      const struct report_card *card)
{
	struct json *json = subject_json(report, card->subject);
	struct json *traits = json_new_array();
	struct json *frames = json_new_array();
	const struct crash_stack *stack = &card->face.crash.crash.stack;

	for (size_t i = 0; i < card->trait_count; i++) {
		const struct report_trait *trait = &card->traits[i];
		struct json *row = table_json_of(trait->table);

		json_set(row, "what", json_new_text(trait->what));
		json_set(row, "p", real(trait->p));
		json_set(row, "goes_with", json_new_text(trait->with));
		json_set(row, "same", json_new_text(trait->same));
		json_append(traits, row);
	}
	for (size_t i = 0; i < stack->count; i++) {
		struct json *frame = json_new_object();

		json_set(frame, "frame",
			 json_new_text(report_words_frame(report->arena,
							  &stack->frames[i])));
		json_set(frame, "how",
			 json_new_text(crash_how_name(stack->frames[i].how)));
		json_append(frames, frame);
	}
	json_set(json, "crash", json_new_text(card->id));
	json_set(json, "code_disputes", count(card->dispute.pairs));
	json_set(json, "unusual", traits);
	json_set(json, "stack", frames);
	return json;
}

static struct json *machines_json(const struct report *report)
{
	struct json *json = json_new_array();

	for (size_t i = 0; i < report->odd_count; i++) {
		const struct report_machine *machine = &report->odd[i];
		struct json *row = json_new_object();

		json_set(row, "machine", json_new_text(machine->id));
		json_set(row, "crashes", count(machine->crashes));
		json_set(row, "in_window", count(machine->window_crashes));
		json_set(row, "reasons", json_new_text(machine->reasons));
		json_set(row, "q", real(machine->q));
		json_append(json, row);
	}
	return json;
}

static struct json *firmware_json(const struct report *report)
{
	struct json *json = json_new_array();

	for (size_t i = 0; i < report->firmware_count; i++) {
		const struct report_firmware *firmware = &report->firmware[i];
		struct json *row = json_new_object();

		json_set(row, "field", json_new_text(firmware->field));
		json_set(row, "value", json_new_text(firmware->value));
		json_set(row, "crashes", count(firmware->crashes));
		json_set(row, "machines", count(firmware->machines));
		json_set(row, "crashes_a_machine",
			 change_json(&firmware->change));
		if (firmware->cluster) {
			struct json *cluster = table_json_of(firmware->table);

			json_set(cluster, "cluster",
				 json_new_text(firmware->cluster->key));
			json_set(cluster, "p", real(firmware->cluster_q));
			json_set(row, "most_in", cluster);
		} else {
			json_set(row, "most_in", json_new_null());
		}
		json_append(json, row);
	}
	return json;
}

static struct json *ranks_json(const struct report *report)
{
	struct json *json = json_new_object();
	struct json *rows = json_new_array();

	for (size_t i = 0; i < report->rank_count; i++) {
		const struct report_rank *rank = &report->ranks[i];
		struct json *row = json_new_object();

		json_set(row, "key",
			 json_new_text(
				 text_printf(report->arena, "%X", rank->code)));
		json_set(row, "name", json_new_text(rank->name));
		json_set(row, "crashes", count(rank->crashes));
		json_set(row, "rank",
			 rank->rank ? count(rank->rank) : json_new_null());
		json_set(row, "rank_2008",
			 rank->rank_2008 ? count(rank->rank_2008)
					 : json_new_null());
		json_append(rows, row);
	}
	json_set(json, "rows", rows);
	json_set(json, "shared", count(report->rank_shared));
	json_set(json, "correlation",
		 report->rank_shared > 2 ? real(report->rank_correlation)
					 : json_new_null());
	return json;
}

static struct json *tally_json(const struct report *report)
{
	const struct store_tally *tally = &report->tally;
	struct json *json = json_new_object();
	struct json *refused = json_new_object();

	for (size_t i = 0; i < STATUS_COUNT; i++) {
		if (tally->refused[i])
			json_set(refused, error_name((enum status)i),
				 count(tally->refused[i]));
	}
	json_set(json, "indexed", count(tally->indexed));
	json_set(json, "duplicate", count(tally->duplicate));
	json_set(json, "same_crash", count(tally->same_crash));
	json_set(json, "refused", refused);
	return json;
}

void report_json(const struct report *report, FILE *out)
{
	struct json *json = json_new_object();
	struct json *clusters = json_new_array();

	json_set(json, "format", json_new_integer(1));
	json_set(json, "question", question_json(report));
	json_set(json, "totals", totals_json(report));
	json_set(json, "regressions",
		 list_json(report, report->regressed, report->regressed_count));
	json_set(json, "new",
		 list_json(report, report->fresh, report->fresh_count));
	json_set(json, "new_all", count(report->fresh_all));
	json_set(json, "rising",
		 list_json(report, report->rising, report->rising_count));
	json_set(json, "rising_all", count(report->rising_all));
	json_set(json, "rising_tested", count(report->rising_tested));
	json_set(json, "bugchecks", bugchecks_json(report));
	for (size_t i = 0; i < report->card_count; i++)
		json_append(clusters, card_json(report, &report->cards[i]));
	json_set(json, "clusters", clusters);
	json_set(json, "machines", machines_json(report));
	json_set(json, "firmware", firmware_json(report));
	json_set(json, "ranks_2008", ranks_json(report));
	json_set(json, "coverage", tally_json(report));
	json_print(json, out);
	fputc('\n', out);
	json_destroy(json);
}
