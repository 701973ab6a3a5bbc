#include "signatures/settle/settle.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "signatures/base/must.h"
#include "signatures/base/room.h"
#include "signatures/cluster/engine_cut.h"
#include "signatures/cluster/keymap.h"
#include "signatures/settle/before.h"
#include "signatures/settle/corpus_again.h"
#include "signatures/settle/corpus_memory.h"
#include "signatures/settle/each_row.h"
#include "signatures/settle/memory.h"
#include "signatures/settle/night.h"
#include "signatures/settle/overrides.h"
#include "signatures/settle/refit.h"
#include "signatures/settle/stacks.h"
#include "signatures/store/store_read.h"
#include "signatures/store/store_rest.h"
#include "signatures/store/store_settled.h"
#include "signatures/store/store_write.h"

/* Fields that the pass gives; every one is in the table. */
struct fields {
	const struct field *cluster, *family, *unclustered;
};

static struct fields find_fields(void)
{
	const struct fields fields = {
		.cluster = field_find("cluster"),
		.family = field_find("family"),
		.unclustered = field_find("unclustered"),
	};

	assert(fields.cluster && fields.family && fields.unclustered);
	return fields;
}

/* Crashes on their way into the corpus, without what is noise. */
struct clustering {
	struct corpus *corpus;
	const struct overrides *overrides;
};

static enum status add_row(void *closure, struct store *store, uint32_t row,
			   struct store_crash *crash, struct arena *arena,
			   struct error *err)
{
	const struct clustering *clustering = closure;

	(void)store;
	(void)err;
	overrides_quiet(clustering->overrides, &crash->crash, arena);
	corpus_add(clustering->corpus, row, crash->identity, &crash->crash);
	return STATUS_OK;
}

static enum status split_places(struct store *store,
				const struct overrides *overrides,
				struct settle_places *places, struct error *err)
{
	enum status status = STATUS_OK;
	struct arena arena;

	arena_init(&arena);
	for (size_t i = 0; i < places->count && !status; i++) {
		struct corpus_place *place = &places->at[i];
		const struct field *field =
			overrides_split_by(overrides, place->cluster);
		struct store_crash crash;

		if (!field || !place->cluster)
			continue;
		status = store_crash_read(store, place->row, &arena, &crash,
					  err);
		if (!status)
			place->cluster = overrides_part(place->cluster, field,
							&crash.crash);
		arena_reset(&arena);
	}
	arena_deinit(&arena);
	return status;
}

/* A cluster that was joined to another is of that one's family. */
static void merge_places(const struct overrides *overrides,
			 struct settle_places *places)
{
	struct keymap first; /* place of each cluster, by its id */
	bool is_new;

	keymap_init(&first);
	for (size_t i = 0; i < places->count; i++) {
		const uint64_t cluster = places->at[i].cluster;
		uint32_t *place;

		if (!cluster)
			continue;
		place = keymap_put(&first, cluster, &is_new);
		if (is_new)
			*place = (uint32_t)i;
	}
	for (size_t i = 0; i < places->count; i++) {
		struct corpus_place *place = &places->at[i];
		const uint64_t name =
			overrides_merged(overrides, place->cluster);
		uint32_t named;

		if (name == place->cluster)
			continue;
		if (keymap_find(&first, name, &named))
			place->family = places->at[named].family;
		place->cluster = name;
	}
	keymap_deinit(&first);
}

/* All crashes in a corpus of its own; the caller destroys it. */
static enum status read_corpus(struct store *store,
			       const struct overrides *overrides,
			       struct corpus **ret, struct error *err)
{
	struct clustering clustering = { corpus_create(), overrides };
	const enum status status = each_row(store, add_row, &clustering, err);

	store_rest(store);
	*ret = clustering.corpus;
	return status;
}

static struct settle_places make_places(const struct corpus *corpus)
{
	struct settle_places places = { .count = corpus_count(corpus) };

	places.at = room_cleared(places.count + 1, sizeof(*places.at));
	return places;
}

