/*
 * target.h - the dead machine: what its memory tells beyond the dump's header.
 *
 * A target borrows a dump and fills the rest of the dump's crash, step by step.
 * Every step leaves what it cannot find absent; none can fail.
 */
#ifndef TARGET_TARGET_H
#define TARGET_TARGET_H

#include "indexer/dump/dump.h"

struct images;	    /* PE files given beside the dumps, see images.h */
struct paging;	    /* an address translation scheme, see paging.h */
struct smbios;	    /* see smbios.h */
struct space_cache; /* translations already made, see space.c */

/* What somebody wants beyond what every crash gets; all zero: nothing. */
struct target_options {
	const struct images *images; /* or NULL */
	bool values;		     /* see values.h */
};

struct target {
	struct dump *dump;	     /* borrowed */
	struct crash *crash;	     /* dump->crash */
	struct arena *arena;	     /* dump->arena */
	const struct images *images; /* or NULL */
	bool wants_values;

	/* Translation: chosen once by space_init(). */
	const struct paging *paging; /* NULL: virtual ranges only */
	uint64_t table_root;	     /* physical address of the top table */
	uint64_t swizzle; /* bits set in the PFN of swizzled software PTEs */
	struct space_cache *cache;

	/* KDDEBUGGER_DATA64, wherever it was found; failed when nowhere. */
	struct bytes kdbg;

	/* What the firmware says, from wherever it was found; or NULL. */
	const struct smbios *smbios;
};

/*
 * Everything there is to know, in order: see the table in target.c.  options
 * may be NULL.
 */
void target_examine(struct dump *dump, const struct target_options *options);

#endif
