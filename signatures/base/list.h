/*
 * list.h - plain text lists that people keep beside a store.
 *
 * A line an entry, # begins a remark at the start of a line or after a blank,
 * empty lines are nothing.
 */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stddef.h>

#include "signatures/base/arena.h"
#include "signatures/base/error.h"

enum {
	LIST_LINES_MAX = 4096, /* what people keep by hand */
	LIST_LINE_BYTES = 4096,
	LIST_WORDS_MAX = 64
};

/* line may be written to, and lives for the call. */
typedef enum status list_take(void *closure, char *line, struct error *err);

/*
 * Every entry of the file at path, trimmed; none if there is no such file.
 * What take returns ends the reading, with path and line put in front.
 */
enum status list_read(const char *path, list_take *take, void *closure,
		      struct error *err) MUST_CHECK;

/*
 * The words of text, which blanks part; a "quoted part" keeps its blanks and
 * loses its quotes.  STATUS_USAGE for more than LIST_WORDS_MAX, and for a quote
 * that does not end.  Words live in arena.
 */
enum status list_words(struct arena *arena, const char *text,
		       const char *words[LIST_WORDS_MAX], size_t *count,
		       struct error *err) MUST_CHECK;

#endif
