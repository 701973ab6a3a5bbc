/*
 * hypervisor_signs.h - what secondary data and the stack show of a hypervisor.
 */
#ifndef TARGET_HYPERVISOR_SIGNS_H
#define TARGET_HYPERVISOR_SIGNS_H

#include "indexer/target/target.h"

struct hypervisor_sign {
	const char *name;  /* whose sign; NULL: of some hypervisor */
	bool is_firmware;  /* ACPI; else the processor's or the kernel's word */
	const char *key;   /* "acpi_oem", "cpuid", "code", "frame", "blob" */
	const char *value; /* in the target's arena, or lives for ever */
};

#define HYPERVISOR_SIGNS 16

struct hypervisor_signs {
	struct hypervisor_sign sign[HYPERVISOR_SIGNS];
	size_t count;
	struct crash_number processor; /* CPUID 1: ECX bit 31, 0 or 1 */
	bool vbs;		       /* a secure kernel ran */
	bool below;		       /* Hyper-V ran under the system */
};

void hypervisor_signs_find(const struct target *target,
			   struct hypervisor_signs *ret);

#endif
