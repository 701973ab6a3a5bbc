/*
 * bugcheck.h - the documented stop codes, their names and their parameters.
 *
 * Codes here are folded: 0x1000007E, the form that a kernel writes when it had
 * to make do with a small dump, is 0x7E.  Rows and names live for ever.
 */
#ifndef KNOWLEDGE_BUGCHECK_H
#define KNOWLEDGE_BUGCHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "signatures/knowledge/role.h"

struct bugcheck {
	uint32_t code;
	char name[64];	   /* "DRIVER_IRQL_NOT_LESS_OR_EQUAL" */
	char class[24];	   /* "pool", "irql", ...: our own grouping */
	enum role role[4]; /* ROLE_VARIES: ask subtype_find() */
};

/* The row of a folded code, or NULL. */
const struct bugcheck *bugcheck_find(uint32_t code);

/*
 * The row of a name, ASCII case ignored; second names and the documented names
 * of the minidump form lead to the same row.  Or NULL.
 */
const struct bugcheck *bugcheck_find_name(const char *name);

/* The row after this one by code, the first after NULL; NULL at the end. */
const struct bugcheck *bugcheck_walk(const struct bugcheck *after);

/* The bit of the minidump form. */
#define BUGCHECK_MINIDUMP UINT32_C(0x10000000)

/* Strip it; *minidump_form says whether there was one. */
uint32_t bugcheck_fold(uint32_t raw, bool *minidump_form);

/* "UNEXPECTED_KERNEL_MODE_TRAP_M" of 0x1000007F, or NULL: few are named. */
const char *bugcheck_minidump_name(uint32_t raw);

#endif
