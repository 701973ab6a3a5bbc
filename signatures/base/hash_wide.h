/*
 * hash_wide.h - the same hashes by instructions that not every processor has.
 *
 * The library is made for any x86-64 and so adds up 16 bytes at a time.  With
 * twice that, what has just been unpacked is hashed in a third of the time.
 */
#ifndef BASE_HASH_WIDE_H
#define BASE_HASH_WIDE_H

#include <stdbool.h>
#include <stddef.h>

#include "signatures/base/hash.h"

/* Nothing else here may be called where this says no. */
bool hash_wide_is_there(void);

struct hash128 hash_wide_128(const void *data, size_t size);

/* state is an XXH3_state_t of the library. */
void hash_wide_add(void *state, const void *data, size_t size);

#endif
