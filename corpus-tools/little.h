/*
 * little.h - put little-endian numbers into memory of our own.
 */
#ifndef CORPUS_TOOLS_LITTLE_H
#define CORPUS_TOOLS_LITTLE_H

#include <stddef.h>
#include <stdint.h>

/* The low bytes (1 to 8) of value, least significant first. */
static inline void little_put(uint8_t *at, uint64_t value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static inline uint64_t little_get(const uint8_t *at, size_t bytes)
{
	uint64_t value = 0;

	for (size_t i = bytes; i > 0; i--)
		value = value << 8 | at[i - 1];
	return value;
}

#endif
