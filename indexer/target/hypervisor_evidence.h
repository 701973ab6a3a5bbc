/*
 * hypervisor_evidence.h - is the machine a guest, and of what?
 *
 * Signs are weighed: what firmware says beats drivers, a platform beats the
 * general hypervisor it is made of, what shows a host never makes a guest.  A
 * machine with a hypervisor under it (virtualization-based security, a Hyper-V
 * root) is no guest: flags "vbs" and "hypervisor-below".
 */
#ifndef TARGET_HYPERVISOR_EVIDENCE_H
#define TARGET_HYPERVISOR_EVIDENCE_H

#include "indexer/target/target.h"

/*
 * Sets crash->machine.hypervisor and .evidence out of the crash's machine,
 * modules and frames, the secondary data and the raw stack.
 */
void hypervisor_evidence_examine(struct target *target);

#endif
