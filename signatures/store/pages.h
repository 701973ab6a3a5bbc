/*
 * pages.h - LMDB's pages, read from its file instead of met in its map.
 *
 * The first look at a page of a map goes through the system, and where that is
 * a guest that takes thirty to a hundred microseconds: for a question of a few
 * milliseconds it is most of them.  Reading the page takes three.  So a reader
 * finds its way from LMDB's root to a key by itself, as long as the pages that
 * it keeps for that are few; then, and wherever a page is not as expected, LMDB
 * is asked.
 *
 * A snapshot is a read transaction's: what is said here holds as long as that.
 */
#ifndef STORE_PAGES_H
#define STORE_PAGES_H

#include "signatures/base/bytes.h"

struct pages;

/* Borrows the file, of pages of so many bytes; keeps no more than these most.
 */
struct pages *pages_create(int fd, size_t page_bytes, size_t kept_most);
void pages_destroy(struct pages *pages);

/* The root in what LMDB keeps of a sub-database under its name. */
#define PAGES_NO_ROOT UINT64_MAX
uint64_t pages_root(struct bytes record);

enum pages_answer {
	PAGES_FOUND,
	PAGES_ABSENT,
	PAGES_UNREAD /* LMDB has to be asked */
};

/* The value of a key, until pages_destroy(). */
enum pages_answer pages_get(struct pages *pages, uint64_t root,
			    struct bytes key, struct bytes *ret);

/*
 * The same until the next of these calls alone, or of pages_part(): no leaf is
 * kept, so that who looks at many meets no memory for them.
 */
enum pages_answer pages_get_passing(struct pages *pages, uint64_t root,
				    struct bytes key, struct bytes *ret);

/*
 * Its bytes behind the first so many, at most this many, or none; of a value
 * that has pages of its own they are kept until the next of these calls alone.
 */
enum pages_answer pages_part(struct pages *pages, uint64_t root,
			     struct bytes key, size_t behind, size_t most,
			     struct bytes *ret);

/* The last key that is not above this one. */
enum pages_answer pages_last(struct pages *pages, uint64_t root,
			     struct bytes key, struct bytes *ret);

/*
 * Entries from the first whose key is not below from, in order, while take says
 * true; keys and values live for the call.  False if a page cannot be read, or
 * makes no sense.
 */
typedef bool pages_take(void *closure, struct bytes key, struct bytes value);
bool pages_walk(struct pages *pages, uint64_t root, struct bytes from,
		pages_take *take, void *closure);

#endif
