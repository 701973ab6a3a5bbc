#include "query/trend.h"

#include <stdlib.h>

#include "query/statistics.h"
#include "signatures/base/room.h"

struct trend_tally {
	struct machine {
		uint32_t crashes, before;
	} * machines;  /* by number */
	uint32_t *met; /* machines with a crash, each once */
	size_t met_count;
	uint64_t unknown, unknown_before;
};

struct trend_tally *trend_create(uint32_t machines)
{
	struct trend_tally *tally = room_cleared(1, sizeof(*tally));

	tally->machines = room_cleared(machines, sizeof(*tally->machines));
	tally->met = room_cleared(machines, sizeof(*tally->met));
	return tally;
}

void trend_destroy(struct trend_tally *tally)
{
	if (!tally)
		return;
	free(tally->machines);
	free(tally->met);
	free(tally);
}

void trend_add(struct trend_tally *tally, uint32_t number, bool now)
{
	struct machine *machine = &tally->machines[number];

	if (number == 0) {
		tally->unknown += now;
		tally->unknown_before += !now;
		return;
	}
	if (machine->crashes == 0 && machine->before == 0)
		tally->met[tally->met_count++] = number;
	machine->crashes += now;
	machine->before += !now;
}

/* The changes of units, each in crashes of this window. */
struct changes {
	double up, down, squares;
};

/* A crash before is worth so many in this window. */
static void take_change(struct changes *changes, double crashes, double before,
			double worth)
{
	const double change = crashes - worth * before;
	const double size = change > 0 ? change : -change / worth;

	*(change > 0 ? &changes->up : &changes->down) += size;
	changes->squares += size * size;
}

/* Gives p, and whether the row could have moved, however its units went. */
static void test(const struct changes *changes, struct trend_days days,
		 struct trend_row *row)
{
	const double all = changes->up + changes->down;
	const double squares = changes->squares;
	const double share = days.now / (days.now + days.before);

	row->p = statistics_paired(changes->up, changes->down, squares, share);
	row->could_move =
		statistics_paired(all, 0, squares, share) <= TREND_Q ||
		statistics_paired(0, all, squares, share) <= TREND_Q;
}

void trend_close(struct trend_tally *tally, struct trend_days days,
		 struct trend_row *row)
{
	const bool compares = days.now > 0 && days.before > 0;
	const double worth = compares ? days.now / days.before : 1;
	const double unknown = (double)tally->unknown;
	const double unknown_before = (double)tally->unknown_before;
	struct changes changes = { unknown, unknown_before,
				   unknown + unknown_before };

	row->crashes = row->machines = tally->unknown;
	row->crashes_before = row->machines_before = tally->unknown_before;
	for (size_t i = 0; i < tally->met_count; i++) {
		struct machine *machine = &tally->machines[tally->met[i]];

		take_change(&changes, machine->crashes, machine->before, worth);
		row->crashes += machine->crashes;
		row->crashes_before += machine->before;
		row->machines += machine->crashes > 0;
		row->machines_before += machine->before > 0;
		*machine = (struct machine){ 0 };
	}
	row->p = 1;
	row->could_move = false;
	if (compares)
		test(&changes, days, row);
	tally->met_count = 0;
	tally->unknown = tally->unknown_before = 0;
}

const char *trend_word(enum trend_move move)
{
	static const char *const words[] = {
		[TREND_STEADY] = "steady", [TREND_NEW] = "new",
		[TREND_RISING] = "rising", [TREND_FALLING] = "falling",
		[TREND_GONE] = "gone",
	};

	return words[move];
}

static enum trend_move move_of(const struct trend_row *row,
			       struct trend_days days)
{
	const double now = (double)row->crashes * days.before;
	const double before = (double)row->crashes_before * days.now;

	if (row->q > TREND_Q)
		return TREND_STEADY;
	if (now >= TREND_FACTOR * before && row->machines >= TREND_LEAST)
		return row->ever_before ? TREND_RISING : TREND_NEW;
	if (before >= TREND_FACTOR * now && row->machines_before >= TREND_LEAST)
		return row->crashes ? TREND_FALLING : TREND_GONE;
	return TREND_STEADY;
}

/* Of rows that could not have moved, however they fell, none is tested. */
void trend_judge(struct trend_row *rows, size_t count, struct trend_days days)
{
	double *p = room_cleared(count, sizeof(*p));
	size_t tested = 0;

	for (size_t i = 0; i < count; i++)
		if (rows[i].could_move)
			p[tested++] = rows[i].p;
	statistics_false_discovery(p, tested, p);
	tested = 0;
	for (size_t i = 0; i < count; i++) {
		rows[i].q = rows[i].could_move ? p[tested++] : 1;
		rows[i].move = move_of(&rows[i], days);
	}
	free(p);
}
