#include "query/report_cards.h"

#include "query/cell.h"
#include "query/plural.h"
#include "query/report_lists.h"
#include "query/report_words.h"
#include "query/svg.h"
#include "signatures/identity.h"

enum {
	FRAMES_OPEN = 10,
};

static void put_frames(struct html *html, const struct crash_stack *stack,
		       size_t from, size_t to)
{
	html_put(html, "<ol class=\"stack\" start=\"%s\">\n",
		 html_count(html, from));
	for (size_t i = from; i < to; i++) {
		const struct crash_frame *frame = &stack->frames[i];
		const bool guess = frame->how == CRASH_HOW_SCAN;

		html_put(html, guess ? "<li class=\"guess\">" : "<li>");
		html_put(html, "<code title=\"%s\">%s</code>%s</li>\n",
			 crash_how_name(frame->how),
			 report_words_frame(html->arena, frame),
			 guess ? " found by scanning" : "");
	}
	html_put(html, "</ol>\n");
}

static void put_stack(struct html *html, const struct report_card *card)
{
	const struct crash_stack *stack = &card->face.crash.crash.stack;
	const size_t open =
		stack->count < FRAMES_OPEN ? stack->count : FRAMES_OPEN;

	html_put(html, "<div><h4>Stack (%s), of crash %s</h4>\n",
		 crash_stack_end_name(stack->end), card->id);
	put_frames(html, stack, 0, open);
	if (open < stack->count) {
		html_put(html, "<details><summary>%s more frames</summary>\n",
			 html_count(html, stack->count - open));
		put_frames(html, stack, open, stack->count);
		html_put(html, "</details>\n");
	}
	html_put(html, "</div>\n");
}

static double share(uint64_t k, uint64_t n)
{
	return n ? (double)k / (double)n : 0;
}

static void put_trait(struct html *html, const struct report_trait *t)
{
	html_put(html, "<li>");
	svg_shares(html, share(t->table.k1, t->table.n1),
		   share(t->table.k2, t->table.n2));
	html_put(html,
		 " <strong>%s</strong><br><span class=\"soft\">%s machines",
		 t->what, report_words_table(html->arena, t->table));
	if (t->with)
		html_put(html, "; goes with %s", t->with);
	if (t->same)
		html_put(html, "; the same machines have %s", t->same);
	html_put(html, "</span></li>\n");
}

static void put_traits(struct html *html, const struct report_card *card)
{
	html_put(html, "<div><h4>Unusual about its machines</h4>\n");
	if (card->trait_count == 0) {
		html_put(html, "<p>Nothing that stands out.</p></div>\n");
		return;
	}
	html_put(html, "<ul class=\"traits\">\n");
	for (size_t i = 0; i < card->trait_count; i++)
		put_trait(html, &card->traits[i]);
	html_put(html, "</ul>\n");
	if (card->trait_count < card->trait_all)
		html_put(html,
			 "<p class=\"soft\">%s more: <code>crashquery "
			 "correlate %s</code></p>\n",
			 html_count(html, card->trait_all - card->trait_count),
			 card->subject->key);
	html_put(html, "</div>\n");
}

static void put_card(struct html *html, const struct report *report,
		     const struct report_card *card)
{
	const struct report_subject *s = card->subject;
	const char *name =
		cell_bugcheck_name(html->arena, &card->face.crash.crash);
	const char *disputed = dispute_text(&card->dispute, html->arena);

	html_put(html,
		 "<article aria-labelledby=\"c-%s\"><div class=\"top\">"
		 "<h3 id=\"c-%s\">%s",
		 s->key, s->key, s->title);
	report_lists_marks(html, s);
	html_put(html, "</h3><span>");
	svg_spark(html, s->window_crashes, report->window_count);
	html_put(html,
		 "</span></div>\n<p class=\"soft\">%s. %s in the window, %s in "
		 "all%s, %s to %s; %s, %s "
		 "build%s of the module to blame. <code>crashquery find "
		 "cluster=%s</code></p>\n",
		 name ? name : "No bugcheck",
		 html_count(html, s->window_crashes[0]),
		 html_count(html, s->crashes),
		 report_words_machines(html->arena, s->machines),
		 report_words_time(html->arena, s->first),
		 report_words_time(html->arena, s->last),
		 clump_look_stacks(html->arena, card->face.stacks),
		 html_count(html, card->face.builds), plural(card->face.builds),
		 s->key);
	if (disputed)
		html_put(html, "<p class=\"soft\">Disputed: %s</p>\n",
			 disputed);
	html_put(html, "<div class=\"two\">\n");
	put_stack(html, card);
	put_traits(html, card);
	html_put(html, "</div></article>\n");
}

