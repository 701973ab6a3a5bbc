#include "signatures/settle/night.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/hash.h"
#include "signatures/base/room.h"
#include "signatures/cluster/engine_cut.h"
#include "signatures/identity.h"
#include "signatures/settle/stacks_again.h"
#include "signatures/store/store_settled.h"

enum {
	SAME_ID_MOST = 64 /* rows whose ids begin alike */
};

/* A signature to be inserted again, or for the first time. */
struct entry {
	struct corpus_first first;
	uint32_t was; /* its position before, or NOWHERE: of the corpus */
};

#define NOWHERE UINT32_MAX

/* The ids of a signature's place. */
struct ids {
	uint64_t cluster, family, nearest;
	float likeness;
};

struct night {
	struct store *store;
	const struct overrides *overrides;
	struct memory_head head;
	struct engine_table table;
	struct engine *engine;
	struct corpus *corpus; /* of the dirty rows */
	struct arena arena;
	uint32_t *rows; /* as in memory.h, then as they will be */
	uint8_t *marks; /* of rows, see stacks_again.h */
	uint32_t row_count;
	uint32_t old_count; /* signatures before */
	bool *gone;	    /* by position: to be looked at anew */
	const struct corpus_first *firsts; /* of the dirty rows */
	size_t first_count;
	uint32_t from; /* the earliest position that changes */
	struct entry *entries;
	size_t entry_count;
	uint32_t *now; /* positions behind from: where they went */
	bool failed;
};

/* The row of a crash, NOWHERE if it is not in the store any more. */
static uint32_t row_of(struct night *night, struct hash128 identity)
{
	char prefix[IDENTITY_TEXT_BYTES];
	uint32_t rows[SAME_ID_MOST];
	uint32_t ret = NOWHERE;
	size_t count;

	identity_text(identity, prefix);
	count = store_find_id(night->store, prefix, rows, SAME_ID_MOST);
	for (size_t i = 0; i < count && ret == NOWHERE; i++) {
		struct store_crash crash;
		struct arena arena;
		struct error err;

		arena_init(&arena);
		if (store_crash_read(night->store, rows[i], &arena, &crash,
				     &err))
			night->failed = true;
		else if (hash_128_equal(crash.identity, identity))
			ret = rows[i];
		arena_deinit(&arena);
	}
	return ret;
}

static void lose(struct night *night, uint32_t row, bool *lost)
{
	const uint32_t at = night->rows[row];

	if (at != MEMORY_DIRTY && at != MEMORY_UNCLUSTERED)
		lost[at - 1] = true;
	night->rows[row] = MEMORY_DIRTY;
}

/* What happened to rows, on the rows of the last pass. */
static void replay_events(struct night *night, const struct store_event *events,
			  size_t count, bool *lost)
{
	const uint32_t rows = night->head.rows;

	for (size_t i = 0; i < count; i++) {
		const uint32_t row = events[i].row;
		const uint32_t last = events[i].last;

		if (row < rows)
			lose(night, row, lost);
		if (row >= rows || last >= rows || row == last)
			continue;
		night->rows[row] = night->rows[last];
		night->marks[row] |= STACKS_MOVED;
		night->rows[last] = MEMORY_DIRTY;
	}
}

/* Signatures that lost their first crash are looked at anew, with all rows. */
static void dissolve(struct night *night, const bool *lost)
{
	bool any = false;

	for (uint32_t i = 0; i < night->old_count && !night->failed; i++) {
		struct corpus_first first;
		uint32_t row;

		if (!lost[i])
			continue;
		night->failed |= !memory_first(night->store, i, &first);
		row = row_of(night, first.identity);
		if (row < night->head.rows && night->rows[row] == i + 1)
			continue;
		night->gone[i] = any = true;
		if (i < night->from)
			night->from = i;
	}
	for (uint32_t row = 0; any && row < night->head.rows; row++) {
		const uint32_t at = night->rows[row];

		if (at != MEMORY_DIRTY && at != MEMORY_UNCLUSTERED &&
		    night->gone[at - 1])
			night->rows[row] = MEMORY_DIRTY;
	}
}

