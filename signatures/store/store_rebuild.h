/*
 * store_rebuild.h - make an index anew; for this room alone.
 */
#ifndef STORE_STORE_REBUILD_H
#define STORE_STORE_REBUILD_H

#include "signatures/store/store_admin.h"

/*
 * Make in to, whose index is empty, every entry that follows from what is kept
 * in from; both may be one store.  Rows that cannot be read are told to
 * complain, if there is one, and left out.
 */
enum status store_rebuild_into(struct store *from, struct store *to,
			       store_complain *complain, void *closure,
			       struct error *err) MUST_CHECK;

#endif
