/*
 * band.h - uptimes in bands, from minutes to weeks.
 */
#ifndef QUERY_BAND_H
#define QUERY_BAND_H

#include <stdint.h>

uint64_t band_of(uint64_t ticks);
const char *band_words(uint64_t band);

#endif