/* Is so much new that it is less work to look at everything? */
static bool is_too_much(const struct night *night)
{
	size_t dirty = 0;

	for (uint32_t row = 0; row < night->row_count; row++)
		dirty += night->rows[row] == MEMORY_DIRTY;
	return dirty > night->row_count / MEMORY_SHARE;
}

/* Stacks that are new, and those that are others because of them. */
static bool settle_stacks(struct night *night, bool *lost)
{
	for (uint32_t row = 0; row < night->row_count; row++)
		if (night->rows[row] == MEMORY_DIRTY)
			night->marks[row] |= STACKS_NEW;
	if (!stacks_again(night->store, night->overrides, night->marks,
			  night->row_count, night->corpus))
		return false;
	for (uint32_t row = 0; row < night->row_count; row++)
		if (night->marks[row] & STACKS_CHANGED)
			lose(night, row, lost);
	return true;
}

static bool read_rows(struct night *night)
{
	struct store_event *events;
	size_t count;
	bool *lost;
	uint32_t more;

	if (!store_settled_events(night->store, &night->arena, &events, &count))
		return false;
	more = night->row_count > night->head.rows
		       ? night->row_count - night->head.rows
		       : 0;
	night->rows = memory_rows(night->store, &night->head, more);
	if (!night->rows)
		return false;
	night->marks =
		room_cleared(night->head.rows + more, sizeof(*night->marks));
	lost = room_cleared(night->old_count, sizeof(*lost));
	replay_events(night, events, count, lost);
	if (is_too_much(night) || !settle_stacks(night, lost)) {
		free(lost);
		return false;
	}
	dissolve(night, lost);
	free(lost);
	return !night->failed;
}

/* Dirty rows that are not in the corpus yet; false if they want all others. */
static bool read_dirty(struct night *night)
{
	struct arena arena;
	struct error err;
	bool fine = !is_too_much(night);

	arena_init(&arena);
	for (uint32_t row = 0; row < night->row_count && fine; row++) {
		struct store_crash crash;

		if (night->rows[row] != MEMORY_DIRTY ||
		    night->marks[row] & STACKS_TAKEN)
			continue;
		fine = !store_crash_read(night->store, row, &arena, &crash,
					 &err);
		if (fine) {
			overrides_quiet(night->overrides, &crash.crash, &arena);
			corpus_add(night->corpus, row, crash.identity,
				   &crash.crash);
		}
		arena_reset(&arena);
	}
	arena_deinit(&arena);
	return fine && !corpus_is_bare(night->corpus);
}

static bool is_earlier(const struct corpus_first *a,
		       const struct corpus_first *b)
{
	return corpus_compare(a->time, a->identity, b->time, b->identity) < 0;
}

