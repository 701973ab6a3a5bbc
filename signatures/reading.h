/*
 * reading.h - which of two readings of the same bytes is kept.
 *
 * What is said of a dump depends on more than its bytes: on what lay beside it,
 * on images at hand, on whether words of memory were asked for or names left
 * out, and on which version of the program read it.
 */
#ifndef SIGNATURES_READING_H
#define SIGNATURES_READING_H

#include "signatures/crash.h"

/*
 * Does a tell more than b?  Of two that tell as much always the same one does,
 * whichever is asked for first; none of two that are alike as they were read,
 * whatever a pass over all crashes made of them since.
 */
bool reading_is_better(const struct crash *a, const struct crash *b);

#endif
