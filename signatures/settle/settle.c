#include "signatures/settle/settle.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "signatures/cluster/keymap.h"
#include "signatures/settle/before.h"
#include "signatures/settle/corpus.h"
#include "signatures/settle/learn.h"
#include "signatures/settle/memory.h"
#include "signatures/settle/night.h"
#include "signatures/settle/overrides.h"
#include "signatures/settle/refit.h"
#include "signatures/signature.h"
#include "signatures/store/store_read.h"
#include "signatures/store/store_settled.h"
#include "signatures/store/store_write.h"

enum {
	ROWS_A_REST = 65536
};

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
		if (row % ROWS_A_REST == ROWS_A_REST - 1)
			store_rest(store);
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
	struct corpus *corpus; /* of the stacks as they are */
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
	(void)err;
	for (size_t i = 0; i < crash->file_count; i++) {
		const struct crash *file = &crash->files[i].crash;

		learn_add(learning->learn, file->image.content, file);
		has_evidence |= file->candidate_count || file->walked.count ||
				overrides_may_blame(learning->overrides, file);
	}
	if (has_evidence)
		may_change(learning, row);
	/* With a stack that may change a corpus of all is to be made anew. */
	if (!learning->count) {
		overrides_quiet(learning->overrides, &crash->crash, arena);
		corpus_add(learning->corpus, row, crash->identity,
			   &crash->crash);
	}
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

static enum status settle_learned(struct learning *learning,
				  struct store *store, struct error *err)
{
	enum status status = STATUS_OK;
	struct arena arena;

	arena_init(&arena);
	for (size_t i = 0; i < learning->count && !status; i++) {
		struct store_crash crash;

		status = store_crash_read(store, learning->rows[i], &arena,
					  &crash, err);
		if (!status)
			status = settle_row(learning, store, &crash, &arena,
					    err);
		arena_reset(&arena);
	}
	arena_deinit(&arena);
	return status;
}

/*
 * Weak stacks, from what other dumps of the same builds know; and blame.  Where
 * there are none, *ret is the corpus of all crashes, otherwise NULL.
 */
static enum status settle_stacks(struct store *store,
				 const struct overrides *overrides,
				 struct corpus **ret, struct error *err)
{
	struct learning learning = { .learn = learn_create(),
				     .corpus = corpus_create(),
				     .overrides = overrides };
	enum status status = walk_rows(store, learn_row, &learning, err);

	*ret = NULL;
	if (!status && learning.count) {
		learn_finish(learning.learn);
		status = settle_learned(&learning, store, err);
	}
	learn_destroy(learning.learn);
	if (status || learning.count)
		corpus_destroy(learning.corpus);
	else
		*ret = learning.corpus;
	free(learning.rows);
	return status;
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
	const enum status status = walk_rows(store, add_row, &clustering, err);

	*ret = clustering.corpus;
	return status;
}

static struct settle_places make_places(const struct corpus *corpus)
{
	struct settle_places places = { .count = corpus_count(corpus) };

