#include "signatures/store/store_foreign.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/store/state.h"

struct store *store_foreign_create(const struct store_foreign *foreign,
				   void *state, const char *name)
{
	struct store *store = calloc(1, sizeof(*store));

	if (!store)
		abort();
	store->path = strdup(name);
	if (!store->path)
		abort();
	store->lock = -1;
	store->foreign = foreign;
	store->foreign_state = state;
	return store;
}

void *store_foreign_state(struct store *store,
			  const struct store_foreign *foreign)
{
	return store->foreign == foreign ? store->foreign_state : NULL;
}
