#include "query/dispute.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "query/factor.h"
#include "query/slice.h"
#include "signatures/base/must.h"
#include "signatures/base/text.h"
#include "signatures/identity.h"
#include "signatures/settle/disputes.h"

/* The crashes of a clump that have one stack, in one build. */
struct stack {
	uint64_t value; /* of the exact bucket */
	uint32_t *rows;
	uint64_t crashes;
};

/* A row and the term of its exact bucket. */
struct member {
	uint32_t term, row;
};

static int by_term(const void *left, const void *right)
{
	const struct member *a = left;
	const struct member *b = right;

	if (a->term != b->term)
		return a->term < b->term ? -1 : 1;
	return (a->row > b->row) - (a->row < b->row);
}

static int by_crashes(const void *left, const void *right)
{
	const struct stack *a = left;
	const struct stack *b = right;

	if (a->crashes != b->crashes)
		return a->crashes > b->crashes ? -1 : 1;
	return (a->value > b->value) - (a->value < b->value);
}

/* Rows with an exact bucket, in order of it. */
static struct member *list_members(const struct clumps *clumps,
				   const struct clump *clump, size_t *count)
{
	struct member *members =
		must(calloc((size_t)clump->crashes + 1, sizeof(*members)));
	struct plan plan = plan_none(clumps->store);
	struct slice slice;
	uint32_t *terms;

	for (uint64_t i = 0; i < clump->crashes; i++)
		plan_add(&plan, clump->rows[i]);
	plan.matched = clump->crashes;
	slice_init(&slice, plan);
	terms = slice_terms(&slice, clumps->store, "exact");
	*count = 0;
	for (uint64_t i = 0; i < clump->crashes; i++) {
		const uint32_t row = clump->rows[i];
		const uint32_t term = terms[slice_place(&slice, row)];

		if (term)
			members[(*count)++] = (struct member){ term, row };
	}
	free(terms);
	slice_deinit(&slice);
	if (*count > 1)
		qsort(members, *count, sizeof(*members), by_term);
	return members;
}

/* Most frequent first; rows are those of room. */
static struct stack *list_stacks(const struct clumps *clumps,
				 const struct member *members, size_t count,
				 uint32_t *room, struct arena *arena,
				 size_t *ret)
{
	struct stack *stacks = arena_take(arena, count + 1, sizeof(*stacks));

	*ret = 0;
	for (size_t i = 0; i < count; i++) {
		room[i] = members[i].row;
		if (i == 0 || members[i].term != members[i - 1].term)
			stacks[(*ret)++] = (struct stack){
				.value = factor_value(clumps->store, "exact",
						      members[i].term, arena)
						 .number,
				.rows = room + i,
			};
		stacks[*ret - 1].crashes++;
	}
	if (*ret > 1)
		qsort(stacks, *ret, sizeof(*stacks), by_crashes);
	return stacks;
}

/* The representative of each stack; there are no more than DISPUTE_STACKS. */
static enum status read_crashes(const struct clumps *clumps,
				const struct stack *stacks, size_t count,
				struct arena *arena, struct store_crash *ret,
				struct error *err)
{
	uint32_t rows[DISPUTE_STACKS] = { 0 };

	for (size_t i = 0; i < count; i++) {
		const struct clump one = { .rows = stacks[i].rows,
					   .crashes = stacks[i].crashes };

		if (clump_look_row(clumps, &one, &rows[i], err))
			return err->status;
	}
	store_crash_expect(clumps->store, rows, count);
	for (size_t i = 0; i < count; i++)
		if (store_crash_glance(clumps->store, rows[i], arena, &ret[i],
				       err))
			return err->status;
	return STATUS_OK;
}

static bool has_code(const struct crash *crash)
{
	for (size_t i = 0; i < crash->stack.count; i++)
		if (crash->stack.frames[i].fingerprint)
			return true;
	return false;
}

static const char *describe(struct arena *arena,
			    const struct disputes_pair *pair,
			    const struct store_crash *left,
			    const struct store_crash *right)
{
	char ids[2][IDENTITY_TEXT_BYTES];

	identity_text(left->identity, ids[0]);
	identity_text(right->identity, ids[1]);
	return text_printf(
		arena,
		"%s+0x%" PRIx64 " and %s+0x%" PRIx64
		" are one function by their %s, two by their %s: "
		"crashquery explain %s %s",
		pair->left->module, pair->left->offset, pair->right->module,
		pair->right->offset, pair->one_by_code ? "code" : "company",
		pair->one_by_code ? "company" : "code", ids[0], ids[1]);
}

static void compare(struct search *search, const struct store_crash *crashes,
		    size_t count, struct arena *arena, struct dispute *ret)
{
	struct disputes_pair pair;

	for (size_t i = 0; i < count; i++) {
		for (size_t k = i + 1; k < count; k++) {
			if (!disputes_find(search, &crashes[i].crash,
					   &crashes[k].crash, &pair, 1))
				continue;
			if (!ret->pairs++)
				ret->text = describe(arena, &pair, &crashes[i],
						     &crashes[k]);
		}
	}
}

static enum status ask(const struct clumps *clumps, const struct stack *stacks,
		       size_t count, struct arena *arena, struct dispute *ret,
		       struct error *err)
{
	struct store_crash crashes[DISPUTE_STACKS];
	struct search *search;
	size_t with = 0;

	if (read_crashes(clumps, stacks, count, arena, crashes, err))
		return err->status;
	for (size_t i = 0; i < count; i++)
		with += has_code(&crashes[i].crash);
	if (with < 2)
		return STATUS_OK;
	if (search_open_names(clumps->store, &search, err))
		return err->status;
	if (!search)
		return STATUS_OK;
	compare(search, crashes, count, arena, ret);
	search_close(search);
	return STATUS_OK;
}

enum status dispute_find(const struct clumps *clumps, const struct clump *clump,
			 struct arena *arena, struct dispute *ret,
			 struct error *err)
{
	struct dispute dispute = { 0 };
	struct member *members;
	uint32_t *rows;
	struct stack *stacks;
	struct arena passing;
	enum status status = STATUS_OK;
	size_t count, stack_count;

	members = list_members(clumps, clump, &count);
	rows = must(calloc(count + 1, sizeof(*rows)));
	arena_init(&passing);
	stacks = list_stacks(clumps, members, count, rows, &passing,
			     &stack_count);
	if (stack_count > DISPUTE_STACKS)
		stack_count = DISPUTE_STACKS;
	if (stack_count > 1)
		status = ask(clumps, stacks, stack_count, &passing, &dispute,
			     err);
	if (!status) {
		if (dispute.text)
			dispute.text = text_copy(arena, dispute.text);
		*ret = dispute;
	}
	arena_deinit(&passing);
	free(rows);
	free(members);
	return status;
}

const char *dispute_text(const struct dispute *dispute, struct arena *arena)
{
	if (!dispute->pairs)
		return NULL;
	if (dispute->pairs == 1)
		return dispute->text;
	return text_printf(arena, "%s, and %zu more pair%s of stacks",
			   dispute->text, dispute->pairs - 1,
			   dispute->pairs == 2 ? "" : "s");
}
