#include "signatures/clickhouse/remote_expect.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/must.h"
#include "signatures/clickhouse/remote_answer.h"
#include "signatures/clickhouse/remote_find.h"

enum {
	/*
	 * Crashes of an answer, 80 MB.  In no order of ids they are all over
	 * the table: the server unpacks much of it for each answer.
	 */
	AT_ONCE = 16384
};

static void drop_answer(struct remote_expected *expected)
{
	http_answer_free(&expected->answer);
	free(expected->places);
	expected->places = NULL;
	expected->place_count = 0;
}

void remote_expect_drop(struct remote *remote)
{
	drop_answer(&remote->expected);
	free(remote->expected.rows);
	remote->expected = (struct remote_expected){ .rows = NULL };
}

void remote_expect_rows(void *state, const uint32_t *rows, size_t count)
{
	struct remote *remote = state;
	struct remote_expected *expected = &remote->expected;

	remote_expect_drop(remote);
	/* One alone is asked for when it is read. */
	if (count < 2)
		return;
	expected->rows = must(calloc(count, sizeof(*rows)));
	memcpy(expected->rows, rows, count * sizeof(*rows));
	expected->count = count;
}

/* Where the crashes of the answer are in it; it is in order of ids, as rows. */
static enum status find_places(struct remote *remote, size_t most,
			       struct error *err)
{
	struct remote_expected *expected = &remote->expected;
	struct bytes in =
		bytes_of(expected->answer.data, expected->answer.size);

	expected->places = must(calloc(most, sizeof(*expected->places)));
	while (bytes_left(&in) && expected->place_count < most) {
		struct remote_place *place =
			&expected->places[expected->place_count++];

		if (!remote_answer_row(remote, crashrow_take_id(&in),
				       &place->row))
			return remote_answer_misfit(err);
		crashrow_take_string(&in);
		place->records = in;
		for (uint64_t n = pack_take_varint(&in); n && !in.failed; n--)
			crashrow_take_string(&in);
	}
	return in.failed || bytes_left(&in) ? remote_answer_misfit(err)
					    : STATUS_OK;
}

/* The next of those that are expected, from the one at hand on. */
static enum status fetch(struct remote *remote, struct error *err)
{
	struct remote_expected *expected = &remote->expected;
	const size_t left = expected->count - expected->at;
	const size_t count = left < AT_ONCE ? left : AT_ONCE;
	struct hash128 *ids = must(calloc(count, sizeof(*ids)));
	struct arena arena;
	enum status status;

	drop_answer(expected);
	for (size_t i = 0; i < count; i++)
		ids[i] = remote->ids[expected->rows[expected->at + i]];
	arena_init(&arena);
	status = remote_find_ask(remote, ids, count, &arena, &expected->answer,
				 err);
	arena_deinit(&arena);
	free(ids);
	expected->at += count;
	return status ? status : find_places(remote, count, err);
}

static int by_row(const void *key, const void *item)
{
	const uint32_t row = *(const uint32_t *)key;
	const struct remote_place *place = item;

	return (row > place->row) - (row < place->row);
}

static const struct remote_place *find_place(struct remote_expected *expected,
					     uint32_t row)
{
	if (!expected->place_count)
		return NULL;
	return bsearch(&row, expected->places, expected->place_count,
		       sizeof(*expected->places), by_row);
}

/* Is the row one of those that are not fetched yet?  Others are passed over. */
static bool go_on_to(struct remote_expected *expected, uint32_t row)
{
	for (size_t at = expected->at; at < expected->count; at++)
		if (expected->rows[at] == row) {
			expected->at = at;
			return true;
		}
	return false;
}

enum status remote_expect_find(struct remote *remote, uint32_t row,
			       struct arena *arena, bool *is_expected,
			       struct store_crash *ret, struct error *err)
{
	struct remote_expected *expected = &remote->expected;
	const struct remote_place *place = find_place(expected, row);
	struct bytes in;

	if (!place && go_on_to(expected, row)) {
		if (fetch(remote, err))
			return err->status;
		place = find_place(expected, row);
		if (!place)
			return remote_answer_misfit(err);
	}
	*is_expected = place;
	if (!place)
		return STATUS_OK;
	in = place->records;
	return crashrow_take_records(&in, arena, ret, err);
}
