/*
 * machine_lines.h - the lines of a machine description, one row a word.
 */
#ifndef CORPUS_TOOLS_MACHINE_LINES_H
#define CORPUS_TOOLS_MACHINE_LINES_H

#include "corpus-tools/machine.h"

/* One line; formats are the names of enum machine_format. */
enum status machine_lines_take(struct machine *machine, const char *line,
			       const char *const formats[MACHINE_FORMATS],
			       struct error *err) MUST_CHECK;

/* Decimal, or hexadecimal after 0x; backquotes are passed over. */
bool machine_lines_number(const char *text, uint64_t *ret);

/* `01 02 aabb` to bytes; false if it is no such thing. */
bool machine_lines_hex(const char *text, uint8_t *to, size_t room, size_t *ret);

#endif
