#include "signatures/base/arena.h"

#include "tests/unit.h"

static void pieces_are_apart_zeroed_and_aligned(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena);

	char *first = arena_take(&arena, 3, 1);
	char *second = arena_take(&arena, 100000, 1);

	memset(first, 'x', 3);
	assert_int_equal(second[0], 0);
	assert_int_equal(second[99999], 0);
	assert_int_equal((uintptr_t)second % 16, 0);
	arena_deinit(&arena);
}

static void a_reset_arena_gives_zeroes_again(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena);
	arena_reset(&arena);
	memset(arena_take(&arena, 8, 8), 0xff, 64);
	arena_reset(&arena);
	assert_true(*(uint64_t *)arena_take(&arena, 8, 8) == 0);
	arena_deinit(&arena);
}

/* Of a large block only what was used before has to be made zero. */
static void a_large_block_is_zeroes_however_often(void **state)
{
	const size_t sizes[] = { 300000, 10, 500000, 499999, 70000 };
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		unsigned char *taken = arena_take(&arena, sizes[i], 1);
		unsigned char *more = arena_take(&arena, 90000, 1);

		for (size_t k = 0; k < sizes[i]; k++)
			assert_int_equal(taken[k], 0);
		for (size_t k = 0; k < 90000; k++)
			assert_int_equal(more[k], 0);
		memset(taken, 0xff, sizes[i]);
		memset(more, 0xff, 90000);
		arena_reset(&arena);
	}
	arena_deinit(&arena);
}

/* Room that is not cleared lies between pieces that are. */
static void room_is_apart_and_leaves_no_trace(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 1; i < 3000; i += 7) {
		unsigned char *room = arena_room(&arena, 50 * i);
		unsigned char *taken = arena_take(&arena, i, 1);

		memset(room, 0xff, 50 * i);
		assert_int_equal((uintptr_t)room % 16, 0);
		for (size_t k = 0; k < i; k++)
			assert_int_equal(taken[k], 0);
		memset(taken, 0xff, i);
		if (i % 3 == 0)
			arena_reset(&arena);
	}
	arena_deinit(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_apart_zeroed_and_aligned),
		cmocka_unit_test(a_reset_arena_gives_zeroes_again),
		cmocka_unit_test(a_large_block_is_zeroes_however_often),
		cmocka_unit_test(room_is_apart_and_leaves_no_trace),
	};

	return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
