#include "query/asked.h"

#include <inttypes.h>
#include <string.h>

#include "query/choose.h"
#include "query/plural.h"
#include "query/suspect.h"

struct asked_options asked_options;

/* Does a filter name what would be left out? */
static bool asks_for(const struct where *where, const char *field,
		     const char *text)
{
	for (size_t i = 0; i < where->count; i++) {
		const struct where_test *test = &where->tests[i];

		if (strcmp(test->field->name, field) == 0 && !test->negated &&
		    where_accepts(test, (struct field_value){ .text = text }))
			return true;
	}
	return false;
}

void asked_leaves_out(const struct query *query, const struct where *where,
		      bool *live, bool *tool_made)
{
	*live = !query->all_kinds &&
		!asks_for(where, "kind", crash_kind_name(CRASH_KERNEL_LIVE));
	*tool_made = !query->all_kinds && !asks_for(where, "flag", "tool-made");
}

static enum status leave_out_snapshots(struct query *query,
				       const struct where *where,
				       struct asked *asked, struct error *err)
{
	struct plan live;
	struct plan tool_made;
	const uint64_t all = asked->plan.matched;
	bool leaves_live, leaves_tool_made;

	asked_leaves_out(query, where, &leaves_live, &leaves_tool_made);
	if (query->all_kinds)
		return STATUS_OK;
	if (choose_snapshots(query->store, &live, &tool_made, err))
		return err->status;
	if (leaves_live && live.matched)
		plan_leave_out(&asked->plan, &live);
	asked->live = all - asked->plan.matched;
	if (leaves_tool_made && tool_made.matched)
		plan_leave_out(&asked->plan, &tool_made);
	asked->tool_made = all - asked->live - asked->plan.matched;
	plan_deinit(&live);
	plan_deinit(&tool_made);
	return STATUS_OK;
}

static enum status leave_out_suspects(struct query *query, struct asked *asked,
				      struct error *err)
{
	const uint64_t all = asked->plan.matched;

	if (!asked_options.without_suspects)
		return STATUS_OK;
	if (suspect_leave_out(query, &asked->plan, &asked->suspects, err))
		return err->status;
	asked->of_suspects = all - asked->plan.matched;
	return STATUS_OK;
}

enum status asked_make(struct query *query, struct asked *ret,
		       struct error *err)
{
	struct asked asked = { .live = 0 };
	struct where where;

	if (where_parse(query->operands, query->operand_count, &query->arena,
			&where, err) ||
	    choose_rows(query->store, &where, &asked.plan, err))
		return err->status;
	if (leave_out_snapshots(query, &where, &asked, err) ||
	    leave_out_suspects(query, &asked, err)) {
		plan_deinit(&asked.plan);
		return err->status;
	}
	*ret = asked;
	return STATUS_OK;
}

enum status asked_all(struct query *query, struct asked *ret, struct error *err)
{
	const size_t words = query->operand_count;
	enum status status;

	query->operand_count = 0;
	status = asked_make(query, ret, err);
	query->operand_count = words;
	return status;
}

void asked_deinit(struct asked *asked)
{
	plan_deinit(&asked->plan);
}

static void tell_left_out(const struct asked *asked, struct table *table)
{
	struct json *not_counted = json_new_object();

	json_set(not_counted, "live_dumps",
		 json_new_integer((int64_t)asked->live));
	json_set(not_counted, "tool_made",
		 json_new_integer((int64_t)asked->tool_made));
	if (asked_options.without_suspects) {
		json_set(not_counted, "suspects",
			 json_new_integer((int64_t)asked->suspects));
		json_set(not_counted, "of_suspects",
			 json_new_integer((int64_t)asked->of_suspects));
	}
	table_fact(table, "not_counted", not_counted);
}

void asked_note(const struct asked *asked, struct table *table)
{
	if (table_tells(table))
		tell_left_out(asked, table);
	if (asked_options.without_suspects)
		table_note(table,
			   "not counted: %" PRIu64 " crash%s of %" PRIu64
			   " machine%s whose hardware is in doubt",
			   asked->of_suspects, plural_es(asked->of_suspects),
			   asked->suspects, plural(asked->suspects));
	if (asked->live || asked->tool_made)
		table_note(table,
			   "not counted: %" PRIu64 " live dump%s, %" PRIu64
			   " tool-made image%s",
			   asked->live, plural(asked->live), asked->tool_made,
			   plural(asked->tool_made));
}
