/*
 * text.h - text out of dumps and text from the command line.
 *
 * Text from a dump becomes valid UTF-8 without NUL and is kept as it is
 * otherwise; it is escaped where it is printed, nowhere else.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "signatures/base/arena.h"
#include "signatures/base/bytes.h"

/* UTF-16LE units to UTF-8; a lone surrogate becomes U+FFFD; stops at a NUL. */
char *text_from_utf16(struct arena *arena, struct bytes units);

/* Bytes taken as UTF-8 where valid, as Latin-1 otherwise; stops at a NUL. */
char *text_from_bytes(struct arena *arena, struct bytes raw);

char *text_copy(struct arena *arena, const char *text);
char *text_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3), nonnull(2)));

/* Behind one another, up to a NULL. */
char *text_joined(struct arena *arena, const char *const parts[]);

/* "0x1ae9" */
#define TEXT_HEX_BYTES 19
const char *text_hex(uint64_t number, char buf[TEXT_HEX_BYTES]);

/* As text_printf() with %lu, %016lx and %.*f%s, many times as fast. */
char *text_decimal(struct arena *arena, uint64_t number);
char *text_hash(struct arena *arena, uint64_t number);
char *text_fixed(struct arena *arena, double number, unsigned int places,
		 const char *unit);

/* The part behind the last slash or backslash, ASCII letters lowered. */
char *text_file_name(struct arena *arena, const char *path);

/* ASCII letters lowered. */
char *text_lowered(struct arena *arena, const char *text);

/* ASCII blanks off both ends; NULL when nothing is left. */
char *text_trimmed(struct arena *arena, const char *text);

/* ASCII-only, locale-free. */
int text_compare_nocase(const char *a, const char *b);
bool text_starts_nocase(const char *text, const char *prefix);

/* Glob with * and ?, ASCII case ignored. */
bool text_matches(const char *text, const char *glob);

/* The whole text must be a number; 0x optional for hexadecimal. */
bool text_parse_u64(const char *text, uint64_t *ret);
bool text_parse_hex(const char *text, uint64_t *ret);

#define TEXT_TICKS_PER_SECOND UINT64_C(10000000) /* of FILETIME */

/* FILETIME (100 ns since 1601) to "2024-06-30T19:52:23Z" and back. */
#define TEXT_TIME_BYTES 32
const char *text_time(uint64_t filetime, char buf[TEXT_TIME_BYTES]);
/* Accepts a date, or a date and time with or without Z; UTC. */
bool text_parse_time(const char *text, uint64_t *ret);
/* The same, or a year or a month ("2026", "2026-11"): its first and its last
 * tick.  A day is the whole day, a time of day its second. */
bool text_parse_span(const char *text, uint64_t *first, uint64_t *last);
/* FILETIME of seconds since 1970, and back (0 for what lies before). */
uint64_t text_ticks_of_unix(uint64_t seconds);
uint64_t text_unix_of_ticks(uint64_t filetime);

#endif
