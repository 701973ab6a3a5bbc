#include "indexer/ingest/glance.h"

#include "indexer/ingest/contents.h"
#include "indexer/ingest/inputs.h"
#include "signatures/store/store_write.h"

static bool is_known(struct store *store, const char *path,
		     struct contents *seen, uint64_t *dumps)
{
	struct hash128 stamp, content;
	uint64_t gave;

	if (!inputs_stamp(path, &stamp) ||
	    !store_find_stamp(store, stamp, &content) ||
	    !contents_add(seen, content) ||
	    !store_has_archive(store, content, &gave))
		return false;
	*dumps += gave;
	return true;
}

static bool are_known(const struct ingest_options *options, struct store *store,
		      uint64_t *dumps)
{
	struct contents seen;
	size_t known = 0;

	contents_init(&seen);
	while (known < options->path_count &&
	       is_known(store, options->paths[known], &seen, dumps))
		known++;
	contents_deinit(&seen);
	return known == options->path_count;
}

bool glance_is_done(const struct ingest_options *options, uint64_t *dumps)
{
	struct store *store;
	struct error err;
	bool is_done = false;

	*dumps = 0;
	if (!options->store_dir || !options->path_count ||
	    store_open(options->store_dir, STORE_READ, false, &store, &err))
		return false;
	if (!store_begin(store, &err)) {
		is_done = are_known(options, store, dumps) &&
			  !store_check(store, &err);
		store_end(store);
	}
	store_close(store);
	return is_done;
}
