#include "signatures/store/btree.h"
#include "signatures/store/store_admin.h"
#include "signatures/store/store_aside.h"
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
		merge->status = state_check(merge->from, merge->err);
		if (!merge->status)
			merge->status = store_commit(merge->to, merge->err);
		if (!merge->status)
			merge->status = store_begin(merge->to, merge->err);
	}
	return !merge->status;
}

static bool take_refused(void *closure, struct hash128 content, enum status why,
			 const char *source, const char *text)
{
	struct merge *merge = closure;

	merge->status = store_put_refused(merge->to, content, source, why, text,
					  merge->err);
	return !merge->status;
}

static bool take_archive(void *closure, struct hash128 content, uint64_t dumps,
			 uint64_t size)
{
	struct merge *merge = closure;

	merge->status = store_aside_put_archive(merge->to, content, dumps, size,
						merge->err);
	return !merge->status;
}

static bool take_copy(void *closure, uint64_t source, struct hash128 content)
{
	struct merge *merge = closure;

	merge->status =
		store_aside_put_copy(merge->to, source, content, merge->err);
	return !merge->status;
}

static bool take_stamp(void *closure, struct bytes key, struct bytes value)
{
	struct merge *merge = closure;
	struct btree_key name = btree_key();

	btree_key_bytes(&name, key.next, bytes_left(&key));
	btree_put(merge->to, SCHEMA_STAMP, &name, value);
	return true;
}

enum status store_merge(struct store *to, struct store *from, struct error *err)
{
	const struct btree_key all = btree_key();
	struct merge merge = { .to = to, .from = from, .err = err };
	const struct store_aside aside = { &merge, take_refused, take_archive,
					   take_copy };
	enum status walked = STATUS_OK;

	arena_init(&merge.arena);
	merge.status = store_walk_records(from, take_file, &merge, err);
	if (!merge.status)
		walked = store_aside_walk(from, &aside, err);
	if (!merge.status && !walked)
		btree_walk(from, SCHEMA_STAMP, &all, take_stamp, &merge);
	arena_deinit(&merge.arena);
	if (merge.status || walked)
		return err->status;
	if (state_check(from, err))
		return err->status;
	return state_check(to, err);
}