/* What people decided has the last word. */
static enum status override_places(struct store *store,
				   const struct overrides *overrides,
				   struct settle_places *places,
				   struct error *err)
{
	const enum status status = split_places(store, overrides, places, err);

	if (!status)
		merge_places(overrides, places);
	return status;
}

enum status settle_places(struct store *store, const char *lists,
			  struct settle_places *ret, struct error *err)
{
	struct settle_places places = { .at = NULL };
	struct overrides *overrides;
	struct corpus *corpus;
	enum status status;

	if (overrides_read(lists, &overrides, err))
		return err->status;
	status = read_corpus(store, overrides, &corpus, err);
	if (!status) {
		places = make_places(corpus);
		status =
			refit_cluster(store, overrides, corpus, places.at, err);
	}
	if (!status)
		status = override_places(store, overrides, &places, err);
	if (status)
		free(places.at);
	else
		*ret = places;
	corpus_destroy(corpus);
	overrides_destroy(overrides);
	return status;
}

void settle_places_deinit(struct settle_places *places)
{
	free(places->at);
	places->at = NULL;
}

/* Ids read like those of crashes: 12 digits. */
static void put_id(struct store *store, uint32_t row, const struct field *field,
		   uint64_t id)
{
	char text[16];
	const struct field_value value = { text, 0 };

	snprintf(text, sizeof(text), "%012" PRIx64, id);
	store_put_value(store, row, field, id ? &value : NULL);
}

static void write_places(struct store *store, const struct corpus_place *places,
			 size_t count)
{
	const struct fields fields = find_fields();

	for (size_t i = 0; i < count; i++) {
		const struct corpus_place *place = &places[i];
		const struct field_value why = { stream_why_text(place->why),
						 0 };

		put_id(store, place->row, fields.cluster, place->cluster);
		put_id(store, place->row, fields.family, place->family);
		store_put_value(store, place->row, fields.unclustered,
				place->why ? &why : NULL);
	}
}

/* The engine of the last pass, or a new one. */
static struct engine *open_engine(struct store *store,
				  const struct engine_table *table,
				  const struct overrides *overrides)
{
	struct memory_head head;
	struct engine *engine = NULL;

	/* Lists that move the threshold want more than one engine. */
	if (!overrides_reshape(overrides) && memory_head(store, &head))
		engine = engine_table_open(table, head.signatures);
	if (engine && engine_count(engine) == head.signatures &&
	    engine_strict(engine) == ENGINE_STRICT)
		return engine;
	engine_destroy(engine);
	store_settled_clear(store);
	return engine_create(ENGINE_STRICT, ENGINE_LOOSE);
}

static int compare(const struct corpus_first *a, const struct corpus_first *b)
{
	const int by_time =
		corpus_compare(a->time, a->identity, b->time, b->identity);

	return by_time ? by_time : (a->key > b->key) - (a->key < b->key);
}

/* Signatures in order, beside those of the last pass. */
struct beside {
	const struct corpus_first *firsts;
	size_t count;
	size_t i;      /* of those now: how far they were looked at */
	uint32_t same; /* of both: so many are the same */
	uint32_t old;
};

/* What is said of those before it: how many are the same. */
static void compare_same(struct beside *beside,
			 const struct corpus_first *there, size_t count)
{
	for (size_t i = 0; i < count && beside->same < beside->count; i++) {
		if (compare(&there[i], &beside->firsts[beside->same]) != 0)
			return;
		beside->same++;
	}
}

/* Say which of what was cut is not there any more, or elsewhere. */
static void leave_gone(struct beside *beside, struct engine *engine,
		       uint32_t at, const struct corpus_first *there,
		       size_t count)
{
	const struct corpus_first *firsts = beside->firsts;

	for (size_t k = 0; k < count; k++) {
		while (beside->i < beside->count &&
		       compare(&firsts[beside->i], &there[k]) < 0)
			beside->i++;
		if (beside->i == beside->count ||
		    compare(&firsts[beside->i], &there[k]) != 0)
			engine_cut_leave(engine, at + (uint32_t)k);
	}
}

