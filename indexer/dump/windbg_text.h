/*
 * windbg_text.h - a debugger log as lines, whatever wrote it down.
 *
 * Logs come as UTF-8, as UTF-16 of either order, with and without a byte order
 * mark, and in code page 1252; blogs turn x into a multiplication sign, quotes
 * and backquotes into typographic ones.  Here all of that is undone: lines are
 * UTF-8 with plain quotes, plain blanks and no marks of citation in front.
 */
#ifndef DUMP_WINDBG_TEXT_H
#define DUMP_WINDBG_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "signatures/base/arena.h"
#include "signatures/base/bytes.h"

struct windbg_line {
	const char *text; /* no blanks at either end; "" = blank line */
	size_t offset;	  /* of the raw line in the image */
};

struct windbg_text {
	struct windbg_line *line;
	size_t count;
	size_t bytes; /* of the image that were looked at */
};

/* Do these first bytes of an image look like text of any kind? */
bool windbg_text_is_likely(struct bytes head);

/* At most limit bytes of image; ret lives in arena. */
void windbg_text_decode(struct bytes image, size_t limit, struct arena *arena,
			struct windbg_text *ret);

/* A number as the debugger prints it: fffff800`03b2da4a, 0x1000007e, a. */
struct windbg_hex {
	uint64_t value;
	unsigned digits; /* without 0x and backquote */
};

/*
 * Take one off the front of *at, blanks before it included; false, and *at
 * untouched, where there is none or where letters follow it.
 */
bool windbg_text_take_hex(const char **at, struct windbg_hex *ret);

/* Is it a command prompt ("1: kd>", "kd>", "lkd>", "0:012>")?  Its command. */
const char *windbg_text_command(const char *line);

/* The value of "key: value" or "key = value"; NULL when it is not that key. */
const char *windbg_text_value(const char *line, const char *key);

#endif
