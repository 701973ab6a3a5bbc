#include "signatures/store/store_write.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/hash.h"
#include "signatures/base/must.h"
#include "signatures/base/pack.h"
#include "signatures/identity.h"
#include "signatures/reading.h"
#include "signatures/store/column.h"
#include "signatures/store/hashes.h"
#include "signatures/store/index.h"
#include "signatures/store/kin.h"
#include "signatures/store/pending.h"
#include "signatures/store/settled.h"
#include "signatures/store/store_aside.h"
#include "signatures/store/term.h"

enum {
	LINKED_MOST = 4 * LIMIT_FILES_PER_CRASH,
	/*
	 * Of a key that so many rows have, the others are not looked at: what
	 * a file costs has an end, whoever wrote the clock.
	 */
	LOOKED_AT_MOST = 4096
};

/* Row numbers, rising, each once. */
struct numbers {
	uint32_t list[LINKED_MOST];
	size_t count;
};

static void add_number(struct numbers *numbers, uint32_t number)
{
	size_t i = numbers->count;

	for (size_t n = 0; n < numbers->count; n++)
		if (numbers->list[n] == number)
			return;
	if (numbers->count == LINKED_MOST)
		return;
	numbers->count++;
	for (; i > 0 && numbers->list[i - 1] > number; i--)
		numbers->list[i] = numbers->list[i - 1];
	numbers->list[i] = number;
}

static bool take_found(void *closure, uint32_t number)
{
	struct numbers *numbers = closure;

	add_number(numbers, number);
	return true;
}

static void find(struct store *store, enum schema_find kind, uint64_t hash,
		 struct numbers *numbers)
{
	hashes_find(store, (uint8_t)kind, hash, take_found, numbers);
}

static struct btree_key content_key(struct hash128 content)
{
	struct btree_key key = btree_key();

	btree_key_hash(&key, content);
	return key;
}

/* Which file of row has these bytes; NULL if none. */
static struct row_file *file_of(struct row *row, struct hash128 content)
{
	for (size_t i = 0; i < row->count; i++)
		if (hash_128_equal(row->files[i].file.crash.image.content,
				   content))
			return &row->files[i];
	return NULL;
}

static enum status find_content(struct store *store, struct hash128 content,
				struct arena *scratch, struct row *row,
				struct row_file **file, uint32_t *number,
				struct error *err)
{
	struct numbers numbers = { .count = 0 };

	*file = NULL;
	find(store, SCHEMA_FIND_CONTENT, content.high, &numbers);
	for (size_t i = 0; i < numbers.count && !*file; i++) {
		if (row_read(store, numbers.list[i], scratch, row, err))
			return err->status;
		*file = file_of(row, content);
		*number = numbers.list[i];
	}
	return STATUS_OK;
}

static void put_row(struct store *store, uint32_t number, struct row *row,
		    struct arena *scratch)
{
	kin_forget(store, number);
	row_write(store, number, row, scratch);
	index_row(store, number, row, 1);
}

/* Remember that the bytes were also seen as source. */
static void put_copy(struct store *store, struct hash128 content,
		     const char *source, bool is_kept)
{
	struct btree_key key = btree_key();
	struct btree_key value = content_key(content);

	btree_key_u64(&key, hash_64(source, strlen(source)));
	btree_set(store, SCHEMA_COPY, &key, &value, is_kept);
}

/* Rows that may have a file which is the same crash as one with these facts. */
struct kinship {
	struct store *store;
	struct identity_facts facts;
	struct numbers maybe;
	size_t looked_at;
};

static bool take_kin(void *closure, uint32_t number)
{
	struct kinship *kinship = closure;

	if (!kin_is_other(kinship->store, number, &kinship->facts))
		add_number(&kinship->maybe, number);
	return ++kinship->looked_at < LOOKED_AT_MOST;
}

static void find_kin(struct kinship *kinship, const struct crash *crash)
{
	uint64_t keys[IDENTITY_SEEKS];
	const size_t count = identity_seeks(crash, keys);

	identity_facts(crash, &kinship->facts);
	for (size_t i = 0; i < count; i++) {
		kinship->looked_at = 0;
		hashes_find(kinship->store, SCHEMA_FIND_LINK, keys[i], take_kin,
			    kinship);
	}
}

/* Rows that have a file which is the same crash as this one. */
static enum status find_same(struct store *store,
			     const struct record_file *file,
			     struct arena *scratch, struct row *row,
			     struct numbers *same, struct error *err)
{
	struct kinship kinship = { .store = store };
	const struct numbers *maybe = &kinship.maybe;

	find_kin(&kinship, &file->crash);
	for (size_t i = 0; i < maybe->count; i++) {
		bool is_same = false;

		if (row_read(store, maybe->list[i], scratch, row, err))
			return err->status;
		kin_remember(store, maybe->list[i], row);
		for (size_t n = 0; n < row->count; n++)
			is_same |= identity_same(&row->files[n].file.crash,
						 &file->crash);
		if (is_same)
			add_number(same, maybe->list[i]);
	}
	return STATUS_OK;
}

