#include "query/report_text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "query/cell.h"
#include "query/fold.h"
#include "query/report_summary.h"
#include "query/report_words.h"
#include "query/table_markdown.h"
#include "query/terminal.h"
#include "query/value.h"
#include "signatures/base/text.h"

enum {
	ROWS = 10,
	FRAMES = 8,
};

struct page {
	const struct report *report;
	struct arena *arena;
	const struct table_printer *printer;
	FILE *out;
	bool markdown;
};

static void heading(struct page *page, const char *text)
{
	fputs(page->markdown ? "\n## " : "\n", page->out);
	fputs(text, page->out);
	fputs("\n\n", page->out);
}

/* Text that begins behind so many blanks or a bullet; it may go on. */
static void put(struct page *page, const char *text, size_t at, size_t hang)
{
	if (page->markdown)
		table_markdown_escape(page->out, page->arena, text);
	else
		fold_put(page->out, table_visible(page->arena, text),
			 terminal_columns(), at, hang);
	fputc('\n', page->out);
}

static void paragraph(struct page *page, const char *text)
{
	put(page, text, 0, 0);
}

static void item(struct page *page, const char *text)
{
	fputs("- ", page->out);
	put(page, text, 2, 2);
}

/* About a cluster. */
static void remark(struct page *page, const char *text)
{
	fputs(page->markdown ? "- " : "    ", page->out);
	put(page, text, 4, 6);
}

static struct table *begin(struct page *page,
			   const struct table_column *columns, size_t count)
{
	return table_create(page->printer, page->out, "", columns, count);
}

static void end(struct table *table, size_t shown, uint64_t all)
{
	if (shown < all)
		table_note(table, "%" PRIu64 " more", all - shown);
	table_end(table);
	table_destroy(table);
}

static size_t first_rows(size_t count)
{
	return count < ROWS ? count : ROWS;
}

static void say_fresh(struct page *page)
{
	static const struct table_column columns[] = {
		{ "what", "what", TABLE_WORD, TABLE_PEOPLE },
		{ "title", "name", TABLE_TEXT, TABLE_PEOPLE },
		{ "crashes", "crashes", TABLE_COUNT, TABLE_PEOPLE },
		{ "machines", "machines", TABLE_COUNT, TABLE_PEOPLE },
		{ "first", "first", TABLE_WORD, TABLE_PEOPLE | TABLE_SPARE },
		{ "note", "", TABLE_TEXT, TABLE_PEOPLE },
	};
	const struct report *report = page->report;
	const size_t count = first_rows(report->fresh_count);

	heading(page, "New");
	if (count == 0) {
		paragraph(page, report->has_history
					? "Nothing is new."
					: "No crash is older than the "
					  "window.");
		return;
	}

	struct table *table = begin(page, columns, 6);

	for (size_t i = 0; i < count; i++) {
		const struct report_subject *s = report->fresh[i];

		table_row(table,
			  (struct table_cell[]){
				  table_text_cell(report_words_kind(s->kind)),
				  table_text_cell(s->title),
				  table_count_cell(s->window_crashes[0]),
				  table_count_cell(s->machines),
				  table_text_cell(report_words_time(page->arena,
								    s->first)),
				  table_text_cell(
					  report_words_note(page->arena, s)) });
	}
	end(table, count, report->fresh_all);
}

static void say_rising(struct page *page)
{
	static const struct table_column columns[] = {
		{ "what", "what", TABLE_WORD, TABLE_PEOPLE },
		{ "title", "name", TABLE_TEXT, TABLE_PEOPLE },
		{ "now", "machines", TABLE_COUNT, TABLE_PEOPLE },
		{ "change", "change (95 %)", TABLE_WORD, TABLE_PEOPLE },
		{ "q", "by chance", TABLE_WORD, TABLE_PEOPLE | TABLE_SPARE },
		{ "note", "", TABLE_TEXT, TABLE_PEOPLE },
	};
	const struct report *report = page->report;
	const size_t count = first_rows(report->rising_count);

	heading(page, "Rising");
	if (count == 0) {
		paragraph(page,
			  report->window_count < 2
				  ? "There is no earlier window to compare "
				    "with."
				  : text_printf(page->arena,
						"Nothing, of %zu tested.",
						report->rising_tested));
		return;
	}

	struct table *table = begin(page, columns, 6);

	for (size_t i = 0; i < count; i++) {
		const struct report_subject *s = report->rising[i];

		table_row(table,
			  (struct table_cell[]){
				  table_text_cell(report_words_kind(s->kind)),
				  table_text_cell(s->title),
				  table_count_cell(s->window_units[0]),
				  table_text_cell(report_words_change(
					  page->arena, &s->change)),
				  table_text_cell(report_words_q(page->arena,
								 s->change.q)),
				  table_text_cell(
					  report_words_note(page->arena, s)) });
	}
	end(table, count, report->rising_all);
}

