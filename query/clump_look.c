#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "query/clump.h"
#include "signatures/base/must.h"
#include "signatures/base/order.h"
#include "signatures/base/text.h"
#include "signatures/identity.h"

/* One column over the rows of a clump. */
struct survey {
	uint32_t most;	    /* the term that most rows have, 0 = none */
	uint64_t with;	    /* rows that have it */
	uint64_t different; /* terms */
};

static int by_number(const void *left, const void *right)
{
	const uint32_t a = *(const uint32_t *)left;
	const uint32_t b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

/* Does the value of term a come before that of b? */
static bool comes_before(struct recall *names, uint32_t a, uint32_t b)
{
	const struct field_value x = recall_value(names, a);
	const struct field_value y = recall_value(names, b);

	if (x.text && y.text)
		return strcmp(x.text, y.text) < 0;
	return x.number < y.number;
}

static size_t place_of(const struct clumps *clumps, uint32_t row)
{
	return slice_place(&clumps->faces.slice, row);
}

/* Without names, of terms that equally many rows have any is the most. */
static struct survey survey(const struct clumps *clumps,
			    const struct clump *clump, const uint32_t *terms,
			    struct recall *names)
{
	const size_t count = (size_t)clump->crashes;
	struct survey ret = { 0 };
	uint32_t *sorted = must(malloc((count + 1) * sizeof(*sorted)));

	for (size_t i = 0; i < count; i++)
		sorted[i] = terms[place_of(clumps, clump->rows[i])];
	if (count > 1)
		qsort(sorted, count, sizeof(*sorted), by_number);
	for (size_t i = 0, run; i < count; i += run) {
		for (run = 1; i + run < count && sorted[i + run] == sorted[i];)
			run++;
		if (sorted[i] == 0)
			continue;
		ret.different++;
		if (run > ret.with ||
		    (run == ret.with && names &&
		     comes_before(names, sorted[i], ret.most))) {
			ret.most = sorted[i];
			ret.with = run;
		}
	}
	free(sorted);
	return ret;
}

/* The offset that all rows blaming the module have, if it is one. */
static struct crash_number one_offset(const struct clumps *clumps,
				      const struct clump *clump, uint32_t fault)
{
	struct crash_number ret = CRASH_UNKNOWN;

	for (uint64_t i = 0; i < clump->crashes; i++) {
		const size_t at = place_of(clumps, clump->rows[i]);
		const uint64_t offset = clumps->faces.offsets[at];

		if (clumps->faces.faults[at] != fault ||
		    offset == STORE_NO_NUMBER)
			continue;
		if (ret.known && ret.value != offset)
			return CRASH_UNKNOWN;
		ret = CRASH_NUMBER(offset);
	}
	return ret;
}

static uint64_t known(uint64_t number)
{
	return number == STORE_NO_NUMBER ? 0 : number;
}

/* The better of two representatives by what columns say; 0 = they do not. */
static int compare_rows(const struct clumps *clumps, uint32_t a, uint32_t b)
{
	const uint64_t *sure = clumps->faces.sure;
	const uint64_t x = known(sure[place_of(clumps, a)]);
	const uint64_t y = known(sure[place_of(clumps, b)]);
	uint64_t m, n;

	if (x != y)
		return x > y ? -1 : 1;
	m = known(clumps->times[clump_place(clumps, a)]);
	n = known(clumps->times[clump_place(clumps, b)]);
	return (m < n) - (m > n);
}

static bool is_lower(struct hash128 a, struct hash128 b)
{
	return a.high < b.high || (a.high == b.high && a.low < b.low);
}

/* Of rows that columns call equal the one of the lowest id. */
static enum status choose_lowest(const struct clumps *clumps,
				 const struct clump *clump, uint32_t best,
				 uint32_t *ret, struct error *err)
{
	struct hash128 lowest = { 0 };
	struct store_crash next;
	struct arena passing;
	enum status status = STATUS_OK;
	uint32_t row = best;
	bool met = false;

	/* The first of them, where rows are in order of ids. */
	if (store_crash_is_elsewhere(clumps->store)) {
		for (uint64_t i = clump->crashes; i-- > 0;)
			if (compare_rows(clumps, clump->rows[i], best) == 0)
				*ret = clump->rows[i];
		return STATUS_OK;
	}
	arena_init(&passing);
	for (uint64_t i = 0; i < clump->crashes && !status; i++) {
		const uint32_t other = clump->rows[i];

		if (compare_rows(clumps, other, best) != 0)
			continue;
		status = store_crash_glance(clumps->store, other, &passing,
					    &next, err);
		if (!status && (!met || is_lower(next.identity, lowest))) {
			met = true;
			lowest = next.identity;
			row = other;
		}
		arena_reset(&passing);
	}
	arena_deinit(&passing);
	if (!status)
		*ret = row;
	return status;
}

enum status clump_look_row(const struct clumps *clumps,
			   const struct clump *clump, uint32_t *ret,
			   struct error *err)
{
	uint32_t best = clump->rows[0];
	uint64_t equal = 1;

	for (uint64_t i = 1; i < clump->crashes; i++) {
		const int order = compare_rows(clumps, clump->rows[i], best);

		if (order < 0)
			best = clump->rows[i];
		equal = order < 0 ? 1 : equal + (order == 0);
	}
	if (equal > 1)
		return choose_lowest(clumps, clump, best, ret, err);
	*ret = best;
	return STATUS_OK;
}

static double scanned_share(const struct clumps *clumps,
			    const struct clump *clump)
{
	uint64_t sure = 0;
	uint64_t scanned = 0;

	for (uint64_t i = 0; i < clump->crashes; i++) {
		const size_t at = place_of(clumps, clump->rows[i]);

		sure += known(clumps->faces.sure[at]);
		scanned += known(clumps->faces.scanned[at]);
	}
	return sure + scanned ? (double)scanned / (double)(sure + scanned) : -1;
}

/* What a clump has in common, in terms. */
struct common {
	uint32_t bugcheck, fault; /* 0 = none */
	struct crash_number offset;
};

static struct common common_of_one(const struct clumps *clumps, uint32_t row)
{
	const struct clump_faces *faces = &clumps->faces;
	const size_t at = place_of(clumps, row);
	struct common ret = { .bugcheck = faces->bugchecks[at],
			      .fault = faces->faults[at] };

	if (faces->offsets[at] != STORE_NO_NUMBER)
		ret.offset = CRASH_NUMBER(faces->offsets[at]);
	return ret;
}

/* Most clusters are of one crash. */
static struct common common_of(const struct clumps *clumps,
			       const struct clump *clump)
{
	const struct clump_faces *faces = &clumps->faces;
	struct common ret;

	if (clump->crashes == 1)
		return common_of_one(clumps, clump->rows[0]);
	ret.bugcheck =
		survey(clumps, clump, faces->bugchecks, clumps->bugchecks).most;
	ret.fault = survey(clumps, clump, faces->faults, clumps->faults).most;
	ret.offset = one_offset(clumps, clump, ret.fault);
	return ret;
}

static struct title_facts facts_of(const struct clumps *clumps,
				   const struct clump *clump)
{
	const struct common common = common_of(clumps, clump);
	struct title_facts facts = { .fault = NULL };

	if (common.bugcheck)
		facts.bugcheck = CRASH_NUMBER(
			recall_value(clumps->bugchecks, common.bugcheck)
				.number);
	if (common.fault) {
		facts.fault = recall_text(clumps->faults, common.fault);
		facts.offset = common.offset;
	}
	return facts;
}

enum status clump_look_ahead(const struct clumps *clumps,
			     const struct clump *first, size_t count,
			     struct error *err)
{
	enum status status = STATUS_OK;
	uint32_t *rows;

	if (!store_crash_is_elsewhere(clumps->store))
		return STATUS_OK;
	rows = calloc(count + 1, sizeof(*rows));
	if (!rows)
		must_end();
	for (size_t i = 0; i < count && !status; i++)
		status = clump_look_row(clumps, &first[i], &rows[i], err);
	if (!status)
		store_crash_expect(clumps->store, rows, count);
	free(rows);
	return status;
}

struct calling {
	struct store *store;
	const uint64_t *turns; /* the row that names a clump, and its place */
	struct arena *arena;
	struct clump_called *ret; /* titles are missing */
};

static void take_stack(void *closure, size_t nth, const struct crash *crash)
{
	const struct calling *calling = closure;
	struct clump_called *called =
		&calling->ret[(uint32_t)calling->turns[nth]];

	called->title = title_of(&called->facts, crash, calling->arena);
}

static enum status name_turns(struct calling *calling, uint64_t *turns,
			      size_t count, struct error *err)
{
	uint32_t *rows = must(malloc((count + 1) * sizeof(*rows)));
	enum status status;

	order_numbers(turns, count);
	for (size_t i = 0; i < count; i++)
		rows[i] = (uint32_t)(turns[i] >> 32);
	calling->turns = turns;
	if (count > 1)
		store_crash_expect(calling->store, rows, count);
	status = store_stacks_read(calling->store, rows, count, take_stack,
				   calling, err);
	free(rows);
	return status;
}

enum status clump_look_names(const struct clumps *clumps, size_t first,
			     size_t count, struct arena *arena,
			     struct clump_called *ret, struct error *err)
{
	const struct clump *at = clumps->at + first;
	struct calling calling = { .store = clumps->store,
				   .arena = arena,
				   .ret = ret };
	uint64_t *turns = must(malloc((count + 1) * sizeof(*turns)));
	enum status status = STATUS_OK;

	for (size_t i = 0; i < count && !status; i++) {
		ret[i] = (struct clump_called){ .facts = facts_of(clumps,
								  &at[i]) };
		status = clump_look_row(clumps, &at[i], &ret[i].row, err);
		turns[i] = order_pair(ret[i].row, (uint32_t)i);
	}
	if (!status)
		status = name_turns(&calling, turns, count, err);
	free(turns);
	return status;
}

enum status clump_look(const struct clumps *clumps, const struct clump *clump,
		       struct arena *arena, struct clump_face *ret,
		       struct error *err)
{
	const struct clump_faces *faces = &clumps->faces;
	struct clump_face face = { .scanned = scanned_share(clumps, clump) };

	if (clump_look_row(clumps, clump, &face.called.row, err) ||
	    store_crash_glance(clumps->store, face.called.row, arena,
			       &face.crash, err))
		return err->status;
	face.called.facts = facts_of(clumps, clump);
	face.called.title =
		title_of(&face.called.facts, &face.crash.crash, arena);
	face.stacks = survey(clumps, clump, faces->portables, NULL).different;
	face.builds = survey(clumps, clump, faces->builds, NULL).different;
	face.clusters = survey(clumps, clump, faces->clusters, NULL).different;
	*ret = face;
	return STATUS_OK;
}

enum status clump_look_name(const struct clumps *clumps,
			    const struct clump *clump, struct arena *arena,
			    struct clump_called *ret, struct error *err)
{
	return clump_look_names(clumps, (size_t)(clump - clumps->at), 1, arena,
				ret, err);
}

const char *clump_look_bugcheck(struct arena *arena,
				const struct clump_called *called)
{
	char code[TEXT_HEX_BYTES];

	if (!called->facts.bugcheck.known)
		return NULL;
	return text_copy(arena, text_hex(called->facts.bugcheck.value, code));
}

const char *clump_look_fault(struct arena *arena,
			     const struct clump_called *called)
{
	const struct title_facts *facts = &called->facts;
	char offset[TEXT_HEX_BYTES];
	const char *parts[] = { facts->fault, "+", offset, NULL };

	if (!facts->fault || !facts->offset.known)
		return facts->fault;
	text_hex(facts->offset.value, offset);
	return text_joined(arena, parts);
}

const char *clump_look_stacks(struct arena *arena, uint64_t stacks)
{
	if (stacks == 0)
		return "no stack that tells crashes apart";
	return text_printf(arena, "%" PRIu64 " different stack%s", stacks,
			   stacks == 1 ? "" : "s");
}
