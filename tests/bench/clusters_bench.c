/*
 * clusters_bench.c - score what the product makes of labelled crashes.
 *
 *	clusters_bench FILE.tsv[.gz] FIND.csv
 *
 * FILE is what crashcorpus import took, FIND.csv what crashquery find says of
 * it: the clusters.  Rankings come from the same parts, asked crash by crash:
 * each is held against those before it, and then inserted; they stand as those
 * of similar do.  Rows are in time
 * order; those whose label is "-" are kept aside and only take part.  Clusters
 * are scored over all labelled rows, and over those behind the first 60 % of
 * them; rankings over the latter, buckets ranked by their best member.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corpus-tools/frames_table.h"
#include "corpus-tools/lines.h"
#include "signatures/base/csv.h"
#include "signatures/base/hash.h"
#include "signatures/cluster/engine.h"
#include "signatures/cluster/keymap.h"
#include "signatures/identity.h"
#include "signatures/settle/corpus.h"
#include "signatures/settle/search.h"
#include "tests/bench/clusters_score.h"

enum {
	NEIGHBOURS = 48
};

struct labelled {
	struct arena arena;
	struct record_file *rows;
	uint64_t *labels; /* 0 = kept aside */
	uint64_t *clusters;
	size_t count, room;
	size_t known; /* rows with a label, before all others */
};

static void fail(const char *what)
{
	fprintf(stderr, "clusters_bench: %s\n", what);
	exit(3);
}

/* The column whose name begins with "label". */
static size_t label_column(const char *head)
{
	size_t column = 0;

	while (head && strncmp(head, "label", 5) != 0) {
		head = strchr(head, '\t');
		head = head ? head + 1 : NULL;
		column++;
	}
	if (!head)
		fail("no column named label");
	return column;
}

/* 0 for "-"; labels are numbers. */
static uint64_t label_of(const char *line, size_t column)
{
	for (; column > 0; column--)
		line = strchr(line, '\t') + 1;
	return *line == '-' ? 0 : strtoull(line, NULL, 10) + 1;
}

static void *grown(void *array, size_t room, size_t size)
{
	array = realloc(array, room * size);
	if (!array)
		abort();
	return array;
}

static void read_rows(const char *path, struct labelled *ret)
{
	struct error err = { 0 };
	struct frames_table table;
	struct lines *lines;
	char *line;
	size_t column;

	if (lines_open(path, &lines, &err))
		fail(err.text);
	line = lines_next(lines, &err);
	if (!line)
		fail("empty");
	column = label_column(line);
	if (frames_table_head(line, &table, &err))
		fail(err.text);
	for (line = lines_next(lines, &err); line;
	     line = lines_next(lines, &err)) {
		if (ret->count == ret->room) {
			ret->room = ret->room ? ret->room * 2 : 8192;
			ret->rows =
				grown(ret->rows, ret->room, sizeof(*ret->rows));
			ret->labels = grown(ret->labels, ret->room,
					    sizeof(*ret->labels));
		}
		ret->labels[ret->count] = label_of(line, column);
		if (ret->labels[ret->count] && ret->known == ret->count)
			ret->known++;
		if (frames_table_row(&table, line, &ret->arena,
				     &ret->rows[ret->count], &err))
			fail(err.text);
		ret->count++;
	}
	lines_close(lines);
}

/* The cell of a row under that name of the head. */
static const char *cell_of(const struct csv_row *head,
			   const struct csv_row *row, const char *name)
{
	for (size_t i = 0; i < head->count && i < row->count; i++)
		if (strcmp(head->cells[i], name) == 0)
			return row->cells[i];
	fail("find.csv lacks a column");
	return NULL;
}

static uint64_t source_key(const char *source)
{
	return hash_64(source, strlen(source)) | 1;
}

static void read_clusters(const char *path, struct labelled *rows)
{
	FILE *file = fopen(path, "r");
	struct keymap sources;
	struct csv_row head = { .count = 0 }, row;
	size_t found = 0, room = 0;
	char *line = NULL;

	if (!file)
		fail("no FIND.csv");
	keymap_init(&sources);
	for (uint32_t i = 0; i < rows->count; i++) {
		bool is_new;

		*keymap_put(&sources, source_key(rows->rows[i].source),
			    &is_new) = i;
	}
	while (getline(&line, &room, file) > 0) {
		const char *at = line;
		uint32_t number;

		if (!csv_take(&at, ',', &rows->arena, &row))
			continue;
		if (head.count == 0)
			head = row;
		else if (keymap_find(&sources,
				     source_key(cell_of(&head, &row, "source")),
				     &number)) {
			rows->clusters[number] = strtoull(
				cell_of(&head, &row, "cluster"), NULL, 16);
			found++;
		}
	}
	if (found != rows->count)
		fail("FIND.csv does not have every row");
	/* An unclustered crash is alone. */
	for (size_t i = 0; i < rows->count; i++)
		if (!rows->clusters[i])
			rows->clusters[i] = i + 1;
	keymap_deinit(&sources);
	free(line);
	fclose(file);
}

/* All crashes side by side, so that builds get to know each other. */
static struct corpus *learn(const struct labelled *rows)
{
	struct corpus *corpus = corpus_create();
	struct corpus_place *places = calloc(rows->count + 1, sizeof(*places));

