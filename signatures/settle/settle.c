#include "signatures/settle/settle.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "signatures/cluster/keymap.h"
#include "signatures/settle/before.h"
#include "signatures/settle/corpus.h"
#include "signatures/settle/learn.h"
#include "signatures/settle/overrides.h"
#include "signatures/settle/refit.h"
#include "signatures/signature.h"
#include "signatures/store/store_read.h"
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

/* What a pass over all rows does with each; arena is emptied after it. */
typedef enum status row_take(void *closure, struct store *store, uint32_t row,
			     struct store_crash *crash, struct arena *arena,
			     struct error *err);

static enum status walk_rows(struct store *store, row_take *take, void *closure,
			     struct error *err)
{
	struct arena arena;
	enum status status = STATUS_OK;

	arena_init(&arena);
	for (uint32_t row = 0; row < store_row_count(store) && !status; row++) {
		struct store_crash crash;

		status = store_crash_read(store, row, &arena, &crash, err);
		if (!status)
			status = take(closure, store, row, &crash, &arena, err);
		arena_reset(&arena);
	}
	arena_deinit(&arena);
	return status;
}

/* A stack as the walk left it, whatever an earlier pass made of it. */
static void unsettle(struct crash *crash)
{
	if (!crash->walked.count)
		return;
	crash->stack = crash->walked;
	crash->walked = (struct crash_stack){ 0 };
}

/* What is learned, and the rows whose stacks it may change. */
struct learning {
	struct learn *learn;
	const struct overrides *overrides;
	uint32_t *rows;
	size_t count, room;
};

static void may_change(struct learning *learning, uint32_t row)
{
	if (learning->count == learning->room) {
		learning->room = learning->room ? learning->room * 2 : 1024;
		learning->rows =
			realloc(learning->rows,
				learning->room * sizeof(*learning->rows));
		if (!learning->rows)
			abort();
	}
	learning->rows[learning->count++] = row;
}

static enum status learn_row(void *closure, struct store *store, uint32_t row,
			     struct store_crash *crash, struct arena *arena,
			     struct error *err)
{
	struct learning *learning = closure;
	bool has_evidence = false;

	(void)store;
	(void)arena;
	(void)err;
	for (size_t i = 0; i < crash->file_count; i++) {
		const struct crash *file = &crash->files[i].crash;

		learn_add(learning->learn, file->image.content, file);
		has_evidence |= file->candidate_count || file->walked.count ||
				overrides_may_blame(learning->overrides, file);
	}
	if (has_evidence)
		may_change(learning, row);
	return STATUS_OK;
}

static bool same_stack(const struct crash_stack *a, const struct crash_stack *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->frames[i].slot != b->frames[i].slot ||
		    a->frames[i].address != b->frames[i].address ||
		    a->frames[i].how != b->frames[i].how)
			return false;
	return true;
}

static enum status settle_row(const struct learning *learning,
			      struct store *store, struct store_crash *crash,
			      struct arena *arena, struct error *err)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < crash->file_count && !status; i++) {
		struct record_file *file = &crash->files[i];
		const struct crash_stack before = file->crash.stack;

		unsettle(&file->crash);

		const struct crash_stack walked = file->crash.stack;

		if (learn_apply(learning->learn, arena, &file->crash))
			file->crash.walked = walked;

		const bool blame =
			overrides_blame(learning->overrides, &file->crash);

		if (!blame && same_stack(&before, &file->crash.stack))
			continue;
		signature_make(&file->crash, arena);
		status = store_put_again(store, file, arena, err);
	}
	return status;
}

/* Weak stacks, from what other dumps of the same builds know; and blame. */
static enum status settle_stacks(struct store *store,
				 const struct overrides *overrides,
				 struct error *err)
{
	struct learning learning = { .learn = learn_create(),
				     .overrides = overrides };
	enum status status = walk_rows(store, learn_row, &learning, err);
	struct arena arena;

	arena_init(&arena);
	learn_finish(learning.learn);
	for (size_t i = 0; i < learning.count && !status; i++) {
		struct store_crash crash;

		status = store_crash_read(store, learning.rows[i], &arena,
					  &crash, err);
		if (!status)
			status = settle_row(&learning, store, &crash, &arena,
					    err);
		arena_reset(&arena);
	}
	arena_deinit(&arena);
	learn_destroy(learning.learn);
	free(learning.rows);
	return status;
}

/* Crashes on their way into the corpus, without what is noise. */
struct clustering {
	struct corpus *corpus;
	struct overrides *overrides;
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

enum status settle_places(struct store *store, const char *lists,
			  struct settle_places *ret, struct error *err)
{
	struct clustering clustering = { .corpus = NULL };
	struct settle_places places;
	enum status status;

	if (overrides_read(lists, &clustering.overrides, err))
		return err->status;
	clustering.corpus = corpus_create();
	status = walk_rows(store, add_row, &clustering, err);
	places.count = corpus_count(clustering.corpus);
	places.at = calloc(places.count + 1, sizeof(*places.at));
	if (!places.at)
		abort();
	if (!status)
		status = refit_cluster(store, clustering.overrides,
				       clustering.corpus, places.at, err);
	if (!status)
		status =
			split_places(store, clustering.overrides, &places, err);
	if (!status) {
		merge_places(clustering.overrides, &places);
		*ret = places;
	} else {
		free(places.at);
	}
	corpus_destroy(clustering.corpus);
	overrides_destroy(clustering.overrides);
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

enum status settle_store(struct store *store, struct error *err)
{
	struct settle_places places = { .at = NULL };
	struct changes_log *log;
	struct overrides *overrides;
	enum status status = store_begin(store, err);

	if (status)
		return error_within(err, "settle");
	status = overrides_read(store_folder(store), &overrides, err);
	if (!status) {
		status = settle_stacks(store, overrides, err);
		overrides_destroy(overrides);
	}
	if (!status)
		status =
			settle_places(store, store_folder(store), &places, err);
	if (status) {
		store_end(store);
		return error_within(err, "settle");
	}
	log = before_tell(store, places.at, places.count);
	write_places(store, places.at, places.count);
	settle_places_deinit(&places);
	status = store_commit(store, err);
	if (!status)
		status = changes_write(log, store_folder(store), err);
	changes_destroy(log);
	return status ? error_within(err, "settle") : STATUS_OK;
}
