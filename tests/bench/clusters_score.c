#include "tests/bench/clusters_score.h"

#include <stdlib.h>

struct pair {
	uint64_t label, cluster;
};

static int by_both(const void *left, const void *right)
{
	const struct pair *a = left, *b = right;

	if (a->label != b->label)
		return a->label < b->label ? -1 : 1;
	return (a->cluster > b->cluster) - (a->cluster < b->cluster);
}

static int by_number(const void *left, const void *right)
{
	const uint64_t a = *(const uint64_t *)left;
	const uint64_t b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

/* Size of the run of value in sorted numbers. */
static size_t run_of(const uint64_t *sorted, size_t count, uint64_t value)
{
	size_t low = 0, high = count;

	while (low < high) {
		const size_t middle = (low + high) / 2;

		if (sorted[middle] < value)
			low = middle + 1;
		else
			high = middle;
	}

	size_t end = low;

	while (end < count && sorted[end] == value)
		end++;
	return end - low;
}

static double pairs_of(double n)
{
	return n * (n - 1) / 2;
}

static double pairs_in(const uint64_t *sorted, size_t count)
{
	double pairs = 0;

	for (size_t i = 0; i < count;) {
		const size_t run = run_of(sorted + i, count - i, sorted[i]);

		pairs += pairs_of((double)run);
		i += run;
	}
	return pairs;
}

static double f1(double precision, double recall)
{
	return precision + recall > 0
		       ? 2 * precision * recall / (precision + recall)
		       : 0;
}

struct score_clusters score_clusters(const uint64_t *labels,
				     const uint64_t *clusters, size_t first,
				     size_t count)
{
	const size_t n = count - first;
	struct pair *both = calloc(n + 1, sizeof(*both));
	uint64_t *label = calloc(n + 1, sizeof(*label));
	uint64_t *cluster = calloc(n + 1, sizeof(*cluster));
	struct score_clusters score = { 0 };
	double agree = 0;

	for (size_t i = 0; i < n; i++) {
		label[i] = both[i].label = labels[first + i];
		cluster[i] = both[i].cluster = clusters[first + i];
	}
	qsort(both, n, sizeof(*both), by_both);
	qsort(label, n, sizeof(*label), by_number);
	qsort(cluster, n, sizeof(*cluster), by_number);
	for (size_t i = 0; i < n;) {
		size_t end = i;

		while (end < n && both[end].label == both[i].label &&
		       both[end].cluster == both[i].cluster)
			end++;

		const double run = (double)(end - i);

		score.b3_precision +=
			run * run / (double)run_of(cluster, n, both[i].cluster);
		score.b3_recall +=
			run * run / (double)run_of(label, n, both[i].label);
		agree += pairs_of(run);
		i = end;
	}
	score.b3_precision /= (double)n;
	score.b3_recall /= (double)n;
	score.b3_f1 = f1(score.b3_precision, score.b3_recall);

	const double made = pairs_in(cluster, n), want = pairs_in(label, n);

	score.pair_f1 =
		f1(made > 0 ? agree / made : 0, want > 0 ? agree / want : 0);
	free(both);
	free(label);
	free(cluster);
	return score;
}

static int by_score(const void *left, const void *right)
{
	const struct score_query *a = left, *b = right;

	return (a->score > b->score) - (a->score < b->score);
}

/* The chance that a duplicate scores above a new one; ties count half. */
static double area(struct score_query *queries, size_t count)
{
	double positives = 0, negatives = 0, above = 0;

	qsort(queries, count, sizeof(*queries), by_score);
	for (size_t i = 0; i < count;) {
		double dup = 0, fresh = 0;
		const double score = queries[i].score;

		for (; i < count && queries[i].score == score; i++) {
			dup += queries[i].duplicate;
			fresh += !queries[i].duplicate;
		}
		above += dup * (negatives + fresh / 2);
		positives += dup;
		negatives += fresh;
	}
	return positives > 0 && negatives > 0 ? above / (positives * negatives)
					      : 0;
}

struct score_ranking score_ranking(struct score_query *queries, size_t count)
{
	struct score_ranking score = { .queries = count };

	for (size_t i = 0; i < count; i++) {
		if (!queries[i].duplicate)
			continue;
		score.duplicates++;
		if (queries[i].rank > 0)
			score.map += 1.0 / (double)queries[i].rank;
		score.rr1 += queries[i].rank == 1;
		score.rr10 += queries[i].rank > 0 && queries[i].rank <= 10;
	}
	if (score.duplicates > 0) {
		score.map /= (double)score.duplicates;
		score.rr1 /= (double)score.duplicates;
		score.rr10 /= (double)score.duplicates;
	}
	score.auc = area(queries, count);
	return score;
}
