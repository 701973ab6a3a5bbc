#include "query/report_summary.h"

#include <inttypes.h>
#include <math.h>

#include "query/calendar.h"
#include "query/plural.h"
#include "query/report_words.h"
#include "signatures/base/text.h"

enum {
	GAPS_NAMED = 7
};

/* Which days of the windows nobody knows anything of. */
static const char *gaps_line(const struct report *report)
{
	struct arena *arena = report->arena;
	const char *days = "";

	for (size_t i = 0; i < report->gap_count && i < GAPS_NAMED; i++)
		days = text_printf(arena, "%s%s%s", days, i ? ", " : "",
				   calendar_text(arena, report->gaps[i]));
	if (!report->gap_count)
		return "";
	return text_printf(arena,
			   " No dump came in for %zu day%s (%s%s): rates leave "
			   "them out.",
			   report->gap_count, plural(report->gap_count), days,
			   report->gap_count > GAPS_NAMED ? ", ..." : "");
}

const char *report_summary_question(const struct report *report)
{
	struct arena *arena = report->arena;
	const size_t before = report->window_count - 1;
	const char *length = report_words_length(arena, report->length);
	const char *window =
		text_printf(arena, "The last %s: %s to %s UTC", length,
			    report_words_time(arena, report_words_from(report)),
			    report_words_time(arena, report->now));

	if (before == 0)
		return text_printf(arena,
				   "%s. The crashes reach back no further: "
				   "there is nothing to compare with.",
				   window);
	return text_printf(
		arena, "%s, compared with the %zu window%s of %s before.%s",
		window, before, plural(before), length, gaps_line(report));
}

const char *report_summary_totals(const struct report *report)
{
	struct arena *arena = report->arena;
	const char *line = text_printf(
		arena,
		"%" PRIu64 " crash%s: %" PRIu64 " in the window, %" PRIu64
		" before it, %" PRIu64 " at an unknown time.",
		report->crashes, plural_es(report->crashes), report->windows[0],
		report->before, report->untimed);

	if (report->live || report->tool_made)
		line = text_printf(
			arena,
			"%s Not counted: %" PRIu64 " live dump%s, %" PRIu64
			" tool-made image%s.",
			line, report->live, plural(report->live),
			report->tool_made, plural(report->tool_made));
	return line;
}

const char *report_summary_coverage(const struct report *report)
{
	const struct store_tally *tally = &report->tally;
	uint64_t refused = 0;
	const char *reasons = "";

	for (size_t i = 0; error_reason(i); i++) {
		const enum status reason = error_reason(i);

		if (!tally->refused[reason])
			continue;
		reasons = text_printf(report->arena, "%s%s%s %" PRIu64, reasons,
				      refused ? ", " : " (", error_name(reason),
				      tally->refused[reason]);
		refused += tally->refused[reason];
	}
	return text_printf(report->arena,
			   "Over the life of the store: %" PRIu64
			   " indexed, %" PRIu64 " duplicate, %" PRIu64
			   " same crash, %" PRIu64 " refused%s%s.",
			   tally->indexed, tally->duplicate, tally->same_crash,
			   refused, reasons, refused ? ")" : "");
}

static const char *crashes_line(const struct report *report)
{
	struct arena *arena = report->arena;
	uint64_t before = 0;
	uint64_t doubted = 0;
	const double windows = report->exposure_before;
	const char *line;

	for (size_t i = 1; i < report->window_count; i++)
		before += report->windows[i];
	line = text_printf(
		arena, "%" PRIu64 " crash%s%s", report->windows[0],
		plural_es(report->windows[0]),
		report_words_machines(arena, report->window_machines[0]));
	for (size_t i = 0; i < report->odd_count; i++)
		doubted += report->odd[i].window_crashes;
	if (doubted)
		line = text_printf(arena,
				   "%s (%" PRIu64 " on machines in doubt)",
				   line, doubted);
	if (windows <= 0)
		return text_printf(arena, "%s.", line);
	line = text_printf(arena, "%s; %.1f crashes a window before", line,
			   (double)before / windows);
	if (!report->change.tested)
		return text_printf(arena, "%s.", line);
	if (isinf(report->change.factor))
		return text_printf(arena, "%s.", line);
	return text_printf(arena, "%s. %s: %s as many.", line,
			   report->machines ? "Machines that crash" : "Crashes",
			   report_words_change(arena, &report->change));
}

static size_t count_kind(const struct report_subject *const *list, size_t count,
			 enum report_kind kind)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		found += list[i]->kind == kind;
	return found;
}

