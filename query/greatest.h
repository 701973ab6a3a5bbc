/*
 * greatest.h - the greatest so many of numbers that come one by one.
 */
#ifndef QUERY_GREATEST_H
#define QUERY_GREATEST_H

#include <stddef.h>
#include <stdint.h>

struct greatest {
	uint64_t *at; /* a heap, the least of them on top */
	size_t count;
	size_t most; /* 0: none are kept */
};

void greatest_init(struct greatest *greatest, size_t most);
void greatest_deinit(struct greatest *greatest);

void greatest_add(struct greatest *greatest, uint64_t number);

/* What is less than this is none of them; 0 as long as there are fewer. */
uint64_t greatest_least(const struct greatest *greatest);

#endif
