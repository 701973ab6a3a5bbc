/*
 * explain - why two crashes are, or are not, in one cluster.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "query/cell.h"
#include "query/subject.h"
#include "signatures/base/text.h"
#include "signatures/settle/disputes.h"

static struct {
	uint64_t limit;
} options = { .limit = 24 };

static const struct cli_option table[] = {
	{ "limit", 'n', CLI_NUMBER, &options.limit, "N",
	  "text: the heaviest N features (24)" },
	CLI_END,
};

static const struct table_column columns[] = {
	{ "feature", "feature", TABLE_TEXT, TABLE_ALL },
	{ "class", "", TABLE_WORD, TABLE_ALL },
	{ "left", "first", TABLE_REAL, TABLE_ALL },
	{ "right", "second", TABLE_REAL, TABLE_ALL },
	{ "agrees", "", TABLE_WORD, TABLE_ALL },
};

enum {
	COLUMNS = sizeof(columns) / sizeof(columns[0]),
	TURNERS_MAX = 6, /* features named that would turn the verdict */
	DISPUTES_MAX = 8 /* frames named that are one, or two */
};

static const char *class_word(enum feature_class class)
{
	static const char *const words[FEATURE_CLASSES] = {
		[FEATURE_FRAME] = "frame",
		[FEATURE_UNUSED] = "",
		[FEATURE_MODULE] = "module",
		[FEATURE_PAIR] = "pair",
		[FEATURE_CODE] = "code",
		[FEATURE_WORD] = "word",
		[FEATURE_MODULES] = "modules",
		[FEATURE_CODE_WORD] = "code-word",
		[FEATURE_FRAME_CODE] = "frame-code",
	};

	return words[class];
}

static bool is_shared(const struct search_pair *pair)
{
	return pair->left > 0 && pair->right > 0;
}

static void print_pairs(struct query *query, struct table *out,
			const struct search_comparison *comparison)
{
	const bool all = query->printer->reader & TABLE_PROGRAMS;

	for (size_t i = 0; i < comparison->count; i++) {
		const struct search_pair *pair = &comparison->pairs[i];
		const struct table_cell cells[COLUMNS] = {
			table_text_cell(pair->text),
			table_text_cell(class_word(pair->class)),
			pair->left > 0 ? table_real_cell((double)pair->left)
				       : table_absent(),
			pair->right > 0 ? table_real_cell((double)pair->right)
					: table_absent(),
			table_text_cell(is_shared(pair)	 ? "both"
					: pair->left > 0 ? "first"
							 : "second"),
		};

		if (all || !options.limit || i < options.limit)
			table_row(out, cells);
	}
	if (!all && options.limit && comparison->count > options.limit)
		table_note(out, "%zu lighter features more",
			   comparison->count - (size_t)options.limit);
}

/*
 * The fewest heaviest features whose absence turns the verdict at threshold;
 * NULL if none of so few do.
 */
static const char *turners(const struct search_comparison *comparison,
			   double threshold, struct arena *arena)
{
	bool *without = arena_take(arena, comparison->count + 1, sizeof(bool));
	const bool joined = comparison->likeness >= threshold;
	const char *text = "";

	for (size_t named = 0; named < TURNERS_MAX; named++) {
		size_t at = 0;

		while (at < comparison->count &&
		       (without[at] ||
			is_shared(&comparison->pairs[at]) != joined))
			at++;
		if (at == comparison->count)
			return NULL;
		without[at] = true;
		text = text_printf(arena, "%s%s%s", text, *text ? ", " : "",
				   comparison->pairs[at].text);
		if ((search_likeness(comparison->pairs, comparison->count,
				     without) >= threshold) != joined)
			return text;
	}
	return NULL;
}

static const char *place_of(struct query *query, const struct subject *subject,
			    const char *field)
{
	return subject->is_stored ? cell_column(query->store, field,
						subject->row, &query->arena)
				  : NULL;
}

static bool in_one(struct query *query, const struct subject sides[2],
		   const char *field)
{
	const char *a = place_of(query, &sides[0], field);
	const char *b = place_of(query, &sides[1], field);

	return a && b && strcmp(a, b) == 0;
}

static const char *verdict(double likeness, double cluster)
{
	if (likeness >= cluster)
		return "one bug";
	if (likeness >= SEARCH_FAMILY)
		return "a near miss: one family, not one bug";
	return "two bugs";
}

static void say_turn(struct table *out, const char *level, double likeness,
		     double threshold, const char *turn)
{
	const bool joined = likeness >= threshold;

	if (!turn)
		table_note(out,
			   joined ? "still in one %s without the %d heaviest "
				    "of what they share"
				  : "still not in one %s but for the %d "
				    "heaviest of what parts them",
			   level, TURNERS_MAX);
	else if (joined)
		table_note(out, "parted from one %s without: %s", level, turn);
	else
		table_note(out, "joined in one %s but for: %s", level, turn);
}

