#include "indexer/ingest/glance.h"

#include "indexer/ingest/inputs.h"
#include "signatures/store/store_write.h"

struct glance {
	struct store *store;
	uint64_t dumps;
};

static bool is_known(void *closure, struct hash128 stamp)
{
	struct glance *glance = closure;
	struct hash128 content;
	uint64_t dumps;

	if (!store_find_stamp(glance->store, stamp, &content) ||
	    !store_has_archive(glance->store, content, &dumps))
		return false;
	glance->dumps += dumps;
	return true;
}

static bool are_known(const struct ingest_options *options, struct store *store,
		      uint64_t *ret)
{
	struct glance glance = { .store = store };

	for (size_t i = 0; i < options->path_count; i++)
		if (!inputs_stamps(options->paths[i], is_known, &glance))
			return false;
	*ret = glance.dumps;
	return true;
}

bool glance_is_done(const struct ingest_options *options, uint64_t *dumps)
{
	bool is_done = false, is_over = false;
	struct store *store;
	struct error err;

	if (!options->store_dir || !options->path_count ||
	    store_open(options->store_dir, STORE_READ, &store, &err))
		return false;
	if (!store_begin(store, &err)) {
		is_done = are_known(options, store, dumps) &&
			  !store_check(store, &err);
		is_over = is_done && options->is_over(options->closure, store);
		if (!is_over)
			store_end(store);
	}
	if (is_over)
		store_leave(store);
	else
		store_close(store);
	return is_done;
}
