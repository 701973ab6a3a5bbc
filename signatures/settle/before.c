#include "signatures/settle/before.h"

#include <assert.h>
#include <stdlib.h>

#include "signatures/base/cli.h"
#include "signatures/base/text.h"

/* A value that is no id: the reason for being in no cluster. */
#define SOME_WORD UINT64_MAX

/* The values of a column by row, 0 = none. */
static uint64_t *ids_of(struct store *store, const char *name)
{
	const struct field *field = field_find(name);
	const uint32_t rows = store_row_count(store);
	uint64_t *ids = calloc((size_t)rows + 1, sizeof(*ids));
	struct store_column column;
	struct store_term term;
	struct arena arena;
	uint32_t row = 0;

	assert(field);
	if (!ids)
		abort();
	arena_init(&arena);
	for (uint32_t chunk = 0;
	     row < rows && store_column_read(store, field, chunk, &column);
	     chunk++) {
		for (size_t i = 0; i < column.count && row < rows; i++, row++) {
			if (!column.terms[i] ||
			    !store_term_value(store, field, column.terms[i],
					      &arena, &term))
				continue;
			if (!text_parse_hex(term.value.text, &ids[row]))
				ids[row] = SOME_WORD;
			arena_reset(&arena);
		}
	}
	arena_deinit(&arena);
	return ids;
}

/* Rows that are in no cluster and have no reason for it are new. */
struct before {
	uint64_t *clusters, *families, *unclustered;
};

/* One level's events; returns how many clusters there are now. */
static size_t tell_level(struct changes_log *log,
			 const struct corpus_place *places, size_t count,
			 const struct before *before, bool families)
{
	const uint64_t *ids = families ? before->families : before->clusters;
	struct changes_crash *crashes = calloc(count + 1, sizeof(*crashes));
	struct changes_line *lines;
	struct arena arena;
	size_t found, clusters;

	if (!crashes)
		abort();
	for (size_t i = 0; i < count; i++) {
		const struct corpus_place *at = &places[i];

		crashes[i] = (struct changes_crash){
			.before = ids[at->row],
			.after = families ? at->family : at->cluster,
			.id = at->id,
			.nearest = at->nearest,
			.likeness = at->likeness,
			.is_new = !before->clusters[at->row] &&
				  !before->unclustered[at->row],
		};
	}
	arena_init(&arena);
	clusters = changes_clusters(crashes, count);
	found = changes_find(crashes, count, &arena, &lines);
	for (size_t i = 0; i < found; i++)
		changes_tell(log, families ? "family" : "cluster", &lines[i]);
	arena_deinit(&arena);
	free(crashes);
	return clusters;
}

struct changes_log *before_tell(struct store *store,
				const struct corpus_place *places, size_t count)
{
	struct changes_log *log = changes_create(cli_now(NULL));
	struct before before = {
		.clusters = ids_of(store, "cluster"),
		.families = ids_of(store, "family"),
		.unclustered = ids_of(store, "unclustered"),
	};
	size_t clusters, families;
	size_t added = 0;

	for (size_t i = 0; i < count; i++)
		added += !before.clusters[places[i].row] &&
			 !before.unclustered[places[i].row];
	clusters = tell_level(log, places, count, &before, false);
	families = tell_level(log, places, count, &before, true);
	if (added)
		changes_pass(log, count, added, clusters, families);
	free(before.clusters);
	free(before.families);
	free(before.unclustered);
	return log;
}
