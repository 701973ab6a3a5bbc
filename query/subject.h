/*
 * subject.h - the crash a question is about: one of the store, or a file.
 *
 * A word names a crash of the store (see named.h), else a file: the JSON of
 * crashindex --print, or a dump, which the crashindex beside this program is
 * asked to examine.  crashquery itself reads no dumps.
 */
#ifndef QUERY_SUBJECT_H
#define QUERY_SUBJECT_H

#include "query/query.h"
#include "signatures/settle/search.h"

struct subject {
	struct crash crash;
	char id[13]; /* "" for a file */
	bool is_stored;
	uint32_t row;
};

/* found is false, and a complaint printed, if there is neither. */
enum status subject_find(struct query *query, const char *word,
			 struct subject *ret, bool *found,
			 struct error *err) MUST_CHECK;

/*
 * search_open(); a complaint is printed where crashes came in behind the last
 * pass.
 */
enum status subject_search(struct query *query, struct search **ret,
			   struct error *err) MUST_CHECK;

#endif
