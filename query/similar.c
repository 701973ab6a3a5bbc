/*
 * similar - which crashes and clusters are like one.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "query/cell.h"
#include "query/choose.h"
#include "query/mark.h"
#include "query/subject.h"
#include "signatures/base/text.h"
#include "signatures/identity.h"
#include "signatures/settle/search.h"

static struct {
	uint64_t limit;
} options = { .limit = 10 };

static const struct cli_option table[] = {
	{ "limit", 'n', CLI_NUMBER, &options.limit, "N",
	  "at most so many crashes and clusters (10)" },
	CLI_END,
};

static const struct table_column columns[] = {
	{ "rank", "", TABLE_COUNT, TABLE_ALL },
	{ "what", "", TABLE_WORD, TABLE_ALL },
	{ "id", "id", TABLE_WORD, TABLE_ALL },
	{ "score", "score", TABLE_REAL, TABLE_ALL },
	{ "verdict", "verdict", TABLE_WORD, TABLE_ALL },
	{ "cluster", "cluster", TABLE_WORD, TABLE_PROGRAMS },
	{ "bugcheck", "", TABLE_WORD, TABLE_PROGRAMS },
	{ "fault", "fault", TABLE_TEXT, TABLE_ALL },
	{ "agrees", "agrees in", TABLE_TEXT, TABLE_ALL },
	{ "differs", "differs in", TABLE_TEXT, TABLE_ALL },
	{ "time", "", TABLE_WORD, TABLE_PROGRAMS },
	{ "source", "", TABLE_TEXT, TABLE_PROGRAMS },
};

enum {
	BASE = sizeof(columns) / sizeof(columns[0]),
	COLUMNS = BASE + MARK_COLUMNS,
	FOUND_MAX = 48,
	TOLD = 3,     /* features named on each side */
	SPEAKERS = 3, /* members that speak for a cluster */
	TOLD_MIN = 10 /* per cent of what the first of them weighs */
};

/* A neighbour with what is printed of it. */
struct near {
	uint32_t row;
	double score;
	double standing; /* what they are sorted by */
	const char *id, *cluster, *bugcheck, *fault;
	const char *agrees, *differs;
	const char *time, *source; /* NULL for a cluster */
	struct mark mark;
};

static const char *verdict(double score, double cluster)
{
	if (score >= cluster)
		return "same bug";
	if (score >= SEARCH_FAMILY)
		return "near miss";
	return "another";
}

/* The heaviest features that are on both sides, or on one. */
static const char *told(const struct search_comparison *comparison, bool shared,
			struct arena *arena)
{
	const char *text = "";
	float first = 0;
	size_t count = 0;

	for (size_t i = 0; i < comparison->count && count < TOLD; i++) {
		const struct search_pair *pair = &comparison->pairs[i];
		const float weight = pair->left + pair->right;

		/* What follows from frames is told by them. */
		if ((pair->left > 0 && pair->right > 0) != shared ||
		    (pair->class != FEATURE_FRAME &&
		     pair->class != FEATURE_CODE) ||
		    weight * 100 < first * TOLD_MIN)
			continue;
		if (count++ == 0)
			first = weight;
		text = text_printf(arena, "%s%s%s%s", text, *text ? ", " : "",
				   shared	    ? ""
				   : pair->left > 0 ? "-"
						    : "+",
				   pair->text);
	}
	return *text ? text : NULL;
}

/* Of a hit the query's arena keeps what is printed, scratch what was read. */
static enum status look(struct query *query, struct search *search,
			const struct marks *marks,
			const struct subject *subject, struct search_hit hit,
			struct arena *scratch, struct near *ret,
			struct error *err)
{
	struct arena *arena = &query->arena;
	struct search_comparison comparison;
	struct store_crash crash;
	const char *fault;
	char id[IDENTITY_TEXT_BYTES];

