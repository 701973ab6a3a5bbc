/*
 * csv.h - tables as text (RFC 4180): rows taken, with any delimiter, and cells
 * put, parted by commas.
 */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "signatures/base/arena.h"

#define CSV_CELLS_MAX 128 /* of a row; more are left out */

struct csv_row {
	const char *cells[CSV_CELLS_MAX];
	size_t count;
};

/* Comma, semicolon or tab: what the first line of text has most of. */
char csv_delimiter(const char *text);

/*
 * Take a row off the front of *at, empty lines before it passed over; false at
 * the end.  Cells live in arena.
 */
bool csv_take(const char **at, char delimiter, struct arena *arena,
	      struct csv_row *ret);

/*
 * Would a spreadsheet run it?  A lone sign is no formula: standard input is
 * called "-".
 */
bool csv_is_formula(const char *text);

/* A cell, in quotes where it must be, and behind a ' where it is a formula. */
void csv_put(FILE *out, const char *text, bool is_formula);

#endif
