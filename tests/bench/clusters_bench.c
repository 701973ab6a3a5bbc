/*
 * clusters_bench.c - score the clusterer on labelled kernel crashes.
 *
 *	zcat syz.tsv.gz | clusters_bench syz
 *	zcat realaddr.tsv.gz | clusters_bench realaddr
 *	zcat ossf.tsv.gz | clusters_bench ossf
 *
 * Rows come in time order.  Clusters are scored over all labelled rows;
 * rankings over the labelled rows behind the first 60 %, each asked before it
 * is inserted, buckets ranked by their best member.  Prints one line a score.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "signatures/base/arena.h"
#include "signatures/base/hash.h"
#include "signatures/base/text.h"
#include "signatures/cluster/alias.h"
#include "signatures/cluster/engine.h"
#include "signatures/cluster/feature.h"
#include "tests/bench/clusters_score.h"

enum {
	COLUMNS_MAX = 16,
	NEIGHBOURS = 48
};

struct row {
	uint64_t time;
	uint64_t key;
	uint64_t label; /* 0 = kept aside */
	uint64_t code;
	struct feature_frame *frames;
	struct alias_frame *places; /* realaddr only */
	size_t frame_count;
	struct engine_feature *features;
	size_t count;
};

struct corpus {
	struct row *rows;
	size_t count, room;
	struct arena arena;
};

static size_t split(char *line, char separator, char **parts, size_t max)
{
	size_t count = 0;

	for (char *p = line; p && count < max;) {
		char *end = strchr(p, separator);

		if (end)
			*end++ = '\0';
		parts[count++] = p;
		p = end;
	}
	return count;
}

/* "module!function+offset" or "module+offset" or "function". */
static bool parse_frame(char *text, const char *module,
			struct feature_frame *ret)
{
	char *mark = strchr(text, '!');
	char *plus = strrchr(text, '+');

	if (*text == '~')
		return false; /* inlined: public symbols would not show it */
	if (mark) {
		if (plus && plus > mark)
			*plus = '\0';
		*mark = '\0';
		ret->module = text;
		ret->function = mark + 1;
		ret->id = hash_mix(hash_64(text, strlen(text)),
				   hash_64(mark + 1, strlen(mark + 1)));
	} else if (module) {
		ret->module = module;
		ret->function = text;
		ret->id = hash_64(text, strlen(text));
	} else {
		ret->id = hash_64(text, strlen(text));
		if (plus)
			*plus = '\0';
		ret->module = text;
		ret->function = NULL;
	}
	return true;
}

static void *keep(struct corpus *corpus, const void *data, size_t size)
{
	return memcpy(arena_take(&corpus->arena, size + 1, 1), data, size);
}

static void make_stream(struct corpus *corpus, struct row *row)
{
	static struct engine_feature stream[ENGINE_FEATURES_MAX];

	row->count = feature_stream(row->frames, row->frame_count, &row->code,
				    1, stream);
	row->features =
		keep(corpus, stream, row->count * sizeof(*row->features));
	row->key = engine_key(stream, row->count);
}

static void add_row(struct corpus *corpus, char **column, const char *kind)
{
	const bool syz = strcmp(kind, "syz") == 0;
	const bool ossf = strcmp(kind, "ossf") == 0;
	char *texts[FEATURE_FRAMES_MAX];
	struct feature_frame frames[FEATURE_FRAMES_MAX];
	struct alias_frame places[FEATURE_FRAMES_MAX] = { 0 };
	const char *code = column[syz ? 4 : 3];
	size_t count = 0;
	const size_t text_count =
		split(column[syz ? 6 : 5], ';', texts, FEATURE_FRAMES_MAX);
	struct row *row = &corpus->rows[corpus->count++];

	for (size_t i = 0; i < text_count; i++) {
		const char *plus = strrchr(texts[i], '+');
		const uint64_t offset = plus ? strtoull(plus + 1, NULL, 16) : 0;

		if (!parse_frame(texts[i], ossf ? column[4] : NULL,
				 &frames[count]))
			continue;
		frames[count].module =
			text_copy(&corpus->arena, frames[count].module);
		if (frames[count].function)
			frames[count].function = text_copy(
				&corpus->arena, frames[count].function);
		places[count].module = hash_64(frames[count].module,
					       strlen(frames[count].module));
		places[count].build = strtoull(column[4], NULL, 10);
		places[count].order = (uint32_t)places[count].build;
		places[count++].offset = (uint32_t)offset;
	}
	memset(row, 0, sizeof(*row));
	row->time = strtoull(column[1], NULL, 10);
	row->code = hash_64(code, strlen(code));
	row->label =
		column[2][0] == '-' ? 0 : strtoull(column[2], NULL, 10) + 1;
	row->frames = keep(corpus, frames, count * sizeof(*frames));
	row->places = keep(corpus, places, count * sizeof(*places));
	row->frame_count = count;
}

