/*
 * windbg_log.h - what windbg and kd print about a dump, saved as text.
 *
 * A log may hold the output of many dumps; whoever unpacks it takes it apart
 * first, so that each crash is an image of its own.
 */
#ifndef DUMP_WINDBG_LOG_H
#define DUMP_WINDBG_LOG_H

#include "signatures/base/bytes.h"

/*
 * The crashes in a log, in order; each part keeps the encoding of the whole and
 * is claimed by windbg_log_format itself.  Returns how many there are, of
 * which parts gets the first max.  0 for what is no log.
 */
size_t windbg_log_split(struct bytes image, struct bytes parts[], size_t max);

#endif
