#include "indexer/staged.h"

#include <inttypes.h>
#include <stdlib.h>

#include "signatures/base/cli.h"
#include "signatures/base/must.h"
#include "signatures/clickhouse/load.h"
#include "signatures/clickhouse/tables.h"
#include "signatures/store/store_scratch.h"

struct staged {
	struct arena arena;
	struct address address;
	struct http *http;
	const char *dir;
	const char *folder; /* NULL: not made */
	struct fetch_known known;
};

static enum status fetch(struct staged *staged, struct store *store, bool whole,
			 struct error *err)
{
	if (store_begin(store, err) ||
	    (whole && fetch_all(staged->http, &staged->address, store,
				&staged->known, err)) ||
	    fetch_aside(staged->http, &staged->address, store, err))
		return err->status;
	return store_commit(store, err);
}

static enum status make(struct staged *staged, const char *address, bool whole,
			struct error *err)
{
	struct store *store;
	enum status status;

	if (address_parse(address, &staged->arena, &staged->address, err) ||
	    http_open(&staged->address, &staged->http, err) ||
	    tables_make(staged->http, &staged->address, NULL, err) ||
	    store_scratch_make(staged->dir, &staged->arena, &staged->folder,
			       err) ||
	    store_scratch_open(staged->folder, &store, err))
		return err->status;
	status = fetch(staged, store, whole, err);
	store_close(store);
	return status;
}

enum status staged_begin(const char *address, const char *dir, bool whole,
			 struct staged **ret, struct error *err)
{
	struct staged *staged = must(calloc(1, sizeof(*staged)));

	arena_init(&staged->arena);
	staged->dir = dir;
	if (make(staged, address, whole, err)) {
		staged_destroy(staged);
		return err->status;
	}
	*ret = staged;
	return STATUS_OK;
}

void staged_destroy(struct staged *staged)
{
	if (!staged)
		return;
	if (staged->folder)
		store_scratch_remove(staged->folder);
	fetch_known_deinit(&staged->known);
	http_close(staged->http);
	arena_deinit(&staged->arena);
	free(staged);
}

const char *staged_folder(const struct staged *staged)
{
	return staged->folder;
}

static void on_progress(void *closure, uint64_t crashes, uint64_t all)
{
	(void)closure;
	cli_progress("loading: %" PRIu64 " of %" PRIu64 " crashes", crashes,
		     all);
}

enum status staged_load(struct staged *staged, struct error *err)
{
	const struct load_options options = { .scratch_dir = staged->dir,
					      .known = &staged->known,
					      .progress = on_progress };
	struct load_tally tally;
	struct store *store;
	enum status status;

	if (store_open(staged->folder, STORE_READ, &store, err))
		return err->status;
	status = store_begin(store, err);
	if (!status)
		status = load_store(staged->http, &staged->address, store,
				    &options, &tally, err);
	store_close(store);
	cli_progress_clear();
	return status;
}
