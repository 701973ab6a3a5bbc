#include "signatures/clickhouse/tables.h"

#include <string.h>

#include "signatures/base/text.h"

/*
 * A crash is looked up by its id now and then, records and all: fewer rows
 * behind a mark than the usual 8192.
 */
#define CRASH_ROWS_A_MARK "128"

static const struct table {
	const char *name;
	const char *columns; /* names and types; of crashes also the fields */
	const char *names;
	const char *version; /* column, or "" */
	const char *key;
	const char *shard; /* what says which server */
	bool has_fields;
} tables[] = {
	{ "crashes",
	  "id_high UInt64, id_low UInt64, version UInt64,"
	  " content_high UInt64, content_low UInt64, id String,"
	  " ids Array(UInt64), links Array(UInt64),"
	  " contents Array(UInt64), fields UInt64,"
	  " records_hash UInt64, list_hash UInt64, file_count UInt8,"
	  " records Array(String)",
	  "id_high,id_low,version,content_high,content_low,id,ids,links,"
	  "contents,fields,records_hash,list_hash,file_count,records",
	  "version", "(id_high, id_low)", "id_low", true },
	{ "refused",
	  "content_high UInt64, content_low UInt64, why UInt8, source String,"
	  " reason String",
	  "content_high,content_low,why,source,reason", "",
	  "(content_high, content_low, source)", "content_low", false },
	{ "archives", "content_high UInt64, content_low UInt64, dumps UInt64",
	  "content_high,content_low,dumps", "", "(content_high, content_low)",
	  "content_low", false },
	{ "copies", "source UInt64, content_high UInt64, content_low UInt64",
	  "source,content_high,content_low", "",
	  "(source, content_high, content_low)", "content_low", false },
	{ "settled", "key String, pass UInt64, entries UInt64, value String",
	  "key,pass,entries,value", "", "key", "sipHash64(key)", false },
};

enum {
	TABLES = sizeof(tables) / sizeof(tables[0])
};

bool tables_is_array(const struct field *field)
{
	return field->index == FIELD_POSTINGS ||
	       field->index == FIELD_MODULES || field->index == FIELD_NONE;
}

/* "Nullable(UInt64)" and so on. */
static const char *type_of(const struct field *field)
{
	if (tables_is_array(field))
		return field->type == FIELD_TEXT ? "Array(String)"
						 : "Array(UInt64)";
	return field->type == FIELD_TEXT ? "String" : "Nullable(UInt64)";
}

uint64_t tables_fields(void)
{
	uint64_t hash = 0;

	for (const struct field *field = field_table; field->name; field++) {
		const uint64_t name = hash_64(field->name, strlen(field->name));
		const uint64_t form =
			(uint64_t)field->index << 8 | (uint64_t)field->type;

		hash = hash_mix(hash, hash_mix(name, form));
	}
	return hash;
}

static enum status tell(struct http *http, size_t host, const struct sql *sql,
			struct error *err)
{
	struct http_answer answer;

	if (http_ask_host(http, host, sql_done(sql), &answer, err))
		return err->status;
	http_answer_free(&answer);
	return STATUS_OK;
}

static void add_columns(struct sql *sql, const struct table *table)
{
	sql_add(sql, "%s", table->columns);
	for (const struct field *field = field_table;
	     table->has_fields && field->name; field++)
		sql_add(sql, ", `%s` %s", field->name, type_of(field));
}

/* The table that holds rows. */
static enum status make_local(struct http *http, const struct address *address,
			      size_t host, const struct table *table,
			      const char *suffix, struct arena *arena,
			      struct error *err)
{
	struct sql sql = sql_begin(arena);

	sql_add(&sql, "CREATE TABLE IF NOT EXISTS %s.%s%s (", address->database,
		table->name, suffix);
	add_columns(&sql, table);
	sql_add(&sql,
		") ENGINE = ReplacingMergeTree(%s) ORDER BY %s"
		" SETTINGS index_granularity = %s",
		table->version, table->key,
		table->has_fields ? CRASH_ROWS_A_MARK : "8192");
	return tell(http, host, &sql, err);
}

/* The table over those of all servers. */
static enum status make_whole(struct http *http, const struct address *address,
			      size_t host, const struct table *table,
			      const char *cluster, struct arena *arena,
			      struct error *err)
{
	struct sql sql = sql_begin(arena);

	sql_add(&sql, "CREATE TABLE IF NOT EXISTS %s.%s (", address->database,
		table->name);
	add_columns(&sql, table);
	sql_add(&sql, ") ENGINE = Distributed(%s, %s, %s_local, %s)", cluster,
		address->database, table->name, table->shard);
	return tell(http, host, &sql, err);
}

