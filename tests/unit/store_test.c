#include "signatures/store/store.h"

#include "signatures/base/limits.h"
#include "signatures/base/text.h"
#include "signatures/identity.h"
#include "signatures/store/btree.h"
#include "signatures/store/hashes.h"
#include "signatures/store/store_admin.h"
#include "signatures/store/store_read.h"
#include "signatures/store/store_write.h"
#include "tests/unit/any_crash.h"
#include "tests/unit/store_place.h"

enum {
	FILES = 400
};

/* A store as text: what it holds, not where. */
struct dump {
	FILE *out;
	struct store *store;
	const struct field *field;
};

static void dump_value(void *closure, struct field_value value)
{
	struct dump *dump = closure;

	if (value.text)
		fprintf(dump->out, " %s", value.text);
	else
		fprintf(dump->out, " %llx", (unsigned long long)value.number);
}

static bool take_last(void *closure, uint32_t row)
{
	*(uint32_t *)closure = row;
	return true;
}

static bool dump_file(void *closure, struct hash128 identity,
		      const struct record_file *file)
{
	struct dump *dump = closure;
	char id[IDENTITY_TEXT_BYTES], content[33];
	uint32_t rows[4];
	struct store_crash crash;
	struct arena arena;
	struct error err;

	arena_init(&arena);
	identity_text(identity, id);
	hash_128_text(file->crash.image.content, content);
	fprintf(dump->out, "%s %s %s %llu\n", id, content, file->source,
		(unsigned long long)file->ingested);
	assert_true(store_find_content(dump->store, file->crash.image.content,
				       rows));
	assert_int_equal(
		store_crash_read(dump->store, rows[0], &arena, &crash, &err),
		STATUS_OK);
	assert_true(hash_128_equal(crash.identity, identity));
	rows[1] = UINT32_MAX;
	store_find_source(dump->store, file->source, take_last, rows + 1);
	assert_int_equal(rows[0], rows[1]);
	assert_int_equal(store_find_id(dump->store, id, rows + 1, 1), 1);
	for (const struct field *field = field_table; field->name; field++)
		field_values(field, &crash.crash, dump_value, dump);
	fprintf(dump->out, " %llu %zu\n", (unsigned long long)crash.ingested,
		crash.file_count);
	arena_deinit(&arena);
	return true;
}

static bool count_row(void *closure, uint32_t row)
{
	uint64_t *count = closure;

	(void)row;
	++*count;
	return true;
}

static bool dump_term(void *closure, const struct store_term *term)
{
	struct dump *dump = closure;
	struct store_rows *rows = store_rows_create();
	struct store_column column;
	struct store_term found;
	struct error err;
	uint64_t count = 0;

	fprintf(dump->out, "%s", dump->field->name);
	dump_value(dump, term->value);
	fprintf(dump->out, ": %llu crashes, %llu machines\n",
		(unsigned long long)term->crashes,
		(unsigned long long)term->machines);
	assert_true(
		store_find_term(dump->store, dump->field, term->value, &found));
	assert_int_equal(found.term, term->term);
	assert_int_equal(found.crashes, term->crashes);
	if (dump->field->index == FIELD_COLUMN) {
		for (uint32_t chunk = 0; store_column_read(
			     dump->store, dump->field, chunk, &column);
		     chunk++)
			for (size_t i = 0; i < column.count; i++)
				count += column.terms[i] == term->term;
	} else {
		assert_int_equal(store_posting_read(dump->store, dump->field,
						    term->term, rows, &err),
				 STATUS_OK);
		store_rows_walk(rows, count_row, &count);
	}
	assert_int_equal(count, term->crashes);
	store_rows_destroy(rows);
	return true;
}

static char *dump_store(struct store *store)
{
	struct dump dump = { .store = store };
	struct store_tally tally;
	struct error err;
	char *text;
	size_t size;

	dump.out = open_memstream(&text, &size);
	assert_int_equal(store_walk_records(store, dump_file, &dump, &err),
			 STATUS_OK);
	for (dump.field = field_table; dump.field->name; dump.field++)
		assert_int_equal(store_walk_terms(store, dump.field, dump_term,
						  &dump, &err),
				 STATUS_OK);
	assert_int_equal(store_tally_read(store, &tally, &err), STATUS_OK);
	fprintf(dump.out, "%llu %llu %llu %llu %llu\n",
		(unsigned long long)tally.indexed,
		(unsigned long long)tally.duplicate,
		(unsigned long long)tally.same_crash,
		(unsigned long long)tally.refused[STATUS_CORRUPT],
		(unsigned long long)tally.archives);
	fclose(dump.out);
	return text;
}

