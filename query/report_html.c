#include "query/report_html.h"

#include <inttypes.h>

#include "query/html.h"
#include "query/plural.h"
#include "query/report_cards.h"
#include "query/report_lists.h"
#include "query/report_page.h"
#include "query/report_summary.h"
#include "query/report_words.h"
#include "query/svg.h"
#include "query/value.h"
#include "signatures/base/text.h"

enum {
	BARS_MAX = 32,
};

static void put_head(struct html *html, const struct report *report)
{
	static const struct {
		const char *id, *title;
	} sections[] = {
		{ "new", "New" },
		{ "rising", "Rising" },
		{ "bugchecks", "Bugchecks" },
		{ "clusters", "Clusters" },
		{ "machines", "Machines" },
		{ "firmware", "Hypervisors and BIOS" },
		{ "ranks", "Beside 2008" },
		{ "crashes", "Crashes" },
		{ "coverage", "Coverage" },
	};

	html_put(html, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n");
	report_page_head(html->out);
	html_put(html,
		 "<title>Crash report, %s</title>\n</head>\n<body>\n"
		 "<a class=\"skip\" href=\"#main\">Skip to the report</a>\n"
		 "<header>\n<h1>Crash report</h1>\n<p>%s</p>\n",
		 report_words_time(html->arena, report->now),
		 report_summary_question(report));
	if (*report->where)
		html_put(html, "<p>Only crashes with <code>%s</code></p>\n",
			 report->where);
	html_put(html, "<nav aria-label=\"Sections\"><ul>\n");
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		html_put(html, "<li><a href=\"#%s\">%s</a></li>\n",
			 sections[i].id, sections[i].title);
	html_put(html, "</ul></nav>\n</header>\n<main id=\"main\">\n");
}

static void put_figure(struct html *html, const char *name, uint64_t n,
		       const char *note, bool look)
{
	html_put(html,
		 look ? "<div class=\"look\"><dt>%s</dt><dd>%s<small>%s"
			"</small></dd></div>\n"
		      : "<div><dt>%s</dt><dd>%s<small>%s</small></dd></div>\n",
		 name, html_count(html, n), note);
}

static uint64_t refused_in(const struct report *report)
{
	uint64_t refused = 0;

	for (size_t i = 0; i < STATUS_COUNT; i++)
		refused += report->tally.refused[i];
	return refused;
}

static const char *mean_before(struct html *html, const struct report *report,
			       const uint64_t *counts)
{
	uint64_t sum = 0;

	for (size_t i = 1; i < report->window_count; i++)
		sum += counts[i];
	return report->exposure_before <= 0
		       ? "no window before"
		       : text_printf(html->arena, "%.1f a window before",
				     (double)sum / report->exposure_before);
}

static void put_figures(struct html *html, const struct report *report)
{
	html_put(html, "<dl class=\"figures\">\n");
	put_figure(html, "Crashes", report->windows[0],
		   mean_before(html, report, report->windows), false);
	put_figure(html, "Machines", report->window_machines[0],
		   mean_before(html, report, report->window_machines), false);
	put_figure(html, "New", report->fresh_all,
		   "clusters, bugchecks, drivers", report->fresh_all > 0);
	put_figure(html, "Rising", report->rising_all,
		   text_printf(html->arena, "of %zu tested",
			       report->rising_tested),
		   report->rising_all > 0);
	put_figure(html, "Regressions", report->regressed_count,
		   "back in spite of a fix", report->regressed_count > 0);
	put_figure(html, "Refused", refused_in(report),
		   "inputs, ever; see coverage", false);
	html_put(html, "</dl>\n");
}

static void put_history(struct html *html, const struct report *report)
{
	struct svg_bar bars[REPORT_WINDOWS];
	const size_t count = report->window_count;
	const char *title = "Crashes a window, oldest first:";
	const uint64_t day = 86400 * TEXT_TICKS_PER_SECOND;
	const bool days = report->length % day == 0;

	for (size_t i = 0; i < count; i++) {
		const size_t window = count - 1 - i;
		const uint64_t from =
			report->now - report->length * (window + 1);
		const char *time = report_words_time(html->arena, from);

		bars[i] = (struct svg_bar){
			.label = days ? text_printf(html->arena, "%.10s", time)
				      : time + 5,
			.whole = report->windows[window],
			.part = window == 0 ? report->windows[0] : 0,
		};
		title = text_printf(html->arena, "%s %" PRIu64, title,
				    report->windows[window]);
	}
	if (count < 2)
		return;
	svg_bars(html, title, bars, count);
	html_put(html, "<p class=\"soft\">Crashes by window; below each, where "
		       "it begins.</p>\n");
}

static void put_summary(struct html *html, const struct report *report)
{
	const char *lines[REPORT_SUMMARY_MAX];
	const size_t count = report_summary(report, lines);

	put_figures(html, report);
	html_put(html, "<ul class=\"summary\">\n");
	for (size_t i = 0; i < count; i++)
		html_put(html,
			 i < report->regressed_count && i < 3
				 ? "<li class=\"back\">%s</li>\n"
				 : "<li>%s</li>\n",
			 lines[i]);
	html_put(html, "</ul>\n");
	put_history(html, report);
}

static void put_bars(struct html *html, const struct report_subjects *by,
		     size_t shown)
{
	struct svg_bar bars[BARS_MAX];
	size_t count = 0;

	for (; count < shown && count < BARS_MAX; count++)
		bars[count] = (struct svg_bar){
			.label = by->at[count].key,
			.whole = by->at[count].crashes,
			.part = by->at[count].window_crashes[0],
		};
	if (count)
		svg_bars(html,
			 "Crashes by bugcheck, most first; the darker part is "
			 "in the window",
			 bars, count);
}

static void bugcheck_row(struct html *html, const struct report *report,
			 const struct report_subject *s)
{
	const double share = (double)s->crashes / (double)report->crashes;

	html_put(html,
		 "<tr><th scope=\"row\">%s</th><td class=\"n\">%s</td>"
		 "<td class=\"n\">%s</td><td class=\"n\">%s</td>"
		 "<td class=\"n\">%s %%</td><td>",
		 s->title, html_count(html, s->window_crashes[0]),
		 html_count(html, s->crashes), html_count(html, s->machines),
		 text_printf(html->arena, "%.2f", 100 * share));
	svg_spark(html, s->window_crashes, report->window_count);
	html_put(html, "</td></tr>\n");
}

static void put_bugchecks(struct html *html, const struct report *report)
{
	static const struct html_column columns[] = {
		{ "Bugcheck", false, NULL },
		{ "Window", true, "crashes in the window" },
		{ "Crashes", true, NULL },
		{ "Machines", true, NULL },
		{ "Share", true, "of all crashes" },
		{ "Windows", false, "crashes a window, oldest first" },
	};
	const struct report_subjects *by = &report->by[REPORT_BUGCHECK];
	uint64_t cut = 0;
	size_t shown = 0;

	while (shown < by->count && by->at[shown].crashes >= report->min)
		shown++;
	for (size_t i = shown; i < by->count; i++)
		cut += by->at[i].crashes;
	html_put(html, "<h2 id=\"bugchecks\">Bugchecks</h2>\n");
	if (by->count == 0) {
		html_put(html, "<p>No crash has a bugcheck.</p>\n");
		return;
	}
	put_bars(html, by, shown);
	html_put(html,
		 "<p class=\"soft\">All %s crashes: %s shown, %s in %s "
		 "bugcheck%s with fewer than %s crashes, %s without a "
		 "bugcheck.</p>\n",
		 html_count(html, report->crashes),
		 html_count(html, report->crashes - cut - by->without),
		 html_count(html, cut), html_count(html, by->count - shown),
		 plural(by->count - shown), html_count(html, report->min),
		 html_count(html, by->without));
	if (shown == 0)
		return;
	html_table(html, "t-bugchecks", "Crashes by bugcheck, of all time",
		   columns, 6);
	for (size_t i = 0; i < shown; i++)
		bugcheck_row(html, report, &by->at[i]);
	html_table_end(html);
}

static void put_coverage(struct html *html, const struct report *report)
{
	html_put(html,
		 "<h2 id=\"coverage\">Coverage and refusals</h2>\n"
		 "<p>%s</p>\n<p>%s</p>\n"
		 "<p class=\"soft\"><code>crashquery coverage</code> tells "
		 "how many crashes carry each field.</p>\n",
		 report_summary_totals(report),
		 report_summary_coverage(report));
}

static void put_foot(struct html *html)
{
	html_put(html,
		 "</main>\n<footer>\n<p>A window goes by the time of the "
		 "crash. New: not one crash before the window. Rising: more "
		 "machines than the mean of the windows before; intervals are "
		 "at 95 %%, \"by chance\" is the share of false alarms among "
		 "all that are as sure. Frames in italics were found by "
		 "scanning the stack and may be an accident.</p>\n"
		 "</footer>\n");
	report_page_script(html->out);
	html_put(html, "</body>\n</html>\n");
}

enum status report_html(const struct report *report, FILE *out,
			struct error *err)
{
	struct html html = { out, report->arena };

	put_head(&html, report);
	put_summary(&html, report);
	report_lists_regressed(&html, report);
	report_lists_fresh(&html, report);
	report_lists_rising(&html, report);
	put_bugchecks(&html, report);
	report_cards_clusters(&html, report);
	report_lists_machines(&html, report);
	report_lists_firmware(&html, report);
	report_lists_ranks(&html, report);
	if (report_cards_crashes(&html, report, err))
		return err->status;
	put_coverage(&html, report);
	put_foot(&html);
	return STATUS_OK;
}