static int by_place(const void *left, const void *right)
{
	const struct alias_frame *a = left, *b = right;

	if (a->module != b->module)
		return a->module < b->module ? -1 : 1;
	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	return (a->offset > b->offset) - (a->offset < b->offset);
}

/* Give every frame the name of its node across builds. */
static void learn_aliases(struct corpus *corpus)
{
	size_t total = 0, count = 0;
	struct alias_frame *all;
	struct alias_stack *stacks = calloc(corpus->count + 1, sizeof(*stacks));

	for (size_t i = 0; i < corpus->count; i++)
		total += corpus->rows[i].frame_count;
	all = calloc(total + 1, sizeof(*all));
	for (size_t i = 0; i < corpus->count; i++)
		for (size_t k = 0; k < corpus->rows[i].frame_count; k++)
			all[count++] = corpus->rows[i].places[k];
	qsort(all, count, sizeof(*all), by_place);
	total = count;
	count = 0;
	for (size_t i = 0; i < total; i++)
		if (i == 0 || by_place(&all[i], &all[count - 1]) != 0)
			all[count++] = all[i];

	uint32_t *nodes = calloc(count + 1, sizeof(*nodes));

	for (size_t i = 0; i < corpus->count; i++) {
		struct row *row = &corpus->rows[i];
		uint32_t *frames = arena_take(
			&corpus->arena, row->frame_count + 1, sizeof(*frames));

		for (size_t k = 0; k < row->frame_count; k++) {
			const struct alias_frame *at =
				bsearch(&row->places[k], all, count,
					sizeof(*all), by_place);

			frames[k] = (uint32_t)(at - all);
		}
		stacks[i] = (struct alias_stack){ row->code, frames,
						  row->frame_count };
	}

	const clock_t begin = clock();

	alias_learn(all, count, stacks, corpus->count, nodes);
	printf("aliases of %zu frames: %.2fs\n", count,
	       (double)(clock() - begin) / CLOCKS_PER_SEC);
	for (size_t i = 0; i < corpus->count; i++)
		for (size_t k = 0; k < corpus->rows[i].frame_count; k++)
			corpus->rows[i].frames[k].id =
				hash_mix(7, nodes[stacks[i].frames[k]]);
	free(nodes);
	free(all);
	free(stacks);
}

static void read_corpus(struct corpus *corpus, const char *kind)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t length;

	arena_init(&corpus->arena);
	while ((length = getline(&line, &room, stdin)) > 0) {
		char *column[COLUMNS_MAX];

		if (line[0] == '#')
			continue;
		if (line[length - 1] == '\n')
			line[length - 1] = '\0';
		if (split(line, '\t', column, COLUMNS_MAX) < 6)
			continue;
		if (corpus->count == corpus->room) {
			corpus->room = corpus->room ? corpus->room * 2 : 8192;
			corpus->rows =
				realloc(corpus->rows,
					corpus->room * sizeof(*corpus->rows));
			if (!corpus->rows)
				abort();
		}
		add_row(corpus, column, kind);
	}
	free(line);
}

static size_t row_of_key(const struct corpus *corpus, size_t before,
			 uint64_t key)
{
	for (size_t i = 0; i < before; i++)
		if (corpus->rows[i].key == key)
			return i;
	return SIZE_MAX;
}