/* How many of the signatures of before stand in front of it. */
static uint32_t place_before(struct night *night,
			     const struct corpus_first *first)
{
	uint32_t low = 0;
	uint32_t high = night->old_count;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;
		struct corpus_first there;

		night->failed |= !memory_first(night->store, middle, &there);
		if (is_earlier(&there, first))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Is the signature of a dirty row to be inserted where it was not? */
static bool is_wanted(struct night *night, const struct corpus_first *first)
{
	struct corpus_first there;
	uint32_t position;

	if (!engine_position(night->engine, first->key, &position) ||
	    night->gone[position])
		return true;
	night->failed |= !memory_first(night->store, position, &there);
	if (!is_earlier(first, &there))
		return false;
	night->gone[position] = true;
	return true;
}

/* Those of the corpus that are new or earlier than they were. */
static size_t take_new(struct night *night, struct entry *ret)
{
	size_t count = 0;

	for (size_t i = 0; i < night->first_count; i++) {
		const struct corpus_first *first = &night->firsts[i];
		uint32_t place;

		if (!is_wanted(night, first))
			continue;
		place = place_before(night, first);
		if (place < night->from)
			night->from = place;
		ret[count++] =
			(struct entry){ .first = *first, .was = NOWHERE };
	}
	return count;
}

/* Those of before that come again, from night->from on. */
static size_t take_old(struct night *night, struct entry *ret)
{
	size_t count = 0;

	for (uint32_t i = night->from; i < night->old_count; i++) {
		struct entry *entry = &ret[count];

		if (night->gone[i])
			continue;
		*entry = (struct entry){ .was = i };
		night->failed |= !memory_first(night->store, i, &entry->first);
		count++;
	}
	return count;
}

static void merge(struct night *night, const struct entry *a, size_t a_count,
		  const struct entry *b, size_t b_count)
{
	size_t i = 0;
	size_t j = 0;

	night->entries =
		room_cleared(a_count + b_count, sizeof(*night->entries));
	while (i < a_count || j < b_count) {
		const bool first =
			j == b_count ||
			(i < a_count && is_earlier(&a[i].first, &b[j].first));

		night->entries[night->entry_count++] = first ? a[i++] : b[j++];
	}
}

static void find_entries(struct night *night)
{
	struct entry *new_ones =
		room_cleared(night->first_count, sizeof(*new_ones));
	const size_t new_count = take_new(night, new_ones);
	struct entry *old_ones =
		room_cleared(night->old_count - night->from, sizeof(*old_ones));

	merge(night, old_ones, take_old(night, old_ones), new_ones, new_count);
	free(old_ones);
	free(new_ones);
}

static void insert_entries(struct night *night)
{
	static struct engine_feature stream[ENGINE_FEATURES_MAX];

	engine_cut(night->engine, night->from);
	for (uint32_t i = night->from; i < night->old_count; i++)
		if (night->gone[i])
			engine_cut_leave(night->engine, i);
	night->now = room_cleared(night->old_count - night->from,
				  sizeof(*night->now));
	for (size_t i = 0; i < night->entry_count; i++) {
		const struct entry *entry = &night->entries[i];
		struct engine_signature signature = { .key = entry->first.key,
						      .features = stream };

		if (entry->was != NOWHERE) {
			night->now[entry->was - night->from] =
				night->from + (uint32_t)i;
			night->failed |= !engine_cut_return(night->engine,
							    entry->first.key);
			continue;
		}
		signature.count =
			corpus_stream(night->corpus, &entry->first, stream);
		engine_insert(night->engine, &signature);
	}
}

/* Where what came earlier than before went: by its key. */
static void follow_gone(struct night *night, const uint64_t *keys)
{
	for (uint32_t i = night->from; i < night->old_count; i++) {
		uint32_t position;

		if (!night->gone[i])
			continue;
		night->now[i - night->from] =
			engine_position(night->engine, keys[i - night->from],
					&position)
				? position
				: NOWHERE;
	}
}

static uint64_t *keys_of_gone(struct night *night)
{
	uint64_t *keys =
		room_cleared(night->old_count - night->from, sizeof(*keys));

	for (uint32_t i = night->from; i < night->old_count; i++) {
		struct corpus_first first;

		if (!night->gone[i])
			continue;
		night->failed |= !memory_first(night->store, i, &first);
		keys[i - night->from] = first.key;
	}
	return keys;
}

static uint64_t id_of_key(struct night *night, uint64_t key)
{
	struct corpus_first first;
	uint32_t position;

	if (!key)
		return 0;
	if (!engine_position(night->engine, key, &position) ||
	    !memory_first(night->store, position, &first)) {
		night->failed = true;
		return 0;
	}
	return corpus_id(first.identity);
}

static struct ids ids_at(struct night *night, uint32_t position)
{
	const struct engine_place place =
		engine_place_at(night->engine, position);

	return (struct ids){
		.cluster = id_of_key(night, place.cluster),
		.family = id_of_key(night, place.family),
		.nearest = id_of_key(night, place.nearest),
		.likeness = place.likeness,
	};
}

static void write_memory(struct night *night)
{
	const uint32_t count = (uint32_t)engine_count(night->engine);
	struct corpus_first *firsts =
		room_cleared(night->entry_count, sizeof(*firsts));

	for (size_t i = 0; i < night->entry_count; i++)
		firsts[i] = night->entries[i].first;
	memory_put_firsts(night->store, night->from, firsts,
			  night->entry_count);
	free(firsts);
	night->head.rows = night->row_count;
	night->head.signatures = count;
	memory_put_rows(night->store, night->rows, night->row_count);
	engine_table_save(night->engine, &night->table);
	memory_put_head(night->store, &night->head);
}

/* Rows whose signature came again, and those of the corpus. */
static void move_rows(struct night *night, struct night_places *ret)
{
	struct corpus_place *dirty =
		room_cleared(corpus_count(night->corpus), sizeof(*dirty));
	const size_t count = corpus_places(night->corpus, dirty);
	size_t next = 0;

	for (uint32_t row = 0; row < night->row_count; row++) {
		const uint32_t at = night->rows[row];
		struct corpus_place place = { .row = row };
		uint32_t position;

		if (at == MEMORY_DIRTY) {
			place = dirty[next++];
			if (engine_position(night->engine, place.key,
					    &position))
				night->rows[row] = position + 1;
			else
				night->rows[row] = MEMORY_UNCLUSTERED;
		} else if (at == MEMORY_UNCLUSTERED || at - 1 < night->from) {
			continue;
		} else {
			position = night->now[at - 1 - night->from];
			night->failed |= position == NOWHERE;
			night->rows[row] = position + 1;
		}
		ret->at[ret->count++] = place;
	}
	night->failed |= next != count;
	free(dirty);
}

static void name_places(struct night *night, struct night_places *ret)
{
	const size_t count = engine_count(night->engine);
	struct ids *known = room_cleared(count, sizeof(*known));

	for (size_t i = 0; i < ret->count; i++) {
		struct corpus_place *place = &ret->at[i];
		const uint32_t at = night->rows[place->row];
		struct ids *ids;

		if (at == MEMORY_UNCLUSTERED || night->failed)
			continue;
		ids = &known[at - 1];
		if (!ids->cluster)
			*ids = ids_at(night, at - 1);
		place->cluster = ids->cluster;
		place->family = ids->family;
		place->nearest = ids->nearest;
		place->likeness = ids->likeness;
	}
	free(known);
}

/* Did the last pass leave what it cannot have left? */
static bool is_in_vain(const struct night *night)
{
	return night->failed || memory_is_damaged(night->store, night->engine);
}

static bool work(struct night *night, struct night_places *ret)
{
	uint64_t *keys;

	if (!read_rows(night) || !read_dirty(night))
		return false;
	night->engine = engine_table_open(&night->table, night->old_count);
	if (!night->engine || engine_count(night->engine) != night->old_count)
		return false;
	night->firsts = corpus_order(night->corpus, &night->first_count);
	find_entries(night);
	keys = keys_of_gone(night);
	if (is_in_vain(night)) {
		free(keys);
		return false;
	}
	insert_entries(night);
	follow_gone(night, keys);
	free(keys);
	ret->at = room_cleared(night->row_count, sizeof(*ret->at));
	move_rows(night, ret);
	if (is_in_vain(night))
		return false;
	write_memory(night);
	name_places(night, ret);
	return !is_in_vain(night);
}

bool night_pass(struct store *store, const struct overrides *overrides,
		struct night_places *ret)
{
	struct night night = { .store = store,
			       .overrides = overrides,
			       .row_count = store_row_count(store) };
	bool done = false;

	*ret = (struct night_places){ .at = NULL };
	if (overrides_reshape(overrides) || !memory_head(store, &night.head) ||
	    night.head.lists != overrides_hash(overrides) || night.head.bare)
		return false;
	night.table = memory_table(store);
	night.corpus = corpus_create();
	night.old_count = night.from = night.head.signatures;
	night.gone = room_cleared(night.old_count, sizeof(*night.gone));
	arena_init(&night.arena);
	done = work(&night, ret);
	if (!done) {
		free(ret->at);
		*ret = (struct night_places){ .at = NULL };
	}
	/* What is not as it was written is not to be built on. */
	if (is_in_vain(&night))
		store_settled_clear(store);
	arena_deinit(&night.arena);
	corpus_destroy(night.corpus);
	engine_destroy(night.engine);
	free(night.rows);
	free(night.marks);
	free(night.gone);
	free(night.entries);
	free(night.now);
	return done;
}
