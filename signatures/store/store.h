/*
 * store.h - the fleet's memory: an LMDB environment in a folder of its own.
 *
 * One writer at a time, many readers.  Every crash has a row, a dense number
 * from 0 on that is private to this store: rows come in order of arrival and
 * are never printed.  Answers are sorted by facts (id, time, counts), so two
 * stores of the same set of dumps answer alike whatever their rows are.
 *
 * schema.h shows each sub-database.  No LMDB pointer leaves this room except
 * columns, which live until store_end().
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "signatures/base/arena.h"
#include "signatures/base/error.h"
#include "signatures/crash.h"
#include "signatures/field.h"
#include "signatures/record.h"

struct store;

enum store_mode {
	STORE_READ,
	STORE_WRITE
};

/*
 * Open the store in folder path; STORE_WRITE makes it if it is not there and
 * waits for another writer.  STATUS_STORE with both version numbers for a store
 * of another schema, STATUS_IO where the folder says no.
 */
enum status store_open(const char *path, enum store_mode mode,
		       struct store **ret, struct error *err) MUST_CHECK;
void store_close(struct store *store);

/*
 * The same for a reader, in a transaction or not, whose process ends now and
 * opens no store before that: what the kernel takes down anyway is left to it.
 */
void store_leave(struct store *store);

/*
 * From now on whoever waits for another program longer than a second has tell
 * called, once; NULL, and so from the start: waits without a word.
 */
void store_tell_waiting(void (*tell)(const char *path));

/*
 * A store that was indexed by a program with other fields is indexed anew by
 * the first write transaction, and refused to readers until then.
 *
 * A transaction: STORE_READ sees one state until store_end(); STORE_WRITE is
 * all or nothing.  One at a time per store.  A reader without the right to
 * write there cannot hold writers off: where they came two states further
 * meanwhile, store_check() says that the answer is none.
 */
enum status store_begin(struct store *store, struct error *err) MUST_CHECK;
void store_end(struct store *store); /* of a reader; forgets a write */
enum status store_commit(struct store *store, struct error *err) MUST_CHECK;

uint32_t store_row_count(struct store *store);

/* As it was opened; lives as long as the store. */
const char *store_folder(const struct store *store);

/* What failed where a find or a column had no way to say so. */
enum status store_check(struct store *store, struct error *err) MUST_CHECK;
/*
 * How reading ended, for who is done: with status, unless the store has more to
 * say of that.
 */
enum status store_ending(struct store *store, enum status status,
			 struct error *err) MUST_CHECK;

#endif
