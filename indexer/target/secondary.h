/*
 * secondary.h - what drivers and the kernel added to a dump: tagged blobs.
 */
#ifndef TARGET_SECONDARY_H
#define TARGET_SECONDARY_H

#include "signatures/base/bytes.h"

#define SECONDARY_TAG_BYTES 16

/* A GUID as it lies in the file. */
struct secondary_tag {
	uint8_t raw[SECONDARY_TAG_BYTES];
};

struct secondary_blob {
	struct secondary_tag tag;
	struct bytes data;
};

/* A walk over the blobs; every tag may come again. */
struct secondary {
	struct bytes all; /* from "DumpBlob" on */
	struct bytes rest;
	unsigned count;
	bool cut_short; /* a blob runs over the end of all */
};

struct secondary secondary_walk(struct bytes all);
/*
 * False at the end: of the bytes, of what looks like a blob, of the limit.
 * A blob that is cut short is the last one, with what there is of it.
 */
bool secondary_next(struct secondary *walk, struct secondary_blob *ret);

/* The data of the first blob of that tag that has any; failed when none. */
struct bytes secondary_find(struct bytes all, const struct secondary_tag *tag);

/* What is in which blob. */
extern const struct secondary_tag secondary_smbios;    /* 8 bytes, then table */
extern const struct secondary_tag secondary_processor; /* registry values */
extern const struct secondary_tag secondary_cpuid;     /* CPUID and MSRs */
extern const struct secondary_tag secondary_acpi;      /* tables, joined */
extern const struct secondary_tag secondary_secure_kernel;
extern const struct secondary_tag secondary_vsm_log;
extern const struct secondary_tag secondary_hypervisor_log;

#endif
