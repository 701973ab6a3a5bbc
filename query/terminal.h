/*
 * terminal.h - reading an answer on a terminal: its width, colours, a pager.
 *
 * All of it is off until terminal_begin() has found that standard output is a
 * terminal: pipes and files get plain text of any width.
 */
#ifndef QUERY_TERMINAL_H
#define QUERY_TERMINAL_H

#include <stdbool.h>

/*
 * The environment has a say as it has in git: PAGER ("" or cat: none; less is
 * given FRX unless LESS says otherwise), NO_COLOR, TERM=dumb.
 */
void terminal_begin(bool pager);
/* Wait for the reader to leave the pager. */
void terminal_end(void);

/* How wide it is; 0 = as wide as it takes. */
unsigned terminal_columns(void);

/*
 * Is it one whose locale is not of UTF-8?  Bars and marks are ASCII then: less
 * would print the bytes of others as numbers.
 */
bool terminal_is_ascii(void);

enum terminal_style {
	TERMINAL_PLAIN,
	TERMINAL_STRONG, /* headings */
	TERMINAL_FAINT,	 /* what is less sure, and less to look at */
};

/* The bytes that switch to a style; "" where there are no colours. */
const char *terminal_style(enum terminal_style style);

#endif
