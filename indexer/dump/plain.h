/*
 * plain.h - a text file of Windows as UTF-8.
 *
 * Windows saves text as UTF-16, with and without a byte order mark, and as
 * UTF-8; old programs in a code page.  Unlike windbg_text.h this keeps every
 * character and every line whole: what it gives is parsed, not read.
 */
#ifndef DUMP_PLAIN_H
#define DUMP_PLAIN_H

#include "signatures/base/arena.h"
#include "signatures/base/bytes.h"

/*
 * At most limit bytes of image, without a mark in front; up to the first NUL.
 * What is no UTF-8 is taken for Latin-1.  Lives in arena.
 */
const char *plain_decode(struct bytes image, uint64_t limit,
			 struct arena *arena);

#endif
