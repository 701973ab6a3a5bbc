/*
 * search.h - which crashes of a store are like one, and why.
 *
 * It asks what the last pass of settle_store() left beside the crashes; where
 * there was none, or under other lists or by another program, they are
 * clustered again in memory, up to SEARCH_AGAIN_MOST of them: some seconds.
 * The crash asked about need not be in the store.
 */
#ifndef SETTLE_SEARCH_H
#define SETTLE_SEARCH_H

#include "signatures/settle/stream.h"
#include "signatures/store/store_read.h"

struct search;

#define SEARCH_AGAIN_MOST 100000

/*
 * Needs a transaction; caller closes.  STATUS_STORE for a large store that the
 * pass has to see first.
 */
enum status search_open(struct store *store, struct search **ret,
			struct error *err) MUST_CHECK;
/*
 * For search_name() alone, of any store, however large; NULL where the pass has
 * to come first.
 */
enum status search_open_names(struct store *store, struct search **ret,
			      struct error *err) MUST_CHECK;
void search_close(struct search *search);

/*
 * Crashes that came in, or were given another file, behind the last pass: they
 * are not found, or as they were.
 */
uint32_t search_behind(const struct search *search);

/*
 * A signature that is like: the first crash that has it, and what is known of
 * that without reading it.
 */
struct search_hit {
	uint32_t row;
	float likeness; /* 0..1 */
	uint64_t time;	/* 0: not known */
	struct hash128 identity;
	uint64_t group; /* those of one are of one cluster; 0: of none known */
};

/*
 * Best first; the crash's own signature, if it is in the store, is among them.
 * None for a crash that cannot be clustered: see stream_why().
 */
size_t search_similar(struct search *search, const struct crash *crash,
		      struct search_hit *ret, size_t max);

/*
 * What a frame goes by, for those of a function in all builds.  *is_alone: by
 * its own name, of it or another there is nothing known.
 */
uint64_t search_name(struct search *search, const struct crash_frame *frame,
		     bool *is_alone);

/*
 * Features of two crashes side by side: those they share in both columns, the
 * others with 0 in one.  Heaviest first.  Frames that differ in nothing but the
 * build of their module have it in text.
 */
struct search_pair {
	enum feature_class class;
	const char *text;
	const char *exact; /* with the build, or NULL */
	float left, right;
};

struct search_comparison {
	struct search_pair *pairs;
	size_t count;
	double likeness;
};

/* A crash to be compared; lives in arena. */
struct search_side;
const struct search_side *search_weigh(struct search *search,
				       const struct crash *crash,
				       struct arena *arena);

struct search_comparison search_compare(const struct search_side *left,
					const struct search_side *right,
					struct arena *arena);

/* The likeness of pairs, those left out whose bit is set; see likeness.h. */
double search_likeness(const struct search_pair *pairs, size_t count,
		       const bool *without);

/*
 * Where a crash stands among those that are like another: by its likeness, and
 * by how near in time they are, up to 0.06.  A bug comes in its time, from the
 * driver that brought it to the one that mended it; of two crashes as like, the
 * nearer one is likelier of the same.  Without a time, which is 0, nothing is
 * added.
 */
double search_standing(double likeness, uint64_t left, uint64_t right);

/* From here on crashes share a cluster, see refit.h; or a family. */
double search_cluster(const struct search *search);
#define SEARCH_FAMILY ((double)ENGINE_LOOSE)

#endif
