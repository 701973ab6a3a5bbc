/*
 * firmware.h - the firmware's table about a machine, and what else the dump
 * writer asks drivers for: processor values, ACPI headers.
 */
#ifndef CORPUS_TOOLS_FIRMWARE_H
#define CORPUS_TOOLS_FIRMWARE_H

#include <stdbool.h>

#include "corpus-tools/buffer.h"
#include "corpus-tools/machine.h"

/* Append the table: BIOS, system, board, end. */
void firmware_table(const struct machine *machine, struct buffer *out);

/* Does the description say anything of the firmware? */
bool firmware_known(const struct machine *machine);

/*
 * The legacy area from physical address F0000 up: entry point and table, a
 * multiple of the page size.
 */
void firmware_low_area(const struct machine *machine, struct buffer *out);

#endif
