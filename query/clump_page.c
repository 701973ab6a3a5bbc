#include "query/clump_page.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "query/cell.h"
#include "query/dispute.h"
#include "query/fold.h"
#include "query/group.h"
#include "query/terminal.h"
#include "signatures/base/text.h"
#include "signatures/identity.h"

enum {
	FRAMES_SHORT = 8,
	VALUES_SHORT = 4,
	VALUES_WHOLE = 24,
	VALUES_AT = 16, /* the column they begin at */
};

/* What is told of the members, by field. */
static const struct {
	const char *field;
	const char *words;
	bool whole; /* told on the whole page alone */
} told[] = {
	{ "faultbuild", "builds", false },     { "cluster", "clusters", false },
	{ "bugcheck", "bugchecks", true },     { "fault", "modules", true },
	{ "build", "systems", true },	       { "product", "products", true },
	{ "hypervisor", "hypervisors", true }, { "portable", "stacks", true },
};

/* The rows of a clump as a plan. */
static struct plan plan_of(const struct clumps *clumps,
			   const struct clump *clump)
{
	struct plan plan = plan_none(clumps->store);

	for (uint64_t i = 0; i < clump->crashes; i++)
		plan_add(&plan, clump->rows[i]);
	plan.matched = clump->crashes;
	return plan;
}

static const char *frame_text(struct arena *arena,
			      const struct crash_frame *frame)
{
	if (!frame->module)
		return text_printf(arena, "0x%" PRIx64, frame->offset);
	if (frame->symbol)
		return text_printf(arena, "%s!%s", frame->module,
				   frame->symbol);
	return text_printf(arena, "%s+0x%" PRIx64, frame->module,
			   frame->offset);
}

static void print_stack(struct query *query, const struct clump_face *face,
			size_t max)
{
	const struct crash_stack *stack = &face->crash.crash.stack;
	char id[IDENTITY_TEXT_BYTES];
	size_t printed = 0;

	identity_text(face->crash.identity, id);
	fprintf(query->out, "  stack of %s\n", id);
	for (size_t i = 0; i < stack->count && printed < max; i++) {
		const struct crash_frame *frame = &stack->frames[i];

		if (!crash_frame_is_sure(frame))
			continue;
		fprintf(query->out, "    %s\n",
			table_visible(&query->arena,
				      frame_text(&query->arena, frame)));
		printed++;
	}
	if (printed == max)
		fputs("    ...\n", query->out);
}

static enum status print_values(struct query *query, const struct plan *plan,
				const char *name, const char *words, size_t max,
				struct error *err)
{
	const struct field *field = field_find(name);
	struct arena *arena = &query->arena;
	const char *text = "";
	struct group group;

	if (group_make(query->store, field, plan, 1, 0, arena, &group, err))
		return err->status;
	if (group.count == 0)
		return STATUS_OK;
	for (size_t i = 0; i < group.count && i < max; i++)
		text = text_printf(
			arena, "%s%s%s (%" PRIu64 ")", text, i ? ", " : "",
			group_value_text(arena, field, group.rows[i].value),
			group.rows[i].crashes);
	if (group.count > max)
		text = text_printf(arena, "%s and %zu more", text,
				   group.count - max);
	fprintf(query->out, "  %-13s ", words);
	fold_put(query->out, table_visible(arena, text), terminal_columns(),
		 VALUES_AT, VALUES_AT);
	fputc('\n', query->out);
	return STATUS_OK;
}

static void print_head(struct query *query, const struct clumps *clumps,
		       const struct clump *clump, const struct clump_face *face,
		       const struct mark *mark)
{
	struct arena *arena = &query->arena;
	const char *known = mark_text(arena, mark);

	fprintf(query->out, "\n%s  %s\n", clump->id,
		table_visible(arena, face->called.title));
	if (known)
		fprintf(query->out, "  known issue   %s\n",
			table_visible(arena, known));
	fprintf(query->out, "  crashes       %" PRIu64, clump->crashes);
	if (clump->machines)
		fprintf(query->out, " on %" PRIu64 " machine%s",
			clump->machines, clump->machines == 1 ? "" : "s");
	fputc('\n', query->out);
	if (clump->first)
		fprintf(query->out, "  seen          %s to %s\n",
			calendar_text(arena, calendar_day(clump->first)),
			calendar_text(arena, calendar_day(clump->last)));
	fprintf(query->out,
		"  lately        %" PRIu64 " crash%s in %" PRIu64
		" days, %" PRIu64 " in as many before\n",
		clump->now, clump->now == 1 ? "" : "es",
		(clumps->window_to - clumps->window_from) / 2, clump->before);
	if (strcmp(clumps->field, "cluster") == 0)
		fprintf(query->out, "  diversity     %s\n",
			clump_look_stacks(arena, face->stacks));
	else
		fprintf(query->out,
			"  diversity     %s, %" PRIu64 " cluster%s\n",
			clump_look_stacks(arena, face->stacks), face->clusters,
			face->clusters == 1 ? "" : "s");
	if (face->scanned >= 0)
		fprintf(query->out, "  scanned       %.1f%% of the frames\n",
			100 * face->scanned);
}

