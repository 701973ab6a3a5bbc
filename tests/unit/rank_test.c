#include "signatures/store/rank.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "signatures/base/text.h"
#include "signatures/store/btree.h"
#include "signatures/store/store_admin.h"
#include "signatures/store/store_read.h"
#include "signatures/store/store_write.h"
#include "tests/unit.h"
#include "tests/unit/any_crash.h"

enum {
	FILES = 400
};

static char folder[32];

static int make_folder(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/rank-XXXXXX");
	return mkdtemp(folder) ? 0 : 1;
}

static int remove_folder(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

struct listing {
	struct store_term terms[FILES * 3];
	size_t count;
	uint64_t least;
	uint64_t values, crashes; /* of all, however rare */
};

static bool take(void *closure, const struct store_term *term)
{
	struct listing *listing = closure;

	listing->values++;
	listing->crashes += term->crashes;
	if (term->crashes >= listing->least)
		listing->terms[listing->count++] = *term;
	return true;
}

static int by_rank(const void *left, const void *right)
{
	const struct store_term *a = left, *b = right;

	if (a->crashes != b->crashes)
		return a->crashes > b->crashes ? -1 : 1;
	return (a->value.number > b->value.number) -
	       (a->value.number < b->value.number);
}

/* The whole dictionary, sorted, is the other way to the same answer. */
static void check_order(struct store *store, uint64_t least)
{
	static struct listing ranked, all;
	const struct field *bucket = field_find("bucket");
	uint64_t values, crashes;
	struct error err;

	memset(&all, 0, sizeof(all));
	memset(&ranked, 0, sizeof(ranked));
	ranked.least = all.least = least;
	assert_true(store_rank_is_kept(store, bucket, least));
	assert_int_equal(store_walk_terms(store, bucket, take, &all, &err), 0);
	qsort(all.terms, all.count, sizeof(*all.terms), by_rank);
	assert_int_equal(
		store_rank_walk(store, bucket, least, take, &ranked, &err), 0);
	assert_int_equal(ranked.count, all.count);
	assert_int_equal(ranked.values, all.count);
	assert_true(all.count > 0);
	for (size_t i = 0; i < all.count; i++) {
		assert_int_equal(ranked.terms[i].crashes, all.terms[i].crashes);
		assert_int_equal(ranked.terms[i].machines,
				 all.terms[i].machines);
		assert_int_equal(ranked.terms[i].term, all.terms[i].term);
		assert_int_equal(ranked.terms[i].value.number,
				 all.terms[i].value.number);
	}
	store_rank_totals(store, bucket, &values, &crashes);
	assert_int_equal(values, all.values);
	assert_int_equal(crashes, all.crashes);
}

static void complain(void *closure, const char *difference)
{
	(void)closure, (void)difference;
}

static uint64_t verified(struct store *store)
{
	uint64_t differences = 0;
	struct error err;

	assert_int_equal(
		store_verify(store, folder, complain, NULL, &differences, &err),
		STATUS_OK);
	return differences;
}

/* Richer files of crashes that are there take rows out and put them in. */
static void fill(struct store *store)
{
	uint64_t seed = 5;
	struct arena arena, scratch;
	struct error err;

	arena_init(&arena);
	arena_init(&scratch);
	for (uint32_t i = 0; i < FILES; i++) {
		struct record_file file = { .crash = any_crash(&seed, &arena) };
		enum store_outcome outcome;

		file.source = text_printf(&arena, "n%u.7z/%u.dmp", i % 7, i);
		file.crash.image.content.low = i + 1;
		assert_int_equal(
			store_put(store, &file, &scratch, &outcome, &err),
			STATUS_OK);
		arena_reset(&scratch);
		if (i % 60 == 59)
			check_order(store, SCHEMA_RANKED);
	}
	arena_deinit(&scratch);
	arena_deinit(&arena);
}

static void values_are_ranked_by_their_crashes(void **state)
{
	const struct field *bucket = field_find("bucket");
	struct btree_key key = rank_key(bucket->number);
	struct store *store;
	struct error err;

	(void)state;
	assert_int_equal(store_open(folder, STORE_WRITE, &store, &err),
			 STATUS_OK);
	assert_int_equal(store_begin(store, &err), STATUS_OK);
	fill(store);
	assert_int_equal(store_commit(store, &err), STATUS_OK);
	assert_int_equal(store_begin(store, &err), STATUS_OK);
	for (uint64_t least = SCHEMA_RANKED; least < 12; least++)
		check_order(store, least);
	assert_false(store_rank_is_kept(store, bucket, SCHEMA_RANKED - 1));
	assert_false(store_rank_is_kept(store, field_find("fault"), 100));
	assert_int_equal(verified(store), 0);
	/* What is wrong is found, and made anew. */
	btree_delete(store, SCHEMA_RANK, &key);
	btree_key_u32(&key, UINT32_MAX - 9);
	btree_key_u64(&key, 77);
	btree_put(store, SCHEMA_RANK, &key, bytes_of("12345", 5));
	assert_int_equal(verified(store), 2);
	assert_int_equal(store_rebuild(store, &err), STATUS_OK);
	assert_int_equal(verified(store), 0);
	check_order(store, SCHEMA_RANKED);
	store_end(store);
	store_close(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			values_are_ranked_by_their_crashes, make_folder,
			remove_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
