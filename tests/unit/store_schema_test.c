#include "signatures/store/store_schema.h"

#include "signatures/store/column.h"
#include "signatures/store/column_form.h"
#include "tests/unit/any_crash.h"
#include "tests/unit/store_place.h"

enum {
	CRASHES = 300,
	HEADS_MOST = 256
};

static void fill(struct place *place)
{
	uint64_t seed = 3;
	struct arena arena;
	char source[32];

	arena_init(&arena);
	for (unsigned int i = 0; i < CRASHES; i++) {
		const struct record_file file = {
			.crash = any_crash(&seed, &arena),
			.source = source,
			.ingested = 1000,
		};

		snprintf(source, sizeof(source), "a.zip/%u.dmp", i);
		put(place, &file);
	}
	arena_deinit(&arena);
	commit(place);
}

struct heads {
	struct btree_key keys[HEADS_MOST];
	size_t count;
};

static bool take_head(void *closure, struct bytes key, struct bytes value)
{
	struct heads *heads = closure;

	(void)value;
	assert_true(heads->count < HEADS_MOST);
	heads->keys[heads->count] = btree_key();
	btree_key_bytes(&heads->keys[heads->count++], key.next,
			bytes_left(&key));
	return true;
}

static struct heads heads_of(struct store *store)
{
	struct btree_key prefix = btree_key();
	struct heads heads = { .count = 0 };

	btree_key_u8(&prefix, SCHEMA_COLUMN_HEADS);
	btree_walk(store, SCHEMA_COLUMN, &prefix, take_head, &heads);
	return heads;
}

static uint32_t version_of(struct store *store)
{
	struct btree_key key = btree_key();
	struct bytes in = bytes_absent();

	btree_key_bytes(&key, "schema", 6);
	btree_get(store, SCHEMA_META, &key, &in);
	return bytes_u32(&in);
}

static void write_as_before(struct store *store)
{
	static uint64_t values[STORE_CHUNK_ROWS];

	store->has_split = false;
	for (unsigned int number = 1; number < SCHEMA_FIELDS; number++) {
		const struct field *field = field_table;
		uint64_t none;

		while (field->name && field->number != number)
			field++;
		none = column_none(field->name ? field : NULL);
		column_read(store, (uint8_t)number, none, 0, values);
		column_write(store, (uint8_t)number, none, 0, values);
	}
}

/* As a program of before would have left it. */
static void make_old(struct place *place, uint8_t as)
{
	const uint8_t version[] = { as, 0, 0, 0 };
	const struct heads heads = heads_of(place->store);
	struct btree_key key = btree_key();

	assert_true(heads.count > 10);
	write_as_before(place->store);
	for (size_t i = 0; as == SCHEMA_WITHOUT_HEADS && i < heads.count; i++)
		btree_delete(place->store, SCHEMA_COLUMN, &heads.keys[i]);
	btree_key_bytes(&key, "schema", 6);
	btree_put(place->store, SCHEMA_META, &key,
		  bytes_of(version, sizeof(version)));
	assert_int_equal(store_commit(place->store, &place->err), STATUS_OK);
	store_close(place->store);
}

static void begin_as(struct place *place, enum store_mode mode)
{
	if (store_open(place->folder, mode, &place->store, &place->err) ||
	    store_begin(place->store, &place->err))
		fail_msg("%s", place->err.text);
}

/* Each column's range, and a row from it, as one number. */
static uint64_t sum_of_columns(struct store *store)
{
	uint64_t sum = 0;

	for (const struct field *field = field_table; field->name; field++) {
		struct store_range range = { 0 };

		if (field->index != FIELD_RAW && field->index != FIELD_COLUMN)
			continue;
		(void)store_column_range(store, field, 0, &range);
		sum = hash_mix(sum, range.least);
		sum = hash_mix(sum, range.most);
		sum = hash_mix(sum, column_at(store, field->number,
					      column_none(field), 0, 7));
	}
	return sum;
}

