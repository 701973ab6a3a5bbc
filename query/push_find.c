#include "query/push_find.h"

#include <inttypes.h>

#include "signatures/base/text.h"
#include "signatures/clickhouse/crashrow.h"

enum {
	LINES_A_PAGE = 262144, /* the server sorts the rest for each */
};

enum status push_find_begin(struct store *store, const struct where *where,
			    bool in_lines, uint64_t offset, uint64_t limit,
			    struct arena *arena, struct push_find *ret,
			    struct error *err)
{
	struct push_find find = {
		.store = store,
		.condition = push_condition(store, where, arena),
		.in_lines = in_lines,
		.offset = offset,
		.left = limit ? limit : UINT64_MAX,
	};
	struct http_answer answer;

	if (remote_ask(store, "count()", find.condition, "", &answer, err))
		return err->status;

	struct bytes in = bytes_of(answer.data, answer.size);

	find.matched = bytes_u64(&in);
	http_answer_free(&answer);
	if (bytes_check(&in, "clickhouse: a count", err))
		return err->status;
	arena_init(&find.arena);
	arena_init(&find.lines.arena);
	*ret = find;
	return STATUS_OK;
}

void push_find_end(struct push_find *find)
{
	push_lines_end(&find->lines);
	arena_deinit(&find->arena);
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

static enum status ask_page(struct push_find *find, const char *columns,
			    size_t most, struct http_answer *answer,
			    struct error *err)
{
	const char *condition = find->condition;

	if (find->has_begun)
		condition = text_printf(&find->arena, "(%s) AND %s",
					condition ? condition : "1",
					behind(find, &find->arena));
	if (remote_ask(find->store, columns, condition,
		       text_printf(&find->arena,
				   "ORDER BY isNull(time), time DESC, id_high,"
				   " id_low LIMIT %" PRIu64 ", %zu",
				   find->has_begun ? 0 : find->offset, most),
		       answer, err))
		return err->status;
	find->has_begun = true;
	return STATUS_OK;
}

/* A page that is not full is the last one. */
static void count_page(struct push_find *find, size_t most)
{
	find->left = find->count < most ? 0 : find->left - find->count;
	find->at = 0;
}

static enum status fetch_crashes(struct push_find *find, size_t most,
				 struct error *err)
{
	struct hash128 *ids = arena_take(&find->arena, most, sizeof(*ids));
	struct http_answer answer;

	if (ask_page(find, "id_high, id_low, time", most, &answer, err))
		return err->status;

	struct bytes in = bytes_of(answer.data, answer.size);

	for (find->count = 0; bytes_left(&in) && find->count < most;) {
		ids[find->count++] = find->id = crashrow_take_id(&in);
		find->has_time = crashrow_take_nullable(&in, &find->time);
	}
	http_answer_free(&answer);
	find->crashes = arena_take(&find->arena, most, sizeof(*find->crashes));
	count_page(find, most);
	if (bytes_check(&in, "clickhouse: a page of crashes", err))
		return err->status;
	return remote_crashes(find->store, ids, find->count, &find->arena,
			      find->crashes, err);
}

static enum status fetch_lines(struct push_find *find, size_t most,
			       struct error *err)
{
	struct http_answer answer;

	push_lines_end(&find->lines);
	arena_init(&find->lines.arena);
	if (ask_page(find, push_lines_columns, most, &answer, err) ||
	    push_lines_begin(find->store, answer, &find->lines, err))
		return err->status;
	find->count = find->lines.count;
	count_page(find, most);
	return STATUS_OK;
}

static enum status fetch(struct push_find *find, struct error *err)
{
	const size_t page = find->in_lines ? LINES_A_PAGE : PUSH_FIND_CRASHES;
	const size_t most = find->left < page ? (size_t)find->left : page;

	find->at = find->count = 0;
	if (!most)
		return STATUS_OK;
	return find->in_lines ? fetch_lines(find, most, err)
			      : fetch_crashes(find, most, err);
}

enum status push_find_next(struct push_find *find,
			   const struct remote_crash **ret, struct error *err)
{
	*ret = NULL;
	if (find->at == find->count) {
		arena_reset(&find->arena);
		if (fetch(find, err))
			return err->status;
	}
	if (find->at == find->count)
		return STATUS_OK;
	if (!find->in_lines) {
		*ret = &find->crashes[find->at++];
		return STATUS_OK;
	}
	arena_reset(&find->arena);
	*ret = push_lines_next(&find->lines, &find->arena);
	find->at++;
	find->id = (*ret)->crash.identity;
	find->has_time = (*ret)->crash.crash.time.known;
	find->time = (*ret)->crash.crash.time.value;
	return STATUS_OK;
}