	places.at = calloc(places.count + 1, sizeof(*places.at));
	if (!places.at)
		abort();
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

/* The engine of the last pass as far as nothing changed, or a new one. */
static struct engine *resume_engine(struct store *store,
				    const struct engine_table *table,
				    const struct corpus_first *firsts,
				    size_t count)
{
	struct memory_head head;
	struct engine *engine =
		memory_head(store, &head)
			? engine_table_open(table, head.signatures)
			: NULL;
	uint32_t same = 0;

	if (engine && (engine_count(engine) != head.signatures ||
		       engine_strict(engine) != ENGINE_STRICT)) {
		engine_destroy(engine);
		engine = NULL;
	}
	if (!engine) {
		store_settled_clear(store);
		return engine_create(ENGINE_STRICT, ENGINE_LOOSE);
	}
	while (same < head.signatures && same < count) {
		struct corpus_first there;

		if (!memory_first(store, same, &there) ||
		    there.key != firsts[same].key ||
		    corpus_compare(there.time, there.identity,
				   firsts[same].time, firsts[same].identity))
			break;
		same++;
	}
	engine_cut(engine, same);
	return engine;
}

/* By row, as memory.h has them. */
static void remember_rows(struct store *store, const struct corpus *corpus,
			  const struct settle_places *places)
{
	uint32_t *rows = calloc(places->count + 1, sizeof(*rows));

	if (!rows)
		abort();
	for (size_t i = 0; i < places->count; i++)
		rows[i] =
			places->at[i].key
				? corpus_position(corpus, places->at[i].key) + 1
				: MEMORY_UNCLUSTERED;
	memory_put_rows(store, rows, places->count);
	free(rows);
}

/* For the next night, and for who asks what is like a crash. */
static void remember(struct store *store, struct corpus *corpus,
		     const struct engine_table *table,
		     const struct corpus_first *firsts,
		     const struct settle_places *places,
		     const struct memory_head *head)
{
	struct memory_head old = { 0 };
	struct corpus_name *names;
	size_t count;

	if (!memory_head(store, &old))
		old.signatures = 0;
	remember_rows(store, corpus, places);
	for (uint32_t i = 0; i < head->signatures; i++) {
		struct corpus_first there;

		if (!memory_first(store, i, &there) ||
		    there.key != firsts[i].key ||
		    corpus_compare(there.time, there.identity, firsts[i].time,
				   firsts[i].identity))
			memory_put_first(store, i, &firsts[i]);
	}
	for (uint32_t i = head->signatures; i < old.signatures; i++)
		memory_erase_first(store, i);
	names = corpus_names(corpus, &count);
	memory_put_names(store, names, count);
	free(names);
	engine_table_save(corpus_engine(corpus), table);
	memory_put_head(store, head);
}

/* A pass over everything. */
static enum status settle_all(struct store *store,
			      const struct overrides *overrides,
			      struct settle_places *ret, struct error *err)
{
	struct engine_table table = memory_table(store);
	struct memory_head head = { .lists = overrides_hash(overrides),
				    .rows = store_row_count(store) };
	const struct corpus_first *firsts;
	struct corpus *corpus;
	enum status status;
	size_t count;

	if (settle_stacks(store, overrides, &corpus, err))
		return err->status;
	head.evidence = !corpus;
	if (!corpus && read_corpus(store, overrides, &corpus, err)) {
		corpus_destroy(corpus);
		return err->status;
	}
	firsts = corpus_order(corpus, &count);
	*ret = make_places(corpus);
	/* Lists that move the threshold want more than one engine. */
	if (overrides_reshape(overrides))
		store_settled_clear(store);
	else
		corpus_resume(corpus,
			      resume_engine(store, &table, firsts, count));
	status = refit_cluster(store, overrides, corpus, ret->at, err);
	if (!status && memory_is_damaged(store, corpus_engine(corpus))) {
		store_settled_clear(store);
		status = refit_cluster(store, overrides, corpus, ret->at, err);
	}
	head.signatures = (uint32_t)count;
	head.bare = corpus_is_bare(corpus);
	if (!status)
		remember(store, corpus, &table, firsts, ret, &head);
	corpus_destroy(corpus);
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
				struct settle_places *places,
				struct changes_log **log, struct error *err)
{
	struct before before;
	enum status status;

	before_read(store, &before);
	status = before_sift(store, &before, places->at, &places->count, err);
	if (!status) {
		*log = before_tell(&before, places->at, places->count);
		write_places(store, places->at, places->count);
	}
	before_deinit(&before);
	return status;
}

enum status settle_store(struct store *store, struct error *err)
{
	struct settle_places places = { .at = NULL };
	struct changes_log *log = NULL;
	struct overrides *overrides;
	enum status status = store_begin(store, err);

	if (status)
		return error_within(err, "settle");
	status = overrides_read(store_folder(store), &overrides, err);
	if (!status) {
		status = settle_into(store, overrides, &places, err);
		overrides_destroy(overrides);
	}
	if (!status)
		status = settle_moves(store, &places, &log, err);
	settle_places_deinit(&places);
	if (status) {
		store_end(store);
		return error_within(err, "settle");
	}
	status = store_commit(store, err);
	if (!status)
		status = changes_write(log, store_folder(store), err);
	changes_destroy(log);
	return status ? error_within(err, "settle") : STATUS_OK;
}
