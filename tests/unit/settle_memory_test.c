#include "signatures/settle/disputes.h"
#include "signatures/store/btree.h"
#include "signatures/store/store_admin.h"
#include "tests/unit/made_nights.h"

/* The entry that a walk ends at. */
struct picked {
	uint64_t left;
	struct btree_key key;
	uint8_t value[1 << 17];
	size_t bytes;
};

static bool pick(void *closure, struct bytes key, struct bytes value)
{
	struct picked *picked = closure;

	if (picked->left--)
		return true;
	picked->key = btree_key();
	btree_key_bytes(&picked->key, key.next, bytes_left(&key));
	picked->bytes = bytes_left(&value);
	assert_true(picked->bytes <= sizeof(picked->value));
	memcpy(picked->value, value.next, picked->bytes);
	return false;
}

/* Any entry, or one whose key begins with a kind. */
static void pick_any(struct place *place, uint64_t *seed, const char *kind,
		     struct picked *ret)
{
	struct btree_key prefix = btree_key();
	uint64_t count;

	btree_key_bytes(&prefix, kind, strlen(kind));
	ret->left = UINT64_MAX;
	btree_walk(place->store, SCHEMA_SETTLED, &prefix, pick, ret);
	count = UINT64_MAX - ret->left;
	assert_true(count > (*kind ? 0 : 100));
	ret->left = number(seed, (uint32_t)count);
	/* The few that are not of one signature or feature are at the end. */
	if (!*kind && number(seed, 4) == 0)
		ret->left = number(seed, 2) ? 0 : count - 1;
	btree_walk(place->store, SCHEMA_SETTLED, &prefix, pick, ret);
}

/* One bit of one entry, its end, or all of it. */
static void damage(struct place *place, uint64_t *seed, const char *kind)
{
	static struct picked picked;

	must(store_begin(place->store, &place->err), &place->err);
	pick_any(place, seed, kind, &picked);
	switch (number(seed, 3)) {
	case 0:
		btree_delete(place->store, SCHEMA_SETTLED, &picked.key);
		break;
	case 1:
		picked.bytes -= picked.bytes ? 1 : 0;
		btree_put(place->store, SCHEMA_SETTLED, &picked.key,
			  bytes_of(picked.value, picked.bytes));
		break;
	default:
		picked.value[number(seed, (uint32_t)picked.bytes)] ^=
			(uint8_t)(1u << number(seed, 8));
		btree_put(place->store, SCHEMA_SETTLED, &picked.key,
			  bytes_of(picked.value, picked.bytes));
	}
	must(store_commit(place->store, &place->err), &place->err);
}

static void damage_and_go_on(struct made *made, uint64_t seed, uint32_t times,
			     const char *kind)
{
	char *wanted[2];

	arrive(made, 7, 10);
	wanted[0] = at_once(made, FIRST, NULL);
	wanted[1] = at_once(made, FIRST + 30, NULL);
	for (uint32_t i = 0; i < times; i++) {
		struct place place;
		char *said;

		place_open(&place);
		put(&place, made, 0, FIRST);
		settle(&place);
		damage(&place, &seed, kind);
		said = describe(&place);
		assert_same_lines(said, wanted[0]);
		free(said);
		put(&place, made, FIRST, FIRST + 30);
		settle(&place);
		said = describe(&place);
		assert_same_lines(said, wanted[1]);
		free(said);
		place_close(&place);
	}
	free(wanted[0]);
	free(wanted[1]);
}

static void what_is_damaged_is_made_anew(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 2; seed++) {
		struct made *made = make(7, seed == 2, seed == 2);

		damage_and_go_on(made, seed, 24, "");
		make_end(made);
	}
}

static void so_are_the_names_of_rebuilt_functions(void **state)
{
	struct made *made = make(8, true, false);

	(void)state;
	damage_and_go_on(made, 8, 6, "a");
	damage_and_go_on(made, 9, 6, "l");
	make_end(made);
}

static void count_line(void *closure, const char *text)
{
	assert_true(strlen(text) > 0);
	++*(uint64_t *)closure;
}

static uint64_t verify(struct place *place)
{
	uint64_t differences = 0;
	uint64_t lines = 0;

	must(store_verify(place->store, place->folder, count_line, &lines,
			  &differences, &place->err),
	     &place->err);
	assert_int_equal(lines, differences);
	return differences;
}

static void verify_sees_it_and_rebuild_drops_it(void **state)
{
	static struct picked picked;
	const struct btree_key all = btree_key();
	struct made *made = make(9, false, false);
	struct place place;
	char *before, *behind;

	(void)state;
	place_open(&place);
	put(&place, made, 0, FIRST);
	settle(&place);
	before = describe(&place);
	must(store_begin(place.store, &place.err), &place.err);
	assert_int_equal(verify(&place), 0);
	picked.left = 100;
	btree_walk(place.store, SCHEMA_SETTLED, &all, pick, &picked);
	picked.value[0] ^= 1;
	btree_put(place.store, SCHEMA_SETTLED, &picked.key,
		  bytes_of(picked.value, picked.bytes));
	assert_int_equal(verify(&place), 1);
	must(store_rebuild(place.store, &place.err), &place.err);
	assert_int_equal(verify(&place), 0);
	must(store_commit(place.store, &place.err), &place.err);
	assert_false(goes_on(&place));
	settle(&place);
	assert_true(goes_on(&place));
	behind = describe(&place);
	assert_same_lines(before, behind);
	free(before);
	free(behind);
	place_close(&place);
	make_end(made);
}

