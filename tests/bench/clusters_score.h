/*
 * clusters_score.h - how well clusters and rankings match labels.
 *
 * The usual measures of crash deduplication: B-cubed and pairwise precision,
 * recall and F1 for clusters; MAP (here the mean reciprocal rank of the right
 * bucket), recall at 1 and 10 and the area under the ROC curve of "is this a
 * duplicate" for rankings.
 */
#ifndef BENCH_CLUSTERS_SCORE_H
#define BENCH_CLUSTERS_SCORE_H

#include <stddef.h>
#include <stdint.h>

struct score_clusters {
	double b3_precision, b3_recall, b3_f1, pair_f1;
};

/* Items from first on; labels and clusters of all. */
struct score_clusters score_clusters(const uint64_t *labels,
				     const uint64_t *clusters, size_t first,
				     size_t count);

struct score_ranking {
	double map, rr1, rr10, auc;
	size_t queries, duplicates;
};

/*
 * One query: rank of the right bucket (0 = not found), top score, and whether
 * it is a duplicate at all.
 */
struct score_query {
	size_t rank;
	double score;
	int duplicate;
};
struct score_ranking score_ranking(struct score_query *queries, size_t count);

#endif
