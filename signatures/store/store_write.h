/*
 * store_write.h - put crashes in.  All calls need a write transaction; what is
 * put is there for all or for nobody, at store_commit().
 */
#ifndef STORE_STORE_WRITE_H
#define STORE_STORE_WRITE_H

#include "signatures/store/store.h"

enum store_outcome {
	STORE_INDEXED,	  /* a new crash */
	STORE_SAME_CRASH, /* another file of a crash already here */
	STORE_DUPLICATE,  /* these very bytes are already here */
};

/*
 * The record and every index entry that follows from it.  file is as
 * record_decode() gives it: within the limits of limits.h.  A duplicate still
 * leaves the set of sources of its crash the same: the first by byte order of
 * source is kept, so that the order of arrival does not show; and of two
 * readings of its bytes the better one (reading.h).
 */
enum status store_put(struct store *store, const struct record_file *file,
		      struct arena *scratch, enum store_outcome *ret,
		      struct error *err) MUST_CHECK;

/* An input that could not be read: counted once per content. */
enum status store_put_refused(struct store *store, struct hash128 content,
			      const char *source, enum status why,
			      const char *text, struct error *err) MUST_CHECK;

/*
 * Archives ingested whole, by content: what they gave, so that they can be
 * passed over.  stamp is what can be known without reading the file (device,
 * inode, size, times), to find its content hash cheaply; size in bytes, so
 * that an archive of another size is known to be new: store_aside_walk().
 */
enum status store_put_archive(struct store *store, struct hash128 content,
			      struct hash128 stamp, uint64_t dumps,
			      uint64_t size, struct error *err) MUST_CHECK;
/*
 * A value of a field that does not follow from the crash (cluster, family) for
 * one row; NULL takes it away.
 */
void store_put_value(struct store *store, uint32_t row,
		     const struct field *field,
		     const struct field_value *value);

/*
 * Another reading of a file that is here already, by its content: its stack was
 * settled.  Every index entry follows.  STATUS_STORE if it is not here.
 */
enum status store_put_again(struct store *store, const struct record_file *file,
			    struct arena *scratch,
			    struct error *err) MUST_CHECK;

bool store_has_archive(struct store *store, struct hash128 content,
		       uint64_t *dumps);
bool store_find_stamp(struct store *store, struct hash128 stamp,
		      struct hash128 *content);

#endif