static void put_clusters(struct html *html, const struct report *report)
{
	static const struct html_column columns[] = {
		{ "Cluster", false, NULL },
		{ "Id", false, NULL },
		{ "Window", true, "crashes in the window" },
		{ "Crashes", true, NULL },
		{ "Machines", true, NULL },
		{ "First", false, "UTC" },
		{ "Last", false, "UTC" },
	};
	const struct report_subjects *by = &report->by[REPORT_CLUSTER];
	const size_t shown =
		by->count < REPORT_TABLE ? by->count : REPORT_TABLE;

	html_table(html, "t-clusters", "Clusters, most crashes first", columns,
		   7);
	for (size_t i = 0; i < shown; i++) {
		const struct report_subject *s = &by->at[i];

		html_put(html, "<tr><th scope=\"row\">%s", s->title);
		report_lists_marks(html, s);
		html_put(
			html,
			"</th><td class=\"code\">%s</td><td class=\"n\">%s"
			"</td><td class=\"n\">%s</td><td class=\"n\">%s</td>"
			"<td class=\"w\">%s</td><td class=\"w\">%s</td></tr>\n",
			s->key, html_count(html, s->window_crashes[0]),
			html_count(html, s->crashes),
			html_count(html, s->machines),
			report_words_time(html->arena, s->first),
			report_words_time(html->arena, s->last));
	}
	html_table_end(html);
	html_put(html,
		 "<p class=\"soft\">%s clusters, %s shown; %s crashes are in "
		 "none.</p>\n",
		 html_count(html, by->count), html_count(html, shown),
		 html_count(html, by->without));
}

void report_cards_clusters(struct html *html, const struct report *report)
{
	html_put(html, "<h2 id=\"clusters\">Top clusters</h2>\n");
	if (report->card_count == 0) {
		html_put(html, "<p>No crash is in a cluster.</p>\n");
		return;
	}
	html_put(html,
		 "<p class=\"soft\">%s. What is unusual compares the machines "
		 "of the cluster (upper bar) with the others that crashed "
		 "(lower bar).</p>\n<div class=\"cards\">\n",
		 report->windows[0] ? "Most crashes in the window first"
				    : "No crash is in the window: these are "
				      "the largest of all time");
	for (size_t i = 0; i < report->card_count; i++)
		put_card(html, report, &report->cards[i]);
	html_put(html, "</div>\n");
	put_clusters(html, report);
}

enum status report_cards_crashes(struct html *html, const struct report *report,
				 struct error *err)
{
	static const struct html_column columns[] = {
		{ "Time", false, "UTC" },    { "Crash", false, NULL },
		{ "Bugcheck", false, NULL }, { "Fault", false, NULL },
		{ "Cluster", false, NULL },  { "Source", false, NULL },
	};
	struct arena arena;
	enum status status = STATUS_OK;

	html_put(html, "<h2 id=\"crashes\">Crashes of the window</h2>\n");
	if (report->latest_count == 0) {
		html_put(html, "<p>None.</p>\n");
		return STATUS_OK;
	}
	html_table(html, "t-crashes", "Newest first", columns, 6);
	store_crash_expect(report->store, report->latest, report->latest_count);
	arena_init(&arena);
	for (size_t i = 0; i < report->latest_count && !status; i++) {
		struct store_crash crash;
		char id[IDENTITY_TEXT_BYTES];

		arena_reset(&arena);
		status = store_crash_read(report->store, report->latest[i],
					  &arena, &crash, err);
		if (status)
			break;
		identity_text(crash.identity, id);
		html_put(html,
			 "<tr><td class=\"w\">%s</td><td class=\"code\">%s"
			 "</td><td>%s</td><td>%s</td><td class=\"code\">%s</td>"
			 "<td>%s</td></tr>\n",
			 report_words_time(&arena, crash.crash.time.value), id,
			 cell_bugcheck_name(&arena, &crash.crash),
			 cell_fault(&arena, &crash.crash),
			 cell_column(report->store, "cluster",
				     report->latest[i], &arena),
			 cell_source(&crash));
	}
	arena_deinit(&arena);
	html_table_end(html);
	if (report->latest_count < report->windows[0])
		html_put(html,
			 "<p class=\"soft\">%s older ones are not shown."
			 "</p>\n",
			 html_count(html,
				    report->windows[0] - report->latest_count));
	return status;
}