static void say_bugchecks(struct page *page)
{
	static const struct table_column columns[] = {
		{ "label", "bugcheck", TABLE_TEXT, TABLE_PEOPLE },
		{ "now", "window", TABLE_COUNT, TABLE_PEOPLE },
		{ "crashes", "crashes", TABLE_COUNT, TABLE_PEOPLE },
		{ "machines", "machines", TABLE_COUNT, TABLE_PEOPLE },
		{ "share", "share", TABLE_SHARE, TABLE_PEOPLE },
		{ "bar", "", TABLE_BAR, TABLE_PEOPLE },
	};
	const struct report *report = page->report;
	const struct report_subjects *by = &report->by[REPORT_BUGCHECK];
	uint64_t cut = 0;
	size_t shown = 0;

	heading(page, "Bugchecks");
	if (by->count == 0) {
		paragraph(page, "No crash has one.");
		return;
	}

	struct table *table = begin(page, columns, 6);

	for (; shown < by->count && by->at[shown].crashes >= report->min;
	     shown++) {
		const struct report_subject *s = &by->at[shown];

		table_row(table,
			  (struct table_cell[]){
				  table_text_cell(s->title),
				  table_count_cell(s->window_crashes[0]),
				  table_count_cell(s->crashes),
				  table_count_cell(s->machines),
				  table_real_cell((double)s->crashes /
						  (double)report->crashes),
				  table_real_cell((double)s->crashes /
						  (double)by->at[0].crashes) });
	}
	for (size_t i = shown; i < by->count; i++)
		cut += by->at[i].crashes;
	if (cut)
		table_note(table,
			   "left out: %zu with fewer than %" PRIu64
			   " crashes, %" PRIu64 " together",
			   by->count - shown, report->min, cut);
	if (by->without)
		table_note(table, "without a bugcheck: %" PRIu64, by->without);
	end(table, 0, 0);
}

static void say_stack(struct page *page, const struct report_card *card)
{
	const struct crash_stack *stack = &card->face.crash.crash.stack;
	size_t shown = 0;

	fputs(page->markdown ? "\n```\n" : "", page->out);
	for (size_t i = 0; i < stack->count && shown < FRAMES; i++) {
		const struct crash_frame *frame = &stack->frames[i];

		shown++;
		fprintf(page->out, "%s%2zu %c %s\n",
			page->markdown ? "" : "    ", i,
			frame->how == CRASH_HOW_SCAN ? '?' : ' ',
			table_visible(page->arena,
				      report_words_frame(page->arena, frame)));
	}
	if (shown < stack->count)
		fprintf(page->out, "%s   ... %zu more\n",
			page->markdown ? "" : "    ", stack->count - shown);
	if (stack->count == 0)
		fputs(page->markdown ? "no stack\n" : "    no stack\n",
		      page->out);
	fputs(page->markdown ? "```\n" : "", page->out);
}

static void say_card(struct page *page, const struct report_card *card)
{
	const struct report_subject *s = card->subject;
	const char *note = report_words_note(page->arena, s);
	const char *disputed = dispute_text(&card->dispute, page->arena);

	fputs(page->markdown ? "\n### " : "\n  ", page->out);
	put(page, s->title, 2, 4);
	fputs(page->markdown ? "\n" : "    ", page->out);
	put(page,
	    text_printf(page->arena,
			"cluster %s: %" PRIu64 " in the window, %" PRIu64
			" in all%s, first %s; crashquery show %s",
			s->key, s->window_crashes[0], s->crashes,
			report_words_machines(page->arena, s->machines),
			report_words_time(page->arena, s->first), card->id),
	    4, 6);
	if (*note)
		remark(page, note);
	if (disputed)
		remark(page,
		       text_printf(page->arena, "disputed: %s", disputed));
	for (size_t i = 0; i < card->trait_count; i++) {
		const struct report_trait *t = &card->traits[i];

		remark(page,
		       text_printf(page->arena, "%s: %s machines%s%s", t->what,
				   report_words_table(page->arena, t->table),
				   t->with ? "; goes with " : "",
				   t->with ? t->with : ""));
	}
	say_stack(page, card);
}

static void say_clusters(struct page *page)
{
	const struct report *report = page->report;
	const uint64_t left =
		report->by[REPORT_CLUSTER].count - report->card_count;

	heading(page, "Clusters");
	if (report->card_count == 0)
		paragraph(page, "No crash is in a cluster.");
	for (size_t i = 0; i < report->card_count; i++)
		say_card(page, &report->cards[i]);
	if (left) {
		fputc('\n', page->out);
		paragraph(page,
			  text_printf(page->arena,
				      "%" PRIu64 " more: crashquery clusters",
				      left));
	}
}