/* Crashes, poorer files of them, flipped bits, the same bytes again. */
static struct record_file *any_files(uint64_t seed, struct arena *arena)
{
	struct record_file *files = arena_take(arena, FILES, sizeof(*files));

	for (uint32_t i = 0; i < FILES; i++) {
		const uint32_t kind = i < 20 ? 0 : any_number(&seed, 6);
		const uint32_t other = i ? any_number(&seed, i) : 0;

		files[i].crash =
			kind < 3 ? any_crash(&seed, arena) : files[other].crash;
		files[i].source = text_printf(arena, "n%u.7z/%u.dmp", i % 7, i);
		files[i].ingested = 1000 + any_number(&seed, 5);
		if (kind == 3 || kind == 4) {
			files[i].crash.image.content.high ^= i;
			files[i].crash.image.kind = CRASH_KERNEL_HEADER;
			files[i].crash.module_count = 0;
			files[i].crash.candidate_count = 0;
			files[i].crash.bugcheck.args[1].value ^= kind == 4;
		}
		/* Read again, with something else beside it. */
		if (kind == 5) {
			files[i].crash.machine.board =
				text_printf(arena, "board %u", i % 3);
			files[i].crash.machine.id = CRASH_NUMBER(i % 2);
			files[i].crash.process = i % 2 ? "a.exe" : NULL;
		}
	}
	return files;
}

static void fill(struct place *place, const struct record_file *files,
		 uint64_t seed)
{
	uint32_t order[FILES];

	for (uint32_t i = 0; i < FILES; i++)
		order[i] = i;
	for (uint32_t i = FILES - 1; seed && i > 0; i--) {
		const uint32_t other = any_number(&seed, i + 1);
		const uint32_t kept = order[i];

		order[i] = order[other];
		order[other] = kept;
	}
	for (uint32_t i = 0; i < FILES; i++) {
		put(place, &files[order[i]]);
		if (seed && any_number(&seed, 50) == 0)
			commit(place);
	}
	assert_int_equal(store_put_refused(place->store,
					   (struct hash128){ 1, seed % 3 + 2 },
					   "bad.dmp", STATUS_CORRUPT, "why",
					   &place->err),
			 STATUS_OK);
	commit(place);
}

static void any_order_gives_the_same_store(void **state)
{
	struct arena arena;
	char *first = NULL;

	(void)state;
	arena_init(&arena);
	for (uint64_t seed = 0; seed < 5; seed++) {
		struct place place;
		char *text;

		open_place(&place);
		fill(&place, any_files(5, &arena), seed);
		text = dump_store(place.store);
		assert_int_equal(verify(&place), 0);
		if (first)
			assert_string_equal(text, first);
		else
			first = strdup(text);
		free(text);
		close_place(&place);
	}
	free(first);
	arena_deinit(&arena);
}

static struct record_file copy_of(const struct record_file *file, uint32_t copy,
				  const char *folder, struct arena *arena)
{
	struct record_file ret = *file;

	ret.crash.image.content.low += copy;
	ret.source = text_printf(arena, "%s/%u.dmp", folder, copy);
	return ret;
}

static void copies_too_many_to_keep_are_counted_in_any_order(void **state)
{
	const uint32_t copies = LIMIT_FILES_PER_CRASH + 9;
	uint64_t seed = 4;
	struct arena arena;
	struct record_file file = { .ingested = 1 };
	char *first = NULL;

	(void)state;
	arena_init(&arena);
	file.crash = any_crash(&seed, &arena);
	for (int backward = 0; backward < 2; backward++) {
		struct place place;
		char *text;

		open_place(&place);
		for (uint32_t i = 0; i < copies; i++) {
			const uint32_t n = backward ? copies - 1 - i : i;
			const struct record_file a =
				copy_of(&file, n, "a", &arena);
			const struct record_file b =
				copy_of(&file, n, "b", &arena);

			put(&place, backward ? &b : &a);
			put(&place, backward ? &a : &b);
		}
		commit(&place);
		assert_int_equal(store_row_count(place.store), 1);
		text = dump_store(place.store);
		assert_int_equal(verify(&place), 0);
		if (first)
			assert_string_equal(text, first);
		else
			first = strdup(text);
		free(text);
		close_place(&place);
	}
	free(first);
	arena_deinit(&arena);
}