/* Values that are given do not follow from the crash: they are carried. */
static void carry_values(struct store *store, uint32_t from, uint32_t to)
{
	uint64_t *values = must(calloc(STORE_CHUNK_ROWS, sizeof(*values)));

	for (const struct field *field = field_table; field->name; field++) {
		if (field->values || field->index != FIELD_COLUMN)
			continue;
		pending_flush(store);
		column_read(store, field->number, 0, from / STORE_CHUNK_ROWS,
			    values);
		if (to != from)
			pending_column(store, field, to,
				       values[from % STORE_CHUNK_ROWS]);
	}
	free(values);
}

static void clear_values(struct store *store, uint32_t number)
{
	for (const struct field *field = field_table; field->name; field++)
		if (!field->values && field->index == FIELD_COLUMN)
			pending_column(store, field, number, 0);
}

/* Rows are dense: the last one takes the place of the one that goes. */
static enum status drop_row(struct store *store, uint32_t number,
			    struct arena *scratch, struct row *row,
			    struct error *err)
{
	const uint32_t last = store->rows - 1;

	if (last != number) {
		if (row_read(store, last, scratch, row, err))
			return err->status;
		carry_values(store, last, number);
		index_row(store, last, row, -1);
		put_row(store, number, row, scratch);
	}
	clear_values(store, last);
	store_settled_dropped(store, number, last);
	kin_forget(store, last);
	row_delete(store, last);
	store->rows--;
	return STATUS_OK;
}

/*
 * Of too many the poorest goes; all its names are those of a copy then, whether
 * they came before it went or after.
 */
static void merge_files(struct store *store, struct row *row,
			struct arena *scratch)
{
	const size_t count = row->count;
	struct row_file *files = arena_take(scratch, count, sizeof(*files));

	memcpy(files, row->files, count * sizeof(*files));
	row_merge(row, scratch);
	if (row->count == count)
		return;
	for (size_t i = 0; i < count; i++)
		if (!file_of(row, files[i].file.crash.image.content))
			put_copy(store, files[i].file.crash.image.content,
				 files[i].file.source, true);
}

/* The new file and all rows it belongs to become one row. */
static enum status join(struct store *store, const struct numbers *same,
			struct row_file *file, struct arena *scratch,
			struct row *row, struct error *err)
{
	struct row *whole = arena_take(scratch, 1, sizeof(*whole));

	whole->files[whole->count++] = *file;
	for (size_t i = 0; i < same->count; i++) {
		if (row_read(store, same->list[i], scratch, row, err))
			return err->status;
		index_row(store, same->list[i], row, -1);
		store->files -= row->count;
		for (size_t n = 0; n < row->count; n++) {
			whole->files[whole->count++] = row->files[n];
			if (whole->count > LIMIT_FILES_PER_CRASH)
				merge_files(store, whole, scratch);
		}
	}
	row_merge(whole, scratch);
	store->files += whole->count;
	put_row(store, same->list[0], whole, scratch);
	store_settled_changed(store, same->list[0]);
	for (size_t i = same->count - 1; i > 0; i--) {
		clear_values(store, same->list[i]);
		if (drop_row(store, same->list[i], scratch, row, err))
			return err->status;
	}
	return STATUS_OK;
}

static enum status put_new(struct store *store, struct row_file *file,
			   struct arena *scratch, struct row *row,
			   enum store_outcome *ret, struct error *err)
{
	struct numbers same = { .count = 0 };

	if (find_same(store, &file->file, scratch, row, &same, err))
		return err->status;
	row_add_parts(store, file, scratch);
	store->tally_changed = true;
	if (same.count) {
		*ret = STORE_SAME_CRASH;
		return join(store, &same, file, scratch, row, err);
	}
	row->count = 1;
	row->files[0] = *file;
	row_merge(row, scratch);
	put_row(store, store->rows, row, scratch);
	store->rows++;
	store->files++;
	*ret = STORE_INDEXED;
	return STATUS_OK;
}

/*
 * The first source by byte order is the one kept, the others are copies, and
 * the first night is the night it came in: whatever order they come in.
 */
static void join_sources(struct store *store, struct record_file *known,
			 const struct record_file *file)
{
	const struct hash128 content = file->crash.image.content;
	const int order = strcmp(file->source, known->source);

	if (order > 0)
		put_copy(store, content, file->source, true);
	if (order < 0) {
		put_copy(store, content, known->source, true);
		put_copy(store, content, file->source, false);
		known->source = file->source;
	}
	if (file->ingested < known->ingested)
		known->ingested = file->ingested;
}

/*
 * By another reading of one of its files a row may be another crash, tie others
 * to it, or fall apart: what was in it is put anew.
 */
static enum status put_apart(struct store *store, uint32_t number,
			     const struct row *row, struct arena *scratch,
			     struct error *err)
{
	struct row *other = arena_take(scratch, 1, sizeof(*other));
	enum store_outcome outcome;

