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
	{ "verdict", "verdict", TABLE_WORD, TABLE_ALL | TABLE_SPARE },
	{ "cluster", "cluster", TABLE_WORD, TABLE_PROGRAMS },
	{ "bugcheck", "", TABLE_WORD, TABLE_PROGRAMS },
	{ "fault", "fault", TABLE_TEXT, TABLE_ALL | TABLE_SPARE },
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

/* A neighbour, and once it is looked at what is printed of it. */
struct near {
	struct search_hit hit;
	double score;
	double standing; /* what they are sorted by */
	const char *id, *cluster, *bugcheck, *fault;
	const char *agrees, *differs;
	const char *time, *source;
	struct mark mark;
	bool is_seen;
};

/* Neighbours of one cluster. */
struct clump {
	struct near *best;
	double score, standing; /* means of the best few */
	struct mark mark;	/* of all its crashes, alike or not */
};

/* What is asked, and whom. */
struct asking {
	struct query *query;
	struct search *search;
	const struct marks *marks;
	const struct subject *subject;
	const struct search_side *side; /* the subject's, or NULL */
	struct arena scratch;		/* one crash */
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

/* The query's arena keeps what is printed, scratch what was read. */
static enum status look(struct asking *asking, struct near *near,
			struct error *err)
{
	struct query *query = asking->query;
	struct arena *arena = &query->arena;
	struct search_comparison comparison;
	struct store_crash crash;
	const char *fault;

	if (near->is_seen)
		return STATUS_OK;
	arena_reset(&asking->scratch);
	if (store_crash_glance(query->store, near->hit.row, &asking->scratch,
			       &crash, err))
		return err->status;
	if (!asking->side)
		asking->side = search_weigh(asking->search,
					    &asking->subject->crash, arena);
	comparison = search_compare(
		asking->side,
		search_weigh(asking->search, &crash.crash, &asking->scratch),
		&asking->scratch);
	fault = cell_fault(&asking->scratch, &crash.crash);
	near->bugcheck = cell_bugcheck(arena, &crash.crash);
	near->fault = fault ? text_copy(arena, fault) : NULL;
	near->agrees = told(&comparison, true, arena);
	near->differs = told(&comparison, false, arena);
	near->time = cell_time(arena, &crash.crash);
	near->source = text_copy(arena, cell_source(&crash));
	near->mark = mark_of_row(asking->marks, near->hit.row);
	near->is_seen = true;
	return STATUS_OK;
}

/* Those that the last pass put together need one look at the column. */
static const char *cluster_of(struct query *query, const struct near *nears,
			      size_t count, const struct search_hit *hit)
{
	for (size_t i = 0; i < count && hit->group; i++)
		if (nears[i].hit.group == hit->group)
			return nears[i].cluster;
	return cell_column(query->store, "cluster", hit->row, &query->arena);
}

static int by_standing(const void *left, const void *right)
{
	const struct near *a = left;
	const struct near *b = right;

	if (a->standing > b->standing || a->standing < b->standing)
		return a->standing > b->standing ? -1 : 1;
	return strcmp(a->id, b->id);
}

static int by_mean(const void *left, const void *right)
{
	const struct clump *a = left;
	const struct clump *b = right;

	if (a->standing > b->standing || a->standing < b->standing)
		return a->standing > b->standing ? -1 : 1;
	return strcmp(a->best->cluster, b->best->cluster);
}

/* Of a clump there is no time and no source. */
static void print_row(struct table *out, struct arena *arena,
		      const struct near *near, const struct clump *clump,
		      double cluster)
{
	const double score = clump ? clump->score : near->score;
	struct table_cell cells[COLUMNS] = {
		table_count_cell(out->row_count + 1),
		table_text_cell(clump ? "cluster" : "crash"),
		table_text_cell(clump ? near->cluster : near->id),
		table_real_cell(score),
		table_text_cell(verdict(score, cluster)),
		table_text_cell(near->cluster),
		table_text_cell(near->bugcheck),
		table_text_cell(near->fault),
		table_text_cell(near->agrees),
		table_text_cell(near->differs),
		table_text_cell(clump ? NULL : near->time),
		table_text_cell(clump ? NULL : near->source),
	};

	mark_cells(arena, clump ? &clump->mark : &near->mark, cells + BASE);
	table_row(out, cells);
}

/* Each cluster by the mean of its best few; nears are sorted. */
static size_t rank_clusters(struct near *nears, size_t count, struct clump *ret)
{
	size_t clusters = 0;

	for (size_t i = 0; i < count; i++) {
		struct clump clump = { .best = &nears[i] };
		size_t members = 0;
		bool told_before = !nears[i].cluster;

		for (size_t j = 0; j < clusters && !told_before; j++)
			told_before = strcmp(ret[j].best->cluster,
					     nears[i].cluster) == 0;
		if (told_before)
			continue;
		for (size_t j = i; j < count && members < SPEAKERS; j++) {
			if (!nears[j].cluster ||
			    strcmp(nears[j].cluster, nears[i].cluster) != 0)
				continue;
			clump.score += nears[j].score;
			clump.standing += nears[j].standing;
			members++;
		}
		clump.score /= (double)members;
		clump.standing /= (double)members;
		ret[clusters++] = clump;
	}
	if (clusters > 1)
		qsort(ret, clusters, sizeof(*ret), by_mean);
	return clusters;
}

/* All crashes of a cluster, not only those that are alike. */
static enum status mark_clump(struct asking *asking, struct clump *clump,
			      struct error *err)
{
	struct query *query = asking->query;
	const char *word;
	struct where where;
	struct plan plan;