static void again_changes_nothing(void **state)
{
	struct arena arena;
	struct place place;
	char *first, *again;

	(void)state;
	arena_init(&arena);
	open_place(&place);
	fill(&place, any_files(6, &arena), 0);
	first = dump_store(place.store);
	fill(&place, any_files(6, &arena), 0);
	again = dump_store(place.store);
	assert_string_equal(again, first);
	assert_int_equal(verify(&place), 0);
	free(first);
	free(again);
	close_place(&place);
	arena_deinit(&arena);
}

static void one_file_can_join_two_crashes(void **state)
{
	uint64_t seed = 9;
	struct arena arena;
	struct place place;
	struct record_file a = { .source = "a.dmp", .ingested = 1 };
	struct record_file b, c;
	uint32_t rows[2];
	struct store_crash crash;

	(void)state;
	arena_init(&arena);
	open_place(&place);
	a.crash = any_crash(&seed, &arena);
	a.crash.time = CRASH_NUMBER(1330000000012345670u);
	a.crash.bugcheck.code = CRASH_NUMBER(0xd1);
	a.crash.machine.id = CRASH_UNKNOWN;
	a.crash.bugcheck.args[0] = CRASH_NUMBER(0xfffff80011111111u);
	b = c = a;
	b.source = "b.dmp";
	b.crash.image.content.high++;
	b.crash.bugcheck.args[0] = CRASH_NUMBER(0xfffff80022222222u);
	c.source = "c.dmp";
	c.crash.image.content.high += 2;
	c.crash.bugcheck.args[0] = CRASH_UNKNOWN;
	assert_int_equal(put(&place, &a), STORE_INDEXED);
	assert_int_equal(put(&place, &b), STORE_INDEXED);
	assert_int_equal(store_row_count(place.store), 2);
	assert_int_equal(put(&place, &a), STORE_DUPLICATE);
	assert_int_equal(put(&place, &c), STORE_SAME_CRASH);
	assert_int_equal(store_row_count(place.store), 1);
	rows[0] = UINT32_MAX;
	store_find_source(place.store, "b.dmp", take_last, rows);
	assert_int_equal(store_crash_read(place.store, rows[0], &arena, &crash,
					  &place.err),
			 STATUS_OK);
	assert_int_equal(crash.file_count, 3);
	commit(&place);
	assert_int_equal(verify(&place), 0);
	close_place(&place);
	arena_deinit(&arena);
}

static void what_was_not_committed_is_not_there(void **state)
{
	struct arena arena;
	struct place place;
	struct record_file *files;
	char *first, *again;

	(void)state;
	arena_init(&arena);
	open_place(&place);
	files = any_files(7, &arena);
	for (size_t i = 0; i < 50; i++)
		put(&place, &files[i]);
	commit(&place);
	first = dump_store(place.store);
	for (size_t i = 50; i < 150; i++)
		put(&place, &files[i]);
	store_end(place.store);
	assert_int_equal(store_begin(place.store, &place.err), STATUS_OK);
	again = dump_store(place.store);
	assert_string_equal(again, first);
	assert_int_equal(verify(&place), 0);
	free(first);
	free(again);
	close_place(&place);
	arena_deinit(&arena);
}

static void copies_and_joined_shards_are_the_same_store(void **state)
{
	struct arena arena;
	struct place whole, shards[2], joined;
	struct record_file *files;
	char *first, *again;

	(void)state;
	arena_init(&arena);
	files = any_files(8, &arena);
	open_place(&whole);
	open_place(&shards[0]);
	open_place(&shards[1]);
	open_place(&joined);
	for (size_t i = 0; i < FILES; i++) {
		put(&whole, &files[i]);
		put(&shards[i % 3 == 0], &files[i]);
	}
	commit(&whole);
	first = dump_store(whole.store);
	for (size_t i = 0; i < 2; i++) {
		commit(&shards[i]);
		assert_int_equal(
			store_merge(joined.store, shards[i].store, &joined.err),
			STATUS_OK);
	}
	commit(&joined);
	again = dump_store(joined.store);
	assert_string_equal(again, first);
	free(again);
	assert_int_equal(store_rebuild(joined.store, &joined.err), STATUS_OK);
	commit(&joined);
	assert_int_equal(verify(&joined), 0);

	/* Of a store that others have open. */
	store_close(joined.store);
	assert_int_equal(store_compact(joined.folder, &joined.err), STATUS_OK);
	assert_int_equal(store_open(joined.folder, STORE_READ, &joined.store,
				    &joined.err),
			 STATUS_OK);
	assert_int_equal(store_begin(joined.store, &joined.err), STATUS_OK);
	again = dump_store(joined.store);
	assert_string_equal(again, first);
	assert_int_equal(verify(&joined), 0);
	free(again);
	free(first);
	close_place(&whole);
	close_place(&shards[0]);
	close_place(&shards[1]);
	close_place(&joined);
	arena_deinit(&arena);
}

