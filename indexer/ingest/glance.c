#include "indexer/ingest/glance.h"

#include "indexer/ingest/inputs.h"
#include "signatures/store/store_write.h"

static bool is_known(struct store *store, const char *path, uint64_t *dumps)
{
	struct hash128 stamp, content;

	return inputs_stamp(path, &stamp) &&
	       store_find_stamp(store, stamp, &content) &&
	       store_has_archive(store, content, dumps);
}

static bool are_known(const struct ingest_options *options, struct store *store,
		      uint64_t *ret)
{
	uint64_t sum = 0, dumps;

	for (size_t i = 0; i < options->path_count; i++) {
		if (!is_known(store, options->paths[i], &dumps))
			return false;
		sum += dumps;
	}
	*ret = sum;
	return true;
}

bool glance_is_done(const struct ingest_options *options, uint64_t *dumps)
{
	bool is_done = false, is_over = false;
	struct store *store;
	struct error err;

	if (!options->store_dir || !options->path_count ||
	    store_open(options->store_dir, STORE_READ, false, &store, &err))
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
