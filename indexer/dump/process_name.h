/*
 * process_name.h - EPROCESS.ImageFileName: whose process was running.
 */
#ifndef DUMP_PROCESS_NAME_H
#define DUMP_PROCESS_NAME_H

#include <stdbool.h>
#include <stdint.h>

#include "signatures/base/arena.h"
#include "signatures/base/bytes.h"
#include "signatures/crash.h"

/* The field: bytes of text, not always NUL-terminated. */
#define PROCESS_NAME_BYTES 15

/* Where in EPROCESS the name is; false for a build whose EPROCESS is unknown.
 */
bool process_name_offset(enum crash_arch arch, uint64_t os_build,
			 uint32_t *ret);

/* The text of the field, or NULL if it is no printable name. */
const char *process_name_text(struct arena *arena, struct bytes field);

#endif
