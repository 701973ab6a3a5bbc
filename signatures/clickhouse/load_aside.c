#include "signatures/clickhouse/load_aside.h"

#include <string.h>

#include "signatures/clickhouse/tables.h"
#include "signatures/store/store_aside.h"

struct rows {
	struct pack refused, archives, copies;
};

static void put_text(struct pack *out, const char *text)
{
	const size_t size = strlen(text);

	pack_varint(out, size);
	pack_bytes(out, text, size);
}

static void put_hash(struct pack *out, struct hash128 hash)
{
	pack_u64(out, hash.high);
	pack_u64(out, hash.low);
}

static bool take_refused(void *closure, struct hash128 content, enum status why,
			 const char *source, const char *text)
{
	struct rows *rows = closure;

	put_hash(&rows->refused, content);
	pack_u8(&rows->refused, (uint8_t)why);
	put_text(&rows->refused, source);
	put_text(&rows->refused, text);
	return true;
}

static bool take_archive(void *closure, struct hash128 content, uint64_t dumps,
			 uint64_t size)
{
	struct rows *rows = closure;

	(void)size;
	put_hash(&rows->archives, content);
	pack_u64(&rows->archives, dumps);
	return true;
}

static bool take_copy(void *closure, uint64_t source, struct hash128 content)
{
	struct rows *rows = closure;

	pack_u64(&rows->copies, source);
	put_hash(&rows->copies, content);
	return true;
}

static enum status send(struct load *load, const char *table,
			const struct pack *rows, struct arena *arena)
{
	if (rows->size == 0)
		return STATUS_OK;
	return http_insert(load->http,
			   tables_insert(load->address, table, arena),
			   pack_done(rows), load->err);
}

enum status load_aside(struct load *load, struct store *store)
{
	struct arena arena;
	struct rows rows;
	const struct store_aside aside = { &rows, take_refused, take_archive,
					   take_copy };
	enum status status;

	arena_init(&arena);
	rows.refused = rows.archives = rows.copies = pack_into(&arena);
	status = store_aside_walk(store, &aside, load->err);
	if (!status)
		status = send(load, "refused", &rows.refused, &arena);
	if (!status)
		status = send(load, "archives", &rows.archives, &arena);
	if (!status)
		status = send(load, "copies", &rows.copies, &arena);
	arena_deinit(&arena);
	return status;
}
