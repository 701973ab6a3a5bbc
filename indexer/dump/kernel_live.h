/*
 * kernel_live.h - was the machine that a kernel dump shows still running?
 */
#ifndef DUMP_KERNEL_LIVE_H
#define DUMP_KERNEL_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "signatures/crash.h"

/*
 * attributes is the header's field, 0 where it is unset; crash has its
 * bugcheck, build and layout (image.kind) already.
 */
bool kernel_live_is(const struct crash *crash, uint32_t attributes);

#endif
