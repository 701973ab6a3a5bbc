#include "signatures/clickhouse/remote_settled.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/must.h"
#include "signatures/clickhouse/remote_answer.h"
#include "signatures/store/store_settled.h"

/* A database that no program of today has loaded into lacks the table. */
static enum status ask(struct remote *remote, struct http_answer *ret,
		       struct error *err)
{
	const char *database = remote->address.database;
	struct arena arena;
	struct sql sql;
	enum status status;

	arena_init(&arena);
	sql = sql_begin(&arena);
	sql_add(&sql, "EXISTS TABLE %s.settled FORMAT RowBinary", database);
	status = http_ask(remote->http, sql_done(&sql), ret, err);
	if (!status && ret->size && ret->data[0]) {
		http_answer_free(ret);
		sql = sql_begin(&arena);
		sql_add(&sql,
			"SELECT key, pass, entries, value FROM %s.settled FINAL"
			" ORDER BY key FORMAT RowBinary",
			database);
		status = http_ask(remote->http, sql_done(&sql), ret, err);
	} else if (!status) {
		http_answer_free(ret);
	}
	arena_deinit(&arena);
	return status;
}

static struct bytes take_bytes(struct bytes *in)
{
	const uint64_t size = pack_take_varint(in);
	const uint8_t *data = bytes_take(in, size);

	return bytes_of(data, data ? size : 0);
}

static bool is_head(struct bytes key)
{
	return bytes_left(&key) == 1 && *key.next == STORE_SETTLED_HEAD;
}

/*
 * Those of the pass that the head is of.  Older ones stay where no newer one
 * took their place, and a load that was broken off left not all.
 */
static void keep_pass(struct remote_settled *settled, uint64_t pass,
		      uint64_t entries)
{
	size_t kept = 0;

	for (size_t i = 0; i < settled->count; i++)
		if (settled->entries[i].pass == pass)
			settled->entries[kept++] = settled->entries[i];
	settled->count = kept == entries ? kept : 0;
}

static void take_entries(struct remote_settled *settled)
{
	struct bytes in = bytes_of(settled->answer.data, settled->answer.size);
	uint64_t pass = 0, entries = 0;
	size_t room = 0;

	while (bytes_left(&in) && !in.failed) {
		struct remote_entry entry = { .key = take_bytes(&in),
					      .pass = bytes_u64(&in) };
		const uint64_t number = bytes_u64(&in);

		entry.value = take_bytes(&in);
		if (is_head(entry.key)) {
			pass = entry.pass;
			entries = number;
		}
		if (settled->count == room) {
			room = 2 * room + 1024;
			settled->entries = must(realloc(settled->entries,
							room * sizeof(entry)));
		}
		settled->entries[settled->count++] = entry;
	}
	keep_pass(settled, pass, in.failed ? 0 : entries);
}

static int by_key(const void *left, const void *right)
{
	const struct remote_entry *a = left;
	const struct remote_entry *b = right;
	const size_t m = bytes_left(&a->key);
	const size_t n = bytes_left(&b->key);
	const int order = memcmp(a->key.next, b->key.next, m < n ? m : n);

	return order ? order : (m > n) - (m < n);
}

bool remote_settled_get(void *state, struct bytes key, struct bytes *ret)
{
	struct remote *remote = state;
	struct remote_settled *settled = &remote->settled;
	const struct remote_entry wanted = { .key = key };
	const struct remote_entry *found;
	struct error err;

	if (!settled->is_asked) {
		settled->is_asked = true;
		if (ask(remote, &settled->answer, &err))
			return remote_answer_fail(remote, &err);
		take_entries(settled);
	}
	if (!settled->count)
		return false;
	found = bsearch(&wanted, settled->entries, settled->count,
			sizeof(wanted), by_key);
	if (found)
		*ret = found->value;
	return found != NULL;
}

void remote_settled_drop(struct remote *remote)
{
	http_answer_free(&remote->settled.answer);
	free(remote->settled.entries);
}
