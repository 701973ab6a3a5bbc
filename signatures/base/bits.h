/*
 * bits.h - how many bits of a word are set, and bytes made bits.
 *
 * The instruction for it is not in every x86-64, so the compiler's own way is a
 * call and a table.  These few steps it does on several words at once.
 */
#ifndef BASE_BITS_H
#define BASE_BITS_H

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

#endif