static void a_search_says_what_it_does_not_know_of(void **state)
{
	struct made *made = make(11, false, false);
	struct search *search;
	struct place place;
	uint32_t rows;

	(void)state;
	place_open(&place);
	put(&place, made, 0, FIRST);
	settle(&place);
	must(store_begin(place.store, &place.err), &place.err);
	rows = store_row_count(place.store);
	store_end(place.store);
	/* The first of a new eight is a crash, its twin another. */
	put(&place, made, FIRST + 2, FIRST + 4);
	must(store_begin(place.store, &place.err), &place.err);
	assert_int_equal(store_row_count(place.store), rows + 2);
	must(search_open(place.store, &search, &place.err), &place.err);
	assert_int_equal(search_behind(search), 2);
	search_close(search);
	store_end(place.store);
	settle(&place);
	must(store_begin(place.store, &place.err), &place.err);
	must(search_open(place.store, &search, &place.err), &place.err);
	assert_int_equal(search_behind(search), 0);
	search_close(search);
	store_end(place.store);
	place_close(&place);
	make_end(made);
}

/* The frames of all files, eight each. */
static const struct crash_frame *frame_at(const struct made *made, uint32_t i)
{
	const struct crash_stack *stack = &made->files[i / 8].crash.stack;

	return i % 8 < stack->count ? &stack->frames[i % 8] : NULL;
}

/* Two frames of two builds that go by one name; false if there are none. */
static bool find_one_function(const struct made *made, struct search *search,
			      const struct crash_frame *ret[2])
{
	for (uint32_t i = 0; i < FILES * 8; i++) {
		for (uint32_t k = 0; k < i; k++) {
			const struct crash_frame *a, *b;
			bool alone[2];

			a = frame_at(made, i);
			b = frame_at(made, k);
			if (!a || !b || a->symbol || b->symbol ||
			    a->build == b->build ||
			    strcmp(a->module, b->module) != 0 ||
			    search_name(search, a, &alone[0]) !=
				    search_name(search, b, &alone[1]))
				continue;
			ret[0] = a;
			ret[1] = b;
			return true;
		}
	}
	return false;
}

static size_t disputes_of(struct search *search,
			  const struct crash_frame *const frames[2],
			  uint64_t left, uint64_t right, bool *one_by_code)
{
	struct crash_frame copies[2] = { *frames[0], *frames[1] };
	const struct crash a = { .stack = { .frames = &copies[0],
					    .count = 1 } };
	const struct crash b = { .stack = { .frames = &copies[1],
					    .count = 1 } };
	struct disputes_pair pair = { 0 };
	size_t count;

	copies[0].fingerprint = left;
	copies[1].fingerprint = right;
	count = disputes_find(search, &a, &b, &pair, 1);
	*one_by_code = pair.one_by_code;
	return count;
}

static void code_and_company_may_disagree(void **state)
{
	struct made *made = make(13, true, false);
	const struct crash_frame *frames[2] = { NULL, NULL };
	const struct crash_frame *apart[2];
	struct crash_frame other;
	bool is_alone;
	struct search *search;
	struct place place;
	bool one_by_code;

	(void)state;
	place_open(&place);
	put(&place, made, 0, FILES);
	settle(&place);
	must(store_begin(place.store, &place.err), &place.err);
	must(search_open(place.store, &search, &place.err), &place.err);
	assert_true(find_one_function(made, search, frames));
	assert_int_equal(disputes_of(search, frames, 5, 5, &one_by_code), 0);
	assert_int_equal(disputes_of(search, frames, 0, 6, &one_by_code), 0);
	assert_int_equal(disputes_of(search, frames, 5, 6, &one_by_code), 1);
	assert_false(one_by_code);
	/* One that is known by another's name, and what nobody has met. */
	search_name(search, frames[0], &is_alone);
	other = *frames[is_alone ? 0 : 1];
	other.offset += 0x800000;
	apart[0] = frames[is_alone ? 1 : 0];
	apart[1] = &other;
	assert_int_equal(disputes_of(search, apart, 5, 6, &one_by_code), 0);
	assert_int_equal(disputes_of(search, apart, 5, 5, &one_by_code), 1);
	assert_true(one_by_code);
	search_close(search);
	store_end(place.store);
	place_close(&place);
	make_end(made);
}

/* Two builds of a function are one for whoever has the names alone. */
static void names_are_told_without_the_rest(void **state)
{
	struct made *made = make(13, true, false);
	const struct crash_frame *frames[2] = { NULL, NULL };
	struct search *search;
	struct place place;
	bool one_by_code;

	(void)state;
	place_open(&place);
	put(&place, made, 0, FILES);
	must(store_begin(place.store, &place.err), &place.err);
	must(search_open_names(place.store, &search, &place.err), &place.err);
	assert_null(search);
	store_end(place.store);
	settle(&place);
	must(store_begin(place.store, &place.err), &place.err);
	must(search_open_names(place.store, &search, &place.err), &place.err);
	assert_non_null(search);
	assert_true(find_one_function(made, search, frames));
	assert_int_equal(disputes_of(search, frames, 5, 6, &one_by_code), 1);
	search_close(search);
	store_end(place.store);
	place_close(&place);
	make_end(made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_damaged_is_made_anew),
		cmocka_unit_test(so_are_the_names_of_rebuilt_functions),
		cmocka_unit_test(verify_sees_it_and_rebuild_drops_it),
		cmocka_unit_test(a_search_says_what_it_does_not_know_of),
		cmocka_unit_test(code_and_company_may_disagree),
		cmocka_unit_test(names_are_told_without_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
