/*
 * report - the morning page: what is new, what is rising, what stands out.
 */
#include "query/report.h"

#include <stdlib.h>
#include <string.h>

#include "query/asked.h"
#include "query/count.h"
#include "query/factor.h"
#include "query/report_cluster.h"
#include "query/report_doubt.h"
#include "query/report_firmware.h"
#include "query/report_gather.h"
#include "query/report_html.h"
#include "query/report_json.h"
#include "query/report_odd.h"
#include "query/report_ranks.h"
#include "query/report_rise.h"
#include "query/report_text.h"
#include "query/report_words.h"
#include "query/value.h"
#include "signatures/base/file.h"
#include "signatures/base/must.h"
#include "signatures/base/text.h"

static struct {
	const char *html;
	const char *since;
	uint64_t min;
} options = { .since = "1d", .min = 10 };

static const struct cli_option table[] = {
	{ "html", 0, CLI_TEXT, &options.html, "FILE",
	  "also write one self-contained page to FILE" },
	{ "since", 0, CLI_TEXT, &options.since, "LENGTH|DATE",
	  "the window: 8h, 1d, 2w, or a date (1d)" },
	{ "min", 0, CLI_NUMBER, &options.min, "N",
	  "cut bugchecks with fewer crashes (10)" },
	CLI_END,
};

/* "1d", or how long ago a date was; in FILETIME ticks. */
static enum status parse_since(const char *text, uint64_t now, uint64_t *ret,
			       struct error *err)
{
	static const struct {
		char unit;
		uint64_t seconds;
	} units[] = {
		{ 'm', 60 },
		{ 'h', 3600 },
		{ 'd', 86400 },
		{ 'w', 604800 },
	};
	const size_t digits = strspn(text, "0123456789");
	char number[16];
	uint64_t n;
	uint64_t ticks;

	if (text_parse_time(text, &ticks) && ticks < now) {
		*ret = now - ticks;
		return STATUS_OK;
	}
	snprintf(number, sizeof(number), "%.*s",
		 (int)(digits < sizeof(number) ? digits : 0), text);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (text[digits] != units[i].unit || text[digits + 1] != '\0' ||
		    !text_parse_u64(number, &n) || n == 0 || n > 100000)
			continue;
		*ret = n * units[i].seconds * TEXT_TICKS_PER_SECOND;
		return STATUS_OK;
	}
	return error_set(err, STATUS_USAGE,
			 "--since: %s: not a length (8h, 1d, 2w) nor a date "
			 "that has passed",
			 text);
}

static const char *join_words(struct query *query)
{
	const char *text = "";

	for (size_t i = 0; i < query->operand_count; i++)
		text = text_printf(&query->arena, "%s%s%s", text, i ? " " : "",
				   query->operands[i]);
	return text;
}

/* What happened after "now" is not known yet; how much that is. */
static uint64_t leave_out_later(struct query *query, struct plan *plan)
{
	uint64_t *times = factor_numbers(query->store, "time");
	struct plan later = plan_none(query->store);
	const uint64_t all = plan->matched;

	for (uint32_t row = 0; row < plan->row_count; row++) {
		if (times[row] != STORE_NO_NUMBER && times[row] > query->now)
			plan_add(&later, row);
	}
	free(times);
	plan_leave_out(plan, &later);
	plan_deinit(&later);
	return all - plan->matched;
}

/* What came in with the window, whenever it happened. */
static uint64_t count_came_in(const struct report *report,
			      const struct plan *plan)
{
	uint64_t *ingested = factor_numbers(report->store, "ingested");
	uint64_t count = 0;

	for (uint32_t row = 0; row < plan->row_count; row++)
		count += count_bit(plan->bits, row) &&
			 ingested[row] >= report_words_from(report) &&
			 ingested[row] <= report->now;
	free(ingested);
	return count;
}

static enum status name_bugchecks(struct report *report,
				  const struct report_crashes *crashes,
				  struct error *err)
{
	const struct report_subjects *by = &report->by[REPORT_BUGCHECK];

