/*
 * paging.h - page tables of the dead machine: virtual to physical address.
 *
 * A scheme is a row of numbers and one function that reads one table entry;
 * one walker serves all.  Windows leaves pages in memory whose entries are not
 * valid to the processor (transition, prototype); the steps follow those too.
 */
#ifndef TARGET_PAGING_H
#define TARGET_PAGING_H

#include "indexer/target/target.h"

#define PAGING_LEVELS 5

enum paging_kind {
	PAGING_ABSENT,
	PAGING_TABLE,	  /* address: physical, of the next table */
	PAGING_PAGE,	  /* address: physical, of the page; shift: its size */
	PAGING_PROTOTYPE, /* address: virtual, of the entry to read instead */
};

struct paging_step {
	enum paging_kind kind;
	uint64_t address;
	unsigned shift;
};

struct paging {
	unsigned levels;
	unsigned entry_bytes;
	uint64_t root_mask;	      /* of the header's directory table */
	uint8_t shift[PAGING_LEVELS]; /* of the index, top level first */
	uint8_t bits[PAGING_LEVELS];  /* width of the index */
	uint64_t kernel;	      /* lowest kernel address */
	/* What entry means at level (0 = top); last: no table below it. */
	struct paging_step (*step)(uint64_t entry, unsigned level,
				   uint64_t swizzle);
};

extern const struct paging paging_x86;
extern const struct paging paging_pae;
extern const struct paging paging_x64;	    /* 4 levels */
extern const struct paging paging_x64_la57; /* 5 levels */
extern const struct paging paging_arm64;

/*
 * The physical address of va and how many bytes from it on lie in the same
 * page (large ones whole).  Reads tables through target's physical ranges.
 */
bool paging_translate(const struct target *target, uint64_t va, uint64_t *pa,
		      uint64_t *left);

#endif
