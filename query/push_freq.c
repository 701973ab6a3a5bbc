#include "query/push_freq.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "query/choose.h"
#include "query/push.h"
#include "query/value.h"
#include "signatures/base/text.h"
#include "signatures/clickhouse/crashrow.h"
#include "signatures/clickhouse/tables.h"

/* Snapshots, and what tools made of no snapshot; see choose_snapshots(). */
#define IS_LIVE "kind = 'kernel-live'"
#define IS_MADE "(has(flag, 'tool-made') AND NOT (" IS_LIVE "))"

bool push_freq_can(struct query *query, const struct field *field)
{
	struct where where;
	struct error err;

	return push_can_group(query->store, field) &&
	       !asked_options.without_suspects &&
	       where_parse(query->operands, query->operand_count, &query->arena,
			   &where, &err) == STATUS_OK &&
	       push_can_all(query->store, &where);
}

/* Value, crashes, machines. */
static const char *columns_of(const struct field *field, struct arena *arena)
{
	const char *value = text_printf(arena, "`%s`", field->name);

	if (tables_is_array(field))
		value = text_printf(arena, "arrayJoin(`%s`)", field->name);
	else if (field->type != FIELD_TEXT)
		value = text_printf(arena, "assumeNotNull(`%s`)", field->name);
	if (field->type == FIELD_TIME)
		value = text_printf(arena, "toUInt64(%s - %s %% %" PRIu64 ")",
				    value, value,
				    86400 * TEXT_TICKS_PER_SECOND);
	return text_printf(arena,
			   "%s AS v, count(),"
			   " toUInt64(ifNull(uniqExact(machine), 0))",
			   value);
}

static enum status ask_totals(struct query *query, const char *passes,
			      const char *kept, const char *has,
			      struct asked *asked, struct group *group,
			      struct error *err)
{
	struct http_answer answer;

	if (remote_ask(query->store,
		       text_printf(&query->arena,
				   "countIf(%s), countIf((%s) AND (%s)),"
				   " countIf(" IS_LIVE "), countIf(" IS_MADE
				   ")",
				   kept, kept, has),
		       passes, "", &answer, err))
		return err->status;

	struct bytes in = bytes_of(answer.data, answer.size);

	asked->plan.matched = bytes_u64(&in);
	group->with_value = bytes_u64(&in);
	asked->live = bytes_u64(&in);
	asked->tool_made = bytes_u64(&in);
	http_answer_free(&answer);
	return bytes_check(&in, "clickhouse: totals", err);
}

static void take_groups(struct query *query, const struct field *field,
			uint64_t min, struct bytes in, struct group *group)
{
	size_t room = 0;

	while (bytes_left(&in) && !in.failed) {
		struct group_row row = { .crashes = 0 };

		if (group->count == room) {
			struct group_row *rows;

			room = room * 2 + 64;
			rows = arena_take(&query->arena, room, sizeof(*rows));
			if (group->count)
				memcpy(rows, group->rows,
				       group->count * sizeof(*rows));
			group->rows = rows;
		}
		if (field->type == FIELD_TEXT)
			row.value.text = crashrow_take_text(&in, &query->arena);
		else
			row.value.number = bytes_u64(&in);
		row.crashes = bytes_u64(&in);
		row.machines = bytes_u64(&in);
		if (row.crashes >= min) {
			group->rows[group->count++] = row;
		} else {
			group->cut_rows++;
			group->cut_crashes += row.crashes;
		}
	}
	if (group->count)
		qsort(group->rows, group->count, sizeof(*group->rows),
		      group_compare);
}

static const char * and (struct arena * arena, const char *a, const char *b)
{
	return a ? text_printf(arena, "(%s) AND (%s)", a, b) : b;
}

enum status push_freq(struct query *query, const struct field *field,
		      uint64_t min, struct asked *asked, struct group *group,
		      struct error *err)
{
	struct arena *arena = &query->arena;
	const char *has = push_has_value(field, arena);
	struct asked counted = { .live = 0 };
	struct group found = { .count = 0 };
	struct http_answer answer;
	struct where where;
	bool live, tool_made;

	if (where_parse(query->operands, query->operand_count, arena, &where,
			err))
		return err->status;
	asked_leaves_out(query, &where, &live, &tool_made);

	const char *passes = push_condition(query->store, &where, arena);
	const char *kept = text_printf(arena, "1%s%s",
				       live ? " AND NOT (" IS_LIVE ")" : "",
				       tool_made ? " AND NOT " IS_MADE : "");

	if (ask_totals(query, passes, kept, has, &counted, &found, err) ||
	    remote_ask(query->store, columns_of(field, arena),
		       and(arena, passes, and(arena, kept, has)), "GROUP BY v",
		       &answer, err))
		return err->status;
	take_groups(query, field, min ? min : 1,
		    bytes_of(answer.data, answer.size), &found);
	http_answer_free(&answer);
	counted.live = live ? counted.live : 0;
	counted.tool_made = tool_made ? counted.tool_made : 0;
	*asked = counted;
	*group = found;
	return STATUS_OK;
}
