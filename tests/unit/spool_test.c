#include "indexer/ingest/spool.h"

#include "tests/unit.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define MEMORY_MAX 10000

static struct spool spool;

static int prepare(void **state)
{
	(void)state;
	spool.fd = memfd_create("spool", 0);
	spool.top = 0;
	return spool.fd < 0;
}

static int clear(void **state)
{
	(void)state;
	close(spool.fd);
	return 0;
}

/* Add size bytes in pieces of step, look at them, compare. */
static void fill_and_check(struct spool_file *file, size_t size, size_t step)
{
	uint8_t *want = calloc(1, size + 1);
	struct bytes view;
	struct error err;

	for (size_t i = 0; i < size; i++)
		want[i] = (uint8_t)(i % 251 * (i / 70000 % 2));
	for (size_t at = 0; at < size; at += step) {
		const size_t left = size - at < step ? size - at : step;

		assert_int_equal(spool_file_add(file, want + at, left, &err),
				 STATUS_OK);
	}
	assert_int_equal(spool_file_view(file, &view, &err), STATUS_OK);
	assert_int_equal(bytes_left(&view), size);
	if (size)
		assert_memory_equal(view.start, want, size);
	assert_true(
		hash_128_equal(spool_file_hash(file), hash_128(want, size)));
	free(want);
}

static void small_files_stay_in_memory(void **state)
{
	struct spool_file file;

	(void)state;
	spool_file_init(&file, &spool, MEMORY_MAX);
	fill_and_check(&file, 1, 1);
	spool_file_reset(&file);
	fill_and_check(&file, MEMORY_MAX, 999);
	assert_false(file.is_spooled);
	spool_file_deinit(&file);
}

static void large_files_go_to_the_spool(void **state)
{
	struct spool_file file;

	(void)state;
	spool_file_init(&file, &spool, MEMORY_MAX);
	fill_and_check(&file, MEMORY_MAX + 1, 1000);
	assert_true(file.is_spooled);
	spool_file_reset(&file);
	fill_and_check(&file, 700000, 65536);
	spool_file_reset(&file);
	/* Where zeroes become holes, nothing of the last file shows. */
	fill_and_check(&file, 300001, 300001);
	spool_file_deinit(&file);
	assert_int_equal(lseek(spool.fd, 0, SEEK_END), 0);
}

static void files_nest(void **state)
{
	struct spool_file outer;
	struct spool_file inner;

	(void)state;
	spool_file_init(&outer, &spool, 100);
	spool_file_init(&inner, &spool, 100);
	fill_and_check(&outer, 5000, 5000);
	fill_and_check(&inner, 9000, 10);
	assert_true(inner.start >= outer.start + 5000);
	spool_file_deinit(&inner);
	assert_int_equal(spool.top, inner.start);
	spool_file_deinit(&outer);
	assert_int_equal(spool.top, 0);
}

static void a_hole_is_zeroes(void **state)
{
	struct spool_file file;
	struct bytes view;
	struct error err;

	(void)state;
	spool_file_init(&file, &spool, MEMORY_MAX);
	assert_int_equal(spool_file_add(&file, "abc", 3, &err), STATUS_OK);
	assert_int_equal(spool_file_extend(&file, 200000, &err), STATUS_OK);
	assert_int_equal(spool_file_extend(&file, 5, &err), STATUS_OK);
	assert_int_equal(spool_file_view(&file, &view, &err), STATUS_OK);
	assert_int_equal(bytes_left(&view), 200000);
	assert_memory_equal(view.start, "abc\0\0", 5);
	assert_int_equal(view.start[199999], 0);
	spool_file_deinit(&file);
}

static void what_is_expected_has_its_room_at_once(void **state)
{
	struct spool_file file;
	struct bytes head;
	struct bytes all;
	struct error err;

	(void)state;
	spool_file_init(&file, &spool, 8 << 20);
	fill_and_check(&file, 70000, 999);
	spool_file_reset(&file);
	assert_int_equal(spool_file_add(&file, "abc", 3, &err), STATUS_OK);
	assert_int_equal(spool_file_expect(&file, 5 << 20, &err), STATUS_OK);
	assert_int_equal(spool_file_view(&file, &head, &err), STATUS_OK);
	assert_memory_equal(head.start, "abc", 3);
	assert_int_equal(spool_file_extend(&file, 5 << 20, &err), STATUS_OK);
	assert_int_equal(spool_file_view(&file, &all, &err), STATUS_OK);
	assert_ptr_equal(all.start, head.start);
	/* Less than was said, and more. */
	spool_file_reset(&file);
	assert_int_equal(spool_file_expect(&file, 100, &err), STATUS_OK);
	fill_and_check(&file, 300000, 65536);
	spool_file_reset(&file);
	assert_int_equal(spool_file_expect(&file, UINT64_MAX, &err), STATUS_OK);
	fill_and_check(&file, 10, 10);
	assert_false(file.is_spooled);
	spool_file_deinit(&file);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare, clear)
	const struct CMUnitTest tests[] = {
		TEST(small_files_stay_in_memory),
		TEST(large_files_go_to_the_spool),
		TEST(files_nest),
		TEST(a_hole_is_zeroes),
		TEST(what_is_expected_has_its_room_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
