#include "signatures/clickhouse/load_settled.h"

#include "signatures/base/hash.h"
#include "signatures/clickhouse/tables.h"
#include "signatures/store/store_settled.h"

/* Every row says of which pass it is, so entries are walked once for that. */
struct entries {
	uint64_t pass;
	uint64_t count;
	struct pack rows;
};

static bool count_entry(void *closure, struct bytes key, struct bytes value)
{
	struct entries *entries = closure;

	entries->pass =
		hash_mix(entries->pass,
			 hash_mix(hash_64(key.next, bytes_left(&key)),
				  hash_64(value.next, bytes_left(&value))));
	entries->count++;
	return true;
}

static void put_bytes(struct pack *out, struct bytes bytes)
{
	pack_varint(out, bytes_left(&bytes));
	pack_bytes(out, bytes.next, bytes_left(&bytes));
}

static bool take_entry(void *closure, struct bytes key, struct bytes value)
{
	struct entries *entries = closure;

	put_bytes(&entries->rows, key);
	pack_u64(&entries->rows, entries->pass);
	pack_u64(&entries->rows, entries->count);
	put_bytes(&entries->rows, value);
	return true;
}

/* False if not all are as they were put. */
static bool walk(struct store *store, store_settled_each *take,
		 struct entries *entries)
{
	return store_settled_walk(store, STORE_SETTLED_NAMES, take, entries) &&
	       store_settled_walk(store, STORE_SETTLED_HEAD, take, entries);
}

enum status load_settled(struct load *load)
{
	const uint8_t head = STORE_SETTLED_HEAD;
	struct entries entries = { 0 };
	struct arena arena;
	enum status status = STATUS_OK;
	struct bytes there;

	if (!store_settled_get(load->store, &head, 1, &there))
		return STATUS_OK;
	arena_init(&arena);
	entries.rows = pack_into(&arena);
	if (walk(load->store, count_entry, &entries) &&
	    walk(load->store, take_entry, &entries))
		status = http_insert(
			load->http,
			tables_insert(load->address, "settled", &arena),
			pack_done(&entries.rows), load->err);
	arena_deinit(&arena);
	return status;
}
