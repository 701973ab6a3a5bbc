#include "query/report_lists.h"

#include <inttypes.h>
#include <math.h>

#include "query/report_words.h"
#include "query/svg.h"
#include "signatures/base/text.h"

enum {
	RANKS_SHOWN = 15,
};

void report_lists_marks(struct html *html, const struct report_subject *subject)
{
	const char *known = report_words_known(html->arena, subject);
	const char *where = report_words_where(html->arena, subject);

	if (known)
		html_put(html, " <span class=\"mark%s\">%s</span>",
			 subject->regressed ? " look" : "", known);
	if (where)
		html_put(html, " <span class=\"mark\">%s</span>", where);
}

void report_lists_regressed(struct html *html, const struct report *report)
{
	if (report->regressed_count == 0)
		return;
	html_put(html, "<h2 id=\"regressions\">Back in spite of a fix</h2>\n"
		       "<ul class=\"summary\">\n");
	for (size_t i = 0; i < report->regressed_count; i++) {
		const struct report_subject *s = report->regressed[i];

		html_put(html,
			 "<li><span class=\"back\">%s %s</span>: %s, cluster "
			 "<code>%s</code>, last %s</li>\n",
			 s->known->ticket, s->known->title, s->title, s->key,
			 report_words_time(html->arena, s->last));
	}
	html_put(html, "</ul>\n");
}

static void more(struct html *html, size_t shown, size_t all)
{
	if (shown < all)
		html_put(html, "<p class=\"soft\">%s more are not shown.</p>\n",
			 html_count(html, all - shown));
}

void report_lists_fresh(struct html *html, const struct report *report)
{
	static const struct html_column columns[] = {
		{ "Name", false, NULL },
		{ "What", false, NULL },
		{ "Crashes", true, "in the window" },
		{ "Machines", true, NULL },
		{ "First", false, "UTC" },
	};

	html_put(html, "<h2 id=\"new\">New</h2>\n");
	if (report->fresh_count == 0) {
		html_put(html, "<p>%s</p>\n",
			 report->has_history
				 ? "Nothing crashed that had not crashed "
				   "before."
				 : "No crash is older than the window, so "
				   "nothing can be called new.");
		return;
	}
	html_put(html, "<p class=\"soft\">Not one crash like it before the "
		       "window.</p>\n");
	html_table(html, "t-new", "New clusters, bugchecks, drivers and builds",
		   columns, 5);
	for (size_t i = 0; i < report->fresh_count; i++) {
		const struct report_subject *s = report->fresh[i];

		html_put(html, "<tr><th scope=\"row\">%s", s->title);
		report_lists_marks(html, s);
		html_put(
			html,
			"</th><td class=\"w\">%s</td><td class=\"n\">%s</td>"
			"<td class=\"n\">%s</td><td class=\"w\">%s</td></tr>\n",
			report_words_kind(s->kind),
			html_count(html, s->window_crashes[0]),
			html_count(html, s->machines),
			report_words_time(html->arena, s->first));
	}
	html_table_end(html);
	more(html, report->fresh_count, report->fresh_all);
}

static void rising_row(struct html *html, const struct report *report,
		       const struct report_subject *s)
{
	const struct report_change *change = &s->change;

	html_put(html, "<tr><th scope=\"row\">%s", s->title);
	report_lists_marks(html, s);
	html_put(html,
		 "</th><td class=\"w\">%s</td><td class=\"n\">%s</td>"
		 "<td data-v=\"%s\">",
		 report_words_kind(s->kind),
		 html_count(html, s->window_units[0]),
		 html_count(html, s->window_units[0]));
	svg_spark(html, s->window_units, report->window_count);
	html_put(html, "</td><td class=\"n\" data-v=\"%s\">",
		 isinf(change->factor)
			 ? "1e9"
			 : text_printf(html->arena, "%.4f", change->factor));
	svg_interval(html, change->factor, change->low, change->high);
	html_put(html, " %s</td><td class=\"n\" data-v=\"%s\">%s</td></tr>\n",
		 report_words_change(html->arena, change),
		 text_printf(html->arena, "%.6f", change->q),
		 report_words_q(html->arena, change->q));
}

