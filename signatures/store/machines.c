#include "signatures/store/machines.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/must.h"
#include "signatures/store/column.h"
#include "signatures/store/posting.h"
#include "signatures/store/roaring.h"
#include "signatures/store/term.h"

struct tally {
	struct store *store;
	roaring_bitmap_t *rows;
	uint32_t *machines; /* by row */
	size_t row_count;
	uint32_t *met; /* by machine: the last turn it was met in */
	uint32_t machine_count;
	uint32_t turn;
	uint64_t count;
};

bool machines_are_counted(uint8_t field)
{
	static const struct field *bucket;

	if (!bucket)
		bucket = field_find("bucket");
	return field == bucket->number;
}

static void read_machines(struct tally *tally)
{
	const uint8_t machine = field_find("machine")->number;
	struct btree_key prefix = btree_key();
	size_t chunks;

	btree_key_u8(&prefix, machine);
	chunks = btree_last(tally->store, SCHEMA_COLUMN, &prefix) + 1;
	tally->row_count = chunks * STORE_CHUNK_ROWS;
	tally->machines =
		must(malloc(tally->row_count * sizeof(*tally->machines)));
	for (size_t i = 0; i < chunks; i++)
		column_read_terms(tally->store, machine, (uint32_t)i,
				  tally->machines + i * STORE_CHUNK_ROWS);
	tally->machine_count =
		btree_last(tally->store, SCHEMA_TERM, &prefix) + 1;
	tally->met = must(calloc(tally->machine_count, sizeof(*tally->met)));
}

static bool take_row(uint32_t row, void *closure)
{
	struct tally *tally = closure;
	uint32_t machine;

	if (row >= tally->row_count)
		return false;
	machine = tally->machines[row];
	if (machine && machine < tally->machine_count &&
	    tally->met[machine] != tally->turn) {
		tally->met[machine] = tally->turn;
		tally->count++;
	}
	return true;
}

static bool take_chunk(void *closure, struct bytes key, struct bytes value)
{
	struct tally *tally = closure;
	uint32_t first;

	bytes_skip(&key, 5);
	first = (uint32_t)btree_take(&key, 2) * SCHEMA_POSTING_ROWS;
	roaring.bitmap_clear(tally->rows);
	if (!posting_decode(value, first, tally->rows) && !tally->store->failed)
		tally->store->failed = MDB_CORRUPTED;
	return roaring.iterate(tally->rows, take_row, tally);
}

void machines_count(struct store *store, uint8_t field, const uint32_t *terms,
		    size_t count)
{
	struct tally tally = { .store = store };

	if (!count)
		return;
	read_machines(&tally);
	tally.rows = roaring_create();
	for (size_t i = 0; i < count; i++) {
		struct term *term = term_at(store, field, terms[i]);
		struct btree_key prefix = btree_key();

		if (!term)
			continue;
		tally.turn++;
		tally.count = 0;
		btree_key_u8(&prefix, field);
		btree_key_u32(&prefix, terms[i]);
		btree_walk(store, SCHEMA_POSTING, &prefix, take_chunk, &tally);
		term_count(store, term, 0,
			   (int64_t)(tally.count - term->machines));
	}
	roaring.bitmap_free(tally.rows);
	free(tally.machines);
	free(tally.met);
}
