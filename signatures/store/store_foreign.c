#include "signatures/store/store_foreign.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/must.h"
#include "signatures/store/state.h"

struct store *store_foreign_create(const struct store_foreign *foreign,
				   void *state, const char *name)
{
	struct store *store = must(calloc(1, sizeof(*store)));

	store->path = must(strdup(name));
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
