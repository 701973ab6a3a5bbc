/*
 * correlate - what the machines that crash so have in common.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "query/asked.h"
#include "query/cohort.h"
#include "query/mark.h"
#include "query/plural.h"
#include "query/residue.h"
#include "signatures/base/text.h"

static struct {
	bool family;
	uint64_t limit;
} options = { .limit = 10 };

static const struct cli_option table[] = {
	{ "family", 0, CLI_FLAG, &options.family, NULL,
	  "ids are those of families" },
	{ "limit", 'n', CLI_NUMBER, &options.limit, "N",
	  "text: rows of each kind (10)" },
	ASKED_OPTIONS,
	CLI_END,
};

static const struct table_column columns[] = {
	{ "finding", "", TABLE_TEXT, TABLE_PEOPLE | TABLE_FOLDED },
	{ "rank", "", TABLE_COUNT, TABLE_PROGRAMS },
	{ "kind", "", TABLE_WORD, TABLE_PROGRAMS },
	{ "attribute", "", TABLE_TEXT, TABLE_PROGRAMS },
	{ "and", "", TABLE_TEXT, TABLE_PROGRAMS },
	{ "share", "", TABLE_SHARE, TABLE_PROGRAMS },
	{ "others", "", TABLE_SHARE, TABLE_PROGRAMS },
	{ "machines", "", TABLE_COUNT, TABLE_PROGRAMS },
	{ "other_machines", "", TABLE_COUNT, TABLE_PROGRAMS },
	{ "phi", "", TABLE_REAL, TABLE_PROGRAMS },
	{ "p", "", TABLE_REAL, TABLE_PROGRAMS },
	{ "explained_by", "", TABLE_TEXT, TABLE_PROGRAMS },
	{ "given", "", TABLE_REAL, TABLE_PROGRAMS },
	{ "same", "", TABLE_TEXT, TABLE_PROGRAMS },
	{ "share_low", "", TABLE_SHARE, TABLE_DETAILS },
	{ "share_high", "", TABLE_SHARE, TABLE_DETAILS },
	{ "others_low", "", TABLE_SHARE, TABLE_DETAILS },
	{ "others_high", "", TABLE_SHARE, TABLE_DETAILS },
};

enum {
	COLUMNS = sizeof(columns) / sizeof(columns[0]),
	SAME_SHOWN = 4
};

/* A group of crashes, held against all. */
struct answer {
	struct query *query;
	struct table *out;
	struct cohort cohort;
	struct contrast_finding *findings;
	size_t count;
	struct residue_finding *residues;
	size_t residue_count;
};

/* "driver=cfosspeed6.sys (build 668d3a400003d000)" */
static const char *name_of(struct answer *answer, size_t at)
{
	const struct contrast_attribute *attribute =
		&answer->cohort.table.attributes[at];
	const char *build = strrchr(attribute->value, '@');

	if (strcmp(attribute->field, "driverbuild") == 0 && build)
		return text_printf(&answer->query->arena,
				   "driver=%.*s (build %s)",
				   (int)(build - attribute->value),
				   attribute->value, build + 1);
	return text_printf(&answer->query->arena, "%s=%s", attribute->field,
			   attribute->value);
}

static const char *names_of(struct answer *answer,
			    const struct contrast_finding *finding)
{
	const char *name = name_of(answer, finding->attribute);

	if (finding->other == CONTRAST_NONE)
		return name;
	return text_printf(&answer->query->arena, "%s and %s", name,
			   name_of(answer, finding->other));
}

/* The other attributes of the same units. */
static const char *same_of(struct answer *answer,
			   const struct contrast_finding *finding, size_t max)
{
	struct arena *arena = &answer->query->arena;
	const char *text = NULL;

	for (size_t i = 1; i < finding->same && i <= max; i++)
		text = text_printf(arena, "%s%s%s", text ? text : "",
				   text ? ", " : "",
				   name_of(answer, finding->attribute + i));
	if (finding->same > max + 1)
		text = text_printf(arena, "%s and %zu more", text,
				   finding->same - max - 1);
	return text;
}

static double share(uint64_t k, uint64_t n)
{
	return n ? (double)k / (double)n : 0;
}

static const char *shares(struct answer *answer, struct table22 t)
{
	struct arena *arena = &answer->query->arena;
	const struct interval a = statistics_share(t.k1, t.n1);
	const struct interval b = statistics_share(t.k2, t.n2);
	const double x = 100 * share(t.k1, t.n1);
	const double y = 100 * share(t.k2, t.n2);

	if (!asked_options.intervals)
		return text_printf(arena,
				   "%.1f%% of its machines vs %.1f%% of the "
				   "others",
				   x, y);
	return text_printf(arena,
			   "%.1f%% (%.1f to %.1f) of its machines vs %.1f%% "
			   "(%.1f to %.1f) of the others",
			   x, 100 * a.low, 100 * a.high, y, 100 * b.low,
			   100 * b.high);
}

