#include "signatures/base/room.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "tests/unit.h"

enum {
	PIECES = 256,
	PIECE_BYTES = 4096
};

static long faults_so_far(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt;
}

/* Not under a sanitizer, whose heap is its own, nor where there are none. */
static bool has_large_pages(void)
{
	static const char name[] =
		"/sys/kernel/mm/transparent_hugepage/enabled";
	char line[64] = "[never]";
	FILE *file = fopen(name, "r");

#ifdef __SANITIZE_ADDRESS__
	(void)file;
	return false;
#endif
	if (file) {
		if (!fgets(line, sizeof(line), file))
			line[0] = '\0';
		fclose(file);
	}
	return !strstr(line, "[never]");
}

static void small_pieces_of_the_heap_share_a_large_page(void **state)
{
	char *pieces[PIECES];
	long faults;

	(void)state;
	if (!has_large_pages())
		skip();
	faults = faults_so_far();
	for (size_t i = 0; i < PIECES; i++) {
		pieces[i] = malloc(PIECE_BYTES);
		assert_non_null(pieces[i]);
		memset(pieces[i], 'x', PIECE_BYTES);
	}
	faults = faults_so_far() - faults;
	for (size_t i = 0; i < PIECES; i++)
		free(pieces[i]);
	assert_true(faults < PIECES / 4);
}

static void more_than_half_a_large_page_shares_those_of_the_heap(void **state)
{
	const size_t bytes = 5ul * PIECES * PIECE_BYTES / 4;
	char *rooms[4];
	long faults;

	(void)state;
	if (!has_large_pages())
		skip();
	faults = faults_so_far();
	for (size_t i = 0; i < 4; i++) {
		rooms[i] = room_take(bytes, 1);
		memset(rooms[i], 'x', bytes);
	}
	faults = faults_so_far() - faults;
	for (size_t i = 0; i < 4; i++)
		free(rooms[i]);
	/* Five mebibytes of them all: three pages, or four. */
	assert_true(faults < 4 + 4);
	assert_true(rooms[3] - rooms[0] < 8 * PIECES * PIECE_BYTES);
}

static void what_is_taken_can_be_written_to_its_end(void **state)
{
	static const size_t counts[] = { 0, 1, 1000, 300000 };

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		uint64_t *room = room_take(counts[i], sizeof(*room));

		assert_non_null(room);
		memset(room, 0xff, counts[i] * sizeof(*room));
		free(room);
	}
}

static void what_grows_keeps_what_it_holds(void **state)
{
	uint8_t *room = room_cleared(PIECES, PIECE_BYTES);

	(void)state;
	for (size_t i = 0; i < (size_t)PIECES * PIECE_BYTES; i++)
		assert_int_equal(room[i], 0);
	memset(room, 'x', (size_t)PIECES * PIECE_BYTES);
	room = room_again(room, 8ul * PIECES * PIECE_BYTES);
	memset(room + (size_t)PIECES * PIECE_BYTES, 'y',
	       7ul * PIECES * PIECE_BYTES);
	for (size_t i = 0; i < (size_t)PIECES * PIECE_BYTES; i++)
		assert_int_equal(room[i], 'x');
	free(room);
	free(room_again(NULL, 0));
	free(room_cleared(0, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_pieces_of_the_heap_share_a_large_page),
		cmocka_unit_test(
			more_than_half_a_large_page_shares_those_of_the_heap),
		cmocka_unit_test(what_is_taken_can_be_written_to_its_end),
		cmocka_unit_test(what_grows_keeps_what_it_holds),
	};
	void *volatile before;

	/* A heap that is in use has room left for small pieces. */
	before = malloc(PIECE_BYTES);
	room_for_heap(ROOM_FOR_ANSWER);
	free(before);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
