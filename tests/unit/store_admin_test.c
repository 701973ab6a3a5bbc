#include "signatures/store/store_admin.h"

#include <sys/stat.h>

#include "signatures/base/text.h"
#include "signatures/store/btree.h"
#include "signatures/store/state.h"
#include "signatures/store/store_scratch.h"
#include "tests/unit/store_place.h"

enum {
	PACKED = 10000
};

static off_t file_bytes(const char *folder)
{
	struct arena arena;
	struct stat info;

	arena_init(&arena);
	assert_int_equal(
		stat(text_printf(&arena, "%s/data.mdb", folder), &info), 0);
	arena_deinit(&arena);
	return info.st_size;
}

/* Keys that come from behind split every page in the middle. */
static void compact_leaves_no_page_half_empty(void **state)
{
	static const uint8_t value[200] = { 1 };
	struct place place, copy;
	off_t before;

	(void)state;
	open_place(&place);
	open_place(&copy);
	for (uint32_t i = PACKED; i > 0; i--) {
		struct btree_key key = btree_key();

		btree_key_u32(&key, i);
		btree_put(place.store, SCHEMA_ARCHIVE, &key,
			  bytes_of(value, sizeof(value)));
	}
	commit(&place);
	store_close(place.store);
	strcat(copy.folder, "/copy");
	assert_int_equal(store_backup(place.folder, copy.folder, &copy.err),
			 STATUS_OK);
	before = file_bytes(copy.folder);
	assert_int_equal(store_compact(place.folder, &place.err), STATUS_OK);
	assert_true(file_bytes(place.folder) < before * 2 / 3);
	assert_true(file_bytes(place.folder) > PACKED * 200);
	assert_int_equal(
		store_open(place.folder, STORE_READ, &place.store, &place.err),
		STATUS_OK);
	assert_int_equal(store_begin(place.store, &place.err), STATUS_OK);
	assert_int_equal(btree_count(place.store, SCHEMA_ARCHIVE), PACKED);
	close_place(&place);
	*strrchr(copy.folder, '/') = '\0';
	close_place(&copy);
}

static void a_store_says_what_is_wrong_with_it(void **state)
{
	struct btree_key key = btree_key();
	struct place place;
	struct store *other;
	struct error err;

	(void)state;
	open_place(&place);
	assert_int_equal(
		store_open("/nowhere/at/all", STORE_READ, &other, &err),
		STATUS_IO);
	assert_string_equal(err.text, "/nowhere/at/all: no crash store there");
	assert_int_equal(
		store_open("/nowhere/at/all", STORE_WRITE, &other, &err),
		STATUS_IO);
	btree_key_bytes(&key, "schema", 6);
	btree_put(place.store, SCHEMA_META, &key, bytes_of("\x63\0\0\0", 4));
	assert_int_equal(store_commit(place.store, &place.err), STATUS_OK);
	store_close(place.store);
	assert_int_equal(
		store_open(place.folder, STORE_READ, &place.store, &err),
		STATUS_STORE);
	assert_non_null(strstr(err.text, "schema version 99, want 5"));
	place.store = NULL;
	close_place(&place);
}

/* One of another version has other databases, too. */
static void a_store_of_another_version_says_so_to_readers(void **state)
{
	struct btree_key key = btree_key();
	struct place place;
	struct error err;

	(void)state;
	open_place(&place);
	btree_key_bytes(&key, "schema", 6);
	btree_put(place.store, SCHEMA_META, &key, bytes_of("\x2\0\0\0", 4));
	assert_int_equal(
		mdb_drop(place.store->txn, place.store->dbi[SCHEMA_RANK], 1),
		0);
	assert_int_equal(store_commit(place.store, &place.err), STATUS_OK);
	store_close(place.store);
	assert_int_equal(
		store_open(place.folder, STORE_READ, &place.store, &err),
		STATUS_STORE);
	assert_non_null(strstr(err.text, "schema version 2, want 5"));
	place.store = NULL;
	close_place(&place);
}

static void what_is_made_of_a_large_store_has_room(void **state)
{
	const size_t large = (size_t)40 << 30;
	struct place place, scratch;
	MDB_envinfo info;

	(void)state;
	open_place(&place);
	open_place(&scratch);
	store_end(place.store);
	store_end(scratch.store);
	assert_int_equal(mdb_env_set_mapsize(place.store->env, large), 0);
	assert_int_equal(
		store_scratch_fit(scratch.store, place.store, &scratch.err),
		STATUS_OK);
	assert_int_equal(store_begin(scratch.store, &scratch.err), STATUS_OK);
	assert_int_equal(mdb_env_info(scratch.store->env, &info), 0);
	assert_true(info.me_mapsize >= large);
	close_place(&place);
	close_place(&scratch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compact_leaves_no_page_half_empty),
		cmocka_unit_test(a_store_says_what_is_wrong_with_it),
		cmocka_unit_test(a_store_of_another_version_says_so_to_readers),
		cmocka_unit_test(what_is_made_of_a_large_store_has_room),
	};

	return cmocka_run_group_tests_name("store_admin", tests, NULL, NULL);
}
