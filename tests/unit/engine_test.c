#include "signatures/cluster/engine_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "signatures/base/hash.h"
#include "signatures/cluster/engine_cut.h"
#include "signatures/cluster/engine_state.h"
#include "signatures/cluster/feature.h"
#include "signatures/cluster/keymap.h"

#include "tests/unit.h"

enum {
	BUGS = 40,
	CRASHES = 600,
	DEPTH = 8
};

struct crash_stream {
	struct engine_feature features[ENGINE_FEATURES_MAX];
	struct engine_signature signature;
};

/* Of all features: many are on a page of the table where it is not 0. */
static unsigned int lowered;

/* Crash n of bug n % BUGS: the bug's own frames over common ones. */
static void make_stream(struct crash_stream *ret, uint32_t n)
{
	static const char *const modules[] = { "nt", "ntfs.sys", "a.sys",
					       "b.sys" };
	struct feature_frame frames[DEPTH];
	const uint64_t code = hash_mix(99, n % BUGS % 5);
	const uint32_t bug = n % BUGS;

	for (uint32_t k = 0; k < DEPTH; k++) {
		const uint32_t own = k < 4 ? 1000 + bug * 10 + k : k;
		const uint32_t noise = k == 7 ? n / BUGS : 0;

		frames[k] =
			(struct feature_frame){ hash_mix(own, noise),
						modules[(bug + k) % 4], NULL };
	}
	ret->signature.count =
		feature_stream(frames, DEPTH, &code, 1, ret->features);
	for (size_t i = 0; i < ret->signature.count; i++)
		ret->features[i].feature >>= lowered;
	ret->signature.features = ret->features;
	ret->signature.key = engine_key(ret->features, ret->signature.count);
}

static void one_bug_makes_one_family(void **state)
{
	struct engine *engine = engine_create(ENGINE_STRICT, ENGINE_LOOSE);
	static struct crash_stream stream;
	uint64_t family[BUGS] = { 0 };
	size_t apart = 0;

	(void)state;
	for (uint32_t n = 0; n < CRASHES; n++) {
		struct engine_place place;

		make_stream(&stream, n);
		place = engine_insert(engine, &stream.signature);
		if (n >= BUGS && place.family != family[n % BUGS])
			apart++;
		if (n < BUGS)
			family[n] = place.family;
	}
	assert_int_equal(apart, 0);
	for (size_t i = 0; i < BUGS; i++)
		for (size_t k = 0; k < i; k++)
			assert_true(family[i] != family[k]);
	engine_destroy(engine);
}

/* A table in memory, as a store's is on disk. */
struct entry {
	uint8_t *value; /* NULL: erased */
	size_t size;
	uint8_t kind;
};

struct memory {
	struct keymap numbers; /* hash of a key -> entry */
	struct entry *entries;
	size_t room;
	size_t reads;
};

static struct entry *entry_of(struct memory *memory, const uint8_t *key,
			      size_t size)
{
	bool is_new;
	uint32_t *number =
		keymap_put(&memory->numbers, hash_64(key, size), &is_new);

	if (is_new) {
		*number = (uint32_t)memory->numbers.count - 1;
		if (*number == memory->room) {
			memory->room = memory->room * 2 + 256;
			memory->entries = realloc(
				memory->entries,
				memory->room * sizeof(*memory->entries));
			assert_non_null(memory->entries);
		}
		memory->entries[*number] = (struct entry){ .kind = key[0] };
	}
	return &memory->entries[*number];
}

static bool table_get(void *closure, const uint8_t *key, size_t size,
		      struct bytes *ret)
{
	struct memory *memory = closure;
	const struct entry *entry = entry_of(memory, key, size);

	memory->reads++;
	if (entry->value)
		*ret = bytes_of(entry->value, entry->size);
	return entry->value != NULL;
}

static void table_erase(void *closure, const uint8_t *key, size_t size)
{
	struct entry *entry = entry_of(closure, key, size);

	free(entry->value);
	entry->value = NULL;
}

static void table_put(void *closure, const uint8_t *key, size_t size,
		      struct bytes value)
{
	struct entry *entry = entry_of(closure, key, size);

	free(entry->value);
	entry->size = bytes_left(&value);
	entry->value = malloc(entry->size + 1);
	assert_non_null(entry->value);
	memcpy(entry->value, value.next, entry->size);
}

static void remember(struct memory *memory)
{
	*memory = (struct memory){ 0 };
	keymap_init(&memory->numbers);
}

static struct engine_table table_of(struct memory *memory)
{
	return (struct engine_table){ memory, table_get, table_put,
				      table_erase };
}

static void forget(struct memory *memory)
{
	for (size_t i = 0; i < memory->numbers.count; i++)
		free(memory->entries[i].value);
	free(memory->entries);
	keymap_deinit(&memory->numbers);
}

static void assert_same_place(const struct engine_place *a,
			      const struct engine_place *b)
{
	assert_true(a->cluster == b->cluster && a->family == b->family);
	assert_true(a->nearest == b->nearest);
	assert_true(a->score == b->score && a->likeness == b->likeness);
}