	if (!places)
		abort();
	for (uint32_t i = 0; i < rows->count; i++)
		corpus_add(corpus, i, identity_of(&rows->rows[i].crash),
			   &rows->rows[i].crash);
	corpus_cluster(corpus, ENGINE_STRICT, places);
	free(places);
	return corpus;
}

/* A neighbour and where it stands, see search.h. */
struct standing {
	uint32_t row;
	double standing;
};

static int by_standing(const void *left, const void *right)
{
	const struct standing *a = left, *b = right;

	if (a->standing > b->standing || a->standing < b->standing)
		return a->standing > b->standing ? -1 : 1;
	return (a->row < b->row) - (a->row > b->row); /* the newer first */
}

static uint64_t time_of(const struct crash *crash)
{
	return crash->time.known ? crash->time.value : 0;
}

static size_t stand(const struct labelled *rows, const struct keymap *first,
		    size_t at, const struct engine_neighbour *near,
		    size_t count, struct standing *ret)
{
	size_t kept = 0;

	for (size_t k = 0; k < count; k++) {
		uint32_t row;

		if (!keymap_find(first, near[k].key, &row))
			continue;
		ret[kept++] = (struct standing){
			row, search_standing((double)near[k].likeness,
					     time_of(&rows->rows[at].crash),
					     time_of(&rows->rows[row].crash))
		};
	}
	if (kept > 1)
		qsort(ret, kept, sizeof(*ret), by_standing);
	return kept;
}

/* Rank of the right bucket among those of the neighbours. */
static struct score_query ask(struct engine *engine,
			      const struct engine_signature *signature,
			      const struct labelled *rows,
			      const struct keymap *first, size_t at)
{
	struct engine_neighbour near[NEIGHBOURS];
	struct standing stands[NEIGHBOURS];
	struct score_query query = { 0, -9, 0 };
	uint64_t seen[NEIGHBOURS];
	size_t buckets = 0;
	const size_t count =
		engine_similar(engine, signature, near, NEIGHBOURS);
	const size_t kept = stand(rows, first, at, near, count, stands);

	for (size_t i = 0; i < at; i++)
		query.duplicate |= rows->labels[i] == rows->labels[at];
	for (size_t k = 0; k < kept; k++) {
		const uint32_t other = stands[k].row;
		size_t i = 0;

		while (i < buckets && seen[i] != rows->labels[other])
			i++;
		if (i < buckets)
			continue;
		seen[buckets++] = rows->labels[other];
		if (rows->labels[other] == rows->labels[at])
			query.rank = buckets;
	}
	if (count > 0)
		query.score = (double)near[0].likeness;
	return query;
}

static struct score_ranking rank(struct labelled *rows, size_t from)
{
	static struct engine_feature stream[ENGINE_FEATURES_MAX];
	struct corpus *corpus = learn(rows);
	struct engine *engine = engine_create(ENGINE_STRICT, ENGINE_LOOSE);
	struct score_query *queries =
		calloc(rows->known - from + 1, sizeof(*queries));
	struct keymap first; /* signature key -> row */
	struct score_ranking ret;

	if (!queries)
		abort();
	keymap_init(&first);
	for (uint32_t i = 0; i < rows->known; i++) {
		struct engine_signature signature = { .features = stream };
		struct engine_place place;
		bool is_new;

		signature.count = corpus_trace(corpus, &rows->rows[i].crash,
					       stream, NULL);
		signature.key = engine_key(stream, signature.count);
		if (i >= from)
			queries[i - from] =
				ask(engine, &signature, rows, &first, i);
		if (engine_find(engine, signature.key, &place))
			continue;
		engine_insert(engine, &signature);
		*keymap_put(&first, signature.key, &is_new) = i;
	}
	ret = score_ranking(queries, rows->known - from);
	keymap_deinit(&first);
	engine_destroy(engine);
	corpus_destroy(corpus);
	free(queries);
	return ret;
}

static void print_clusters(const char *what, const struct labelled *rows,
			   size_t from)
{
	const struct score_clusters score =
		score_clusters(rows->labels, rows->clusters, from, rows->known);

	printf("  clusters, %-15s B3 F1 %.4f (P %.3f R %.3f)  pair F1 %.4f\n",
	       what, score.b3_f1, score.b3_precision, score.b3_recall,
	       score.pair_f1);
}

int main(int argc, char **argv)
{
	struct labelled rows = { .count = 0 };
	struct score_ranking ranking;
	size_t from;

	if (argc != 3)
		fail("want: FILE.tsv FIND.csv");
	arena_init(&rows.arena);
	read_rows(argv[1], &rows);
	rows.clusters = calloc(rows.count + 1, sizeof(*rows.clusters));
	if (!rows.clusters)
		abort();
	read_clusters(argv[2], &rows);
	from = rows.known * 6 / 10;
	ranking = rank(&rows, from);
	printf("  rows %zu, labelled %zu\n", rows.count, rows.known);
	print_clusters("all labelled:", &rows, 0);
	print_clusters("last 40 %:", &rows, from);
	printf("  ranking, last 40 %%:       MAP %.4f  RR@1 %.4f  RR@10 %.4f  "
	       "AUC %.4f (%zu of %zu have been there)\n",
	       ranking.map, ranking.rr1, ranking.rr10, ranking.auc,
	       ranking.duplicates, ranking.queries);
	free(rows.clusters);
	free(rows.labels);
	free(rows.rows);
	arena_deinit(&rows.arena);
	return 0;
}