	if (store_crash_read(query->store, hit.row, scratch, &crash, err))
		return err->status;
	identity_text(crash.identity, id);
	comparison =
		search_compare(search, &subject->crash, &crash.crash, scratch);
	fault = cell_fault(scratch, &crash.crash);
	*ret = (struct near){
		.row = hit.row,
		.score = comparison.likeness,
		.standing = search_standing(comparison.likeness,
					    &subject->crash, &crash.crash),
		.id = text_copy(arena, id),
		.cluster = cell_column(query->store, "cluster", hit.row, arena),
		.bugcheck = cell_bugcheck(arena, &crash.crash),
		.fault = fault ? text_copy(arena, fault) : NULL,
		.agrees = told(&comparison, true, arena),
		.differs = told(&comparison, false, arena),
		.time = cell_time(arena, &crash.crash),
		.source = text_copy(arena, cell_source(&crash)),
		.mark = mark_of_row(marks, hit.row),
	};
	return STATUS_OK;
}

static int by_standing(const void *left, const void *right)
{
	const struct near *a = left;
	const struct near *b = right;

	if (a->standing > b->standing || a->standing < b->standing)
		return a->standing > b->standing ? -1 : 1;
	return strcmp(a->id, b->id);
}

static void print_row(struct table *out, struct arena *arena, const char *what,
		      const struct near *near, double cluster)
{
	struct table_cell cells[COLUMNS] = {
		table_count_cell(out->row_count + 1),
		table_text_cell(what),
		table_text_cell(near->id),
		table_real_cell(near->score),
		table_text_cell(verdict(near->score, cluster)),
		table_text_cell(near->cluster),
		table_text_cell(near->bugcheck),
		table_text_cell(near->fault),
		table_text_cell(near->agrees),
		table_text_cell(near->differs),
		table_text_cell(near->time),
		table_text_cell(near->source),
	};

	mark_cells(arena, &near->mark, cells + BASE);
	table_row(out, cells);
}

/* Each cluster by the mean of its best few; nears are sorted. */
static size_t rank_clusters(const struct near *nears, size_t count,
			    struct near *ret)
{
	size_t clusters = 0;

	for (size_t i = 0; i < count; i++) {
		double sum = 0;
		double standing = 0;
		size_t members = 0;
		bool told_before = !nears[i].cluster;

		for (size_t j = 0; j < clusters && !told_before; j++)
			told_before =
				strcmp(ret[j].cluster, nears[i].cluster) == 0;
		if (told_before)
			continue;
		for (size_t j = i; j < count && members < SPEAKERS; j++) {
			if (!nears[j].cluster ||
			    strcmp(nears[j].cluster, nears[i].cluster) != 0)
				continue;
			sum += nears[j].score;
			standing += nears[j].standing;
			members++;
		}
		ret[clusters] = nears[i];
		ret[clusters].id = nears[i].cluster;
		ret[clusters].time = ret[clusters].source = NULL;
		ret[clusters].standing = standing / (double)members;
		ret[clusters++].score = sum / (double)members;
	}
	if (clusters > 1)
		qsort(ret, clusters, sizeof(*ret), by_standing);
	return clusters;
}

static void print_best(struct table *out, struct arena *arena, const char *what,
		       const struct near *nears, size_t count, double cluster)
{
	for (size_t i = 0; i < count && i < options.limit; i++)
		print_row(out, arena, what, &nears[i], cluster);
}

/* All crashes of a cluster, not only those that are alike. */
static enum status mark_clusters(struct query *query, const struct marks *marks,
				 struct near *clusters, size_t count,
				 struct error *err)
{
	for (size_t i = 0; i < count && marks->issues; i++) {
		const char *word = text_printf(&query->arena, "cluster=%s",
					       clusters[i].id);
		struct where where;
		struct plan plan;

		if (where_parse(&word, 1, &query->arena, &where, err) ||
		    choose_rows(query->store, &where, &plan, err))
			return err->status;
		clusters[i].mark = mark_of_plan(marks, &plan);
		plan_deinit(&plan);
	}
	return STATUS_OK;
}

