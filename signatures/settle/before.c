#include "signatures/settle/before.h"

#include <assert.h>
#include <stdlib.h>

#include "signatures/base/cli.h"
#include "signatures/base/room.h"
#include "signatures/base/text.h"

/* A value that is no id: the reason for being in no cluster. */
#define SOME_WORD UINT64_MAX

/* Values by term. */
struct known {
	uint64_t *ids;
	uint32_t last;
};

static bool know(void *closure, const struct store_term *term)
{
	const struct known *known = closure;
	uint64_t id;

	if (term->term <= known->last)
		known->ids[term->term] =
			text_parse_hex(term->value.text, &id) ? id : SOME_WORD;
	return true;
}

/* The values of a column by row, 0 = none. */
static uint64_t *rows_of(struct store *store, const struct field *field,
			 const struct known *known)
{
	const uint32_t rows = store_row_count(store);
	uint64_t *ret = room_cleared(rows, sizeof(*ret));
	struct store_column column;
	uint32_t row = 0;

	for (uint32_t chunk = 0;
	     row < rows && store_column_read(store, field, chunk, &column);
	     chunk++)
		for (size_t i = 0; i < column.count && row < rows; i++, row++)
			if (column.terms[i] <= known->last)
				ret[row] = known->ids[column.terms[i]];
	return ret;
}

/* NULL where the store cannot be read. */
static uint64_t *ids_of(struct store *store, const char *name,
			struct error *err)
{
	const struct field *field = field_find(name);
	uint64_t *ret = NULL;
	struct known known;

	assert(field);
	known.last = store_column_last_term(store, field);
	known.ids = room_cleared((size_t)known.last + 1, sizeof(*known.ids));
	/* One after the other is much less than looking each up. */
	if (!store_walk_numbers(store, field, 1, know, &known, err))
		ret = rows_of(store, field, &known);
	free(known.ids);
	return ret;
}

enum status before_read(struct store *store, struct before *ret,
			struct error *err)
{
	*ret = (struct before){ .rows = store_row_count(store) };
	ret->clusters = ids_of(store, "cluster", err);
	if (ret->clusters)
		ret->families = ids_of(store, "family", err);
	if (ret->families)
		ret->unclustered = ids_of(store, "unclustered", err);
	return ret->unclustered ? STATUS_OK : err->status;
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

/* The list that people wrote a cluster's move into, or NULL. */
static const char *list_of(const struct overrides *overrides, uint64_t from,
			   uint64_t to)
{
	if (!from || !to)
		return NULL;
	if (overrides_split_by(overrides, from))
		return "split";
	return overrides_merged(overrides, from) == to ? "merge" : NULL;
}

/* One level's events; returns how many clusters there are now. */
static size_t tell_level(struct changes_log *log,
			 const struct overrides *overrides,
			 const struct corpus_place *places, size_t count,
			 const struct before *before, const bool *added,
			 bool families)
{
	uint64_t *ids = families ? before->families : before->clusters;
	struct changes_crash *crashes = room_cleared(count, sizeof(*crashes));
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
	for (size_t i = 0; i < found; i++) {
		if (!families)
			lines[i].list =
				list_of(overrides, lines[i].from, lines[i].to);
		changes_tell(log, families ? "family" : "cluster", &lines[i]);
	}
	arena_deinit(&arena);
	free(crashes);
	for (size_t i = 0; i < count; i++)
		ids[places[i].row] =
			families ? places[i].family : places[i].cluster;
	return changes_clusters(ids, before->rows);
}

struct changes_log *before_tell(struct before *before,
				const struct overrides *overrides,
				const struct corpus_place *places, size_t count)
{
	struct changes_log *log = changes_create(cli_clock());
	bool *added = room_cleared(count, sizeof(*added));
	size_t clusters, families;
	size_t new_count = 0;

	for (size_t i = 0; i < count; i++) {
		added[i] = is_new(before, places[i].row);
		new_count += added[i];
	}
	clusters =
		tell_level(log, overrides, places, count, before, added, false);
	families =
		tell_level(log, overrides, places, count, before, added, true);
	if (new_count)
		changes_pass(log, before->rows, new_count, clusters, families);
	free(added);
	return log;
}
