/*
 * windbg_reader.h - what the readers of a debugger log's parts share.
 *
 * Each reader takes its own kind of output from the lines of one crash and
 * leaves absent what the log does not show.  Numbers of the other width than
 * the crash's own are of another machine: pages mix them.
 */
#ifndef DUMP_WINDBG_READER_H
#define DUMP_WINDBG_READER_H

#include "indexer/dump/dump.h"
#include "indexer/dump/windbg_split.h"

/* The lines of a stack, or of raw memory with symbols beside it. */
struct windbg_block {
	size_t first;
	size_t end;
	unsigned width;
	int rank; /* 0 = none */
	size_t rows;
};

struct windbg_reader {
	struct crash *crash;
	struct arena *arena;
	const struct windbg_text *text;
	struct windbg_part part;
	unsigned width; /* bytes of a pointer; 0 = not known yet */
	struct windbg_block stack;
	const char **file; /* file names the log tells, lower case */
	size_t file_count;
};

/* Header facts: system, times, process, exception, firmware strings. */
void windbg_fields_read(struct windbg_reader *reader);

/* Which of the stacks printed is the crash's; also settles the width. */
void windbg_stack_choose(struct windbg_reader *reader);
void windbg_stack_read(struct windbg_reader *reader);

/* Third-party modules in raw memory printed with symbols (dps, dds). */
void windbg_stack_residue(struct windbg_reader *reader);

/* The lists of lm; the names they give to everything else. */
void windbg_modules_read(struct windbg_reader *reader);

/*
 * The file name of what the debugger calls name, which has size characters.
 * The debugger drops the ending; where the log does not tell it, kernel code
 * is a .sys but for the libraries known, and of a program nothing is added.
 * The kernel is "nt".
 */
const char *windbg_modules_file(const struct windbg_reader *reader,
				const char *name, size_t size, bool is_kernel);

/* Blocks of !pool, tags of !analyze. */
void windbg_pool_read(struct windbg_reader *reader);

/* Whom !analyze blames. */
void windbg_fault_read(struct windbg_reader *reader);

#endif
