/*
 * source.h - a test of sources, asked of whole folders.
 *
 * The crashes of a night come out of few folders and archives, and what
 * source=march.7z/... says of one mostly holds for all that lay in it: then no
 * record is read.
 */
#ifndef QUERY_SOURCE_H
#define QUERY_SOURCE_H

#include "query/where.h"
#include "signatures/store/store_read.h"

enum source_verdict {
	SOURCE_NONE = 1, /* passes */
	SOURCE_ALL,
	SOURCE_SOME, /* they have to be looked at */
};

/*
 * Of the files of a folder, whose name ends in a slash or is empty.  Without a
 * thought for negation; takes room in arena.
 */
enum source_verdict source_judge(const struct where_test *test,
				 const char *folder, struct arena *arena);

/* The same for rows, a folder once; the caller ends ret. */
struct source_folders {
	struct store *store;
	const struct where_test *test;
	uint8_t *verdicts; /* by number of the folder; 0: not asked yet */
	size_t count;
	struct arena arena;
};

struct source_folders source_folders(struct store *store,
				     const struct where_test *test);
void source_folders_deinit(struct source_folders *folders);
enum source_verdict source_of_row(struct source_folders *folders, uint32_t row);

#endif
