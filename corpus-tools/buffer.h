/*
 * buffer.h - the bytes of a file while it is being made.
 *
 * Grows at the end; what is there may be written over.  Running out of memory
 * ends the program.
 */
#ifndef CORPUS_TOOLS_BUFFER_H
#define CORPUS_TOOLS_BUFFER_H

#include <stddef.h>
#include <stdint.h>

struct buffer {
	uint8_t *data;
	size_t size;
	size_t room;
};

void buffer_init(struct buffer *buf);
void buffer_deinit(struct buffer *buf);

/* Forget the content, keep the memory. */
void buffer_clear(struct buffer *buf);

/* Append zeroes; the offset where they begin. */
size_t buffer_grow(struct buffer *buf, size_t size);
size_t buffer_append(struct buffer *buf, const void *data, size_t size);

/* Append one number of 1 to 8 bytes. */
void buffer_number(struct buffer *buf, uint64_t value, size_t bytes);

/* ASCII text as UTF-16 units, without an end. */
void buffer_utf16(struct buffer *buf, const char *text);

/* Append zeroes up to a multiple of step; the size then. */
size_t buffer_align(struct buffer *buf, size_t step);

/* Write over what is there. */
void buffer_put(struct buffer *buf, size_t offset, uint64_t value,
		size_t bytes);

/* Fill [from, to) with a repeating text of four letters. */
void buffer_fill(struct buffer *buf, size_t from, size_t to, const char *four);

#endif
