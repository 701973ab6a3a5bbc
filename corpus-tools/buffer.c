#include "corpus-tools/buffer.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corpus-tools/little.h"

#include "signatures/base/must.h"

void buffer_init(struct buffer *buf)
{
	*buf = (struct buffer){ NULL, 0, 0 };
}

void buffer_deinit(struct buffer *buf)
{
	free(buf->data);
	buffer_init(buf);
}

void buffer_clear(struct buffer *buf)
{
	buf->size = 0;
}

size_t buffer_grow(struct buffer *buf, size_t size)
{
	const size_t offset = buf->size;

	if (buf->room - buf->size < size) {
		size_t room = buf->room ? buf->room : 65536;

		while (room - buf->size < size)
			room *= 2;
		buf->data = must(realloc(buf->data, room));
		buf->room = room;
	}
	if (size)
		memset(buf->data + offset, 0, size);
	buf->size += size;
	return offset;
}

size_t buffer_append(struct buffer *buf, const void *data, size_t size)
{
	const size_t offset = buffer_grow(buf, size);

	if (size)
		memcpy(buf->data + offset, data, size);
	return offset;
}

void buffer_number(struct buffer *buf, uint64_t value, size_t bytes)
{
	const size_t offset = buffer_grow(buf, bytes);

	little_put(buf->data + offset, value, bytes);
}

void buffer_utf16(struct buffer *buf, const char *text)
{
	for (; *text; text++)
		buffer_number(buf, (uint8_t)*text, 2);
}

size_t buffer_align(struct buffer *buf, size_t step)
{
	if (buf->size % step)
		buffer_grow(buf, step - buf->size % step);
	return buf->size;
}

void buffer_put(struct buffer *buf, size_t offset, uint64_t value, size_t bytes)
{
	assert(offset + bytes <= buf->size);
	little_put(buf->data + offset, value, bytes);
}

void buffer_fill(struct buffer *buf, size_t from, size_t to, const char *four)
{
	assert(to <= buf->size);
	for (size_t i = from; i < to; i++)
		buf->data[i] = (uint8_t)four[i % 4];
}
