/*
 * hypervisor.h - signs of a hypervisor in SMBIOS strings and driver names.
 *
 * One sign is not a verdict: a driver may be left over from another machine,
 * several platforms share the virtio drivers, and a host side sign says that
 * the machine runs a hypervisor, not that it is a guest.  Rows live for ever.
 */
#ifndef KNOWLEDGE_HYPERVISOR_H
#define KNOWLEDGE_HYPERVISOR_H

#include <stdbool.h>

/* Where the text is from; orders of these two are those of the table. */
enum hypervisor_kind {
	HYPERVISOR_ASSET_TAG,
	HYPERVISOR_BOARD,
	HYPERVISOR_DRIVER, /* file name of a module */
	HYPERVISOR_MANUFACTURER,
	HYPERVISOR_PRODUCT,
	HYPERVISOR_VENDOR,  /* of the BIOS */
	HYPERVISOR_VERSION, /* of the BIOS or the product */
	HYPERVISOR_KINDS
};

enum hypervisor_match {
	HYPERVISOR_CONTAINS,
	HYPERVISOR_EXACT,
	HYPERVISOR_PREFIX
};

enum hypervisor_side {
	HYPERVISOR_NONE, /* says that there is no hypervisor: bare metal */
	HYPERVISOR_GUEST,
	HYPERVISOR_HOST
};

enum hypervisor_strength {
	HYPERVISOR_NEEDS_PRODUCT, /* only with product "Virtual Machine" */
	HYPERVISOR_SHARED,	  /* several platforms have it */
	HYPERVISOR_MEDIUM,
	HYPERVISOR_STRONG
};

struct hypervisor {
	enum hypervisor_kind kind;
	enum hypervisor_match match;
	char pattern[40];
	char name[16]; /* "xen", "hyperv", "kvm-qemu", ...; "any" = some */
	enum hypervisor_side side;
	enum hypervisor_strength strength;
};

/*
 * The rows that match a text, one after another: NULL for the first, then the
 * one answered last; NULL at the end.  Case counts except for drivers.
 */
const struct hypervisor *hypervisor_match(enum hypervisor_kind kind,
					  const char *text,
					  const struct hypervisor *after);

/*
 * A platform made of one of the general hypervisors (gce of kvm-qemu, azure of
 * hyperv): where both are seen, this is the better answer.
 */
bool hypervisor_is_platform(const char *name);

#endif
