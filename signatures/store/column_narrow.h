/*
 * column_narrow.h - rows of less than a byte.
 *
 * Of 64 rows at a time: with four bits 32 bytes, each with a row in its low
 * bits and, above it, the one 32 behind; with two bits 16 bytes of rows that
 * are 16 apart.  Behind the last row there is 0.
 */
#ifndef STORE_COLUMN_NARROW_H
#define STORE_COLUMN_NARROW_H

#include <stddef.h>
#include <stdint.h>

/* Bits of a row by its form's width; 0: whole bytes. */
unsigned int column_narrow_bits(unsigned int width);

/* The width for numbers up to most, if they are narrow; else 1. */
unsigned int column_narrow_width(uint64_t most);

/* How many bytes so many rows take, and which of them has a row. */
size_t column_narrow_bytes(unsigned int bits, size_t rows);
size_t column_narrow_place(unsigned int bits, size_t row);
uint8_t column_narrow_number(unsigned int bits, size_t row, uint8_t byte);

/* A byte a row and back; room is for whole 64 rows. */
void column_narrow_unpack(unsigned int bits, const uint8_t *from, size_t rows,
			  uint8_t *to);
void column_narrow_pack(unsigned int bits, const uint8_t *from, size_t rows,
			uint8_t *to);

#endif