/* Take back what is not the same any more; returns how many stay. */
static uint32_t cut_engine(struct store *store, struct engine *engine,
			   const struct corpus_first *firsts, size_t count)
{
	struct beside beside = { .firsts = firsts,
				 .count = count,
				 .old = (uint32_t)engine_count(engine) };
	struct corpus_first there[MEMORY_FIRSTS];
	uint32_t at = 0;
	size_t here;

	do {
		here = memory_firsts(store, at, there);
		compare_same(&beside, there, here);
		at += (uint32_t)here;
	} while (here && beside.same == at && at < beside.old);
	engine_cut(engine, beside.same);
	beside.i = beside.same;
	for (at = beside.same; at < beside.old; at += (uint32_t)here) {
		here = memory_firsts(store, at, there);
		if (!here)
			break;
		leave_gone(&beside, engine, at, there, here);
	}
	return beside.same;
}

/* By row, as memory.h has them. */
static void remember_rows(struct store *store, const struct corpus *corpus,
			  const struct settle_places *places)
{
	uint32_t *rows = must(calloc(places->count + 1, sizeof(*rows)));

	for (size_t i = 0; i < places->count; i++)
		rows[i] =
			places->at[i].key
				? corpus_position(corpus, places->at[i].key) + 1
				: MEMORY_UNCLUSTERED;
	memory_put_rows(store, rows, places->count);
	free(rows);
}

/*
 * For the next night, and for who asks what is like a crash; so many signatures
 * are those of the last pass.
 */
static void remember(struct store *store, struct corpus *corpus,
		     const struct engine_table *table,
		     const struct corpus_first *firsts, uint32_t same,
		     const struct settle_places *places,
		     const struct memory_head *head)
{
	struct corpus_name *names;
	size_t count;

	remember_rows(store, corpus, places);
	memory_put_firsts(store, same, firsts + same, head->signatures - same);
	names = corpus_names(corpus, &count);
	memory_put_names(store, names, count);
	free(names);
	corpus_memory_save(store, corpus_is_bare(corpus) ? corpus : NULL);
	engine_table_save(corpus_engine(corpus), table);
	memory_put_head(store, head);
}

/* The corpus of all crashes, their stacks settled; the caller destroys it. */
static enum status settle_corpus(struct store *store,
				 const struct overrides *overrides,
				 struct corpus **ret, struct error *err)
{
	struct corpus *corpus = NULL;
	struct memory_head head;

	if (memory_head(store, &head) && head.bare &&
	    head.lists == overrides_hash(overrides))
		corpus = corpus_again(store, overrides, &head);
	if (!corpus && stacks_settle(store, overrides, &corpus, err))
		return err->status;
	if (!corpus && read_corpus(store, overrides, &corpus, err)) {
		corpus_destroy(corpus);
		return err->status;
	}
	*ret = corpus;
	return STATUS_OK;
}

/* What need not be looked up again. */
static void recall_rows(struct store *store, struct corpus *corpus)
{
	struct memory_head head;
	uint32_t *rows;

	if (!memory_head(store, &head))
		return;
	rows = memory_rows(store, &head, 0);
	if (rows)
		corpus_cluster_recall(corpus, rows, head.rows);
}

static void leave_changed(struct settle_places *places)
{
	size_t kept = 0;

	for (size_t i = 0; i < places->count; i++)
		if (!places->at[i].is_same)
			places->at[kept++] = places->at[i];
	places->count = kept;
}

/* *is_damaged: something of before was not to be read, and all is in vain. */
static enum status settle_anew(struct store *store,
			       const struct overrides *overrides,
			       struct settle_places *ret, bool *is_damaged,
			       struct error *err)
{
	struct engine_table table = memory_table(store);
	struct memory_head head = { .lists = overrides_hash(overrides),
				    .rows = store_row_count(store) };
	struct engine *engine = open_engine(store, &table, overrides);
	const struct corpus_first *firsts;
	struct corpus *corpus = NULL;
	enum status status;
	uint32_t same;
	size_t count;