static void say_machines(struct page *page)
{
	static const struct table_column columns[] = {
		{ "machine", "machine", TABLE_WORD, TABLE_PEOPLE },
		{ "crashes", "crashes", TABLE_COUNT, TABLE_PEOPLE },
		{ "now", "window", TABLE_COUNT, TABLE_PEOPLE },
		{ "reasons", "what speaks for it (expected)", TABLE_WORD,
		  TABLE_PEOPLE | TABLE_FOLDED },
	};
	const struct report *report = page->report;
	const size_t count = first_rows(report->odd_count);

	heading(page, "Machines that crash in too many ways");
	if (count == 0) {
		paragraph(page,
			  text_printf(page->arena,
				      "None, of %zu that can be told apart.",
				      report->odd_tested));
		return;
	}

	struct table *table = begin(page, columns, 4);

	for (size_t i = 0; i < count; i++) {
		const struct report_machine *m = &report->odd[i];

		table_row(table, (struct table_cell[]){
					 table_text_cell(m->id),
					 table_count_cell(m->crashes),
					 table_count_cell(m->window_crashes),
					 table_text_cell(m->reasons) });
	}
	end(table, count, report->odd_count);
}

static void say_firmware(struct page *page)
{
	static const struct table_column columns[] = {
		{ "field", "", TABLE_WORD, TABLE_PEOPLE },
		{ "value", "value", TABLE_TEXT, TABLE_PEOPLE },
		{ "machines", "machines", TABLE_COUNT, TABLE_PEOPLE },
		{ "crashes", "crashes", TABLE_COUNT,
		  TABLE_PEOPLE | TABLE_SPARE },
		{ "change", "crashes a machine", TABLE_WORD, TABLE_PEOPLE },
		{ "cluster", "keeps to it", TABLE_TEXT, TABLE_PEOPLE },
	};
	const struct report *report = page->report;
	const size_t count = first_rows(report->firmware_count);

	heading(page, "Hypervisors and BIOS versions over-represented");
	if (count == 0) {
		paragraph(page, text_printf(page->arena, "None, of %zu.",
					    report->firmware_tested));
		return;
	}

	struct table *table = begin(page, columns, 6);

	for (size_t i = 0; i < count; i++) {
		const struct report_firmware *f = &report->firmware[i];

		table_row(
			table,
			(struct table_cell[]){
				table_text_cell(f->field),
				table_text_cell(f->value),
				table_count_cell(f->machines),
				table_count_cell(f->crashes),
				table_text_cell(report_words_change(
					page->arena, &f->change)),
				table_text_cell(
					f->cluster_q < REPORT_KEEPS_Q
						? text_printf(
							  page->arena, "%s: %s",
							  f->cluster->title,
							  report_words_table(
								  page->arena,
								  f->table))
						: NULL) });
	}
	end(table, count, report->firmware_count);
}

static void say_ranks(struct page *page)
{
	static const struct table_column columns[] = {
		{ "code", "code", TABLE_WORD, TABLE_PEOPLE },
		{ "name", "name", TABLE_WORD, TABLE_PEOPLE },
		{ "crashes", "crashes", TABLE_COUNT, TABLE_PEOPLE },
		{ "rank", "rank", TABLE_COUNT, TABLE_PEOPLE },
		{ "then", "in 2008", TABLE_COUNT, TABLE_PEOPLE },
	};
	const struct report *report = page->report;

	heading(page, "Beside 2008");

	struct table *table = begin(page, columns, 5);

	for (size_t i = 0; i < report->rank_count; i++) {
		const struct report_rank *r = &report->ranks[i];

		table_row(table,
			  (struct table_cell[]){
				  table_text_cell(text_printf(
					  page->arena, "%" PRIX32, r->code)),
				  table_text_cell(r->name),
				  table_count_cell(r->crashes),
				  r->rank ? table_count_cell(r->rank)
					  : table_absent(),
				  r->rank_2008 ? table_count_cell(r->rank_2008)
					       : table_absent() });
	}
	if (report->rank_shared > 2)
		table_note(table,
			   "rank correlation of the %zu codes in both: %.2f",
			   report->rank_shared, report->rank_correlation);
	end(table, 0, 0);
}

void report_text(const struct report *report,
		 const struct table_printer *printer, FILE *out)
{
	struct page page = { .report = report,
			     .arena = report->arena,
			     .printer = printer,
			     .out = out,
			     .markdown = !strcmp(printer->name, "markdown") };
	const char *lines[REPORT_SUMMARY_MAX];
	const size_t count = report_summary(report, lines);

	fputs(page.markdown ? "# Crash report\n\n" : "Crash report\n\n", out);
	paragraph(&page, report_summary_question(report));
	if (*report->where)
		paragraph(&page,
			  text_printf(page.arena, "Only crashes with %s.",
				      report->where));
	fputc('\n', out);
	for (size_t i = 0; i < count; i++)
		item(&page, lines[i]);
	say_fresh(&page);
	say_rising(&page);
	say_bugchecks(&page);
	say_clusters(&page);
	say_machines(&page);
	say_firmware(&page);
	say_ranks(&page);
	heading(&page, "Coverage");
	paragraph(&page, report_summary_totals(report));
	paragraph(&page, report_summary_coverage(report));
}