static const char *line_of(struct answer *answer,
			   const struct contrast_finding *finding)
{
	struct arena *arena = &answer->query->arena;
	const char *same = same_of(answer, finding, SAME_SHOWN);
	const char *line =
		text_printf(arena, "%s: %s", shares(answer, finding->counts),
			    names_of(answer, finding));

	if (finding->explained != CONTRAST_NONE)
		line = text_printf(arena, "    goes with it: %s", line);
	if (same)
		line = text_printf(arena, "%s; the same machines: %s", line,
				   same);
	return line;
}

static void print_finding(struct answer *answer, size_t i)
{
	const struct contrast_finding *at = &answer->findings[i];
	const struct table22 t = at->counts;
	const struct interval a = statistics_share(t.k1, t.n1);
	const struct interval b = statistics_share(t.k2, t.n2);
	const bool rides = at->explained != CONTRAST_NONE;
	const struct table_cell cells[COLUMNS] = {
		table_text_cell(line_of(answer, at)),
		table_count_cell(answer->out->row_count + 1),
		table_text_cell(rides ? "explained" : "cause"),
		table_text_cell(name_of(answer, at->attribute)),
		at->other == CONTRAST_NONE
			? table_absent()
			: table_text_cell(name_of(answer, at->other)),
		table_real_cell(share(t.k1, t.n1)),
		table_real_cell(share(t.k2, t.n2)),
		table_count_cell(t.k1),
		table_count_cell(t.k2),
		table_real_cell(at->phi),
		table_real_cell(at->p),
		rides ? table_text_cell(names_of(
				answer, &answer->findings[at->explained]))
		      : table_absent(),
		rides ? table_real_cell(at->given) : table_absent(),
		table_text_cell(same_of(answer, at, SIZE_MAX - 1)),
		table_real_cell(a.low),
		table_real_cell(a.high),
		table_real_cell(b.low),
		table_real_cell(b.high),
	};

	table_row(answer->out, cells);
}

static void print_residue(struct answer *answer,
			  const struct residue_finding *at)
{
	const struct table22 t = at->counts;
	struct arena *arena = &answer->query->arena;
	const struct interval a = statistics_share(t.k1, t.n1);
	const struct interval b = statistics_share(t.k2, t.n2);
	const struct table_cell cells[COLUMNS] = {
		table_text_cell(text_printf(
			arena,
			"on the stack of %.1f%% of its machines with it vs "
			"%.1f%% of their and others' other crashes: residue=%s",
			100 * share(t.k1, t.n1), 100 * share(t.k2, t.n2),
			at->module)),
		table_count_cell(answer->out->row_count + 1),
		table_text_cell("residue"),
		table_text_cell(text_printf(arena, "residue=%s", at->module)),
		table_absent(),
		table_real_cell(share(t.k1, t.n1)),
		table_real_cell(share(t.k2, t.n2)),
		table_count_cell(t.k1),
		table_count_cell(t.k2),
		table_real_cell(statistics_phi(t)),
		table_real_cell(at->p),
		table_absent(),
		table_absent(),
		table_absent(),
		table_real_cell(a.low),
		table_real_cell(a.high),
		table_real_cell(b.low),
		table_real_cell(b.high),
	};

	table_row(answer->out, cells);
}

/* Each cause with what goes with it. */
static void print_findings(struct answer *answer)
{
	const bool all = answer->query->printer->reader & TABLE_PROGRAMS;
	const size_t max = all || !options.limit ? SIZE_MAX : options.limit;
	size_t causes = 0;

	for (size_t i = 0; i < answer->count; i++) {
		size_t riders = 0;

		if (answer->findings[i].explained != CONTRAST_NONE)
			continue;
		if (causes++ >= max)
			continue;
		print_finding(answer, i);
		for (size_t j = 0; j < answer->count; j++)
			if (answer->findings[j].explained == i &&
			    riders++ < max)
				print_finding(answer, j);
		if (riders > max)
			table_note(answer->out, "%zu more go with %s",
				   riders - max,
				   names_of(answer, &answer->findings[i]));
	}
	for (size_t i = 0; i < answer->residue_count; i++)
		print_residue(answer, &answer->residues[i]);
	if (causes > max)
		table_note(answer->out, "%zu more", causes - max);
}

