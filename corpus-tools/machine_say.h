/*
 * machine_say.h - lines of a description that the program itself writes.
 */
#ifndef CORPUS_TOOLS_MACHINE_SAY_H
#define CORPUS_TOOLS_MACHINE_SAY_H

#include "corpus-tools/machine.h"

/* A formatted line that makes sense, or the program ends. */
void machine_say(struct machine *machine, const char *format, ...)
	PRINTF_LIKE(2, 3);

#endif