/* Do the engines of two tables hold, and answer, the same? */
static void assert_same(const struct engine_table *one,
			const struct engine_table *other)
{
	static uint32_t here[ENGINE_FEATURES_MAX], there[ENGINE_FEATURES_MAX];
	static struct crash_stream stream;
	struct engine *a = engine_table_open(one, 10000);
	struct engine *b = engine_table_open(other, 10000);

	assert_non_null(a);
	assert_non_null(b);
	assert_int_equal(engine_count(a), engine_count(b));
	for (uint32_t i = 0; i < engine_count(a); i++) {
		const struct stored *of_a = engine_state_stored(a, i);
		const struct stored *of_b = engine_state_stored(b, i);
		const size_t count = engine_state_stored_stream(of_a, here);
		uint32_t position;

		assert_true(of_a->key == of_b->key);
		assert_int_equal(engine_state_stored_stream(of_b, there),
				 count);
		assert_memory_equal(here, there, count * sizeof(*here));
		assert_same_place(&of_a->place, &of_b->place);
		assert_true(engine_position(b, of_a->key, &position));
		assert_int_equal(position, i);
	}
	for (uint32_t n = 5000; n < 5000 + BUGS; n++) {
		struct engine_place mine, theirs;

		make_stream(&stream, n);
		mine = engine_insert(a, &stream.signature);
		theirs = engine_insert(b, &stream.signature);
		assert_same_place(&mine, &theirs);
	}
	assert_false(engine_table_is_damaged(a));
	assert_false(engine_table_is_damaged(b));
	engine_destroy(a);
	engine_destroy(b);
}

static void insert(struct engine *engine, uint32_t n)
{
	static struct crash_stream stream;

	make_stream(&stream, n);
	engine_insert(engine, &stream.signature);
}

static void an_opened_engine_goes_on_as_the_saved_one(void **state)
{
	struct memory whole, nights;
	const struct engine_table one = table_of(&whole);
	const struct engine_table many = table_of(&nights);
	struct engine *engine = engine_create(ENGINE_STRICT, ENGINE_LOOSE);

	(void)state;
	remember(&whole);
	remember(&nights);
	for (uint32_t n = 0; n < CRASHES; n++)
		insert(engine, n);
	engine_table_save(engine, &one);
	engine_destroy(engine);
	engine = engine_create(ENGINE_STRICT, ENGINE_LOOSE);
	for (uint32_t n = 0; n < CRASHES; n++) {
		if (n % 97 == 0) {
			engine_table_save(engine, &many);
			engine_destroy(engine);
			engine = engine_table_open(&many, 10000);
			assert_non_null(engine);
			assert_int_equal(engine_count(engine), n);
		}
		insert(engine, n);
	}
	engine_table_save(engine, &many);
	assert_false(engine_table_is_damaged(engine));
	engine_destroy(engine);
	assert_same(&one, &many);
	forget(&whole);
	forget(&nights);
}

static void what_was_cut_never_was(void **state)
{
	static const uint32_t cuts[] = { 1999, 1500, 1030, 400, 8, 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		struct memory straight, around;
		const struct engine_table one = table_of(&straight);
		const struct engine_table other = table_of(&around);
		struct engine *engine =
			engine_create(ENGINE_STRICT, ENGINE_LOOSE);

		remember(&straight);
		remember(&around);
		for (uint32_t n = 0; n < 2000; n++)
			insert(engine, n);
		engine_table_save(engine, &other);
		engine_destroy(engine);
		engine = engine_table_open(&other, 10000);
		engine_cut(engine, cuts[i]);
		for (uint32_t n = cuts[i]; n < 1800; n++)
			insert(engine, n + 7);
		engine_table_save(engine, &other);
		assert_false(engine_table_is_damaged(engine));
		engine_destroy(engine);
		engine = engine_create(ENGINE_STRICT, ENGINE_LOOSE);
		for (uint32_t n = 0; n < cuts[i] || n < 1800; n++)
			insert(engine, n < cuts[i] ? n : n + 7);
		engine_table_save(engine, &one);
		engine_destroy(engine);
		assert_same(&one, &other);
		forget(&straight);
		forget(&around);
	}
}

static void so_it_is_where_features_share_a_page(void **state)
{
	lowered = 12;
	an_opened_engine_goes_on_as_the_saved_one(state);
	what_was_cut_never_was(state);
	lowered = 0;
}

static void a_question_reads_what_it_asks_for(void **state)
{
	struct memory memory;
	const struct engine_table table = table_of(&memory);
	struct engine *engine = engine_create(ENGINE_STRICT, ENGINE_LOOSE);
	static struct crash_stream stream;
	struct engine_neighbour near[5], again[5];

	(void)state;
	remember(&memory);
	for (uint32_t n = 0; n < 2000; n++)
		insert(engine, n);
	engine_table_save(engine, &table);
	make_stream(&stream, 5003);
	assert_int_equal(engine_similar(engine, &stream.signature, near, 5), 5);
	engine_destroy(engine);
	engine = engine_table_open(&table, 10000);
	memory.reads = 0;
	assert_int_equal(engine_similar(engine, &stream.signature, again, 5),
			 5);
	for (size_t i = 0; i < 5; i++)
		assert_true(near[i].key == again[i].key &&
			    near[i].likeness == again[i].likeness);
	assert_true(memory.reads < 1000);
	engine_destroy(engine);
	forget(&memory);
}

