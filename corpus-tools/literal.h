/*
 * literal.h - numbers and bytes as a machine description spells them.
 */
#ifndef CORPUS_TOOLS_LITERAL_H
#define CORPUS_TOOLS_LITERAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decimal, or hexadecimal after 0x; backquotes are passed over. */
bool literal_number(const char *text, uint64_t *ret);

/* `01 02 aabb` to bytes; false if it is no such thing. */
bool literal_hex(const char *text, uint8_t *to, size_t room, size_t *ret);

#endif
