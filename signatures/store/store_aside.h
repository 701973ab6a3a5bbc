/*
 * store_aside.h - what a store knows besides crashes: inputs that were refused,
 * archives that are done, other names of files.
 */
#ifndef STORE_STORE_ASIDE_H
#define STORE_STORE_ASIDE_H

#include "signatures/store/store.h"

/*
 * Texts live for the call; a function returns false to stop.  What is NULL is
 * not walked.
 */
struct store_aside {
	void *closure;
	bool (*refused)(void *closure, struct hash128 content, enum status why,
			const char *source, const char *text);
	/* size in bytes; 0: nobody knows any more */
	bool (*archive)(void *closure, struct hash128 content, uint64_t dumps,
			uint64_t size);
	/* source is the hash of a name */
	bool (*copy)(void *closure, uint64_t source, struct hash128 content);
};

/* All of it, each kind in the order of its keys; needs a transaction. */
enum status store_aside_walk(struct store *store,
			     const struct store_aside *aside,
			     struct error *err) MUST_CHECK;

/* In a write transaction; refusals by store_put_refused(). */
enum status store_aside_put_archive(struct store *store, struct hash128 content,
				    uint64_t dumps, uint64_t size,
				    struct error *err) MUST_CHECK;
enum status store_aside_put_copy(struct store *store, uint64_t source,
				 struct hash128 content,
				 struct error *err) MUST_CHECK;

#endif
