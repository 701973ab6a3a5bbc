/*
 * settled.h - telling the settling pass what happens to rows; for this room.
 */
#ifndef STORE_SETTLED_H
#define STORE_SETTLED_H

#include "signatures/store/state.h"

/* What is told within a transaction. */
struct settled;

struct settled *store_settled_create(void);
void store_settled_destroy(struct settled *settled);

/* The row has another crash than before. */
void store_settled_changed(struct store *store, uint32_t row);
/* The row is gone, and last has its number. */
void store_settled_dropped(struct store *store, uint32_t row, uint32_t last);

/*
 * How many entries are not as they were put; take, if it is not NULL, is told
 * the key of each.
 */
typedef void store_settled_take(void *closure, struct bytes key);
uint64_t store_settled_look(struct store *store, store_settled_take *take,
			    void *closure);

/* Put what was told beside what was told before. */
void store_settled_flush(struct store *store);

#endif