static enum status make_on(struct http *http, const struct address *address,
			   size_t host, const char *cluster,
			   struct arena *arena, struct error *err)
{
	struct sql sql = sql_begin(arena);

	sql_add(&sql, "CREATE DATABASE IF NOT EXISTS %s", address->database);
	if (tell(http, host, &sql, err))
		return err->status;
	for (size_t i = 0; i < TABLES; i++) {
		if (make_local(http, address, host, &tables[i],
			       cluster ? "_local" : "", arena, err))
			return err->status;
		if (cluster && make_whole(http, address, host, &tables[i],
					  cluster, arena, err))
			return err->status;
	}
	return STATUS_OK;
}

/* Is text among the strings of names? */
static bool is_among(const char *text, struct bytes names)
{
	const size_t size = strlen(text);

	while (bytes_left(&names) && !names.failed) {
		const uint64_t length = pack_take_varint(&names);

		if (length == size && bytes_left(&names) >= size &&
		    memcmp(names.next, text, size) == 0)
			return true;
		bytes_skip(&names, length);
	}
	return false;
}

/* Fields that were thought of after a table was made. */
static enum status add_fields(struct http *http, const struct address *address,
			      size_t host, const char *table,
			      struct arena *arena, struct error *err)
{
	struct sql sql = sql_begin(arena);
	struct http_answer names;
	enum status status = STATUS_OK;

	sql_add(&sql, "SELECT name FROM system.columns WHERE database = ");
	sql_text(&sql, address->database);
	sql_add(&sql, " AND table = ");
	sql_text(&sql, table);
	sql_add(&sql, " FORMAT RowBinary");
	if (http_ask_host(http, host, sql_done(&sql), &names, err))
		return err->status;
	for (const struct field *field = field_table;
	     names.size && field->name && !status; field++) {
		if (is_among(field->name, bytes_of(names.data, names.size)))
			continue;
		sql = sql_begin(arena);
		sql_add(&sql, "ALTER TABLE %s.%s ADD COLUMN `%s` %s",
			address->database, table, field->name, type_of(field));
		status = tell(http, host, &sql, err);
	}
	http_answer_free(&names);
	return status;
}

/* Made as one kind, a table is not the other kind for being asked to. */
static enum status check_kind(struct http *http, const struct address *address,
			      size_t host, struct arena *arena,
			      struct error *err)
{
	struct sql sql = sql_begin(arena);
	struct http_answer whole;

	sql_add(&sql, "SELECT name FROM system.tables WHERE database = ");
	sql_text(&sql, address->database);
	sql_add(&sql, " AND name = 'crashes' AND engine = 'Distributed'"
		      " FORMAT RowBinary");
	if (http_ask_host(http, host, sql_done(&sql), &whole, err))
		return err->status;

	const bool is_whole = whole.size != 0;

	http_answer_free(&whole);
	if (!is_whole)
		return error_set(err, STATUS_USAGE,
				 "clickhouse: %s.crashes is there already, "
				 "and not over a cluster",
				 address->database);
	return STATUS_OK;
}

enum status tables_make(struct http *http, const struct address *address,
			const char *cluster, struct error *err)
{
	struct arena arena;
	enum status status = STATUS_OK;

	if (cluster && !address_is_name(cluster))
		return error_set(err, STATUS_USAGE, "%s: not a cluster's name",
				 cluster);
	arena_init(&arena);
	for (size_t i = 0; i < address->host_count && !status; i++) {
		status = make_on(http, address, i, cluster, &arena, err);
		if (!status && cluster)
			status = check_kind(http, address, i, &arena, err);
		if (!status)
			status = add_fields(http, address, i, "crashes_local",
					    &arena, err);
		if (!status)
			status = add_fields(http, address, i, "crashes", &arena,
					    err);
	}
	arena_deinit(&arena);
	return status;
}

const char *tables_insert(const struct address *address, const char *name,
			  struct arena *arena)
{
	struct sql sql = sql_begin(arena);
	const struct table *table = tables;

	while (strcmp(table->name, name) != 0)
		table++;
	sql_add(&sql, "INSERT INTO %s.%s (%s", address->database, name,
		table->names);
	for (const struct field *field = field_table;
	     table->has_fields && field->name; field++)
		sql_add(&sql, ",`%s`", field->name);
	sql_add(&sql, ") FORMAT RowBinary");
	return sql_done(&sql);
}
