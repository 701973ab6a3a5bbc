#include "signatures/store/pages.h"

#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit.h"

enum {
	KEYS = 6000,
	KEY_BYTES = 40,
	VALUE_BYTES = 9000,
	KEPT_BYTES = 64 << 20
};

/* What LMDB wrote, and asked about it: it has the last word. */
struct scene {
	char folder[32];
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;
	uint64_t root;
	struct pages *pages;
	uint8_t key[KEY_BYTES];
	uint8_t value[VALUE_BYTES];
};

static uint32_t chance(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

/* Keys of many lengths, some of which begin as others. */
static size_t make_key(uint32_t n, uint8_t key[KEY_BYTES])
{
	uint32_t seed = n;

	memset(key, 'a', KEY_BYTES);
	for (size_t i = 0; i < 4; i++)
		key[i * (1 + n % 9)] = (uint8_t)chance(&seed);
	return 1 + n % KEY_BYTES;
}

/* Empty ones, short ones, and few that have pages of their own. */
static size_t make_value(uint32_t n, uint8_t value[VALUE_BYTES])
{
	const size_t size = n % 50 ? n % 120 : n * 7 % VALUE_BYTES;

	memset(value, (int)(n % 251), size);
	return size;
}

static void fill(struct scene *scene)
{
	for (uint32_t n = 0; n < KEYS; n++) {
		MDB_val key = { make_key(n, scene->key), scene->key };
		MDB_val value = { make_value(n, scene->value), scene->value };

		assert_int_equal(
			mdb_put(scene->txn, scene->dbi, &key, &value, 0), 0);
	}
}

/* A stretch of keys is gone, so that leaves are not what branches say. */
static void thin_out(struct scene *scene)
{
	for (uint32_t n = 0; n < KEYS; n++) {
		MDB_val key = { make_key(n, scene->key), scene->key };

		if (scene->key[0] >= 100 && scene->key[0] < 150)
			mdb_del(scene->txn, scene->dbi, &key, NULL);
	}
}

static void open_scene(struct scene *scene, unsigned int flags, size_t kept)
{
	static char called[] = "x";
	MDB_val name = { 1, called };
	MDB_val record;
	MDB_stat stat;
	MDB_dbi names;
	int fd;

	strcpy(scene->folder, "/tmp/pages_test-XXXXXX");
	assert_non_null(mkdtemp(scene->folder));
	assert_int_equal(mdb_env_create(&scene->env), 0);
	mdb_env_set_maxdbs(scene->env, 2);
	mdb_env_set_mapsize(scene->env, 64 << 20);
	assert_int_equal(
		mdb_env_open(scene->env, scene->folder, MDB_NOSYNC, 0600), 0);
	mdb_txn_begin(scene->env, NULL, 0, &scene->txn);
	mdb_dbi_open(scene->txn, "x", flags | MDB_CREATE, &scene->dbi);
	if (!flags)
		fill(scene);
	if (!flags)
		thin_out(scene);
	assert_int_equal(mdb_txn_commit(scene->txn), 0);
	mdb_txn_begin(scene->env, NULL, MDB_RDONLY, &scene->txn);
	assert_int_equal(mdb_dbi_open(scene->txn, NULL, 0, &names), 0);
	assert_int_equal(mdb_get(scene->txn, names, &name, &record), 0);
	scene->root = pages_root(bytes_of(record.mv_data, record.mv_size));
	mdb_env_stat(scene->env, &stat);
	mdb_env_get_fd(scene->env, &fd);
	scene->pages = pages_create(fd, stat.ms_psize, kept);
}

static void close_scene(struct scene *scene)
{
	char file[64];

	pages_destroy(scene->pages);
	mdb_txn_abort(scene->txn);
	mdb_env_close(scene->env);
	snprintf(file, sizeof(file), "%s/data.mdb", scene->folder);
	unlink(file);
	snprintf(file, sizeof(file), "%s/lock.mdb", scene->folder);
	unlink(file);
	rmdir(scene->folder);
}

static void same_value(const struct bytes *ours, const MDB_val *theirs)
{
	assert_int_equal(bytes_left(ours), theirs->mv_size);
	assert_memory_equal(ours->next, theirs->mv_data, theirs->mv_size);
}

/* From its beginning, from where short ones end, and from behind all. */
static void check_parts(struct scene *scene, struct bytes key,
			const MDB_val *whole)
{
	static const size_t behind[] = { 0, 1, 4, 5000, 1 << 20 };

	for (size_t i = 0; i < sizeof(behind) / sizeof(behind[0]); i++) {
		const size_t from =
			behind[i] < whole->mv_size ? behind[i] : whole->mv_size;
		const size_t left = whole->mv_size - from;
		const MDB_val theirs = { left < 5 ? left : 5,
					 (uint8_t *)whole->mv_data + from };
		struct bytes ours;

		assert_int_equal(pages_part(scene->pages, scene->root, key,
					    behind[i], 5, &ours),
				 PAGES_FOUND);
		same_value(&ours, &theirs);
	}
}

static void every_key_is_found_as_by_lmdb(void **state)
{
	static struct scene scene;
	struct bytes ours;

	(void)state;
	open_scene(&scene, 0, KEPT_BYTES);
	for (uint32_t n = 0; n < 2 * KEYS; n++) {
		MDB_val key = { make_key(n, scene.key), scene.key };
		const struct bytes wanted = bytes_of(key.mv_data, key.mv_size);
		MDB_val theirs;
		const int rc = mdb_get(scene.txn, scene.dbi, &key, &theirs);

		assert_int_equal(
			pages_get(scene.pages, scene.root, wanted, &ours),
			rc ? PAGES_ABSENT : PAGES_FOUND);
		if (rc)
			continue;
		same_value(&ours, &theirs);
		check_parts(&scene, wanted, &theirs);
	}
	close_scene(&scene);
}

/* Nothing of it is kept, so that it does not matter how little may be. */
static void what_passes_is_found_as_by_lmdb(void **state)
{
	static struct scene scene;
	struct bytes ours;

	(void)state;
	open_scene(&scene, 0, 0);
	for (uint32_t n = 0; n < 2 * KEYS; n++) {
		MDB_val key = { make_key(n, scene.key), scene.key };
		MDB_val theirs;
		const int rc = mdb_get(scene.txn, scene.dbi, &key, &theirs);

		assert_int_equal(
			pages_get_passing(scene.pages, scene.root,
					  bytes_of(key.mv_data, key.mv_size),
					  &ours),
			rc ? PAGES_ABSENT : PAGES_FOUND);
		if (!rc)
			same_value(&ours, &theirs);
	}
	close_scene(&scene);
}

static void the_last_key_up_to_another_is_lmdbs(void **state)
{
	static struct scene scene;
	MDB_cursor *cursor;
	struct bytes ours;

	(void)state;
	open_scene(&scene, 0, KEPT_BYTES);
	mdb_cursor_open(scene.txn, scene.dbi, &cursor);
	for (uint32_t n = 0; n < KEYS; n++) {
		MDB_val key = { make_key(n, scene.key), scene.key };
		const struct bytes wanted = bytes_of(scene.key, key.mv_size);
		MDB_val theirs = key, value;
		int rc = mdb_cursor_get(cursor, &theirs, &value, MDB_SET_RANGE);

		if (rc || mdb_cmp(scene.txn, scene.dbi, &theirs, &key))
			rc = mdb_cursor_get(cursor, &theirs, &value,
					    rc ? MDB_LAST : MDB_PREV);
		assert_int_equal(
			pages_last(scene.pages, scene.root, wanted, &ours),
			rc ? PAGES_ABSENT : PAGES_FOUND);
		if (!rc)
			same_value(&ours, &theirs);
	}
	mdb_cursor_close(cursor);
	close_scene(&scene);
}

/* A cursor of LMDB's beside a walk. */
struct beside {
	MDB_cursor *cursor;
	MDB_val key, value;
	int rc;
	size_t left;
};

static bool take_beside(void *closure, struct bytes key, struct bytes value)
{
	struct beside *beside = closure;

	assert_int_equal(beside->rc, 0);
	same_value(&key, &beside->key);
	same_value(&value, &beside->value);
	beside->rc = mdb_cursor_get(beside->cursor, &beside->key,
				    &beside->value, MDB_NEXT);
	return --beside->left;
}

static void a_walk_has_the_entries_of_a_cursor(void **state)
{
	static struct scene scene;
	struct beside beside;

	(void)state;
	open_scene(&scene, 0, KEPT_BYTES);
	mdb_cursor_open(scene.txn, scene.dbi, &beside.cursor);
	beside.left = SIZE_MAX;
	beside.rc = mdb_cursor_get(beside.cursor, &beside.key, &beside.value,
				   MDB_FIRST);
	assert_true(pages_walk(scene.pages, scene.root, bytes_of("", 0),
			       take_beside, &beside));
	assert_int_equal(beside.rc, MDB_NOTFOUND);
	for (uint32_t n = 0; n < KEYS; n += 7) {
		beside.key = (MDB_val){ make_key(n, scene.key), scene.key };
		const struct bytes from =
			bytes_of(scene.key, beside.key.mv_size);

		beside.left = 1 + n % 300;
		beside.rc = mdb_cursor_get(beside.cursor, &beside.key,
					   &beside.value, MDB_SET_RANGE);
		assert_true(pages_walk(scene.pages, scene.root, from,
				       take_beside, &beside));
		assert_true(beside.left == 0 || beside.rc == MDB_NOTFOUND);
	}
	mdb_cursor_close(beside.cursor);
	close_scene(&scene);
}

static void what_is_kept_is_bounded(void **state)
{
	static struct scene scene;
	size_t found = 0, unread = 0;
	struct bytes ours;

	(void)state;
	open_scene(&scene, 0, 100000);
	for (uint32_t n = 0; n < KEYS; n++) {
		const size_t size = make_key(n, scene.key);
		const enum pages_answer answer =
			pages_get(scene.pages, scene.root,
				  bytes_of(scene.key, size), &ours);

		found += answer == PAGES_FOUND;
		unread += answer == PAGES_UNREAD;
	}
	assert_true(found > 0);
	assert_true(unread > KEYS / 2);
	close_scene(&scene);
}

static void values_that_are_sorted_are_left_to_lmdb(void **state)
{
	static struct scene scene;
	struct bytes ours;

	(void)state;
	open_scene(&scene, MDB_DUPSORT, KEPT_BYTES);
	assert_true(scene.root == PAGES_NO_ROOT);
	assert_int_equal(
		pages_get(scene.pages, scene.root, bytes_of("k", 1), &ours),
		PAGES_UNREAD);
	close_scene(&scene);
}

static bool take_any(void *closure, struct bytes key, struct bytes value)
{
	size_t *sum = closure;

	*sum += bytes_left(&key) + bytes_left(&value);
	return true;
}

/* A page as it should not be: any answer will do that is not beyond it. */
static void a_page_that_makes_no_sense_is_not_followed(void **state)
{
	static uint8_t page[4096];
	struct bytes ours;
	uint32_t seed = 1;

	(void)state;
	for (unsigned int turn = 0; turn < 4000; turn++) {
		FILE *file = tmpfile();
		struct pages *pages;
		size_t sum = 0;

		assert_non_null(file);
		for (size_t i = 0; i < sizeof(page); i++)
			page[i] = (uint8_t)chance(&seed);
		memset(page, 0, 16);
		page[10] = (uint8_t)(1 + turn % 2);
		page[12] = (uint8_t)(16 + 2 * (turn % 9));
		for (size_t i = 16; i < 40; i += 2)
			page[i + 1] = (uint8_t)(chance(&seed) % 17);
		fwrite(page, sizeof(page), 1, file);
		fflush(file);
		pages = pages_create(fileno(file), sizeof(page), KEPT_BYTES);
		pages_get(pages, 0, bytes_of("key", 3), &ours);
		pages_get_passing(pages, 0, bytes_of("key", 3), &ours);
		pages_part(pages, 0, bytes_of("key", 3), 0, 100, &ours);
		pages_last(pages, 0, bytes_of("key", 3), &ours);
		pages_walk(pages, 0, bytes_of("", 0), take_any, &sum);
		pages_destroy(pages);
		fclose(file);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_is_found_as_by_lmdb),
		cmocka_unit_test(what_passes_is_found_as_by_lmdb),
		cmocka_unit_test(the_last_key_up_to_another_is_lmdbs),
		cmocka_unit_test(a_walk_has_the_entries_of_a_cursor),
		cmocka_unit_test(what_is_kept_is_bounded),
		cmocka_unit_test(values_that_are_sorted_are_left_to_lmdb),
		cmocka_unit_test(a_page_that_makes_no_sense_is_not_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
