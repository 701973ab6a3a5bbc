/*
 * machine_lines.h - the lines of a machine description, one row a word.
 */
#ifndef CORPUS_TOOLS_MACHINE_LINES_H
#define CORPUS_TOOLS_MACHINE_LINES_H

#include "corpus-tools/machine.h"

/* One line. */
enum status machine_lines_take(struct machine *machine, const char *line,
			       struct error *err) MUST_CHECK;

/* A whole description; the error names the line. */
enum status machine_lines_parse(struct machine *machine, const char *text,
				size_t size, struct error *err) MUST_CHECK;

#endif
