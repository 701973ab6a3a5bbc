/*
 * pool_owner.h - whose pool is it: by the tables of known tags, by the loaded
 * module whose code carries the tag, by a pointer from the block into a
 * module's code.
 */
#ifndef TARGET_POOL_OWNER_H
#define TARGET_POOL_OWNER_H

#include "indexer/target/disasm.h"
#include "indexer/target/pool_header.h"

/*
 * The tables' owner that is loaded, as crash_frame names modules; NULL where
 * none is.  Lives as long as the module list.
 */
const char *pool_owner_loaded(const struct crash *crash, const char *tag);

/* The loaded module of a name, "nt" for every kernel image; or NULL. */
const struct crash_module *pool_owner_module(const struct crash *crash,
					     const char *name);

struct pool_owner_search {
	char tag[5];
	const char *owner; /* found: as crash_frame names modules; or NULL */
};

/*
 * For each tag the one loaded module whose code passes it to somebody; a tag
 * that several modules use alike has no owner here.  Third-party modules are
 * looked through before those of Windows.  The kernel is not looked at.
 */
void pool_owner_by_code(const struct target *target, struct code *code,
			struct disasm *disasm,
			struct pool_owner_search *searches, size_t count);

/*
 * The first pointer in [from, from + size) that leads into a module's code, no
 * kernel's, where the bytes do decode as code; third-party modules preferred.
 */
bool pool_owner_by_pointer(const struct target *target, struct code *code,
			   struct disasm *disasm, uint64_t from, uint64_t size,
			   const struct crash_module **ret);

#endif
