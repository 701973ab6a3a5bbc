/*
 * fleet_bugs.h - what the machines of the demo are, and what they die of.
 */
#ifndef CORPUS_TOOLS_FLEET_BUGS_H
#define CORPUS_TOOLS_FLEET_BUGS_H

#include <stdbool.h>
#include <stdint.h>

#include "corpus-tools/machine.h"
#include "corpus-tools/random.h"

struct fleet_bugs_machine {
	uint64_t number;
	uint64_t day;
	bool bad_memory;
	bool bad_driver; /* has the bad build by that day */
	bool bad_bios;
	bool laptop; /* of the model with the hotkey driver */
	bool guest;  /* of Xen */
	bool newer_system;
};

struct fleet_bugs_bug;

const struct fleet_bugs_bug *fleet_bugs_everyday(struct random_source *random);
const struct fleet_bugs_bug *fleet_bugs_memory(struct random_source *random);
const struct fleet_bugs_bug *fleet_bugs_firmware(struct random_source *random);
const struct fleet_bugs_bug *fleet_bugs_driver(void);
const struct fleet_bugs_bug *fleet_bugs_hang(void);

/* Say all of it; time and uptime are set already. */
void fleet_bugs_describe(struct machine *machine,
			 const struct fleet_bugs_machine *pc,
			 const struct fleet_bugs_bug *bug,
			 struct random_source *random);

#endif