static const char *doubt_text(const struct report *report)
{
	if (report->fresh_doubted == 0)
		return "";
	if (report->fresh_doubted == report->fresh_all)
		return "; only on machines in doubt";
	return text_printf(report->arena,
			   "; %zu of them only on machines in "
			   "doubt",
			   report->fresh_doubted);
}

static const char *fresh_line(const struct report *report)
{
	const size_t clusters =
		count_kind(report->fresh, report->fresh_count, REPORT_CLUSTER);
	const size_t bugchecks =
		count_kind(report->fresh, report->fresh_count, REPORT_BUGCHECK);
	const size_t drivers =
		count_kind(report->fresh, report->fresh_count, REPORT_FAULT);

	if (!report->has_history)
		return "No crash is older than the window: nothing can be "
		       "called new.";
	if (report->fresh_all == 0)
		return "Nothing is new.";
	if (report->fresh_all > report->fresh_count)
		return text_printf(report->arena,
				   "%zu clusters, bugchecks, drivers and "
				   "builds were never seen before%s.",
				   report->fresh_all, doubt_text(report));

	const size_t counts[REPORT_KINDS] = { clusters, bugchecks, drivers,
					      report->fresh_all - clusters -
						      bugchecks - drivers };
	const char *line = "Never seen before:";
	const char *comma = "";

	for (enum report_kind kind = 0; kind < REPORT_KINDS; kind++) {
		if (!counts[kind])
			continue;
		line = text_printf(report->arena, "%s%s %zu %s%s", line, comma,
				   counts[kind], report_words_kind(kind),
				   plural(counts[kind]));
		comma = ",";
	}
	return text_printf(report->arena, "%s%s.", line, doubt_text(report));
}

static const char *odd_line(const struct report *report)
{
	struct arena *arena = report->arena;

	if (report->odd_count == 1)
		return text_printf(arena,
				   "Machine %s crashes in too many ways: look "
				   "at its memory first.",
				   report->odd[0].id);
	return text_printf(arena,
			   "%zu machines crash in too many ways, first %s: "
			   "look at their memory first.",
			   report->odd_count, report->odd[0].id);
}

/* "BIOS version F7b, where 0x3B in ndis.sys keeps to 6 of 6 machines" */
static const char *firmware_text(const struct report *report)
{
	const struct report_firmware *first = &report->firmware[0];
	const char *what = *first->field == 'h' ? "hypervisor" : "BIOS version";

	if (!first->cluster || first->cluster_q >= REPORT_KEEPS_Q)
		return text_printf(report->arena, "%s %s", what, first->value);
	return text_printf(report->arena,
			   "%s %s, which %" PRIu64 " of %" PRIu64
			   " machines with %s have",
			   what, first->value, first->table.k1, first->table.n1,
			   first->cluster->title);
}

static const char *rising_line(const struct report *report)
{
	const struct report_subject *first = report->rising[0];

	if (report->window_count < 2)
		return "No earlier window: nothing can be called rising.";
	if (report->rising_all == 0)
		return text_printf(report->arena,
				   "Nothing is rising, of %zu tested.",
				   report->rising_tested);
	return text_printf(report->arena,
			   "%zu rising, first of all the %s %s: %s.",
			   report->rising_all, report_words_kind(first->kind),
			   first->title,
			   report_words_change(report->arena, &first->change));
}

size_t report_summary(const struct report *report,
		      const char *lines[REPORT_SUMMARY_MAX])
{
	struct arena *arena = report->arena;
	size_t count = 0;

	for (size_t i = 0; i < report->regressed_count && i < 3; i++)
		lines[count++] = text_printf(
			arena, "Back in spite of its fix: %s%s%s (%s).",
			report->regressed[i]->known->ticket,
			*report->regressed[i]->known->ticket ? " " : "",
			report->regressed[i]->known->title,
			report->regressed[i]->title);
	lines[count++] = crashes_line(report);
	lines[count++] = fresh_line(report);
	lines[count++] = rising_line(report);
	if (report->odd_count)
		lines[count++] = odd_line(report);
	if (report->firmware_count)
		lines[count++] = text_printf(
			arena,
			"%zu of %zu hypervisors and BIOS versions stand "
			"out, first %s.",
			report->firmware_count, report->firmware_tested,
			firmware_text(report));
	lines[count++] = text_printf(
		arena,
		"%" PRIu64 " crash%s indexed during the window, "
		"whenever %s happened.",
		report->came_in, report->came_in == 1 ? " was" : "es were",
		report->came_in == 1 ? "it" : "they");
	return count;
}