static struct table *begin_table(struct query *query, const struct marks *marks)
{
	struct table_column *all =
		arena_take(&query->arena, COLUMNS, sizeof(*all));

	memcpy(all, columns, sizeof(columns));
	mark_columns(marks, all + BASE);
	return table_create(query->printer, query->out, "Similar crashes", all,
			    COLUMNS);
}

static enum status print_all(struct query *query, const struct marks *marks,
			     const struct subject *subject,
			     const struct near *nears, size_t count,
			     double cluster, struct error *err)
{
	const enum stream_why why = stream_why(&subject->crash);
	struct near clusters[FOUND_MAX];
	const size_t cluster_count = rank_clusters(nears, count, clusters);
	struct table *out;

	if (mark_clusters(query, marks, clusters, cluster_count, err))
		return err->status;
	out = begin_table(query, marks);
	print_best(out, &query->arena, "crash", nears, count, cluster);
	print_best(out, &query->arena, "cluster", clusters, cluster_count,
		   cluster);
	if (why)
		table_note(out, "cannot be compared: %s", stream_why_text(why));
	else
		table_note(out,
			   "one crash is shown of those with the same stack; "
			   "%.2f makes one cluster, %.2f one family; - is only "
			   "here, + only there",
			   cluster, SEARCH_FAMILY);
	table_fact(out, "id",
		   subject->is_stored ? json_new_text(subject->id)
				      : json_new_null());
	table_fact(out, "unclustered",
		   why ? json_new_text(stream_why_text(why)) : json_new_null());
	table_end(out);
	table_destroy(out);
	return STATUS_OK;
}

static enum status answer(struct query *query, const struct marks *marks,
			  const struct subject *subject, enum cli_exit *ret,
			  struct error *err)
{
	struct search_hit hits[FOUND_MAX];
	struct near *nears =
		arena_take(&query->arena, FOUND_MAX, sizeof(*nears));
	struct search *search;
	struct arena scratch;
	size_t found;
	size_t count = 0;
	double cluster;
	enum status status = STATUS_OK;

	if (subject_search(query, &search, err))
		return err->status;
	arena_init(&scratch);
	found = search_similar(search, &subject->crash, hits, FOUND_MAX);
	for (size_t i = 0; i < found && !status; i++) {
		if (subject->is_stored && hits[i].row == subject->row)
			continue;
		status = look(query, search, marks, subject, hits[i], &scratch,
			      &nears[count++], err);
		arena_reset(&scratch);
	}
	arena_deinit(&scratch);
	cluster = search_cluster(search);
	search_close(search);
	if (status)
		return status;
	if (count > 1)
		qsort(nears, count, sizeof(*nears), by_standing);
	*ret = count ? CLI_YES : CLI_NO;
	return print_all(query, marks, subject, nears, count, cluster, err);
}

static enum status similar_run(struct query *query, enum cli_exit *ret,
			       struct error *err)
{
	struct subject subject;
	struct marks marks;
	bool found;

	if (query->operand_count != 1)
		return error_set(err, STATUS_USAGE,
				 "similar to what? an id, a dump, or its JSON");
	if (subject_find(query, query->operands[0], &subject, &found, err))
		return err->status;
	if (!found) {
		*ret = CLI_NO;
		return STATUS_OK;
	}
	if (mark_open(query, &marks, err))
		return err->status;

	const enum status status = answer(query, &marks, &subject, ret, err);

	mark_close(&marks);
	return status;
}

const struct query_command similar_command = {
	.name = "similar",
	.usage = "[OPTION...] ID|FILE",
	.help = "the crashes and clusters most like one",
	.more = "Examples:\n"
		"  crashquery similar 3f9a1b2c4d5e\n"
		"  crashquery similar tonight.dmp     of no store yet\n\n"
		"FILE is a dump, which the crashindex beside this program "
		"examines, or the\nJSON of crashindex --print.\n",
	.needs_store = true,
	.options = table,
	.run = similar_run,
};