void report_lists_rising(struct html *html, const struct report *report)
{
	static const struct html_column columns[] = {
		{ "Name", false, NULL },
		{ "What", false, NULL },
		{ "Machines", true,
		  "in the window; unknown ones count as one "
		  "each" },
		{ "Windows", false, "machines a window, oldest first" },
		{ "Change", true,
		  "against the mean of the windows before, "
		  "with 95 %" },
		{ "By chance", true, "false discovery rate" },
	};

	html_put(html, "<h2 id=\"rising\">Rising</h2>\n");
	if (report->window_count < 2) {
		html_put(html, "<p>The crashes reach back no further than the "
			       "window: there is nothing to compare "
			       "with.</p>\n");
		return;
	}
	if (report->rising_count == 0) {
		html_put(html,
			 "<p>Nothing, of %s clusters, bugchecks, drivers and "
			 "builds that hit at least two machines.</p>\n",
			 html_count(html, report->rising_tested));
		return;
	}
	html_put(html,
		 "<p class=\"soft\">More machines than in the %s windows "
		 "before. The bar is the 95 %% interval of the factor, on a "
		 "scale of doublings; the line is no change. %s were "
		 "tested.</p>\n",
		 html_count(html, report->window_count - 1),
		 html_count(html, report->rising_tested));
	html_table(html, "t-rising", "Rising, the surest first", columns, 6);
	for (size_t i = 0; i < report->rising_count; i++)
		rising_row(html, report, report->rising[i]);
	html_table_end(html);
	more(html, report->rising_count, report->rising_all);
}

void report_lists_machines(struct html *html, const struct report *report)
{
	static const struct html_column columns[] = {
		{ "Machine", false, NULL },
		{ "Crashes", true, NULL },
		{ "In the window", true, NULL },
		{ "What speaks for it", false,
		  "in brackets, what is expected of a machine like the "
		  "others" },
		{ "By chance", true, "false discovery rate" },
	};

	html_put(html, "<h2 id=\"machines\">Machines that crash in too many "
		       "ways</h2>\n");
	if (report->odd_count == 0) {
		html_put(html,
			 "<p>None, of %s machines that can be told apart.</p>"
			 "\n",
			 html_count(html, report->odd_tested));
		return;
	}
	html_put(html, "<p class=\"soft\">Software fails alike on many "
		       "machines; failing hardware fails in many unrelated "
		       "ways on one. Look at memory first, then at disk and "
		       "processor.</p>\n");
	html_table(html, "t-machines",
		   "Machines whose hardware is to be doubted, of all time",
		   columns, 5);
	for (size_t i = 0; i < report->odd_count && i < REPORT_ROWS; i++) {
		const struct report_machine *m = &report->odd[i];

		html_put(html,
			 "<tr><th scope=\"row\" class=\"code\">%s</th>"
			 "<td class=\"n\">%s</td><td class=\"n\">%s</td>"
			 "<td>%s</td><td class=\"n\" data-v=\"%s\">%s</td>"
			 "</tr>\n",
			 m->id, html_count(html, m->crashes),
			 html_count(html, m->window_crashes), m->reasons,
			 text_printf(html->arena, "%.6f", m->q),
			 report_words_q(html->arena, m->q));
	}
	html_table_end(html);
	more(html,
	     report->odd_count < REPORT_ROWS ? report->odd_count : REPORT_ROWS,
	     report->odd_count);
}

static void firmware_row(struct html *html, const struct report_firmware *f)
{
	html_put(html,
		 "<tr><th scope=\"row\">%s</th><td class=\"w\">%s</td>"
		 "<td class=\"n\">%s</td><td class=\"n\">%s</td>"
		 "<td class=\"n\" data-v=\"%s\">",
		 f->value, *f->field == 'h' ? "hypervisor" : "BIOS version",
		 html_count(html, f->machines), html_count(html, f->crashes),
		 text_printf(html->arena, "%.4f",
			     f->change.tested ? f->change.factor : 0));
	if (f->change.tested)
		svg_interval(html, f->change.factor, f->change.low,
			     f->change.high);
	html_put(html, " %s</td><td>",
		 report_words_change(html->arena, &f->change));
	if (f->cluster && f->cluster_q < REPORT_KEEPS_Q)
		html_put(html, "%s: %s machines", f->cluster->title,
			 report_words_table(html->arena, f->table));
	html_put(html, "</td></tr>\n");
}

