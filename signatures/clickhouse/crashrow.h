/*
 * crashrow.h - a crash as a row of the table crashes, and back.
 *
 * RowBinary: columns one behind the other, numbers little-endian, a varint in
 * front of the bytes of a String and of the items of an Array, a byte in front
 * of what is Nullable (1 = NULL, and nothing follows).
 */
#ifndef CLICKHOUSE_CRASHROW_H
#define CLICKHOUSE_CRASHROW_H

#include "signatures/base/pack.h"
#include "signatures/store/store_read.h"

#define CRASHROW_FIELDS 256

/* A crash with the values that do not follow from it, by field number. */
struct crashrow {
	struct store_crash crash;
	const char *given[CRASHROW_FIELDS]; /* text; NULL = none */
};

/* Of a store; lives in arena. */
enum status crashrow_read(struct store *store, uint32_t row,
			  struct arena *arena, struct crashrow *ret,
			  struct error *err) MUST_CHECK;

/* Is the field one of those values?  Has the row any? */
bool crashrow_is_given(const struct field *field);
bool crashrow_has_given(const struct crashrow *row);

/* The columns behind content_low; their hash, and that of records alone. */
struct crashrow_bytes {
	struct bytes rest;
	struct hash128 content;
	uint64_t records_hash;
};

struct crashrow_bytes crashrow_encode(const struct crashrow *row,
				      struct arena *arena);

/* A whole row, with those in front. */
void crashrow_put(struct pack *out, struct hash128 id, uint64_t version,
		  const struct crashrow_bytes *bytes);

/* As the row of a crash that is no more: no files, no values. */
struct crashrow_bytes crashrow_encode_gone(struct hash128 id,
					   struct arena *arena);

/* One column each; a failed cursor gives 0 and "". */
struct hash128 crashrow_take_id(struct bytes *in);
struct bytes crashrow_take_string(struct bytes *in);
const char *crashrow_take_text(struct bytes *in, struct arena *arena);
bool crashrow_take_nullable(struct bytes *in, uint64_t *ret);

/* The column records. */
enum status crashrow_take_records(struct bytes *in, struct arena *arena,
				  struct store_crash *ret,
				  struct error *err) MUST_CHECK;

#endif
