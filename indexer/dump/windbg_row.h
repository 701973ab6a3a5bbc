/*
 * windbg_row.h - one line of a stack or of memory printed with symbols.
 *
 *	f44dcbf0 8092d605 nt!KiCallUserMode+0x4
 *	8d283694 816df8a5 00000101 00000060 00000000 nt!KeBugCheckEx+0x1e
 *	fffff880`06e53328 fffff800`03b2da4a : <four of these> : nt!KeBugCheckEx
 *	0d ffffd000`23f18a90 00007ff9`e632668a nt!KiSystemServiceCopyEnd+0x13
 *	03 nt!KeWaitForSingleObject			only in a kc stack
 *	fffff880`0318a988  fffff880`042ca86d cfosspeed6+0x8986d
 */
#ifndef DUMP_WINDBG_ROW_H
#define DUMP_WINDBG_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct windbg_row {
	size_t columns; /* addresses: 0, 1, 2 */
	uint64_t address[2];
	uint64_t arg[4];
	size_t args;
	unsigned width; /* bytes of the first address; 0 if there is none */
	bool is_numbered;
	const char *symbol; /* the rest of the line; "" when nothing is left */
};

struct windbg_symbol {
	const char *module; /* NULL: an address outside of every module */
	size_t module_size;
	const char *function; /* NULL: only an offset */
	size_t function_size;
	bool is_unloaded;
	uint64_t offset; /* from the module's base, or from the function */
};

/* Is it such a line?  Whether its symbol makes sense is another question. */
bool windbg_row_read(const char *line, struct windbg_row *ret);

/* nt!KeBugCheckEx+0x1e, driver+0x36532, <Unloaded_x.sys>+0x10, 0x7799161a. */
bool windbg_row_symbol(const char *text, struct windbg_symbol *ret);

#endif
