#include "signatures/store/memo.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "signatures/base/must.h"

enum {
	KEPT_MOST = 4 << 20, /* terms; 64 MiB of them */
	FIRST_ROOM = 1024,
	KINDS = 2
};

/* By id of the part. */
struct table {
	struct memo **memos;
	size_t room;
};

struct memos {
	struct table tables[KINDS];
	size_t kept;
	bool has_news; /* one was asked for, and may have rows to tell */
};

/* Fields that are functions of a machine, and of record_beside.h's stack. */
static const char *const names[KINDS][16] = {
	{ "arch", "bios", "biosdate", "biosvendor", "biosversion", "board",
	  "build", "cpu", "cpus", "hypervisor", "machine", "manufacturer",
	  "osproduct", "product" },
	{ "bucket", "bugcheck", "class", "exact", "exception", "fault",
	  "faultbuild", "frame", "how", "modules", "portable", "trust" },
};

static size_t table_of(enum schema_part kind)
{
	assert(kind == SCHEMA_MACHINE || kind == SCHEMA_STACK);
	return kind == SCHEMA_STACK;
}

struct memos *memo_create(void)
{
	return must(calloc(1, sizeof(struct memos)));
}

static void empty(struct memos *memos)
{
	for (size_t kind = 0; kind < KINDS; kind++) {
		struct table *table = &memos->tables[kind];

		for (size_t i = 0; i < table->room; i++)
			free(table->memos[i]);
		free(table->memos);
		*table = (struct table){ NULL, 0 };
	}
	memos->kept = 0;
}

void memo_destroy(struct memos *memos)
{
	if (!memos)
		return;
	empty(memos);
	free(memos);
}

static bool is_named(size_t table, const struct field *field)
{
	for (size_t i = 0; i < 16 && names[table][i]; i++)
		if (!strcmp(names[table][i], field->name))
			return true;
	return false;
}

bool memo_is_of(enum schema_part kind, const struct field *field)
{
	static bool is_of[KINDS][SCHEMA_FIELDS];
	static bool is_filled;

	if (!is_filled) {
		for (size_t table = 0; table < KINDS; table++)
			for (const struct field *it = field_table; it->name;
			     it++)
				is_of[table][it->number] = is_named(table, it);
		is_filled = true;
	}
	return is_of[table_of(kind)][field->number];
}

struct memo *memo_find(struct store *store, enum schema_part kind, uint32_t id)
{
	const struct table *table = &store->memos->tables[table_of(kind)];

	store->memos->has_news = true;
	return id < table->room ? table->memos[id] : NULL;
}

static void make_room(struct table *table, uint32_t id)
{
	size_t room = table->room ? table->room : FIRST_ROOM;

	while (room <= id)
		room *= 2;
	if (room == table->room)
		return;
	table->memos =
		must(realloc(table->memos, room * sizeof(*table->memos)));
	memset(table->memos + table->room, 0,
	       (room - table->room) * sizeof(*table->memos));
	table->room = room;
}

void memo_keep(struct store *store, enum schema_part kind, uint32_t id,
	       const struct memo_term *terms, size_t count)
{
	struct memos *memos = store->memos;
	struct table *table = &memos->tables[table_of(kind)];
	struct memo *memo;

	if (memos->kept + count > KEPT_MOST)
		return;
	make_room(table, id);
	memo = must(malloc(sizeof(*memo) + count * sizeof(*terms)));
	memo->rows = 0;
	memo->count = count;
	if (count)
		memcpy(memo->terms, terms, count * sizeof(*terms));
	table->memos[id] = memo;
	memos->kept += count;
}

static void tell(struct store *store, struct memo *memo)
{
	for (size_t i = 0; memo->rows && i < memo->count; i++)
		term_count(store, memo->terms[i].term, memo->rows, 0);
	memo->rows = 0;
}

void memo_flush(struct store *store)
{
	for (size_t kind = 0; store->memos->has_news && kind < KINDS; kind++) {
		const struct table *table = &store->memos->tables[kind];

		for (size_t i = 0; i < table->room; i++)
			if (table->memos[i])
				tell(store, table->memos[i]);
	}
	store->memos->has_news = false;
	/* Room for those of the next rows. */
	if (store->memos->kept > KEPT_MOST / 2)
		empty(store->memos);
}

void memo_forget(struct store *store)
{
	empty(store->memos);
}
