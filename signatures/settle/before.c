#include "signatures/settle/before.h"

#include <assert.h>
#include <stdlib.h>

#include "signatures/base/cli.h"
#include "signatures/base/text.h"

/* A value that is no id: the reason for being in no cluster. */
#define SOME_WORD UINT64_MAX

static void *zeroed(size_t count, size_t size)
{
	void *memory = calloc(count + 1, size);

	if (!memory)
		abort();
	return memory;
}

static uint64_t id_of(struct store *store, const struct field *field,
		      uint32_t number, struct arena *arena)
{
	struct store_term term;
	uint64_t id = 0;

	if (store_term_value(store, field, number, arena, &term) &&
	    !text_parse_hex(term.value.text, &id))
		id = SOME_WORD;
	arena_reset(arena);
	return id;
}

/* The values of a column by row, 0 = none; each is looked up once. */
static uint64_t *ids_of(struct store *store, const char *name)
{
	const struct field *field = field_find(name);
	const uint32_t rows = store_row_count(store);
	uint64_t *ids = zeroed(rows, sizeof(*ids));
	struct store_column column;
	struct arena arena;
	uint64_t *known;
	uint32_t last;
	uint32_t row = 0;

	assert(field);
	arena_init(&arena);
	last = store_column_last_term(store, field);
	known = zeroed((size_t)last + 1, sizeof(*known));
	for (uint32_t chunk = 0;
	     row < rows && store_column_read(store, field, chunk, &column);
	     chunk++) {
		for (size_t i = 0; i < column.count && row < rows; i++, row++) {
			const uint32_t term = column.terms[i];

			if (!term || term > last)
				continue;
			if (!known[term])
				known[term] = id_of(store, field, term, &arena);
			ids[row] = known[term];
		}
	}
	free(known);
	arena_deinit(&arena);
	return ids;
}

void before_read(struct store *store, struct before *ret)
{
	*ret = (struct before){
		.clusters = ids_of(store, "cluster"),
		.families = ids_of(store, "family"),
		.unclustered = ids_of(store, "unclustered"),
		.rows = store_row_count(store),
	};
}

void before_deinit(struct before *before)
{
	free(before->clusters);
	free(before->families);
	free(before->unclustered);
}

/* Rows that are in no cluster and have no reason for it are new. */
static bool is_new(const struct before *before, uint32_t row)
{
	return !before->clusters[row] && !before->unclustered[row];
}

static enum status give_id(struct store *store, struct corpus_place *place,
			   struct arena *arena, struct error *err)
{
	struct store_crash crash;
	const enum status status =
		store_crash_read(store, place->row, arena, &crash, err);

	if (!status)
		place->id = corpus_id(crash.identity);
	arena_reset(arena);
	return status;
}

enum status before_sift(struct store *store, const struct before *before,
			struct corpus_place *places, size_t *count,
			struct error *err)
{
	enum status status = STATUS_OK;
	struct arena arena;
	size_t kept = 0;

	arena_init(&arena);
	for (size_t i = 0; i < *count && !status; i++) {
		struct corpus_place *place = &places[i];

		/* Why it is in none is one of few words, told anew. */
		if (!place->why && !before->unclustered[place->row] &&
		    place->cluster == before->clusters[place->row] &&
		    place->family == before->families[place->row])
			continue;
		if (!place->id)
			status = give_id(store, place, &arena, err);
		places[kept++] = *place;
	}
	*count = kept;
	arena_deinit(&arena);
	return status;
}

/* One level's events; returns how many clusters there are now. */
static size_t tell_level(struct changes_log *log,
			 const struct corpus_place *places, size_t count,
			 const struct before *before, const bool *added,
			 bool families)
{
	uint64_t *ids = families ? before->families : before->clusters;
	struct changes_crash *crashes = zeroed(count, sizeof(*crashes));
	struct changes_line *lines;
	struct arena arena;
	size_t found;

	for (size_t i = 0; i < count; i++) {
		const struct corpus_place *at = &places[i];

		crashes[i] = (struct changes_crash){
			.before = ids[at->row],
			.after = families ? at->family : at->cluster,
			.id = at->id,
			.nearest = at->nearest,
			.likeness = at->likeness,
			.is_new = added[i],
		};
	}
	arena_init(&arena);
	found = changes_find(crashes, count, ids, before->rows, &arena, &lines);
	for (size_t i = 0; i < found; i++)
		changes_tell(log, families ? "family" : "cluster", &lines[i]);
	arena_deinit(&arena);
	free(crashes);
	for (size_t i = 0; i < count; i++)
		ids[places[i].row] =
			families ? places[i].family : places[i].cluster;
	return changes_clusters(ids, before->rows);
}

struct changes_log *before_tell(struct before *before,
				const struct corpus_place *places, size_t count)
{
	struct changes_log *log = changes_create(cli_clock());
	bool *added = zeroed(count, sizeof(*added));
	size_t clusters, families;
	size_t new_count = 0;

	for (size_t i = 0; i < count; i++) {
		added[i] = is_new(before, places[i].row);
		new_count += added[i];
	}
	clusters = tell_level(log, places, count, before, added, false);
	families = tell_level(log, places, count, before, added, true);
	if (new_count)
		changes_pass(log, before->rows, new_count, clusters, families);
	free(added);
	return log;
}