	if (!asking->marks->issues) {
		clump->mark = clump->best->mark;
		return STATUS_OK;
	}
	word = text_printf(&query->arena, "cluster=%s", clump->best->cluster);
	if (where_parse(&word, 1, &query->arena, &where, err) ||
	    choose_rows(query->store, &where, &plan, err))
		return err->status;
	clump->mark = mark_of_plan(asking->marks, &plan);
	plan_deinit(&plan);
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

static void print_notes(struct table *out, const struct asking *asking)
{
	const struct subject *subject = asking->subject;
	const enum stream_why why = stream_why(&subject->crash);

	if (why)
		table_note(out, "cannot be compared: %s", stream_why_text(why));
	else
		table_note(out,
			   "one crash is shown of those with the same stack; "
			   "%.2f makes one cluster, %.2f one family; - is only "
			   "here, + only there",
			   search_cluster(asking->search), SEARCH_FAMILY);
	table_fact(out, "id",
		   subject->is_stored ? json_new_text(subject->id)
				      : json_new_null());
	table_fact(out, "unclustered",
		   why ? json_new_text(stream_why_text(why)) : json_new_null());
}

/* Only what is printed is read. */
static enum status print_all(struct asking *asking, struct near *nears,
			     size_t count, struct error *err)
{
	struct arena *arena = &asking->query->arena;
	const double cluster = search_cluster(asking->search);
	struct clump clumps[FOUND_MAX];
	const size_t clump_count = rank_clusters(nears, count, clumps);
	struct table *out;

	for (size_t i = 0; i < count && i < options.limit; i++)
		if (look(asking, &nears[i], err))
			return err->status;
	for (size_t i = 0; i < clump_count && i < options.limit; i++)
		if (look(asking, clumps[i].best, err) ||
		    mark_clump(asking, &clumps[i], err))
			return err->status;
	out = begin_table(asking->query, asking->marks);
	for (size_t i = 0; i < count && i < options.limit; i++)
		print_row(out, arena, &nears[i], NULL, cluster);
	for (size_t i = 0; i < clump_count && i < options.limit; i++)
		print_row(out, arena, clumps[i].best, &clumps[i], cluster);
	print_notes(out, asking);
	table_end(out);
	table_destroy(out);
	return STATUS_OK;
}

/* What is like the subject, but itself; in the order it is printed in. */
static size_t find_nears(struct asking *asking, struct near *ret)
{
	struct query *query = asking->query;
	const struct subject *subject = asking->subject;
	const struct crash *crash = &subject->crash;
	const uint64_t time = crash->time.known ? crash->time.value : 0;
	struct search_hit hits[FOUND_MAX];
	const size_t found =
		search_similar(asking->search, crash, hits, FOUND_MAX);
	size_t count = 0;

	for (size_t i = 0; i < found; i++) {
		const struct search_hit *hit = &hits[i];
		const double score = (double)hit->likeness;
		char id[IDENTITY_TEXT_BYTES];

		if (subject->is_stored && hit->row == subject->row)
			continue;
		identity_text(hit->identity, id);
		ret[count] = (struct near){
			.hit = *hit,
			.score = score,
			.standing = search_standing(score, time, hit->time),
			.id = text_copy(&query->arena, id),
			.cluster = cluster_of(query, ret, count, hit),
		};
		count++;
	}
	if (count > 1)
		qsort(ret, count, sizeof(*ret), by_standing);
	return count;
}

static enum status answer(struct query *query, const struct marks *marks,
			  const struct subject *subject, enum cli_exit *ret,
			  struct error *err)
{
	struct asking asking = { .query = query,
				 .marks = marks,
				 .subject = subject };
	struct near nears[FOUND_MAX];
	enum status status;
	size_t count;

	if (subject_search(query, &asking.search, err))
		return err->status;
	arena_init(&asking.scratch);
	count = find_nears(&asking, nears);
	*ret = count ? CLI_YES : CLI_NO;
	status = print_all(&asking, nears, count, err);
	arena_deinit(&asking.scratch);
	search_close(asking.search);
	return status;
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
