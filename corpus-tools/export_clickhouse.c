#include "corpus-tools/export_clickhouse.h"

#include <inttypes.h>
#include <stdio.h>

#include "signatures/base/cli.h"
#include "signatures/clickhouse/load.h"
#include "signatures/clickhouse/tables.h"

static void on_progress(void *closure, uint64_t crashes, uint64_t all)
{
	(void)closure;
	cli_progress("%" PRIu64 " of %" PRIu64 " crashes", crashes, all);
}

static void tell(const struct load_tally *tally)
{
	printf("%" PRIu64 " crashes sent, %" PRIu64 " were there", tally->sent,
	       tally->same);
	if (tally->joined)
		printf(", %" PRIu64 " joined with others", tally->joined);
	if (tally->gone)
		printf(", %" PRIu64 " taken away", tally->gone);
	putchar('\n');
}

enum status export_clickhouse(struct store *store, const char *to,
			      const char *cluster, const char *scratch,
			      struct error *err)
{
	const struct load_options options = { .scratch_dir = scratch,
					      .progress = on_progress };
	struct address *address;
	struct load_tally tally;
	struct http *http = NULL;
	struct arena arena;
	enum status status;

	arena_init(&arena);
	address = arena_take(&arena, 1, sizeof(*address));
	status = address_parse(to, &arena, address, err);
	if (!status)
		status = http_open(address, &http, err);
	if (!status)
		status = tables_make(http, address, cluster, err);
	if (!status)
		status =
			load_store(http, address, store, &options, &tally, err);
	cli_progress_clear();
	if (!status)
		tell(&tally);
	http_close(http);
	arena_deinit(&arena);
	return status;
}
