/*
 * error.h - how a room says that it could not do what was asked.
 *
 * One status, one line of text, no allocation.  The place that meets the
 * trouble writes the text; each caller on the way up may put its own words in
 * front.  A missing fact in a dump is not an error: see "three kinds of no" in
 * README.md.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stddef.h>

enum status {
	STATUS_OK,
	STATUS_USAGE,	    /* the request makes no sense */
	STATUS_IO,	    /* the operating system refused */
	STATUS_STORE,	    /* the store refused */
	STATUS_UNSUPPORTED, /* well formed, but not something we read */
	STATUS_TRUNCATED,   /* ends before it says it does */
	STATUS_CORRUPT,	    /* contradicts itself */
	STATUS_ENCRYPTED,   /* needs a key we do not have */
	STATUS_LIMIT,	    /* larger than a bound in limits.h */
	STATUS_PARSER, /* the worker that read it died, hung or talked nonsense
			*/
	STATUS_COUNT
};

struct error {
	enum status status;
	char text[256]; /* one line, no newline, cut short if too long */
};

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

/* Write the text and return status, so that callers can `return error_set()`.
 */
enum status error_set(struct error *err, enum status status, const char *format,
		      ...) PRINTF_LIKE(3, 4);

/* Put "words: " in front of the text and return the status already in err. */
enum status error_within(struct error *err, const char *format, ...)
	PRINTF_LIKE(2, 3);

/* A short fixed word for a status ("corrupt"), for tallies and JSON. */
const char *error_name(enum status status);

/* Why an input is refused, in the order that summaries give; STATUS_OK behind
 * the last. */
enum status error_reason(size_t i);

#endif
