#include <string.h>

#include "signatures/base/pack.h"
#include "signatures/store/btree.h"
#include "signatures/store/store_admin.h"
#include "signatures/store/store_read.h"
#include "signatures/store/store_write.h"

enum {
	FILES_A_COMMIT = 65536
};

struct merge {
	struct store *to;
	struct store *from;
	struct arena arena;
	size_t count;
	struct error *err;
	enum status status;
};

static bool take_file(void *closure, struct hash128 identity,
		      const struct record_file *file)
{
	struct merge *merge = closure;
	enum store_outcome outcome;

	(void)identity;
	arena_reset(&merge->arena);
	merge->status =
		store_put(merge->to, file, &merge->arena, &outcome, merge->err);
	if (!merge->status && ++merge->count % FILES_A_COMMIT == 0) {
		merge->status = store_commit(merge->to, merge->err);
		if (!merge->status)
			merge->status = store_begin(merge->to, merge->err);
	}
	return !merge->status;
}

static struct hash128 take_hash(struct bytes *in)
{
	struct hash128 hash;

	hash.high = btree_take(in, 8);
	hash.low = btree_take(in, 8);
	return hash;
}

static bool take_refused(void *closure, struct bytes key, struct bytes value)
{
	struct merge *merge = closure;
	const struct hash128 content = take_hash(&key);
	const uint32_t why = bytes_u32(&value);
	const char *source, *text;

	arena_reset(&merge->arena);
	source = pack_take_text(&value, &merge->arena);
	text = pack_take_text(&value, &merge->arena);
	if (value.failed || !why || why >= STATUS_COUNT || !source || !text)
		return true;
	merge->status = store_put_refused(merge->to, content, source,
					  (enum status)why, text, merge->err);
	return !merge->status;
}

static bool take_archive(void *closure, struct bytes key, struct bytes value)
{
	struct merge *merge = closure;
	struct btree_key name = btree_key();

	btree_key_bytes(&name, key.next, bytes_left(&key));
	btree_put(merge->to, SCHEMA_ARCHIVE, &name, value);
	return true;
}

static bool take_stamp(void *closure, struct bytes key, struct bytes value)
{
	struct merge *merge = closure;
	struct btree_key name = btree_key();

	btree_key_bytes(&name, key.next, bytes_left(&key));
	btree_put(merge->to, SCHEMA_STAMP, &name, value);
	return true;
}

/* Other names that a content has. */
static bool take_copy(void *closure, struct bytes key, struct bytes value)
{
	struct merge *merge = closure;
	struct btree_key name = btree_key();
	struct btree_key content = btree_key();

	btree_key_bytes(&name, key.next, bytes_left(&key));
	btree_key_bytes(&content, value.next, bytes_left(&value));
	btree_set(merge->to, SCHEMA_COPY, &name, &content, true);
	return true;
}

enum status store_merge(struct store *to, struct store *from, struct error *err)
{
	const struct btree_key all = btree_key();
	struct merge merge = { .to = to, .from = from, .err = err };

	arena_init(&merge.arena);
	merge.status = store_walk_records(from, take_file, &merge, err);
	if (!merge.status) {
		btree_walk(from, SCHEMA_REFUSED, &all, take_refused, &merge);
		btree_walk(from, SCHEMA_ARCHIVE, &all, take_archive, &merge);
		btree_walk(from, SCHEMA_STAMP, &all, take_stamp, &merge);
		btree_walk(from, SCHEMA_COPY, &all, take_copy, &merge);
	}
	arena_deinit(&merge.arena);
	if (merge.status)
		return merge.status;
	if (state_check(from, err))
		return err->status;
	return state_check(to, err);
}