	status = settle_corpus(store, overrides, &corpus, err);
	if (status) {
		engine_destroy(engine);
		return status;
	}
	firsts = corpus_order(corpus, &count);
	same = cut_engine(store, engine, firsts, count);
	corpus_cluster_resume(corpus, engine);
	recall_rows(store, corpus);
	*ret = make_places(corpus);
	status = refit_cluster(store, overrides, corpus, ret->at, err);
	*is_damaged = memory_is_damaged(store, corpus_engine(corpus));
	head.signatures = (uint32_t)count;
	head.bare = corpus_is_bare(corpus);
	if (!status && !*is_damaged)
		remember(store, corpus, &table, firsts, same, ret, &head);
	leave_changed(ret);
	corpus_destroy(corpus);
	return status;
}

/* A pass over everything. */
static enum status settle_all(struct store *store,
			      const struct overrides *overrides,
			      struct settle_places *ret, struct error *err)
{
	bool is_damaged;
	enum status status =
		settle_anew(store, overrides, ret, &is_damaged, err);

	if (!status && is_damaged) {
		settle_places_deinit(ret);
		store_settled_clear(store);
		status = settle_anew(store, overrides, ret, &is_damaged, err);
	}
	return status ? status : override_places(store, overrides, ret, err);
}

static enum status settle_into(struct store *store,
			       const struct overrides *overrides,
			       struct settle_places *ret, struct error *err)
{
	struct night_places night;

	if (night_pass(store, overrides, &night)) {
		*ret = (struct settle_places){ night.at, night.count };
		return STATUS_OK;
	}
	return settle_all(store, overrides, ret, err);
}

/* Write what moved; *log is for changes_write() once it is committed. */
static enum status settle_moves(struct store *store,
				const struct overrides *overrides,
				struct settle_places *places,
				struct changes_log **log, struct error *err)
{
	struct before before;
	enum status status = before_read(store, &before, err);

	if (!status)
		status = before_sift(store, &before, places->at, &places->count,
				     err);
	if (!status) {
		*log = before_tell(&before, overrides, places->at,
				   places->count);
		write_places(store, places->at, places->count);
	}
	before_deinit(&before);
	return status;
}

/* Is there what the last pass has not seen? */
static bool is_due(struct store *store, const struct overrides *overrides)
{
	struct store_event *events;
	struct memory_head head;
	struct arena arena;
	size_t count;
	bool due;

	if (!memory_head(store, &head))
		return store_row_count(store) > 0;
	arena_init(&arena);
	due = head.rows != store_row_count(store) ||
	      head.lists != overrides_hash(overrides) ||
	      !store_settled_events(store, &arena, &events, &count) || count;
	arena_deinit(&arena);
	return due;
}

bool settle_is_due(struct store *store)
{
	struct overrides *overrides;
	struct error err;
	bool due;

	if (overrides_read(store_folder(store), &overrides, &err))
		return true;
	due = is_due(store, overrides);
	overrides_destroy(overrides);
	return due;
}

/* *log is for changes_write() once it is committed; NULL: nothing was due. */
static enum status settle_begun(struct store *store, enum settle_when when,
				struct changes_log **log, struct error *err)
{
	struct settle_places places = { .at = NULL };
	struct overrides *overrides;
	enum status status =
		overrides_read(store_folder(store), &overrides, err);

	*log = NULL;
	if (status)
		return status;
	if (when == SETTLE_ALWAYS || is_due(store, overrides)) {
		status = settle_into(store, overrides, &places, err);
		if (!status)
			status = settle_moves(store, overrides, &places, log,
					      err);
		settle_places_deinit(&places);
	}
	overrides_destroy(overrides);
	return status;
}

enum status settle_store(struct store *store, enum settle_when when,
			 struct error *err)
{
	struct changes_log *log = NULL;
	enum status status = store_begin(store, err);

	if (status)
		return error_within(err, "settle");
	room_keep();
	status = settle_begun(store, when, &log, err);
	if (status || !log) {
		store_end(store);
		return status ? error_within(err, "settle") : STATUS_OK;
	}
	status = store_commit(store, err);
	if (!status)
		status = changes_write(log, store_folder(store), err);
	changes_destroy(log);
	return status ? error_within(err, "settle") : STATUS_OK;
}
