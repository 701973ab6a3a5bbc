#include "signatures/base/hash_wide.h"

/* Compiled in here, with what the Makefile allows this file alone. */
#define XXH_INLINE_ALL
#include <xxhash.h>

bool hash_wide_is_there(void)
{
#ifdef __AVX2__
	return __builtin_cpu_supports("avx2");
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
