#include "query/suspect.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "query/choose.h"
#include "query/count.h"
#include "query/factor.h"
#include "query/statistics.h"
#include "query/value.h"
#include "signatures/base/room.h"
#include "signatures/base/text.h"

const char *suspect_sign_words(enum suspect_sign sign, uint64_t count)
{
	static const char *const words[SUSPECT_SIGNS][2] = {
		[SUSPECT_OWN_WAYS] = { "way to crash that no other machine has",
				       "ways to crash that no other machine "
				       "has" },
		[SUSPECT_MANY_WAYS] = { "way to crash", "ways to crash" },
		[SUSPECT_ONE_BIT] = { "value wrong by one bit",
				      "values wrong by one bit" },
		[SUSPECT_MEMORY] = { "damaged page table or memory",
				     "damaged page tables or memory" },
		[SUSPECT_REPORTED] = { "error reported by the hardware",
				       "errors reported by the hardware" },
		[SUSPECT_EARLY] = { "way to crash within minutes of starting",
				    "ways to crash within minutes of "
				    "starting" },
	};

	return words[sign][count != 1];
}

static bool is_counted(enum suspect_sign sign)
{
	return sign != SUSPECT_MANY_WAYS;
}

/* How many of the others crash in at least as many ways: no distribution is
 * taken for granted. */
static void judge_ways(struct suspect *machines, size_t count)
{
	uint64_t most = 0;
	double sum = 0;

	for (size_t i = 0; i < count; i++) {
		const uint64_t ways = machines[i].signs[SUSPECT_MANY_WAYS];

		sum += (double)ways;
		most = ways > most ? ways : most;
	}

	uint64_t *as_many = room_cleared(most + 1, sizeof(*as_many));

	for (size_t i = 0; i < count; i++)
		as_many[machines[i].signs[SUSPECT_MANY_WAYS]]++;
	for (uint64_t ways = most; ways > 0; ways--)
		as_many[ways - 1] += as_many[ways];
	for (size_t i = 0; i < count; i++) {
		struct suspect *at = &machines[i];
		const uint64_t ways = at->signs[SUSPECT_MANY_WAYS];

		at->p[SUSPECT_MANY_WAYS] =
			ways > 1 ? (double)as_many[ways] / (double)count : 1;
		at->expected[SUSPECT_MANY_WAYS] =
			count > 1 ? (sum - (double)ways) / (double)(count - 1)
				  : 0;
	}
	free(as_many);
}

/* What a sign is counted among. */
static uint64_t exposure(const struct suspect *machine, enum suspect_sign sign)
{
	return sign == SUSPECT_EARLY ? machine->timed_ways : machine->crashes;
}

static void judge_sign(struct suspect *machines, size_t count,
		       enum suspect_sign sign)
{
	uint64_t all = 0;
	uint64_t crashes = 0;

	for (size_t i = 0; i < count; i++) {
		all += machines[i].signs[sign];
		crashes += exposure(&machines[i], sign);
	}
	for (size_t i = 0; i < count; i++) {
		struct suspect *at = &machines[i];
		const uint64_t mine = exposure(at, sign);
		/* Half a case more than was seen: never is not known. */
		const double rate = ((double)(all - at->signs[sign]) + 0.5) /
				    ((double)(crashes - mine) + 1);

		at->expected[sign] = rate * (double)mine;
		at->p[sign] = statistics_count_reaches(at->signs[sign],
						       at->expected[sign]);
	}
}

const char *suspect_reasons(const struct suspect *machine, struct arena *arena)
{
	bool told[SUSPECT_SIGNS] = { false };
	const char *text = "";

	for (unsigned n = 0; n < SUSPECT_SIGNS; n++) {
		enum suspect_sign best = SUSPECT_SIGNS;

		for (enum suspect_sign sign = 0; sign < SUSPECT_SIGNS; sign++)
			if (!told[sign] && machine->p[sign] < 0.1 &&
			    (best == SUSPECT_SIGNS ||
			     machine->p[sign] < machine->p[best]))
				best = sign;
		if (best == SUSPECT_SIGNS)
			break;
		told[best] = true;
		text = text_printf(
			arena, "%s%s%" PRIu64 " %s (%.2g)", text,
			*text ? "; " : "", machine->signs[best],
			suspect_sign_words(best, machine->signs[best]),
			machine->expected[best]);
	}
	return text;
}

