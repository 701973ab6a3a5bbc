#include "corpus-tools/canvas.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void a_write_over_a_page_end_makes_both_pages(void **state)
{
	uint8_t back[8];
	struct canvas canvas;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	canvas_init(&canvas, &arena);
	canvas_write(&canvas, 0xfffff80000000ffc, "abcdefgh", 8);
	assert_int_equal(canvas.page_count, 2);
	assert_true(canvas_read(&canvas, 0xfffff80000000ffc, back, 8));
	assert_memory_equal(back, "abcdefgh", 8);
	arena_deinit(&arena);
}

static void what_was_never_written_is_not_there(void **state)
{
	uint8_t back[4] = { 1, 1, 1, 1 };
	struct canvas canvas;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	canvas_init(&canvas, &arena);
	canvas_put(&canvas, 0x1000, 0x11223344, 4);
	assert_null(canvas_page_at(&canvas, 0x2000));
	assert_false(canvas_read(&canvas, 0x1ffe, back, 4));
	assert_int_equal(back[3], 0);
	arena_deinit(&arena);
}

static void many_pages_come_back_by_rising_address(void **state)
{
	struct canvas canvas;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	canvas_init(&canvas, &arena);
	for (uint64_t i = 0; i < 5000; i++)
		canvas_put(&canvas, i * 7919 % 5000 * 0x3000, i, 8);
	assert_int_equal(canvas.page_count, 5000);
	const struct canvas_page *pages = canvas_sorted(&canvas);
	for (size_t i = 0; i < 5000; i++)
		assert_int_equal(pages[i].va, i * 0x3000);
	arena_deinit(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_write_over_a_page_end_makes_both_pages),
		cmocka_unit_test(what_was_never_written_is_not_there),
		cmocka_unit_test(many_pages_come_back_by_rising_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
