#include "query/report_words.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "query/cell.h"
#include "query/factor.h"
#include "query/plural.h"
#include "query/report_subject.h"
#include "query/value.h"
#include "signatures/base/text.h"

const char *report_words_machines(struct arena *arena, uint64_t n)
{
	return n ? text_printf(arena, " on %" PRIu64 " machine%s", n, plural(n))
		 : "";
}

const char *report_words_kind(enum report_kind kind)
{
	static const char *const words[REPORT_KINDS] = {
		[REPORT_CLUSTER] = "cluster",
		[REPORT_BUGCHECK] = "bugcheck",
		[REPORT_FAULT] = "driver",
		[REPORT_BUILD] = "driver build",
	};

	return words[kind];
}

uint64_t report_words_from(const struct report *report)
{
	return report->now > report->length ? report->now - report->length : 0;
}

const struct clump *report_words_clump(const struct report *report,
				       uint32_t term)
{
	for (size_t i = 0; i < report->clumps.count; i++) {
		if (report->clumps.at[i].term == term)
			return &report->clumps.at[i];
	}
	return NULL;
}

static enum status title_cluster(struct report *report,
				 struct report_subject *subject,
				 struct error *err)
{
	const struct clump *clump = report_words_clump(report, subject->term);
	struct clump_called called;
	struct arena arena;
	enum status status = STATUS_OK;

	subject->title = subject->key;
	if (!clump)
		return STATUS_OK;
	arena_init(&arena);
	status = clump_look_name(&report->clumps, clump, &arena, &called, err);
	if (!status)
		subject->title = text_copy(report->arena, called.title);
	arena_deinit(&arena);
	return status;
}

static enum status title_build(struct report *report,
			       const struct report_crashes *crashes,
			       struct report_subject *subject,
			       struct error *err)
{
	struct arena arena;
	struct store_crash crash;
	enum status status;

	arena_init(&arena);
	status = store_crash_read(report->store, crashes->rows[subject->newest],
				  &arena, &crash, err);
	if (!status)
		subject->title = text_printf(report->arena, "%s, build %s",
					     crash.crash.fault.module
						     ? crash.crash.fault.module
						     : "-",
					     subject->key);
	arena_deinit(&arena);
	return status;
}

enum status report_words_name(struct report *report,
			      const struct report_crashes *crashes,
			      struct report_subject *subject, struct error *err)
{
	const struct field *field = report_subject_field(subject->kind);
	struct store_term term;

	if (subject->title)
		return STATUS_OK;
	if (subject->machines == 1 && !subject->unplaced)
		subject->machine = factor_text(
			report->store, "machine",
			crashes->machines[subject->newest], report->arena);
	subject->key = "-";
	if (store_term_value(report->store, field, subject->term, report->arena,
			     &term))
		subject->key = value_text(report->arena, field, term.value);
	switch (subject->kind) {
	case REPORT_BUGCHECK: {
		const char *name = value_bugcheck_name(term.value.number);

		subject->title =
			text_printf(report->arena, "%s%s%s", subject->key,
				    name ? " " : "", name ? name : "");
		return STATUS_OK;
	}
	case REPORT_FAULT:
		subject->title = subject->key;
		return STATUS_OK;
	case REPORT_CLUSTER:
		return title_cluster(report, subject, err);
	default:
		return title_build(report, crashes, subject, err);
	}
}

const char *report_words_known(struct arena *arena,
			       const struct report_subject *subject)
{
	const struct known_issue *known = subject->known;

	if (!known)
		return NULL;
	return text_printf(
		arena, "%s%s%s%s",
		subject->regressed ? "regression: " : "known: ", known->ticket,
		*known->ticket ? " " : "", known->title);
}

const char *report_words_where(struct arena *arena,
			       const struct report_subject *subject)
{
	if (report_subject_is_doubted(subject))
		return subject->machine
			       ? text_printf(arena,
					     "only on %s, a machine in doubt",
					     subject->machine)
			       : "only on machines in doubt";
	return subject->machine
		       ? text_printf(arena, "only on %s", subject->machine)
		       : NULL;
}

const char *report_words_note(struct arena *arena,
			      const struct report_subject *subject)
{
	const char *known = report_words_known(arena, subject);
	const char *where = report_words_where(arena, subject);

	if (known && where)
		return text_printf(arena, "%s; %s", known, where);
	return known ? known : where ? where : "";
}

const char *report_words_time(struct arena *arena, uint64_t ticks)
{
	char time[TEXT_TIME_BYTES];

	if (ticks == 0)
		return "-";
	text_time(ticks, time);
	return text_printf(arena, "%.10s %.5s", time, time + 11);
}

const char *report_words_length(struct arena *arena, uint64_t ticks)
{
	static const struct {
		uint64_t seconds;
		const char *unit;
	} units[] = { { 86400, "day" }, { 3600, "hour" }, { 60, "minute" } };
	const uint64_t seconds = ticks / TEXT_TICKS_PER_SECOND;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		const uint64_t n = seconds / units[i].seconds;

		/* Of long ones the rest does not matter. */
		if (n && (seconds % units[i].seconds == 0 || n >= 100))
			return text_printf(arena, "%" PRIu64 " %s%s", n,
					   units[i].unit, plural(n));
	}
	return text_printf(arena, "%" PRIu64 " second%s", seconds,
			   plural(seconds));
}

/* Two digits that matter. */
static const char *short_number(struct arena *arena, double x)
{
	if (x >= 1000)
		return "over 1000";
	return text_printf(arena,
			   x >= 9.95	 ? "%.0f"
			   : x >= 0.0995 ? "%.1f"
					 : "%.2f",
			   x);
}

const char *report_words_change(struct arena *arena,
				const struct report_change *change)
{
	if (!change->tested)
		return "-";
	if (isinf(change->factor))
		return "none in the windows before";
	return text_printf(arena, "%s times (%s to %s)",
			   short_number(arena, change->factor),
			   short_number(arena, change->low),
			   isinf(change->high)
				   ? "any"
				   : short_number(arena, change->high));
}

const char *report_words_q(struct arena *arena, double q)
{
	if (q < 0.001)
		return "under 0.001";
	return text_printf(arena, q < 0.01 ? "%.3f" : "%.2f", q);
}

const char *report_words_frame(struct arena *arena,
			       const struct crash_frame *frame)
{
	if (!frame->module)
		return frame->symbol ? frame->symbol
				     : text_printf(arena, "0x%" PRIx64,
						   frame->offset);
	if (frame->symbol)
		return text_printf(arena, "%s!%s", frame->module,
				   frame->symbol);
	return text_printf(arena, "%s+0x%" PRIx64, frame->module,
			   frame->offset);
}

const char *report_words_table(struct arena *arena, struct table22 table)
{
	return text_printf(arena,
			   "%" PRIu64 " of %" PRIu64 ", others %" PRIu64
			   " of %" PRIu64,
			   table.k1, table.n1, table.k2, table.n2);
}
