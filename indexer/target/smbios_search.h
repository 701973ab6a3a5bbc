/*
 * smbios_search.h - SMBIOS in the memory of kernel and full dumps: where the
 * firmware left it, where the kernel and the registry keep copies.
 */
#ifndef TARGET_SMBIOS_SEARCH_H
#define TARGET_SMBIOS_SEARCH_H

#include "indexer/target/smbios.h"
#include "indexer/target/target.h"

/* False, ret untouched, where the dump has no physical memory or no copy. */
bool smbios_search(const struct target *target, struct smbios *ret);

#endif
