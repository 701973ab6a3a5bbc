#include "signatures/base/hash_wide.h"

/* Compiled in here, with what the Makefile allows this file alone. */
#define XXH_INLINE_ALL
#include <xxhash.h>

#ifdef __AVX2__
#include <sys/platform/x86.h>
#endif

bool hash_wide_is_there(void)
{
#ifdef __AVX2__
	/* The loader has asked: that takes a virtual machine 20 us. */
	return CPU_FEATURE_ACTIVE(AVX2);
#else
	return false;
#endif
}

struct hash128 hash_wide_128(const void *data, size_t size)
{
	const XXH128_hash_t hash = XXH3_128bits(data, size);

	return (struct hash128){ hash.high64, hash.low64 };
}

void hash_wide_add(void *state, const void *data, size_t size)
{
	XXH3_128bits_update(state, data, size);
}