static void say_verdict(struct query *query, struct table *out,
			const struct subject sides[2],
			const struct search_comparison *comparison,
			double threshold)
{
	const double likeness = comparison->likeness;
	const char *word = verdict(likeness, threshold);
	const char *strict = turners(comparison, threshold, &query->arena);
	const char *loose = turners(comparison, SEARCH_FAMILY, &query->arena);
	const bool cluster = in_one(query, sides, "cluster");
	const bool family = in_one(query, sides, "family");

	table_note(out,
		   "likeness %.3f: %s (%.2f makes one cluster, %.2f one "
		   "family)",
		   likeness, word, threshold, SEARCH_FAMILY);
	say_turn(out, "cluster", likeness, threshold, strict);
	say_turn(out, "family", likeness, SEARCH_FAMILY, loose);
	if (sides[0].is_stored && sides[1].is_stored)
		table_note(out, "as stored: %s",
			   cluster  ? "in one cluster"
			   : family ? "in one family, in two clusters"
				    : "in two families");
	table_fact(out, "likeness", json_new_real(likeness));
	table_fact(out, "verdict", json_new_text(word));
	table_fact(out, "cluster_turned_by", json_new_text(strict));
	table_fact(out, "family_turned_by", json_new_text(loose));
	table_fact(out, "one_cluster", json_new_bool(cluster));
	table_fact(out, "one_family", json_new_bool(family));
}

/* Where fingerprints and the names of frames across builds disagree. */
static void say_disputes(struct table *out, struct search *search,
			 const struct subject sides[2])
{
	struct disputes_pair pairs[DISPUTES_MAX];
	const size_t count = disputes_find(
		search, &sides[0].crash, &sides[1].crash, pairs, DISPUTES_MAX);

	for (size_t i = 0; i < count && i < DISPUTES_MAX; i++)
		table_note(out,
			   "%s+0x%" PRIx64 " and %s+0x%" PRIx64
			   ": one function by their %s, two by their %s",
			   pairs[i].left->module, pairs[i].left->offset,
			   pairs[i].right->module, pairs[i].right->offset,
			   pairs[i].one_by_code ? "code" : "company",
			   pairs[i].one_by_code ? "company" : "code");
	table_fact(out, "code_disputes", json_new_integer((int64_t)count));
}

/* A crash that joins nothing says why. */
static void say_weak(struct table *out, const char *word,
		     const struct subject *subject)
{
	const enum stream_why why = stream_why(&subject->crash);

	if (why)
		table_note(out, "%s joins no cluster: %s", word,
			   stream_why_text(why));
}

static enum status explain_run(struct query *query, enum cli_exit *ret,
			       struct error *err)
{
	struct subject sides[2];
	struct search_comparison comparison;
	struct search *search;
	struct table *out;

	if (query->operand_count != 2)
		return error_set(
			err, STATUS_USAGE,
			"explain which two? ids, dumps, or their JSON");
	for (size_t i = 0; i < 2; i++) {
		bool found;

		if (subject_find(query, query->operands[i], &sides[i], &found,
				 err))
			return err->status;
		if (!found) {
			*ret = CLI_NO;
			return STATUS_OK;
		}
	}
	if (subject_search(query, &search, err))
		return err->status;
	comparison = search_compare(
		search_weigh(search, &sides[0].crash, &query->arena),
		search_weigh(search, &sides[1].crash, &query->arena),
		&query->arena);
	out = table_create(query->printer, query->out, "Two crashes compared",
			   columns, COLUMNS);
	print_pairs(query, out, &comparison);
	say_verdict(query, out, sides, &comparison, search_cluster(search));
	say_disputes(out, search, sides);
	for (size_t i = 0; i < 2; i++)
		say_weak(out, query->operands[i], &sides[i]);
	table_end(out);
	table_destroy(out);
	*ret = comparison.likeness >= search_cluster(search) ? CLI_YES : CLI_NO;
	search_close(search);
	return STATUS_OK;
}

const struct query_command explain_command = {
	.name = "explain",
	.usage = "[OPTION...] ID|FILE ID|FILE",
	.help = "why two crashes are one bug or two",
	.more = "Each feature with what it weighs on either side in this "
		"store, then the verdict\nand what would have turned it.  The "
		"cluster itself was decided when the later of\nthe two came, "
		"by its likeness to the best few members.  Frames without a\n"
		"symbol that are one function by their code and two by the "
		"stacks they stand on,\nor the other way round, are named.  "
		"Exit 0 says one bug.\n",
	.needs_store = true,
	.options = table,
	.run = explain_run,
};