/* Where code and company disagree; nothing where they do not. */
static enum status print_dispute(struct query *query,
				 const struct clumps *clumps,
				 const struct clump *clump, struct error *err)
{
	struct dispute dispute;
	const char *text;

	if (dispute_find(clumps, clump, &query->arena, &dispute, err))
		return err->status;
	text = dispute_text(&dispute, &query->arena);
	if (text)
		fprintf(query->out, "  disputed      %s\n",
			table_visible(&query->arena, text));
	return STATUS_OK;
}

static enum status print_text(struct query *query, const struct clumps *clumps,
			      const struct clump *clump,
			      const struct clump_face *face,
			      const struct mark *mark, bool whole,
			      struct error *err)
{
	struct plan plan = plan_of(clumps, clump);
	enum status status = STATUS_OK;

	print_head(query, clumps, clump, face, mark);
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]) && !status; i++) {
		if ((told[i].whole && !whole) ||
		    strcmp(told[i].field, clumps->field) == 0 ||
		    (!whole && strcmp(told[i].field, "cluster") == 0))
			continue;
		status =
			print_values(query, &plan, told[i].field, told[i].words,
				     whole ? VALUES_WHOLE : VALUES_SHORT, err);
	}
	if (!status)
		status = print_dispute(query, clumps, clump, err);
	if (!status)
		print_stack(query, face, whole ? SIZE_MAX : FRAMES_SHORT);
	plan_deinit(&plan);
	return status;
}

static void set_count(struct json *json, const char *key, uint64_t count)
{
	json_set(json, key, json_new_integer((int64_t)count));
}

static void set_time(struct json *json, const char *key, uint64_t time)
{
	char text[TEXT_TIME_BYTES];

	json_set(json, key,
		 time ? json_new_text(text_time(time, text)) : json_new_null());
}

static enum status set_values(struct query *query, const struct plan *plan,
			      struct json *json, const char *name,
			      const char *key, struct error *err)
{
	const struct field *field = field_find(name);
	struct json *array = json_new_array();
	struct group group;

	json_set(json, key, array);
	if (group_make(query->store, field, plan, 1, 0, &query->arena, &group,
		       err))
		return err->status;
	for (size_t i = 0; i < group.count; i++) {
		struct json *row = json_new_object();

		json_set(row, "value",
			 json_new_text(group_value_text(&query->arena, field,
							group.rows[i].value)));
		set_count(row, "crashes", group.rows[i].crashes);
		set_count(row, "machines", group.rows[i].machines);
		json_append(array, row);
	}
	return STATUS_OK;
}

static enum status print_json(struct query *query, const struct clumps *clumps,
			      const struct clump *clump,
			      const struct clump_face *face,
			      const struct mark *mark, struct error *err)
{
	struct plan plan = plan_of(clumps, clump);
	struct json *json = json_new_object();
	struct store_crash crash;
	struct dispute dispute = { 0 };
	enum status status = store_crash_read(query->store, face->called.row,
					      &query->arena, &crash, err);

	if (!status)
		status = dispute_find(clumps, clump, &query->arena, &dispute,
				      err);

	set_count(json, "format", 1);
	json_set(json, clumps->field, json_new_text(clump->id));
	json_set(json, "title", json_new_text(face->called.title));
	json_set(json, "known", mark_json(mark));
	set_count(json, "crashes", clump->crashes);
	set_count(json, "machines", clump->machines);
	set_time(json, "first", clump->first);
	set_time(json, "last", clump->last);
	set_count(json, "now", clump->now);
	set_count(json, "before", clump->before);
	json_set(json, "scanned",
		 face->scanned < 0 ? json_new_null()
				   : json_new_real(face->scanned));
	set_count(json, "code_disputes", dispute.pairs);
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]) && !status; i++)
		status = set_values(query, &plan, json, told[i].field,
				    told[i].words, err);
	if (!status) {
		json_set(json, "representative",
			 cell_json(query->store, face->called.row, &crash,
				   &query->arena));
		json_print(json, query->out);
		fputc('\n', query->out);
	}
	json_destroy(json);
	plan_deinit(&plan);
	return status;
}

enum status clump_page_print(struct query *query, const struct clumps *clumps,
			     const struct clump *clump,
			     const struct marks *marks, bool whole,
			     struct error *err)
{
	const struct mark mark =
		mark_of_rows(marks, clump->rows, clump->crashes);
	struct clump_face face;

	if (clump_look(clumps, clump, &query->arena, &face, err))
		return err->status;
	if (strcmp(query->printer->name, "json") == 0)
		return print_json(query, clumps, clump, &face, &mark, err);
	return print_text(query, clumps, clump, &face, &mark, whole, err);
}
