/*
 * table.h - rows of typed cells, printed in one of several formats.
 *
 * A command names its columns once and hands over rows; it never knows the
 * format.  People (text, html, markdown) and programs (csv, json) may get
 * different columns of the same row.  Text from dumps is escaped here and
 * nowhere else: control bytes everywhere, formula starts in CSV, markup in
 * HTML and markdown.
 *
 * Rows are printed as they come; only the text printer holds the first few
 * thousand back, to align them.
 */
#ifndef QUERY_TABLE_H
#define QUERY_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "signatures/base/arena.h"
#include "signatures/base/json.h"

enum table_kind {
	TABLE_WORD,  /* ours: ids, codes, times, names from our tables */
	TABLE_TEXT,  /* from outside: escaped as the format needs */
	TABLE_COUNT, /* a whole number */
	TABLE_SHARE, /* 0 to 1: a fraction for programs, percent for people */
	TABLE_REAL,  /* any other number: rates, scores, likenesses */
	TABLE_BAR,   /* 0 to 1: drawn */
};

enum table_reader {
	TABLE_PEOPLE = 1,
	TABLE_PROGRAMS = 2,
	TABLE_ALL = 3,
	TABLE_DETAILS = 4, /* JSON alone, where columns cost nothing */
	TABLE_SPARE = 8,   /* with TABLE_PEOPLE: not on a narrow terminal */
	TABLE_FOLDED = 16, /* likewise: there it goes on in further lines */
};

struct table_column {
	const char *name;  /* of the CSV column and the JSON key */
	const char *title; /* for people; may be "" */
	enum table_kind kind;
	enum table_reader reader;
};

/* Absent where text is NULL (word, text) or known is false (the rest). */
struct table_cell {
	const char *text;
	bool known;
	uint64_t count;
	double real;
};

struct table_cell table_text_cell(const char *text);
struct table_cell table_count_cell(uint64_t count);
struct table_cell table_real_cell(double real);
struct table_cell table_absent(void);

struct table;

struct table_printer {
	const char *name;
	enum table_reader reader;
	void (*begin)(struct table *table);
	void (*row)(struct table *table, const struct table_cell *cells);
	void (*end)(struct table *table);
};

/* The printer of that name; NULL if there is none. */
const struct table_printer *table_find_printer(const char *name);

#define TABLE_COLUMNS_MAX 32

struct table {
	const struct table_printer *printer;
	FILE *out;
	const char *title;
	const struct table_column *columns;
	size_t column_count; /* at most TABLE_COLUMNS_MAX */
	uint64_t row_count;
	struct arena arena;	  /* of rows held back, notes and facts */
	struct arena passing;	  /* of escaped text, emptied after each row */
	struct table_fact *facts; /* newest last, as the notes */
	struct table_fact *last_fact;
	struct table_note *notes;
	struct table_note *last_note;
	struct table_held *held; /* the text printer's */
};

struct table_note {
	const char *text;
	struct table_note *next;
};

struct table_fact {
	const char *key;
	struct json *value;
	struct table_fact *next;
};

/* Borrows columns and title; caller destroys. */
struct table *table_create(const struct table_printer *printer, FILE *out,
			   const char *title,
			   const struct table_column *columns,
			   size_t column_count);
void table_destroy(struct table *table);

/* cells has one per column; borrowed for the call. */
void table_row(struct table *table, const struct table_cell *cells);

/* A key beside the rows, for JSON; a literal; takes value over. */
void table_fact(struct table *table, const char *key, struct json *value);

/* Is there anybody to be told?  Who has many facts asks first. */
bool table_tells(const struct table *table);

/* A line under the rows, for people. */
void table_note(struct table *table, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

void table_end(struct table *table);

/* For the printers. */
bool table_shows(const struct table *table, size_t column);

/*
 * text with everything a terminal might obey made visible: control characters,
 * direction marks and bytes that are no UTF-8 become \x1b or \u202e.
 */
const char *table_visible(struct arena *arena, const char *text);
/* Printable ASCII, which is visible as it is, and as wide as it is long. */
bool table_is_plain(const char *text);

/*
 * The number in a known cell as people read it, which lives in arena; NULL in
 * columns of other things.
 */
const char *table_number(struct arena *arena, const struct table_column *column,
			 const struct table_cell *cell);

/* Columns on a terminal. */
size_t table_width(const char *text);
/* The same of its first bytes; the text goes on, or ends, behind them. */
size_t table_width_of(const char *text, size_t bytes);

#define TABLE_BAR_CELLS 20 /* of the bars in tables */
#define TABLE_BAR_BYTES 64
/* A bar of cells columns, to the eighth of a column. */
void table_bar(double fraction, unsigned cells, char buf[TABLE_BAR_BYTES]);

#endif