static void say_counts(struct answer *answer, const struct asked *asked,
		       const struct mark *mark)
{
	const struct cohort *cohort = &answer->cohort;
	const uint64_t others = cohort->table.units - cohort->group;
	struct table *out = answer->out;

	table_fact(out, "crashes",
		   json_new_integer((int64_t)asked->plan.matched));
	table_fact(out, "machines", json_new_integer((int64_t)cohort->group));
	table_fact(out, "other_machines", json_new_integer((int64_t)others));
	table_fact(out, "unknown_machines",
		   json_new_integer((int64_t)cohort->unknown));
	table_fact(out, "tried",
		   json_new_integer((int64_t)cohort->table.candidates));
	table_note(out,
		   "%" PRIu64 " crash%s on %" PRIu64
		   " machine%s, against %" PRIu64
		   " other%s; %zu attribute%s tried",
		   asked->plan.matched, plural_es(asked->plan.matched),
		   cohort->group, plural(cohort->group), others, plural(others),
		   cohort->table.candidates, plural(cohort->table.candidates));
	mark_note(&answer->query->arena, mark, out);
	if (cohort->unknown)
		table_note(out,
			   cohort->unknown == 1
				   ? "%" PRIu64 " crash tells no machine and "
				     "counts as one"
				   : "%" PRIu64 " crashes tell no machine and "
				     "count as one each",
			   cohort->unknown);
	if (cohort->group < CONTRAST_LEAST)
		table_note(out, "fewer than %d machines: too few to tell",
			   CONTRAST_LEAST);
	else if (!answer->count && !answer->residue_count)
		table_note(out, "nothing that they have more than the others");
	asked_note(asked, out);
}

static enum status work_out(struct answer *answer, const struct plan *group,
			    const struct plan *all, struct error *err)
{
	struct query *query = answer->query;
	struct cohort_fleet fleet;
	bool hung;
	enum status status;

	if (residue_is_asked(query, group, &hung, err))
		return err->status;
	cohort_fleet_make(query, all, &fleet);
	status = cohort_make(query, &fleet, group, hung ? "residue" : NULL,
			     &answer->cohort, err);
	cohort_fleet_deinit(&fleet);
	if (status)
		return status;
	answer->count = contrast_find(&answer->cohort.table, &query->arena,
				      &answer->findings);
	if (!hung)
		return STATUS_OK;
	status = residue_find(query, group, all, &answer->residues,
			      &answer->residue_count, err);
	if (status)
		cohort_deinit(&answer->cohort);
	return status;
}

/* Words without a sign are ids of clusters. */
static void read_ids(struct query *query)
{
	const char **words = arena_take(&query->arena, query->operand_count + 1,
					sizeof(*words));

	for (size_t i = 0; i < query->operand_count; i++)
		words[i] = strchr(query->operands[i], '=')
				   ? query->operands[i]
				   : text_printf(&query->arena, "%s=%s*",
						 options.family ? "family"
								: "cluster",
						 query->operands[i]);
	query->operands = words;
}

static void print(struct answer *answer, const struct asked *asked,
		  const struct mark *mark)
{
	struct query *query = answer->query;

	answer->out = table_create(query->printer, query->out,
				   "What its machines have in common", columns,
				   COLUMNS);
	print_findings(answer);
	say_counts(answer, asked, mark);
	table_end(answer->out);
	table_destroy(answer->out);
}

static enum status correlate_run(struct query *query, enum cli_exit *ret,
				 struct error *err)
{
	struct answer answer = { .query = query };
	struct asked asked, all;
	struct marks marks;
	struct mark mark;
	enum status status;

	if (query->operand_count == 0)
		return error_set(err, STATUS_USAGE,
				 "correlate what? a cluster, or filter words");
	read_ids(query);
	if (asked_make(query, &asked, err))
		return err->status;
	status = mark_open(query, &marks, err);
	if (!status) {
		mark = mark_of_plan(&marks, &asked.plan);
		status = asked_all(query, &all, err);
		if (!status) {
			status = work_out(&answer, &asked.plan, &all.plan, err);
			asked_deinit(&all);
		}
		if (!status) {
			print(&answer, &asked, &mark);
			cohort_deinit(&answer.cohort);
			*ret = answer.count || answer.residue_count ? CLI_YES
								    : CLI_NO;
		}
		mark_close(&marks);
	}
	asked_deinit(&asked);
	return status;
}

const struct query_command correlate_command = {
	.name = "correlate",
	.usage = "[OPTION...] CLUSTER|FIELD=VALUE...",
	.help = "what the machines that crash so have in common",
	.more = "Examples:\n"
		"  crashquery correlate 3f9a1b2c4d5e\n"
		"  crashquery correlate bugcheck=101\n\n"
		"Counted in machines, against all machines that crashed in any "
		"other way.  What\nsays nothing more once a stronger attribute "
		"is known is listed under that one.\nA correlation is where "
		"to look first, and no proof.\n",
	.needs_store = true,
	.options = table,
	.run = correlate_run,
};
