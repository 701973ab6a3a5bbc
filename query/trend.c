#include "query/trend.h"

#include <stdlib.h>

#include "query/statistics.h"

struct trend_tally {
	struct machine {
		uint32_t crashes, before;
	} * machines;  /* by number */
	uint32_t *met; /* machines with a crash, each once */
	size_t met_count;
	uint64_t unknown, unknown_before;
};

static void *zeroed(size_t count, size_t size)
{
	void *memory = calloc(count + 1, size);

	if (!memory)
		abort();
	return memory;
}

struct trend_tally *trend_create(uint32_t machines)
{
	struct trend_tally *tally = zeroed(1, sizeof(*tally));

	tally->machines = zeroed(machines, sizeof(*tally->machines));
	tally->met = zeroed(machines, sizeof(*tally->met));
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

void trend_close(struct trend_tally *tally, struct trend_days days,
		 struct trend_row *row)
{
	const bool compares = days.now > 0 && days.before > 0;
	/* What a crash before is worth in the days of this window. */
	const double worth = compares ? days.now / days.before : 1;
	double sum =
		(double)tally->unknown - worth * (double)tally->unknown_before;
	double squares = (double)tally->unknown +
			 worth * worth * (double)tally->unknown_before;
	uint64_t changed = tally->unknown + tally->unknown_before;

	row->crashes = row->machines = tally->unknown;
	row->crashes_before = row->machines_before = tally->unknown_before;
	for (size_t i = 0; i < tally->met_count; i++) {
		struct machine *machine = &tally->machines[tally->met[i]];
		const double change = (double)machine->crashes -
				      worth * (double)machine->before;

		sum += change;
		squares += change * change;
		changed += change < 0 || change > 0;
		row->crashes += machine->crashes;
		row->crashes_before += machine->before;
		row->machines += machine->crashes > 0;
		row->machines_before += machine->before > 0;
		*machine = (struct machine){ 0 };
	}
	row->p = compares ? statistics_paired(sum, squares, changed) : 1;
	row->could_move =
		compares && statistics_paired(1, 1e-9, changed) <= TREND_Q;
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
	double *p = zeroed(count, sizeof(*p));
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
