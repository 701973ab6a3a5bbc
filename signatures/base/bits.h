/*
 * bits.h - how many bits of a word are set.
 *
 * The instruction for it is not in every x86-64, so the compiler's own way is a
 * call and a table.  These few steps it does on several words at once.
 */
#ifndef BASE_BITS_H
#define BASE_BITS_H

#include <stdint.h>

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

#endif
