/*
 * store_place.h - a store in a temporary folder, in a write transaction.
 */
#ifndef TESTS_UNIT_STORE_PLACE_H
#define TESTS_UNIT_STORE_PLACE_H

#include <stdio.h>
#include <stdlib.h>

#include "signatures/store/store_admin.h"
#include "signatures/store/store_write.h"
#include "tests/unit.h"

struct place {
	char folder[64];
	struct store *store;
	struct error err;
};

static inline void open_place(struct place *place)
{
	strcpy(place->folder, "/tmp/store_test-XXXXXX");
	assert_non_null(mkdtemp(place->folder));
	assert_int_equal(store_open(place->folder, STORE_WRITE, &place->store,
				    &place->err),
			 STATUS_OK);
	assert_int_equal(store_begin(place->store, &place->err), STATUS_OK);
}

static inline void close_place(struct place *place)
{
	char command[128];

	store_close(place->store);
	snprintf(command, sizeof(command), "rm -rf %s", place->folder);
	assert_int_equal(system(command), 0);
}

static inline void commit(struct place *place)
{
	assert_int_equal(store_commit(place->store, &place->err), STATUS_OK);
	assert_int_equal(store_begin(place->store, &place->err), STATUS_OK);
}

static inline enum store_outcome put(struct place *place,
				     const struct record_file *file)
{
	enum store_outcome outcome = STORE_DUPLICATE;
	struct arena arena;

	arena_init(&arena);
	if (store_put(place->store, file, &arena, &outcome, &place->err))
		fail_msg("%s", place->err.text);
	arena_deinit(&arena);
	return outcome;
}

static inline void print_line(void *closure, const char *text)
{
	fprintf(closure, "verify: %s\n", text);
}

static inline uint64_t verify(struct place *place)
{
	uint64_t differences = 0;

	if (store_verify(place->store, place->folder, print_line, stderr,
			 &differences, &place->err))
		fail_msg("%s", place->err.text);
	return differences;
}

#endif
