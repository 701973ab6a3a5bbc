#include "query/push_find.h"

#include <inttypes.h>

#include "signatures/base/text.h"
#include "signatures/clickhouse/crashrow.h"

enum {
	CRASHES_A_PAGE = 4096
};

enum status push_find_begin(struct store *store, const struct where *where,
			    uint64_t offset, uint64_t limit,
			    struct arena *arena, struct push_find *ret,
			    struct error *err)
{
	struct push_find find = {
		.store = store,
		.condition = push_condition(store, where, arena),
		.offset = offset,
		.left = limit ? limit : UINT64_MAX,
	};
	struct http_answer answer;

	if (remote_ask(store, "count()", find.condition, "", &answer, err))
		return err->status;

	struct bytes in = bytes_of(answer.data, answer.size);

	find.matched = bytes_u64(&in);
	http_answer_free(&answer);
	*ret = find;
	return bytes_check(&in, "clickhouse: a count", err);
}

/* Later times first, then rising ids; those without a time come last. */
static const char *behind(const struct push_find *find, struct arena *arena)
{
	const char *same =
		find->has_time
			? text_printf(arena, "time = %" PRIu64, find->time)
			: "isNull(time)";
	const char *later =
		find->has_time
			? text_printf(arena,
				      "ifNull(time < %" PRIu64 ", 1) OR ",
				      find->time)
			: "";

	return text_printf(
		arena,
		"(%sifNull(%s, 0) AND (id_high > %" PRIu64
		" OR id_high = %" PRIu64 " AND id_low > %" PRIu64 "))",
		later, same, find->id.high, find->id.high, find->id.low);
}

static enum status ask_ids(struct push_find *find, size_t most,
			   struct arena *arena, struct hash128 *ids,
			   size_t *count, struct error *err)
{
	const char *condition = find->condition;
	struct http_answer answer;
	size_t taken = 0;

	if (find->has_begun)
		condition = text_printf(arena, "(%s) AND %s",
					condition ? condition : "1",
					behind(find, arena));
	if (remote_ask(find->store, "id_high, id_low, time", condition,
		       text_printf(arena,
				   "ORDER BY isNull(time), time DESC, id_high,"
				   " id_low LIMIT %" PRIu64 ", %zu",
				   find->has_begun ? 0 : find->offset, most),
		       &answer, err))
		return err->status;

	struct bytes in = bytes_of(answer.data, answer.size);

	for (; bytes_left(&in) && taken < most; taken++) {
		ids[taken] = find->id = crashrow_take_id(&in);
		find->has_time = crashrow_take_nullable(&in, &find->time);
	}
	http_answer_free(&answer);
	find->has_begun = true;
	*count = taken;
	return bytes_check(&in, "clickhouse: a page of crashes", err);
}

enum status push_find_next(struct push_find *find, struct arena *arena,
			   struct remote_crash **ret, size_t *count,
			   struct error *err)
{
	const size_t most = find->left < CRASHES_A_PAGE ? (size_t)find->left
							: CRASHES_A_PAGE;
	struct hash128 *ids = arena_take(arena, most + 1, sizeof(*ids));
	struct remote_crash *crashes =
		arena_take(arena, most + 1, sizeof(*crashes));
	size_t taken = 0;

	if (most &&
	    (ask_ids(find, most, arena, ids, &taken, err) ||
	     remote_crashes(find->store, ids, taken, arena, crashes, err)))
		return err->status;
	/* A page that is not full is the last one. */
	find->left = taken < most ? 0 : find->left - taken;
	*ret = crashes;
	*count = taken;
	return STATUS_OK;
}
