#include "indexer/ingest/done.h"

#include <unistd.h>

#include "signatures/store/store_aside.h"
#include "tests/unit/store_place.h"

enum {
	LARGE = 3 * 1024 * 1024 + 5, /* four turns of done_spare() */
	TURNS = 4,
	SMALL = 1000,
};

static struct place place;

/* A zip as far as the first bytes tell. */
static int make_archive(uint64_t size, uint8_t fill)
{
	char name[] = "/tmp/done_test-XXXXXX";
	const int fd = mkstemp(name);
	uint8_t *data = malloc(size);

	assert_true(fd >= 0);
	assert_non_null(data);
	unlink(name);
	memset(data, fill, size);
	memcpy(data, "PK\3\4", 4);
	assert_int_equal(write(fd, data, size), size);
	free(data);
	return fd;
}

/* Each run of the program sees a file anew. */
static struct done_file file_of(int fd, uint64_t size, uint64_t stamp)
{
	return done_file(fd, size, (struct hash128){ 1, stamp });
}

static bool look(struct done *done, struct done_file *file)
{
	uint64_t dumps = 0;
	bool is_done;

	assert_int_equal(done_look(done, file, &is_done, &dumps, &place.err),
			 STATUS_OK);
	if (is_done)
		assert_int_equal(dumps, 7);
	return is_done;
}

static void ingest(struct done *done, struct done_file *file)
{
	assert_int_equal(done_put(done, file, 7, &place.err), STATUS_OK);
	done_leave(done, file);
}

static int set_up(void **state)
{
	(void)state;
	open_place(&place);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	close_place(&place);
	return 0;
}

static void a_size_nobody_has_seen_is_hashed_beside(void **state)
{
	struct done *done = done_create(place.store);
	const int fd = make_archive(LARGE, 1);
	struct done_file file = file_of(fd, LARGE, 1);
	int turns = 0;

	(void)state;
	assert_false(done_spare(done));
	assert_false(look(done, &file));
	assert_false(file.has_content);
	while (done_spare(done))
		turns++;
	assert_int_equal(turns, TURNS);
	assert_int_equal(file.hashed, LARGE);
	ingest(done, &file);
	done_destroy(done);
	close(fd);
}

static void what_is_known_is_known_by_stamp_and_by_content(void **state)
{
	const int fd = make_archive(LARGE, 1);
	const int other = make_archive(LARGE, 2);
	struct done *done = done_create(place.store);
	struct done_file file = file_of(fd, LARGE, 1);

	(void)state;
	assert_false(look(done, &file));
	ingest(done, &file);
	done_destroy(done);

	done = done_create(place.store);
	file = file_of(fd, LARGE, 1);
	assert_true(look(done, &file));
	done_leave(done, &file);

	/* Moved, and one that is as long. */
	struct done_file moved = file_of(fd, LARGE, 2);
	struct done_file as_long = file_of(other, LARGE, 3);

	done_destroy(done);
	done = done_create(place.store);
	assert_true(look(done, &moved));
	assert_false(look(done, &as_long));
	assert_true(as_long.has_content);
	assert_false(done_spare(done));
	done_leave(done, &moved);
	done_leave(done, &as_long);
	done_destroy(done);

	/* The new name was learnt. */
	done = done_create(place.store);
	moved = file_of(fd, LARGE, 2);
	assert_true(look(done, &moved));
	assert_null(moved.stream);
	done_leave(done, &moved);
	done_destroy(done);
	close(fd);
	close(other);
}

static void the_same_archive_twice_in_a_run_is_read_twice(void **state)
{
	const uint64_t sizes[] = { SMALL, LARGE };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct done *done = done_create(place.store);
		const int fd = make_archive(sizes[i], 1);
		struct done_file first = file_of(fd, sizes[i], 1 + 2 * i);
		struct done_file second = file_of(fd, sizes[i], 1 + 2 * i);
		struct done_file third = file_of(fd, sizes[i], 2 + 2 * i);

		assert_false(look(done, &first));
		assert_false(look(done, &second));
		ingest(done, &first);
		assert_false(look(done, &third));
		ingest(done, &second);
		ingest(done, &third);
		assert_false(done_spare(done));
		done_destroy(done);
		close(fd);
	}
}

static void an_archive_of_unknown_size_may_be_any(void **state)
{
	const int fd = make_archive(LARGE, 1);
	struct done *done = done_create(place.store);
	struct done_file file = file_of(fd, LARGE, 1);

	(void)state;
	assert_true(done_hash(&file));
	assert_int_equal(store_aside_put_archive(place.store, file.content, 7,
						 0, &place.err),
			 STATUS_OK);
	done_leave(done, &file);
	file = file_of(fd, LARGE, 1);
	assert_true(look(done, &file));
	done_leave(done, &file);
	done_destroy(done);
	close(fd);
}

static bool take_size(void *closure, struct hash128 content, uint64_t dumps,
		      uint64_t size)
{
	(void)content;
	assert_int_equal(dumps, 7);
	*(uint64_t *)closure = size;
	return true;
}

static void a_size_once_known_is_not_forgotten(void **state)
{
	const struct hash128 content = { 3, 4 };
	const uint64_t sizes[] = { 0, 99, 0 };
	const uint64_t kept[] = { 0, 99, 99 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		uint64_t size = 1;
		const struct store_aside archives = { .closure = &size,
						      .archive = take_size };

		assert_int_equal(store_aside_put_archive(place.store, content,
							 7, sizes[i],
							 &place.err),
				 STATUS_OK);
		assert_int_equal(
			store_aside_walk(place.store, &archives, &place.err),
			STATUS_OK);
		assert_int_equal(size, kept[i]);
	}
}

static void what_leaves_early_is_not_hashed(void **state)
{
	struct done *done = done_create(place.store);
	const int fd = make_archive(LARGE, 1);
	struct done_file files[3];
	int turns = 0;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		files[i] = file_of(fd, LARGE, i);
		assert_false(look(done, &files[i]));
	}
	assert_true(done_spare(done));
	done_leave(done, &files[0]);
	done_leave(done, &files[2]);
	while (done_spare(done))
		turns++;
	assert_int_equal(turns, TURNS);
	assert_int_equal(files[2].hashed, 0);
	done_leave(done, &files[1]);
	/* The line is whole again. */
	files[0] = file_of(fd, LARGE, 7);
	assert_false(look(done, &files[0]));
	assert_true(done_spare(done));
	done_leave(done, &files[0]);
	assert_false(done_spare(done));
	done_destroy(done);
	close(fd);
}

static void what_was_cut_meanwhile_has_no_content(void **state)
{
	struct done *done = done_create(place.store);
	const int fd = make_archive(LARGE, 1);
	struct done_file file = file_of(fd, LARGE, 1);
	uint64_t dumps;

	(void)state;
	assert_false(look(done, &file));
	assert_int_equal(ftruncate(fd, LARGE / 2), 0);
	while (done_spare(done))
		;
	assert_false(done_hash(&file));
	ingest(done, &file);
	assert_false(store_find_stamp(place.store, file.stamp, &file.content));
	assert_false(store_has_archive(place.store, file.content, &dumps));
	done_destroy(done);
	close(fd);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_size_nobody_has_seen_is_hashed_beside),
		TEST(what_is_known_is_known_by_stamp_and_by_content),
		TEST(the_same_archive_twice_in_a_run_is_read_twice),
		TEST(an_archive_of_unknown_size_may_be_any),
		TEST(a_size_once_known_is_not_forgotten),
		TEST(what_leaves_early_is_not_hashed),
		TEST(what_was_cut_meanwhile_has_no_content),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
