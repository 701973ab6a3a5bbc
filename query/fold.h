/*
 * fold.h - text in lines that fit.
 */
#ifndef QUERY_FOLD_H
#define QUERY_FOLD_H

#include <stddef.h>
#include <stdio.h>

/*
 * Write visible text that begins at column at; where a word would stand beyond
 * columns, it goes on in a line of its own behind hang blanks.  Words stay
 * whole.  columns is 0: in one line.  The last line is not ended.
 */
void fold_put(FILE *out, const char *text, size_t columns, size_t at,
	      size_t hang);

#endif
