/*
 * machine_complete.h - what a description leaves open.
 */
#ifndef CORPUS_TOOLS_MACHINE_COMPLETE_H
#define CORPUS_TOOLS_MACHINE_COMPLETE_H

#include "corpus-tools/machine.h"

/* After the last line: default images and stack, places of the modules. */
void machine_complete(struct machine *machine);

#endif