/* Rank of the right bucket among those of the neighbours. */
static struct score_query ask(struct engine *engine,
			      const struct corpus *corpus, size_t at)
{
	const struct row *row = &corpus->rows[at];
	const struct engine_signature signature = { row->time, row->key,
						    row->features, row->count };
	struct engine_neighbour near[NEIGHBOURS];
	struct score_query query = { 0, -9, 0 };
	uint64_t seen[NEIGHBOURS];
	size_t buckets = 0;
	const size_t count =
		engine_similar(engine, &signature, near, NEIGHBOURS);

	for (size_t i = 0; i < at; i++)
		query.duplicate |= corpus->rows[i].label == row->label;
	for (size_t k = 0; k < count; k++) {
		const size_t other = row_of_key(corpus, at, near[k].key);
		const uint64_t label = corpus->rows[other].label;
		size_t i = 0;

		while (i < buckets && seen[i] != label)
			i++;
		if (i < buckets)
			continue;
		seen[buckets++] = label;
		if (label == row->label)
			query.rank = buckets;
	}
	if (count > 0)
		query.score = near[0].likeness;
	return query;
}

int main(int argc, char **argv)
{
	const float strict = argc > 2 ? strtof(argv[2], NULL) : ENGINE_STRICT;
	struct corpus corpus = { 0 };

	if (argc < 2)
		return 2;
	read_corpus(&corpus, argv[1]);
	if (strcmp(argv[1], "realaddr") == 0 && !getenv("NO_ALIASES"))
		learn_aliases(&corpus);
	for (size_t i = 0; i < corpus.count; i++)
		make_stream(&corpus, &corpus.rows[i]);

	struct engine *engine = engine_create(strict, ENGINE_LOOSE);
	uint64_t *labels = calloc(corpus.count + 1, sizeof(*labels));
	uint64_t *clusters = calloc(corpus.count + 1, sizeof(*clusters));
	uint64_t *families = calloc(corpus.count + 1, sizeof(*families));
	struct score_query *queries =
		calloc(corpus.count + 1, sizeof(*queries));
	size_t query_count = 0, labelled = 0, kept_from = 0;
	const clock_t begin = clock();
	clock_t asking = 0;

	while (labelled < corpus.count && corpus.rows[labelled].label)
		labelled++;
	kept_from = labelled * 6 / 10;
	for (size_t i = 0; i < corpus.count; i++) {
		const struct row *row = &corpus.rows[i];
		struct engine_place place;

		if (i >= kept_from && i < labelled) {
			const clock_t now = clock();

			queries[query_count++] = ask(engine, &corpus, i);
			asking += clock() - now;
		}
		if (!engine_find(engine, row->key, &place)) {
			const struct engine_signature signature = {
				row->time, row->key, row->features, row->count
			};

			place = engine_insert(engine, &signature);
		}
		labels[i] = row->label;
		clusters[i] = place.cluster;
		families[i] = place.family;
	}

	const double seconds =
		(double)(clock() - begin - asking) / CLOCKS_PER_SEC;
	const struct score_clusters all =
		score_clusters(labels, clusters, 0, labelled);
	const struct score_clusters loose =
		score_clusters(labels, families, 0, labelled);
	const struct score_ranking ranking =
		score_ranking(queries, query_count);

	printf("%-9s rows %zu labelled %zu signatures %zu insert %.2fs\n",
	       argv[1], corpus.count, labelled, engine_count(engine), seconds);
	printf("  clusters at %.2f: B3 %.4f (P %.3f R %.3f) pair F1 %.4f\n",
	       (double)strict, all.b3_f1, all.b3_precision, all.b3_recall,
	       all.pair_f1);
	printf("  families at %.2f: B3 %.4f (P %.3f R %.3f) pair F1 %.4f\n",
	       (double)ENGINE_LOOSE, loose.b3_f1, loose.b3_precision,
	       loose.b3_recall, loose.pair_f1);
	printf("  ranking of %zu (%zu duplicates): MAP %.4f RR@1 %.4f RR@10 "
	       "%.4f AUC %.4f\n",
	       ranking.queries, ranking.duplicates, ranking.map, ranking.rr1,
	       ranking.rr10, ranking.auc);
	engine_destroy(engine);
	arena_deinit(&corpus.arena);
	free(corpus.rows);
	free(labels);
	free(clusters);
	free(families);
	free(queries);
	return 0;
}
