/*
 * html.h - markup with texts in it, each of them escaped.
 */
#ifndef QUERY_HTML_H
#define QUERY_HTML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "signatures/base/arena.h"

struct html {
	FILE *out;
	struct arena *arena;
};

/*
 * markup is ours; every %s in it is a text, which is made visible and escaped
 * (NULL: nothing), %% is a %.  There is no other conversion, and so no way in
 * for markup that is not a literal.
 */
void html_put(struct html *html, const char *markup, ...)
	__attribute__((format(printf, 2, 3)));

/* "1234" */
const char *html_count(struct html *html, uint64_t n);

struct html_column {
	const char *title;
	bool number;
	const char *aim; /* what it means, for the title; NULL if plain */
};

/*
 * A table that the script makes sortable, in a region of its own that scrolls;
 * id is a word of ours.  Rows in between, html_table_end() behind.
 */
void html_table(struct html *html, const char *id, const char *caption,
		const struct html_column *columns, size_t count);
void html_table_end(struct html *html);

#endif