	for (size_t i = 0; i < by->count; i++) {
		if (report_words_name(report, crashes, &by->at[i], err))
			return err->status;
	}
	return STATUS_OK;
}

static enum status fill(struct report *report, const struct plan *plan,
			const struct known *known, struct error *err)
{
	struct report_crashes crashes;

	if (store_tally_read(report->store, &report->tally, err) ||
	    report_gather(report, plan, &crashes, err) ||
	    report_odd(report, &crashes, err))
		return err->status;
	report_doubt(report, &crashes);
	if (report_rise(report, &crashes, known, err) ||
	    name_bugchecks(report, &crashes, err) ||
	    report_cluster(report, plan, &crashes, err) ||
	    report_firmware(report, plan, &crashes, err) ||
	    report_ranks(report, plan, err))
		return err->status;
	report->came_in = count_came_in(report, plan);
	return STATUS_OK;
}

static enum status write_page(const struct report *report, struct error *err)
{
	char *text = NULL;
	size_t size;
	FILE *memory = open_memstream(&text, &size);

	if (!memory)
		must_end();

	enum status status = report_html(report, memory, err);

	if (fclose(memory))
		must_end();
	if (!status)
		status = file_write(options.html, text, size, err);
	free(text);
	return status;
}

static enum status print(struct query *query, const struct report *report,
			 struct error *err)
{
	const char *format = query->printer->name;

	if (options.html && write_page(report, err))
		return error_within(err, "--html");
	if (strcmp(format, "html") == 0)
		return report_html(report, query->out, err);
	if (strcmp(format, "json") == 0)
		report_json(report, query->out);
	else
		report_text(report, query->printer, query->out);
	return STATUS_OK;
}

static enum status run_with(struct query *query, const struct known *known,
			    enum cli_exit *ret, struct error *err)
{
	struct report *report = arena_take(&query->arena, 1, sizeof(*report));
	struct asked asked;
	enum status status;

	report->query = query;
	report->store = query->store;
	report->arena = &query->arena;
	report->now = query->now;
	report->min = options.min;
	report->where = join_words(query);
	if (parse_since(options.since, query->now, &report->length, err) ||
	    asked_make(query, &asked, err))
		return err->status;
	report->live = asked.live;
	report->tool_made = asked.tool_made;
	report->after = leave_out_later(query, &asked.plan);
	clump_gather(query, &asked.plan, "cluster", 7, 0, &report->clumps);
	clump_read(&report->clumps);
	status = fill(report, &asked.plan, known, err);
	if (!status)
		status = print(query, report, err);
	clump_deinit(&report->clumps);
	if (!status)
		*ret = report->crashes ? CLI_YES : CLI_NO;
	asked_deinit(&asked);
	return status;
}

static enum status report_run(struct query *query, enum cli_exit *ret,
			      struct error *err)
{
	struct known known;

	if (strcmp(query->printer->name, "csv") == 0)
		return error_set(err, STATUS_USAGE,
				 "--format: a report is no single table: "
				 "json, or freq and clusters as csv");
	if (known_read(query->store, query->store_path, &query->arena, &known,
		       err))
		return err->status;

	const enum status status = run_with(query, &known, ret, err);

	known_deinit(&known);
	return status;
}

const struct query_command report_command = {
	.name = "report",
	.usage = "[--html=FILE] [--since=LENGTH] [FIELD=VALUE...]",
	.help = "what is new, what is rising, what stands out",
	.more = "Examples:\n"
		"  crashquery report --html=today.html\n"
		"  crashquery report --since=7d --format=markdown\n"
		"  crashquery report --since=2w hypervisor=xen\n\n"
		"Windows of the same length before it, up to seven, are what "
		"the window is\ncompared with.  `--format=json` for "
		"programs.\n",
	.needs_store = true,
	.options = table,
	.run = report_run,
};
