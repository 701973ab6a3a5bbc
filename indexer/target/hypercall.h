/*
 * hypercall.h - the page through which a guest calls its hypervisor.
 *
 * It belongs to no module.  It holds vmcall (0f 01 c1) or vmmcall (0f 01 d9)
 * within its first bytes, then a return; the address behind that is where a
 * processor waits for the hypervisor.
 */
#ifndef TARGET_HYPERCALL_H
#define TARGET_HYPERCALL_H

#include "indexer/target/target.h"

/* "vmcall" or "vmmcall" where one stands right before va; or NULL. */
const char *hypercall_before(const struct target *target, uint64_t va);

#endif
