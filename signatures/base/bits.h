/*
 * bits.h - words as sets: how many bits are set, is any, and bytes made bits.
 *
 * The instruction to count them is not in every x86-64, so the compiler's own
 * way is a call and a table.  These few steps it does on several words at once.
 */
#ifndef BASE_BITS_H
#define BASE_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifdef __SSE2__
#include <emmintrin.h>
#else
#include <endian.h>
#include <string.h>
#endif

static inline unsigned int bits_ones(uint64_t word)
{
	word -= word >> 1 & UINT64_C(0x5555555555555555);
	word = (word & UINT64_C(0x3333333333333333)) +
	       (word >> 2 & UINT64_C(0x3333333333333333));
	word = (word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
	word += word >> 8;
	word += word >> 16;
	word += word >> 32;
	return (unsigned int)(word & 0x7f);
}

/* 64 bytes of 0 or 1 as bits, the first byte the lowest. */
static inline uint64_t bits_of_bytes(const uint8_t yes[64])
{
	uint64_t word = 0;

#ifdef __SSE2__
	for (unsigned int i = 0; i < 64; i += 16) {
		const __m128i some = _mm_loadu_si128(
			(const __m128i *)(const void *)(yes + i));
		const int mask = _mm_movemask_epi8(_mm_slli_epi16(some, 7));

		word |= (uint64_t)(uint32_t)mask << i;
	}
#else
	/* The factor moves byte n of eight to bit 56 + n, and nothing else. */
	for (unsigned int i = 0; i < 64; i += 8) {
		uint64_t eight;

		memcpy(&eight, yes + i, sizeof(eight));
		eight = le64toh(eight) * UINT64_C(0x0102040810204080);
		word |= eight >> 56 << i;
	}
#endif
	return word;
}

/* Most sets of rows are empty nearly everywhere: a look at eight at a time. */
static inline bool bits_any(const uint64_t *words, size_t count)
{
	size_t i = 0;

	for (; i + 8 <= count; i += 8) {
		const uint64_t *w = words + i;

		if ((w[0] | w[1] | w[2] | w[3]) | (w[4] | w[5] | w[6] | w[7]))
			return true;
	}
	for (; i < count; i++)
		if (words[i])
			return true;
	return false;
}

/* How many bits of these words are set, empty ones passed over. */
static inline uint64_t bits_count(const uint64_t *words, size_t count)
{
	uint64_t ones = 0;

	for (size_t i = 0; i < count; i += 8) {
		const size_t some = count - i < 8 ? count - i : 8;

		if (!bits_any(words + i, some))
			continue;
		for (size_t n = 0; n < some; n++)
			ones += bits_ones(words[i + n]);
	}
	return ones;
}

#endif