void suspect_judge(struct suspect *machines, size_t count)
{
	double *p = room_cleared(count, sizeof(*p));

	judge_ways(machines, count);
	for (enum suspect_sign sign = 0; sign < SUSPECT_SIGNS; sign++)
		if (is_counted(sign))
			judge_sign(machines, count, sign);
	for (size_t i = 0; i < count; i++) {
		p[i] = statistics_together(machines[i].p, SUSPECT_SIGNS);
		/* A fleet of one has nothing to be held against. */
		if (count < 2)
			p[i] = 1;
		machines[i].score = -log10(fmax(p[i], 1e-300));
	}
	statistics_false_discovery(p, count, p);
	for (size_t i = 0; i < count; i++)
		machines[i].q = p[i];
	free(p);
}

/* Columns and flags of all rows. */
struct evidence {
	uint32_t *machines, *families, *bugchecks;
	uint64_t *first_args, *fourth_args, *uptimes;
	uint64_t *codes; /* by term of bugcheck */
	struct plan one_bit, memory;
};

static enum status evidence_read(struct query *query, struct evidence *ret,
				 struct error *err)
{
	struct store *store = query->store;
	const uint32_t rows = store_row_count(store);
	uint32_t bound;

	ret->one_bit = plan_none(store);
	ret->memory = plan_none(store);
	ret->machines = factor_terms(store, "machine");
	ret->families = factor_terms(store, "family");
	ret->bugchecks = factor_terms(store, "bugcheck");
	ret->first_args = factor_numbers(store, "arg1");
	ret->fourth_args = factor_numbers(store, "arg4");
	ret->uptimes = factor_numbers(store, "uptime");
	bound = factor_bound(ret->bugchecks, rows);
	ret->codes = room_cleared(bound, sizeof(*ret->codes));
	for (uint32_t term = 1; term < bound; term++)
		ret->codes[term] =
			factor_value(store, "bugcheck", term, &query->arena)
				.number;
	if (factor_rows(store, "flag", "one-bit-off", &ret->one_bit, err) ||
	    factor_rows(store, "flag", "single-bit-pte", &ret->memory, err) ||
	    factor_rows(store, "flag", "single-bit-memory", &ret->memory, err))
		return err->status;
	return STATUS_OK;
}

static void evidence_deinit(struct evidence *evidence)
{
	plan_deinit(&evidence->one_bit);
	plan_deinit(&evidence->memory);
	free(evidence->machines);
	free(evidence->families);
	free(evidence->bugchecks);
	free(evidence->first_args);
	free(evidence->fourth_args);
	free(evidence->uptimes);
	free(evidence->codes);
}

/* A code that stands for no bugcheck. */
#define NO_CODE UINT64_MAX

static void take_signs(const struct evidence *evidence, uint32_t row,
		       struct suspect *machine)
{
	const uint32_t term = evidence->bugchecks[row];
	const uint64_t code = term ? evidence->codes[term] : NO_CODE;

	machine->crashes++;
	machine->signs[SUSPECT_ONE_BIT] +=
		count_bit(evidence->one_bit.bits, row);
	machine->signs[SUSPECT_REPORTED] += code == 0x124 || code == 0x9c;
	machine->signs[SUSPECT_MEMORY] +=
		count_bit(evidence->memory.bits, row) || code == 0x4e ||
		(code == 0x1a && evidence->first_args[row] == 0x41792) ||
		(code == 0xc1 && evidence->fourth_args[row] == 0x32);
}

/* The machine that alone has each family; NOBODY if several have it. */
#define NOBODY UINT32_MAX

static uint32_t *owners(const struct evidence *evidence,
			const struct plan *plan, uint32_t families)
{
	uint32_t *owner = room_cleared(families, sizeof(*owner));

	for (uint32_t row = 0; row < plan->row_count; row++) {
		const uint32_t family = evidence->families[row];

		if (!count_bit(plan->bits, row) || !family)
			continue;
		/* A crash of an unknown machine may be anybody's. */
		if (!evidence->machines[row] ||
		    (owner[family] && owner[family] != evidence->machines[row]))
			owner[family] = NOBODY;
		else
			owner[family] = evidence->machines[row];
	}
	return owner;
}

/* One crash: its family, and how long after a start it was. */
struct way {
	uint32_t family;
	uint64_t uptime;
};

static int by_family(const void *left, const void *right)
{
	const struct way *a = left;
	const struct way *b = right;

	return (a->family > b->family) - (a->family < b->family);
}

/* Crashes of one family on one machine: were most of them early? */
static void take_early(const struct way *ways, size_t count,
		       struct suspect *machine)
{
	size_t timed = 0;
	size_t early = 0;

	for (size_t i = 0; i < count; i++) {
		timed += ways[i].uptime != STORE_NO_NUMBER;
		early += ways[i].uptime <
			 SUSPECT_EARLY_SECONDS * TEXT_TICKS_PER_SECOND;
	}
	machine->timed_ways += timed > 0;
	machine->signs[SUSPECT_EARLY] += 2 * early > timed;
}