static void damaged_entries_are_noticed(void **state)
{
	struct engine_neighbour near[5];
	static struct crash_stream stream;

	(void)state;
	make_stream(&stream, 5003);
	for (size_t victim = 0; victim < 1000; victim += 37) {
		struct memory memory;
		const struct engine_table table = table_of(&memory);
		struct engine *engine =
			engine_create(ENGINE_STRICT, ENGINE_LOOSE);
		struct entry *entry;

		remember(&memory);
		for (uint32_t n = 0; n < 300; n++)
			insert(engine, n);
		engine_table_save(engine, &table);
		engine_destroy(engine);
		entry = &memory.entries[victim % memory.numbers.count];
		if (!entry->value)
			entry->size = 1;
		entry->size -= entry->size % 3 + 1 < entry->size
				       ? entry->size % 3 + 1
				       : entry->size;
		engine = engine_table_open(&table, 10000);
		if (engine && entry->value) {
			engine_similar(engine, &stream.signature, near, 5);
			engine_cut(engine, 0);
			assert_true(engine_table_is_damaged(engine) ||
				    entry->kind == 'k');
		}
		engine_destroy(engine);
		/* Going on behind it, and saving that, reads nothing else. */
		engine = engine_table_open(&table, 10000);
		for (uint32_t n = 300; engine && n < 310; n++)
			insert(engine, n);
		if (engine)
			engine_table_save(engine, &table);
		engine_destroy(engine);
		forget(&memory);
	}
}

static void the_like_are_found_without_inserting(void **state)
{
	struct engine *engine = engine_create(ENGINE_STRICT, ENGINE_LOOSE);
	static struct crash_stream stream;
	struct engine_neighbour near[5];

	(void)state;
	for (uint32_t n = 0; n < BUGS * 3; n++) {
		make_stream(&stream, n);
		engine_insert(engine, &stream.signature);
	}
	make_stream(&stream, BUGS * 7 + 3);
	assert_true(engine_similar(engine, &stream.signature, near, 5) > 1);
	assert_true(near[0].likeness >= near[1].likeness);
	make_stream(&stream, 3);
	assert_true(near[0].cluster == stream.signature.key);
	assert_int_equal(engine_count(engine), BUGS * 3);
	engine_destroy(engine);
}

/* Frames k of a stack, each of a module of its own. */
static void make_stack(struct crash_stream *ret, const uint32_t *k,
		       size_t count)
{
	struct feature_frame frames[DEPTH];
	char names[DEPTH][16];

	for (size_t i = 0; i < count; i++) {
		snprintf(names[i], sizeof(names[i]), "m%u.sys", k[i]);
		frames[i] = (struct feature_frame){ hash_mix(k[i], 3), names[i],
						    NULL };
	}
	ret->signature.count =
		feature_stream(frames, count, NULL, 0, ret->features);
	ret->signature.features = ret->features;
	ret->signature.key = engine_key(ret->features, ret->signature.count);
}

/* What is alike in little cannot be joined, but is worth telling. */
static void a_question_looks_further_than_a_join(void **state)
{
	struct engine *engine = engine_create(ENGINE_STRICT, ENGINE_LOOSE);
	static struct crash_stream stream;
	struct engine_neighbour near[4];

	(void)state;
	for (uint32_t n = 0; n < 300; n++) {
		const uint32_t other[] = { 10 * n + 1, 10 * n + 2, 10 * n + 3 };

		make_stack(&stream, other, 3);
		engine_insert(engine, &stream.signature);
	}
	const uint64_t last = stream.signature.key;
	const uint32_t query[] = { 9001, 9002, 2993 };

	make_stack(&stream, query, 3);
	assert_int_equal(engine_similar(engine, &stream.signature, near, 4), 1);
	assert_true(near[0].key == last);
	assert_true(near[0].likeness > 0 && near[0].likeness < ENGINE_LOOSE);
	assert_true(engine_insert(engine, &stream.signature).nearest == 0);
	engine_destroy(engine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_bug_makes_one_family),
		cmocka_unit_test(an_opened_engine_goes_on_as_the_saved_one),
		cmocka_unit_test(what_was_cut_never_was),
		cmocka_unit_test(so_it_is_where_features_share_a_page),
		cmocka_unit_test(a_question_reads_what_it_asks_for),
		cmocka_unit_test(damaged_entries_are_noticed),
		cmocka_unit_test(the_like_are_found_without_inserting),
		cmocka_unit_test(a_question_looks_further_than_a_join),
	};

	return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}
