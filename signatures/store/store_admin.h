/*
 * store_admin.h - looking after a store: is it sound, make its index anew, copy
 * it, join two.
 */
#ifndef STORE_STORE_ADMIN_H
#define STORE_STORE_ADMIN_H

#include "signatures/store/store.h"

/* One line for each difference; text lives for the call. */
typedef void store_complain(void *closure, const char *text);

/*
 * Make every index entry, counter, posting and column anew from the records,
 * in a scratch store in folder scratch, and compare.  store has a transaction.
 * differences counts them all; only the first of each kind are told.
 */
enum status store_verify(struct store *store, const char *scratch,
			 store_complain *complain, void *closure,
			 uint64_t *differences, struct error *err) MUST_CHECK;

/* Make the index anew from the records; in a write transaction. */
enum status store_rebuild(struct store *store, struct error *err) MUST_CHECK;

/*
 * A copy of the store at path as of one moment, in folder to, which is made
 * and must not hold a store.  Works while others read and write.
 */
enum status store_backup(const char *path, const char *to,
			 struct error *err) MUST_CHECK;

/*
 * Give back the space of what was replaced, and of pages half empty: every
 * entry is put behind the one before into a new file.  This process must not
 * have it open; readers elsewhere go on with the file they have.
 */
enum status store_compact(const char *path, struct error *err) MUST_CHECK;

/*
 * Every file of every crash, by identity of the crash, then content.  The file
 * lives for the call; take returns false to stop.  Needs a transaction.
 */
typedef bool store_take_file(void *closure, struct hash128 identity,
			     const struct record_file *file);
enum status store_walk_records(struct store *store, store_take_file *take,
			       void *closure, struct error *err) MUST_CHECK;

/*
 * Put all of from into to: files, refusals, archives, other names.  Both have
 * a transaction; to commits and begins again every so often.
 */
enum status store_merge(struct store *to, struct store *from,
			struct error *err) MUST_CHECK;

/* For this room: a store that need not last; a lock file in a store. */
#define STORE_WRITER_LOCK "writer.lock"
#define STORE_OPEN_LOCK "open.lock"
enum status store_open_as(const char *path, enum store_mode mode,
			  bool is_scratch, struct store **ret,
			  struct error *err) MUST_CHECK;
enum status store_lock(const char *path, const char *name, int how, int *ret,
		       struct error *err) MUST_CHECK;

#endif