static void given_values_stay_with_their_crash(void **state)
{
	const struct field *cluster = field_find("cluster");
	struct arena arena;
	struct place place;
	struct record_file *files;
	struct store_term term;
	char *text;

	(void)state;
	arena_init(&arena);
	open_place(&place);
	files = any_files(10, &arena);
	for (size_t i = 0; i < FILES / 2; i++)
		put(&place, &files[i]);
	for (uint32_t row = 0; row < store_row_count(place.store); row++) {
		const struct field_value value = {
			.text = text_printf(&arena, "c%u", row % 3)
		};

		store_put_value(place.store, row, cluster, &value);
	}
	store_put_value(place.store, 0, cluster, NULL);
	commit(&place);
	assert_true(store_find_term(place.store, cluster,
				    (struct field_value){ .text = "c1" },
				    &term));
	assert_int_equal(term.crashes, (store_row_count(place.store) + 1) / 3);
	for (size_t i = FILES / 2; i < FILES; i++)
		put(&place, &files[i]);
	commit(&place);
	free(dump_store(place.store));
	assert_int_equal(verify(&place), 0);
	text = dump_store(place.store);
	assert_int_equal(store_rebuild(place.store, &place.err), STATUS_OK);
	commit(&place);

	char *again = dump_store(place.store);

	assert_string_equal(again, text);
	free(again);
	free(text);
	close_place(&place);
	arena_deinit(&arena);
}

static void ignore_line(void *closure, const char *text)
{
	*(uint64_t *)closure += strlen(text) > 0;
}

static void damage_is_seen_and_mended(void **state)
{
	struct btree_key key = btree_key();
	struct arena arena;
	struct place place;
	uint64_t lines = 0, differences = 0;

	(void)state;
	arena_init(&arena);
	open_place(&place);
	fill(&place, any_files(11, &arena), 0);
	btree_key_u8(&key, field_find("bugcheck")->number);
	btree_key_u32(&key, 0);
	btree_delete(place.store, SCHEMA_COLUMN, &key);
	hashes_add(place.store, SCHEMA_FIND_LINK, 1, 2);
	hashes_flush(place.store);
	assert_int_equal(store_verify(place.store, place.folder, ignore_line,
				      &lines, &differences, &place.err),
			 STATUS_OK);
	assert_int_equal(differences, 2);
	assert_int_equal(lines, 2);
	assert_int_equal(store_rebuild(place.store, &place.err), STATUS_OK);
	assert_int_equal(verify(&place), 0);
	close_place(&place);
	arena_deinit(&arena);
}

/* As a program would that does not know a field yet. */
static void another_table_of_fields_makes_the_index_anew(void **state)
{
	struct btree_key key = btree_key();
	struct arena arena;
	struct place place;
	struct store *reader;
	struct error err;
	char *first, *again;

	(void)state;
	arena_init(&arena);
	open_place(&place);
	fill(&place, any_files(12, &arena), 0);
	first = dump_store(place.store);
	btree_key_bytes(&key, "fields", 6);
	btree_put(place.store, SCHEMA_META, &key, bytes_of("\1\1\1", 3));
	btree_clear(place.store, SCHEMA_COLUMN);
	assert_int_equal(store_commit(place.store, &place.err), STATUS_OK);
	store_close(place.store);
	assert_int_equal(store_open(place.folder, STORE_READ, &reader, &err),
			 STATUS_OK);
	assert_int_equal(store_begin(reader, &err), STATUS_STORE);
	store_close(reader);
	assert_int_equal(
		store_open(place.folder, STORE_WRITE, &place.store, &err),
		STATUS_OK);
	assert_int_equal(store_begin(place.store, &place.err), STATUS_OK);
	assert_int_equal(verify(&place), 0);
	again = dump_store(place.store);
	assert_string_equal(again, first);
	free(first);
	free(again);
	close_place(&place);
	arena_deinit(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_order_gives_the_same_store),
		cmocka_unit_test(
			copies_too_many_to_keep_are_counted_in_any_order),
		cmocka_unit_test(again_changes_nothing),
		cmocka_unit_test(one_file_can_join_two_crashes),
		cmocka_unit_test(what_was_not_committed_is_not_there),
		cmocka_unit_test(copies_and_joined_shards_are_the_same_store),
		cmocka_unit_test(given_values_stay_with_their_crash),
		cmocka_unit_test(damage_is_seen_and_mended),
		cmocka_unit_test(another_table_of_fields_makes_the_index_anew),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
