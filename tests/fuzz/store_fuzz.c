/*
 * store_fuzz.c - a store on somebody's disk in which one entry is not what was
 * written.  Byte 0 says in which sub-database, byte 1 how long the key is; then
 * the key, then the value.  All that can be read is read; nothing is kept.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "signatures/store/btree.h"
#include "signatures/store/store_admin.h"
#include "signatures/store/store_read.h"
#include "signatures/store/store_write.h"
#include "tests/fuzz/fuzz.h"

#define CRASHES 3

static char folder[] = "/dev/shm/store-fuzz.XXXXXX";

static void remove_folder(void)
{
	static const char *const names[] = { "data.mdb", "lock.mdb",
					     STORE_WRITER_LOCK,
					     STORE_OPEN_LOCK };
	char path[64];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	rmdir(folder);
}

static void must(enum status status)
{
	if (status)
		abort();
}

static struct store *make_store(void)
{
	static struct crash_module modules[] = {
		{ "ntoskrnl.exe", 0xfffff80000000000, 0x1000000, 1 },
		{ "ks.sys", 0xfffff80002000000, 0x46000, 2 },
	};
	struct store *store;
	struct arena arena;
	struct error err;

	if (!mkdtemp(folder))
		abort();
	atexit(remove_folder);
	arena_init(&arena);
	must(store_open_as(folder, STORE_WRITE, true, &store, &err));
	must(store_begin(store, &err));
	for (uint64_t i = 0; i < CRASHES; i++) {
		struct record_file file = { .source = "a/b.dmp" };
		enum store_outcome outcome;

		file.crash.image.content.low = i + 1;
		file.crash.bugcheck.code = CRASH_NUMBER(0xd0 + i);
		file.crash.modules = modules;
		file.crash.module_count = 2;
		must(store_put(store, &file, &arena, &outcome, &err));
	}
	must(store_commit(store, &err));
	arena_deinit(&arena);
	return store;
}

static bool on_term(void *closure, const struct store_term *term)
{
	struct store_term again;
	struct arena *arena = ((void **)closure)[1];

	(void)store_term_value(((void **)closure)[0], ((void **)closure)[2],
			       term->term, arena, &again);
	return true;
}

static void read_field(struct store *store, const struct field *field,
		       struct arena *arena)
{
	void *closure[] = { store, arena, (void *)(uintptr_t)field };
	struct store_rows *rows = store_rows_create();
	uint64_t bits[STORE_CHUNK_ROWS / 64] = { 5 };
	struct store_column column;
	struct error err;

	(void)store_column_read(store, field, 0, &column);
	if (field->index == FIELD_COLUMN || field->index == FIELD_RAW)
		(void)store_column_pick(store, field, 0, bits, &column);
	assert(store_row_count(store) <= STORE_CHUNK_ROWS);
	(void)!store_posting_bits(store, field, 1, NULL, bits, &err);
	(void)!store_posting_keep(store, field, 1, bits, &err);
	if (store_rank_is_kept(store, field, SCHEMA_RANKED))
		(void)!store_rank_walk(store, field, SCHEMA_RANKED, on_term,
				       closure, &err);
	(void)!store_posting_read(store, field, 1, rows, &err);
	(void)!store_walk_terms(store, field, on_term, closure, &err);
	store_rows_destroy(rows);
}

static bool on_file(void *closure, struct hash128 identity,
		    const struct record_file *file)
{
	(void)closure, (void)identity, (void)file;
	return true;
}

static void read_all(struct store *store)
{
	struct store_crash crash;
	struct arena arena;
	struct error err;

	arena_init(&arena);
	for (uint32_t row = 0; row <= CRASHES; row++)
		(void)!store_crash_read(store, row, &arena, &crash, &err);
	for (size_t i = 0; field_table[i].name; i++)
		read_field(store, &field_table[i], &arena);
	(void)!store_walk_records(store, on_file, NULL, &err);
	arena_deinit(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct store *store;
	struct btree_key key = btree_key();
	struct error err;

	if (!store)
		store = make_store();
	if (size < 3 || data[1] == 0 || size < (size_t)2 + data[1])
		return 0;

	const enum schema_db db = data[0] % SCHEMA_DBS;
	const struct bytes value =
		bytes_of(data + 2 + data[1], size - 2 - data[1]);

	btree_key_bytes(&key, data + 2, data[1]);
	must(store_begin(store, &err));
	if (db == SCHEMA_COPY) {
		struct btree_key item = btree_key();

		if (bytes_left(&value) == 16) {
			btree_key_bytes(&item, value.next, bytes_left(&value));
			btree_set(store, db, &key, &item, true);
		}
	} else {
		btree_put(store, db, &key, value);
	}
	read_all(store);
	store_end(store);
	return 0;
}
