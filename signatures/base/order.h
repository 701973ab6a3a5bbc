/*
 * order.h - many numbers, rising.
 *
 * What is to be sorted by one number of 32 bits is told by another: both are
 * one of 64.
 */
#ifndef BASE_ORDER_H
#define BASE_ORDER_H

#include <stddef.h>
#include <stdint.h>

static inline uint64_t order_pair(uint32_t by, uint32_t what)
{
	return (uint64_t)by << 32 | what;
}

void order_numbers(uint64_t *numbers, size_t count);

#endif