static bool is_split(struct store *store, const struct field *field)
{
	const struct btree_key key = column_form_key(field->number, 0);
	struct bytes in = bytes_absent();

	btree_first(store, SCHEMA_COLUMN, &key, COLUMN_HEAD_BYTES, &in);
	return bytes_u8(&in) & COLUMN_SPLIT;
}

static void read_before(uint8_t version)
{
	struct place place;
	uint64_t sum;

	open_place(&place);
	fill(&place);
	assert_true(is_split(place.store, field_find("uptime")));
	sum = sum_of_columns(place.store);
	make_old(&place, version);
	begin_as(&place, STORE_READ);
	assert_int_equal(sum_of_columns(place.store), sum);
	assert_int_equal(heads_of(place.store).count == 0,
			 version == SCHEMA_WITHOUT_HEADS);
	assert_false(is_split(place.store, field_find("uptime")));
	assert_int_equal(verify(&place), 0);
	close_place(&place);
}

static void a_store_of_before_is_read(void **state)
{
	(void)state;
	read_before(SCHEMA_WITHOUT_HEADS);
	read_before(SCHEMA_WITHOUT_SPLIT);
}

static void renew_before(uint8_t version)
{
	struct place place;
	size_t count;
	uint64_t sum;

	open_place(&place);
	fill(&place);
	count = heads_of(place.store).count;
	sum = sum_of_columns(place.store);
	make_old(&place, version);
	begin_as(&place, STORE_WRITE);
	assert_int_equal(heads_of(place.store).count, count);
	commit(&place);
	assert_int_equal(sum_of_columns(place.store), sum);
	assert_int_equal(version_of(place.store), SCHEMA_VERSION);
	assert_true(is_split(place.store, field_find("uptime")));
	assert_int_equal(verify(&place), 0);
	close_place(&place);
}

static void a_writer_makes_it_one_of_today(void **state)
{
	(void)state;
	renew_before(SCHEMA_WITHOUT_HEADS);
	renew_before(SCHEMA_WITHOUT_SPLIT);
}

static void what_is_given_up_leaves_it_as_it_was(void **state)
{
	struct place place;

	(void)state;
	open_place(&place);
	fill(&place);
	make_old(&place, SCHEMA_WITHOUT_HEADS);
	begin_as(&place, STORE_WRITE);
	store_close(place.store);
	begin_as(&place, STORE_READ);
	assert_int_equal(version_of(place.store), SCHEMA_WITHOUT_HEADS);
	assert_int_equal(heads_of(place.store).count, 0);
	store_close(place.store);
	/* The same program, the next transaction. */
	begin_as(&place, STORE_WRITE);
	store_end(place.store);
	assert_int_equal(store_begin(place.store, &place.err), STATUS_OK);
	assert_true(heads_of(place.store).count > 10);
	assert_int_equal(verify(&place), 0);
	close_place(&place);
}

static void a_head_that_is_wrong_is_seen_and_mended(void **state)
{
	struct place place;
	struct heads heads;

	(void)state;
	open_place(&place);
	fill(&place);
	heads = heads_of(place.store);
	btree_delete(place.store, SCHEMA_COLUMN, &heads.keys[0]);
	btree_put(place.store, SCHEMA_COLUMN, &heads.keys[1],
		  bytes_of(heads.keys, 19));
	assert_int_equal(verify(&place), 2);
	assert_int_equal(store_rebuild(place.store, &place.err), STATUS_OK);
	assert_int_equal(verify(&place), 0);
	close_place(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_store_of_before_is_read),
		cmocka_unit_test(a_writer_makes_it_one_of_today),
		cmocka_unit_test(what_is_given_up_leaves_it_as_it_was),
		cmocka_unit_test(a_head_that_is_wrong_is_seen_and_mended),
	};

	return cmocka_run_group_tests_name("store_schema", tests, NULL, NULL);
}
