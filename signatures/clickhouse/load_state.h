/*
 * load_state.h - a load on its way; for load*.c alone.
 */
#ifndef CLICKHOUSE_LOAD_STATE_H
#define CLICKHOUSE_LOAD_STATE_H

#include "signatures/clickhouse/crashrow.h"
#include "signatures/clickhouse/load.h"

/* A crash of the store. */
struct load_item {
	struct hash128 id;
	struct hash128 content;
	uint64_t records_hash;
	uint64_t version; /* of the row there, 0 = none */
	uint32_t row;
	bool is_settled; /* has values that do not follow from it */
	bool is_same;	 /* nothing to send */
	bool is_joined;	 /* with one of others */
};

/* identity_seeks() of its files: what is there has one of identity_keys(). */
struct load_link {
	uint64_t key;
	uint32_t item;
};

/* A row of the database. */
struct load_row {
	struct hash128 id;
	struct hash128 content;
	uint64_t version;
	uint64_t fields;
	uint64_t records_hash;
};

struct load_rows {
	struct load_row *at;
	size_t count;
	size_t room;
};

struct load {
	struct http *http;
	const struct address *address;
	struct store *store;
	const struct load_options *options;
	struct load_item *items; /* by id */
	size_t count;
	struct load_link *links; /* by key */
	size_t link_count;
	size_t link_room;
	struct load_rows foreign; /* of others, to be joined; by id */
	struct load_rows gone;
	struct load_tally tally;
	struct arena passing; /* one crash */
	struct arena batch;   /* rows not sent yet */
	struct pack rows;
	struct error *err;
};

/* The item of that id, or NULL. */
struct load_item *load_compare_find(const struct load *load, struct hash128 id);

#endif