void report_lists_firmware(struct html *html, const struct report *report)
{
	static const struct html_column columns[] = {
		{ "Value", false, NULL },
		{ "What", false, NULL },
		{ "Machines", true, "of those that crashed" },
		{ "Crashes", true, NULL },
		{ "Crashes a machine", true,
		  "against the other machines, with 95 %" },
		{ "Where it stands out", false,
		  "the cluster whose machines have it, and others not" },
	};

	html_put(html, "<h2 id=\"firmware\">Hypervisors and BIOS versions "
		       "over-represented</h2>\n");
	if (report->firmware_count == 0) {
		html_put(html,
			 "<p>None, of %s seen on machines that can be told "
			 "apart.</p>\n",
			 html_count(html, report->firmware_tested));
		return;
	}
	html_put(html,
		 "<p class=\"soft\">Among machines that crashed at all: those "
		 "whose machines crash more often each, or that a cluster "
		 "keeps to. %s were tested.</p>\n",
		 html_count(html, report->firmware_tested));
	html_table(html, "t-firmware", "Over-represented, the surest first",
		   columns, 6);
	for (size_t i = 0; i < report->firmware_count && i < REPORT_ROWS; i++)
		firmware_row(html, &report->firmware[i]);
	html_table_end(html);
}

static void ranks_table(struct html *html, const struct report *report)
{
	static const struct html_column columns[] = {
		{ "Bugcheck", false, NULL },
		{ "Crashes", true, "of this fleet" },
		{ "Rank", true, "of this fleet" },
		{ "Rank in 2008", true, NULL },
		{ "Hits in 2008", true, "of search engines, in March 2008" },
	};

	html_table(html, "t-ranks", "The first of either side", columns, 5);
	for (size_t i = 0; i < report->rank_count; i++) {
		const struct report_rank *r = &report->ranks[i];

		html_put(
			html,
			"<tr><th scope=\"row\">%s %s</th>"
			"<td class=\"n\">%s</td><td class=\"n\">%s</td>"
			"<td class=\"n\">%s</td><td class=\"n\">%s</td></tr>\n",
			text_printf(html->arena, "%" PRIX32, r->code), r->name,
			html_count(html, r->crashes),
			r->rank ? html_count(html, r->rank) : "-",
			r->rank_2008 ? html_count(html, r->rank_2008) : "-",
			r->rank_2008 ? html_count(html, r->hits_2008) : "-");
	}
	html_table_end(html);
}

void report_lists_ranks(struct html *html, const struct report *report)
{
	struct svg_rank *ranks =
		arena_take(html->arena, report->rank_count + 1, sizeof(*ranks));

	html_put(html,
		 "<h2 id=\"ranks\">Beside 2008</h2>\n"
		 "<p class=\"soft\">The fleet's bugchecks, by the code as the "
		 "dump carries it, and how often search engines found each in "
		 "March 2008.");
	if (report->rank_shared > 2)
		html_put(html, " Rank correlation of the %s codes in both: %s.",
			 html_count(html, report->rank_shared),
			 text_printf(html->arena, "%.2f",
				     report->rank_correlation));
	html_put(html, "</p>\n");
	for (size_t i = 0; i < report->rank_count; i++) {
		const struct report_rank *r = &report->ranks[i];

		ranks[i] = (struct svg_rank){
			text_printf(html->arena, "%" PRIX32 " %.40s", r->code,
				    r->name ? r->name : ""),
			r->rank, r->rank_2008
		};
	}
	svg_ranks(html, "Ranks of bugchecks: this fleet, and 2008",
		  "this fleet", "2008", ranks, report->rank_count, RANKS_SHOWN);
	html_put(html, "<details><summary>As a table</summary>\n");
	ranks_table(html, report);
	html_put(html, "</details>\n");
}
