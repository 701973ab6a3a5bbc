#include "signatures/identity.h"
#include "signatures/store/store_read.h"
#include "tests/unit/any_crash.h"
#include "tests/unit/store_place.h"

enum {
	CRASHES = 400
};

static struct place place;

static void same_text(const char *a, const char *b)
{
	assert_int_equal(!a, !b);
	if (a)
		assert_string_equal(a, b);
}

static void same_number(struct crash_number a, struct crash_number b)
{
	assert_int_equal(a.known, b.known);
	assert_true(a.value == b.value);
}

static void same_stack(const struct crash *a, const struct crash *b)
{
	const struct crash_stack *x = &a->stack;
	const struct crash_stack *y = &b->stack;

	same_number(a->bugcheck.code, b->bugcheck.code);
	if (!a->bugcheck.code.known && !a->exception.code.known)
		same_text(a->bugcheck.text, b->bugcheck.text);
	same_number(a->exception.code, b->exception.code);
	same_text(a->fault.module, b->fault.module);
	same_number(a->fault.offset, b->fault.offset);
	assert_int_equal(x->count, y->count);
	for (size_t i = 0; i < x->count; i++) {
		same_text(x->frames[i].module, y->frames[i].module);
		same_text(x->frames[i].symbol, y->frames[i].symbol);
		assert_true(!x->frames[i].module ||
			    x->frames[i].offset == y->frames[i].offset);
		assert_int_equal(x->frames[i].how, y->frames[i].how);
	}
}

/* All that a line about a crash is made of. */
static void same_line(const struct store_crash *a, const struct store_crash *b)
{
	assert_true(hash_128_equal(a->identity, b->identity));
	assert_true(a->ingested == b->ingested);
	assert_int_equal(a->file_count, b->file_count);
	for (size_t i = 0; i < a->file_count; i++)
		same_text(a->files[i].source, b->files[i].source);
	same_number(a->crash.time, b->crash.time);
	same_stack(&a->crash, &b->crash);
}

static void a_glance_sees_what_a_line_is_made_of(void **state)
{
	const uint32_t count = store_row_count(place.store);
	uint32_t without = 0;

	(void)state;
	assert_true(count > 0);
	for (uint32_t row = 0; row < count; row++) {
		struct store_crash whole, seen;
		struct arena arena;

		arena_init(&arena);
		assert_int_equal(store_crash_read(place.store, row, &arena,
						  &whole, &place.err),
				 STATUS_OK);
		assert_int_equal(store_crash_glance(place.store, row, &arena,
						    &seen, &place.err),
				 STATUS_OK);
		same_line(&whole, &seen);
		without += whole.crash.module_count && !seen.crash.module_count;
		arena_deinit(&arena);
	}
	assert_true(without > count / 4);
	assert_true(without < count);
}

struct telling {
	const uint32_t *rows;
	bool *is_told;
};

static void check_stack(void *closure, size_t nth, const struct crash *crash)
{
	const struct telling *telling = closure;
	struct store_crash whole;
	struct arena arena;

	assert_false(telling->is_told[nth]);
	telling->is_told[nth] = true;
	arena_init(&arena);
	assert_int_equal(store_crash_read(place.store, telling->rows[nth],
					  &arena, &whole, &place.err),
			 STATUS_OK);
	same_stack(&whole.crash, crash);
	arena_deinit(&arena);
}

static void every_stack_is_told_once(void **state)
{
	const uint32_t count = store_row_count(place.store);
	uint32_t *rows = calloc(count, sizeof(*rows));
	bool *is_told = calloc(count, sizeof(*is_told));
	struct telling telling = { rows, is_told };

	(void)state;
	for (uint32_t i = 0; i < count; i++)
		rows[i] = count - 1 - i;
	assert_int_equal(store_stacks_read(place.store, rows, count,
					   check_stack, &telling, &place.err),
			 STATUS_OK);
	for (uint32_t i = 0; i < count; i++)
		assert_true(is_told[i]);
	rows[count / 2] = count;
	assert_int_not_equal(store_stacks_read(place.store, rows + count / 2, 1,
					       check_stack, &telling,
					       &place.err),
			     STATUS_OK);
	free(rows);
	free(is_told);
}

static int fill(void **state)
{
	uint64_t seed = 7;

	(void)state;
	open_place(&place);
	for (uint32_t i = 0; i < CRASHES; i++) {
		struct record_file file;
		struct arena arena;

		arena_init(&arena);
		file = (struct record_file){
			.crash = any_crash(&seed, &arena),
			.source = text_printf(&arena, "night/%u.dmp", i),
			.ingested = 1000 + i % 7,
		};
		file.crash.image.content.low = i;
		put(&place, &file);
		arena_deinit(&arena);
	}
	commit(&place);
	return 0;
}

static int empty(void **state)
{
	(void)state;
	close_place(&place);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_glance_sees_what_a_line_is_made_of),
		cmocka_unit_test(every_stack_is_told_once),
	};

	return cmocka_run_group_tests(tests, fill, empty);
}
