#include "signatures/store/column_chunk.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "signatures/store/column.h"
#include "tests/unit.h"

enum {
	FIELD = 2,
	ROWS = STORE_CHUNK_ROWS,
	FORMS = 256, /* of a head's first byte */
	KINDS = 5,
	SHORT_ROWS = 1000
};

static char folder[32];

static int make_folder(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/chunk-XXXXXX");
	return !mkdtemp(folder);
}

static int remove_folder(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static struct store *open_store(enum store_mode mode)
{
	struct store *store;
	struct error err;

	assert_int_equal(store_open(folder, mode, &store, &err), 0);
	assert_int_equal(store_begin(store, &err), 0);
	return store;
}

/* Of each kind of chunk there is: narrow, a byte, listed, split, told. */
static uint64_t value_of(size_t kind, uint64_t row)
{
	switch (kind) {
	case 0:
		return 70 + row % 3;
	case 1:
		return 70 + row % 200;
	case 2:
		return row % 100 << 40;
	case 3:
		return 100000 + row * 7;
	default:
		return row % 3 ? 0xffff800000000000 + row : row % 50;
	}
}

static void write_chunks(struct store *store, size_t kind)
{
	static uint64_t values[ROWS];
	const struct btree_key sound = column_form_key(FIELD, 0);

	for (size_t row = 0; row < ROWS; row++)
		values[row] = value_of(kind, row);
	column_write(store, FIELD, STORE_NO_NUMBER, 0, values);
	for (uint32_t form = 0; form < FORMS; form++) {
		const struct btree_key key = column_form_key(FIELD, 1 + form);
		static uint8_t bytes[8 * ROWS];
		struct bytes in;
		size_t size;

		assert_true(btree_get(store, SCHEMA_COLUMN, &sound, &in));
		size = bytes_left(&in);
		memcpy(bytes, in.next, size);
		bytes[0] = (uint8_t)form;
		btree_put(store, SCHEMA_COLUMN, &key, bytes_of(bytes, size));
	}
}

/* A head says what it likes: that of the chunk, or of a sound one. */
static void write_heads(struct store *store, bool is_sound)
{
	for (uint32_t form = 0; form < FORMS; form++) {
		const struct btree_key of =
			column_form_key(FIELD, is_sound ? 0 : 1 + form);
		const struct btree_key key =
			column_form_head_key(FIELD, 1 + form);
		uint8_t head[COLUMN_HEAD_BYTES];
		struct bytes in;

		assert_true(btree_get(store, SCHEMA_COLUMN, &of, &in));
		memcpy(head, in.next, sizeof(head));
		btree_put(store, SCHEMA_COLUMN, &key,
			  bytes_of(head, sizeof(head)));
	}
}

/*
 * Each way to read it, whatever comes of it; what reads less goes first, so
 * that its bytes have nothing behind them.
 */
static void read_all(uint32_t chunk)
{
	static const uint64_t spans[][2] = { { 71, 71 },
					     { 0, UINT64_MAX - 1 },
					     { 71, 100000 },
					     { 0xffff800000000005,
					       0xffff800000000005 } };
	static uint64_t values[ROWS], bits[COLUMN_WORDS];
	static uint32_t terms[ROWS];
	uint64_t some = 2;
	const struct store_terms of = { .bits = &some, .words = 1 };
	struct store *store = open_store(STORE_READ);
	struct store_range range;

	memset(bits, 0xff, sizeof(bits));
	(void)column_range(store, FIELD, chunk, &range);
	(void)column_at(store, FIELD, STORE_NO_NUMBER, chunk, ROWS - 1);
	for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
		memset(bits, 0xff, sizeof(bits));
		column_between(store, FIELD, chunk, spans[i][0], spans[i][1],
			       bits, ROWS);
	}
	column_equal(store, FIELD, chunk, 0, bits);
	memset(bits, 0xff, sizeof(bits));
	column_pick(store, FIELD, STORE_NO_NUMBER, chunk, bits, ROWS, values);
	column_pick_terms(store, FIELD, chunk, bits, ROWS, terms);
	column_read(store, FIELD, STORE_NO_NUMBER, chunk, values);
	column_read_terms(store, FIELD, chunk, terms);
	column_keep(store, FIELD, chunk, &of, bits, ROWS);
	store_close(store);
}

static void commit(struct store *store)
{
	struct error err;

	assert_int_equal(store_commit(store, &err), 0);
	store_close(store);
}

static void a_chunk_of_another_form_is_read_within_its_bytes(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < KINDS; kind++)
		for (int is_sound = 0; is_sound < 2; is_sound++) {
			struct store *store = open_store(STORE_WRITE);

			write_chunks(store, kind);
			write_heads(store, is_sound);
			commit(store);
			for (uint32_t form = 0; form < FORMS; form++)
				read_all(1 + form);
		}
}

/* The head beside the chunk is that of a full one. */
static void rows_that_the_head_alone_has_are_none(void **state)
{
	static uint64_t values[ROWS];

	(void)state;
	for (size_t kind = 0; kind < KINDS; kind++) {
		struct store *store = open_store(STORE_WRITE);

		write_chunks(store, kind);
		for (size_t row = 0; row < ROWS; row++)
			values[row] = row < SHORT_ROWS ? value_of(kind, row)
						       : STORE_NO_NUMBER;
		column_write(store, FIELD, STORE_NO_NUMBER, 1, values);
		write_heads(store, true);
		commit(store);
		store = open_store(STORE_READ);
		for (size_t row = SHORT_ROWS; row < ROWS; row += 999)
			assert_int_equal(column_at(store, FIELD,
						   STORE_NO_NUMBER, 1, row),
					 STORE_NO_NUMBER);
		store_close(store);
		read_all(1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_chunk_of_another_form_is_read_within_its_bytes,
			make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			rows_that_the_head_alone_has_are_none, make_folder,
			remove_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
