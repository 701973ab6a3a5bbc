#include "corpus-tools/fleet.h"

#include <string.h>

#include "corpus-tools/fleet_bugs.h"
#include "corpus-tools/random.h"
#include "corpus-tools/write_image.h"
#include "signatures/base/cli.h"
#include "signatures/base/text.h"

/* 2024-07-01, a Monday, as FILETIME. */
#define FIRST_DAY 133642656000000000
#define SECOND TEXT_TICKS_PER_SECOND
#define DAY (86400 * SECOND)

struct making {
	struct sink *sink;
	struct arena arena;
	struct buffer image;
	struct random_source random;
	uint64_t machines, weeks;
	uint64_t dumps;
};

static bool chance(struct making *making, uint64_t in_ten_thousand)
{
	return random_below(&making->random, 10000) < in_ten_thousand;
}

/* What a machine is does not depend on how often others crash. */
static void know(const struct making *making, uint64_t number, uint64_t day,
		 struct fleet_bugs_machine *pc)
{
	struct random_source own = { number * 77773 + 5 };
	const uint64_t laptops = making->machines / 5;
	const uint64_t guests = making->machines / 7;

	memset(pc, 0, sizeof(*pc));
	pc->number = number;
	pc->day = day;
	pc->bad_memory = number == making->machines - 1;
	pc->laptop = number < laptops;
	pc->guest = !pc->laptop && number < laptops + guests;
	pc->bad_bios = pc->laptop && number % 2 == 0;
	pc->newer_system = random_below(&own, 4) == 0;
	/* The bad build spreads through the later third of the weeks. */
	const uint64_t total = making->weeks * 7;
	const uint64_t starts = total * 4 / 8;
	const uint64_t joins = starts + random_below(&own, total * 3 / 8 + 1);

	pc->bad_driver = !pc->guest && number % 3 == 1 && day >= joins;
}

static enum status crash(struct making *making,
			 const struct fleet_bugs_machine *pc,
			 const struct fleet_bugs_bug *bug, struct error *err)
{
	struct machine machine;

	arena_reset(&making->arena);
	machine_init(&machine, &making->arena, "demo");
	machine.time =
		FIRST_DAY + pc->day * DAY + random_next(&making->random) % DAY;
	machine.seed = random_next(&making->random) | 1;
	machine.uptime =
		(300 + random_below(&making->random, 400000)) * SECOND +
		random_next(&making->random) % SECOND;
	fleet_bugs_describe(&machine, pc, bug, &making->random);
	const char *name = text_printf(
		&making->arena, "pc%03u-day%02u-%04u.dmp", (unsigned)pc->number,
		(unsigned)pc->day, (unsigned)making->dumps++);
	if (write_image(&machine, &making->image, err))
		return err->status;
	return sink_put(making->sink, name, &making->image,
			text_unix_of_ticks(machine.time), err);
}

/* A machine's crashes of one day. */
static enum status live_through(struct making *making, uint64_t number,
				uint64_t day, struct error *err)
{
	struct fleet_bugs_machine pc;

	know(making, number, day, &pc);
	if (chance(making, 500) &&
	    crash(making, &pc, fleet_bugs_everyday(&making->random), err))
		return err->status;
	if (pc.bad_memory && chance(making, 4000) &&
	    crash(making, &pc, fleet_bugs_memory(&making->random), err))
		return err->status;
	if (pc.bad_driver && chance(making, 2500) &&
	    crash(making, &pc, fleet_bugs_driver(), err))
		return err->status;
	if (pc.guest && chance(making, 600) &&
	    crash(making, &pc, fleet_bugs_hang(), err))
		return err->status;
	if (pc.bad_bios && chance(making, 1500) &&
	    crash(making, &pc, fleet_bugs_firmware(&making->random), err))
		return err->status;
	return STATUS_OK;
}

enum status fleet_write(uint64_t machines, uint64_t weeks, uint64_t seed,
			struct sink *sink, struct error *err)
{
	struct making making = {
		.sink = sink,
		.random = { seed * 0x51ed2701 },
		.machines = machines,
		.weeks = weeks,
	};
	enum status status = STATUS_OK;

	if (machines < 10 || machines > 100000 || weeks < 1 || weeks > 520)
		return error_set(err, STATUS_USAGE,
				 "a demo has 10 to 100000 machines and 1 to "
				 "520 weeks");
	arena_init(&making.arena);
	buffer_init(&making.image);
	for (uint64_t day = 0; day < weeks * 7 && !status; day++) {
		for (uint64_t i = 0; i < machines && !status; i++)
			status = live_through(&making, i, day, err);
		cli_progress("%u dumps", (unsigned)making.dumps);
	}
	cli_progress_clear();
	buffer_deinit(&making.image);
	arena_deinit(&making.arena);
	return status;
}