	clear_values(store, number);
	store->files -= row->count;
	if (drop_row(store, number, scratch, other, err))
		return err->status;
	for (size_t i = 0; i < row->count; i++) {
		struct row_file file = { .file = row->files[i].file };

		if (put_new(store, &file, scratch, other, &outcome, err))
			return err->status;
	}
	return STATUS_OK;
}

static enum status put_duplicate(struct store *store, uint32_t number,
				 struct row *row, struct row_file *known,
				 const struct record_file *file,
				 struct arena *scratch, struct error *err)
{
	struct record_file joined = known->file;
	const bool is_better =
		reading_is_better(&file->crash, &known->file.crash);

	join_sources(store, &joined, file);
	if (!is_better && joined.source == known->file.source &&
	    joined.ingested == known->file.ingested)
		return STATUS_OK;
	index_row(store, number, row, -1);
	if (is_better)
		joined.crash = file->crash;
	known->file = joined;
	if (is_better)
		return put_apart(store, number, row, scratch, err);
	row_add_parts(store, known, scratch);
	row_merge(row, scratch);
	put_row(store, number, row, scratch);
	store_settled_changed(store, number);
	return STATUS_OK;
}

/* What was refused once and is read now is not refused. */
static void forget_refused(struct store *store, struct hash128 content)
{
	const struct btree_key key = content_key(content);
	struct bytes in;
	uint32_t why;

	if (!btree_get(store, SCHEMA_REFUSED, &key, &in))
		return;
	why = bytes_u32(&in);
	if (why < STATUS_COUNT)
		store->refused[why]--;
	store->tally_changed = true;
	btree_delete(store, SCHEMA_REFUSED, &key);
}

enum status store_put(struct store *store, const struct record_file *file,
		      struct arena *scratch, enum store_outcome *ret,
		      struct error *err)
{
	const struct hash128 content = file->crash.image.content;
	struct row_file new_file = { .file = *file };
	enum store_outcome outcome = STORE_DUPLICATE;
	struct row_file *known;
	uint32_t number;
	struct row row;

	if (find_content(store, content, scratch, &row, &known, &number, err))
		return err->status;
	if (known) {
		if (put_duplicate(store, number, &row, known, file, scratch,
				  err))
			return err->status;
	} else {
		forget_refused(store, content);
		if (put_new(store, &new_file, scratch, &row, &outcome, err))
			return err->status;
	}
	pending_relieve(store);
	if (state_check(store, err))
		return err->status;
	*ret = outcome;
	return STATUS_OK;
}

enum status store_put_again(struct store *store, const struct record_file *file,
			    struct arena *scratch, struct error *err)
{
	struct row_file *known;
	uint32_t number;
	struct row row;

	if (find_content(store, file->crash.image.content, scratch, &row,
			 &known, &number, err))
		return err->status;
	if (!known)
		return error_set(err, STATUS_STORE, "%s: %s is not in it",
				 store->path, file->source);
	index_row(store, number, &row, -1);
	known->file.crash = file->crash;
	row_add_parts(store, known, scratch);
	row_merge(&row, scratch);
	put_row(store, number, &row, scratch);
	store_settled_changed(store, number);
	pending_relieve(store);
	return state_check(store, err);
}

void store_put_value(struct store *store, uint32_t row,
		     const struct field *field, const struct field_value *value)
{
	uint8_t number[8];
	uint64_t term = 0;

	if (value)
		term = term_take(store, field->number,
				 term_bytes(field, *value, number))
			       ->number;
	pending_column(store, field, row, term);
}

enum status store_put_refused(struct store *store, struct hash128 content,
			      const char *source, enum status why,
			      const char *text, struct error *err)
{
	const struct btree_key key = content_key(content);
	struct numbers numbers = { .count = 0 };
	struct arena arena;
	struct pack out;
	struct bytes in;
	uint32_t before = STATUS_COUNT;

	arena_init(&arena);
	find(store, SCHEMA_FIND_CONTENT, content.high, &numbers);
	if (btree_get(store, SCHEMA_REFUSED, &key, &in)) {
		const char *kept;

		before = bytes_u32(&in);
		kept = pack_take_text(&in, &arena);
		if (kept && strcmp(kept, source) <= 0)
			goto out;
	}
	if (numbers.count)
		goto out;
	if (before < STATUS_COUNT)
		store->refused[before]--;
	store->refused[why]++;
	store->tally_changed = true;
	out = pack_into(&arena);
	for (unsigned int i = 0; i < 4; i++)
		pack_u8(&out, (uint8_t)((unsigned int)why >> 8 * i));
	pack_text(&out, source);
	pack_text(&out, text);
	btree_put(store, SCHEMA_REFUSED, &key, pack_done(&out));
out:
	arena_deinit(&arena);
	return state_check(store, err);
}

enum status store_put_archive(struct store *store, struct hash128 content,
			      struct hash128 stamp, uint64_t dumps,
			      uint64_t size, struct error *err)
{
	const struct btree_key key = content_key(content);
	const struct btree_key name = content_key(stamp);

	btree_put(store, SCHEMA_STAMP, &name, bytes_of(key.data, key.size));
	return store_aside_put_archive(store, content, dumps, size, err);
}
