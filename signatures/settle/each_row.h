/* each_row.h - every crash of a store in the order of rows. */
#ifndef SETTLE_EACH_ROW_H
#define SETTLE_EACH_ROW_H

#include "signatures/base/arena.h"
#include "signatures/base/error.h"
#include "signatures/store/store_read.h"

/* What is done with each; crash lives in arena, which is emptied after it. */
typedef enum status row_take(void *closure, struct store *store, uint32_t row,
			     struct store_crash *crash, struct arena *arena,
			     struct error *err);

/*
 * Needs a transaction; ends with the first that take refuses.  Pages of the
 * store that were read do not stay in memory.
 */
enum status each_row(struct store *store, row_take *take, void *closure,
		     struct error *err) MUST_CHECK;

#endif