/* Families of one machine's rows: how many, its own, and their entropy. */
static void take_ways(const struct evidence *evidence, const uint32_t *owner,
		      const uint32_t *rows, size_t count,
		      struct suspect *machine)
{
	struct way *ways = room_cleared(count, sizeof(*ways));
	size_t with = 0;

	for (size_t i = 0; i < count; i++)
		if (evidence->families[rows[i]])
			ways[with++] = (struct way){
				evidence->families[rows[i]],
				evidence->uptimes[rows[i]],
			};
	if (with > 1)
		qsort(ways, with, sizeof(*ways), by_family);
	for (size_t i = 0, run; i < with; i += run) {
		for (run = 1;
		     i + run < with && ways[i + run].family == ways[i].family;)
			run++;

		const double share = (double)run / (double)with;

		machine->signs[SUSPECT_MANY_WAYS]++;
		machine->signs[SUSPECT_OWN_WAYS] +=
			owner[ways[i].family] == machine->term;
		take_early(ways + i, run, machine);
		machine->entropy -= share * log2(share);
	}
	free(ways);
}

static int by_score(const void *left, const void *right)
{
	const struct suspect *a = left;
	const struct suspect *b = right;

	if (a->score != b->score)
		return a->score > b->score ? -1 : 1;
	if (a->crashes != b->crashes)
		return a->crashes > b->crashes ? -1 : 1;
	return (a->machine > b->machine) - (a->machine < b->machine);
}

enum status suspect_crashes(struct store *store, struct plan *ret,
			    struct error *err)
{
	struct plan live, tool_made;

	if (choose_snapshots(store, &live, &tool_made, err))
		return err->status;
	*ret = plan_all(store);
	if (live.matched)
		plan_leave_out(ret, &live);
	if (tool_made.matched)
		plan_leave_out(ret, &tool_made);
	plan_deinit(&live);
	plan_deinit(&tool_made);
	return STATUS_OK;
}

static void gather(struct query *query, const struct evidence *evidence,
		   const struct plan *plan, struct suspect **ret,
		   size_t *ret_count)
{
	const uint32_t bound =
		factor_bound(evidence->machines, plan->row_count);
	struct factor_index index =
		factor_index_make(plan, evidence->machines, bound);
	uint32_t *owner =
		owners(evidence, plan,
		       factor_bound(evidence->families, plan->row_count));
	struct suspect *machines =
		arena_take(&query->arena, bound + 1, sizeof(*machines));
	size_t count = 0;

	for (uint32_t term = 1; term < bound; term++) {
		struct suspect *machine = &machines[count];
		const uint32_t *rows = index.rows + index.first[term];
		const size_t crashes =
			index.first[term + 1] - index.first[term];

		if (crashes == 0)
			continue;
		*machine = (struct suspect){
			.term = term,
			.machine = factor_value(query->store, "machine", term,
						&query->arena)
					   .number
		};
		for (size_t i = 0; i < crashes; i++)
			take_signs(evidence, rows[i], machine);
		take_ways(evidence, owner, rows, crashes, machine);
		count++;
	}
	free(owner);
	factor_index_deinit(&index);
	*ret = machines;
	*ret_count = count;
}

enum status suspect_gather(struct query *query, struct suspect **ret,
			   size_t *ret_count, struct error *err)
{
	struct evidence evidence = { .machines = NULL };
	struct plan plan;
	enum status status = evidence_read(query, &evidence, err);

	if (!status)
		status = suspect_crashes(query->store, &plan, err);
	if (!status) {
		gather(query, &evidence, &plan, ret, ret_count);
		suspect_judge(*ret, *ret_count);
		if (*ret_count > 1)
			qsort(*ret, *ret_count, sizeof(**ret), by_score);
		plan_deinit(&plan);
	}
	evidence_deinit(&evidence);
	return status;
}

enum status suspect_leave_out(struct query *query, struct plan *plan,
			      uint64_t *ret, struct error *err)
{
	struct plan theirs = plan_none(query->store);
	uint32_t *terms = factor_terms(query->store, "machine");
	const uint32_t bound = factor_bound(terms, plan->row_count);
	bool *doubted = room_cleared(bound, sizeof(*doubted));
	struct suspect *machines;
	size_t count;
	enum status status = suspect_gather(query, &machines, &count, err);

	if (!status) {
		*ret = 0;
		for (size_t i = 0; i < count; i++) {
			doubted[machines[i].term] = machines[i].q <= SUSPECT_Q;
			*ret += machines[i].q <= SUSPECT_Q;
		}
		for (uint32_t row = 0; row < plan->row_count; row++)
			if (doubted[terms[row]])
				plan_add(&theirs, row);
		plan_leave_out(plan, &theirs);
	}
	free(doubted);
	free(terms);
	plan_deinit(&theirs);
	return status;
}
