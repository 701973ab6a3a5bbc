#include "corpus-tools/write_tar.h"

#include <errno.h>
#include <string.h>

#define BLOCK 512

/*
 * name 0, mode 100, owner 108, group 116, size 124, time 136, checksum 148,
 * type 156, "ustar" 257: decimal offsets; numbers are octal text.
 */
static void octal(char *field, size_t digits, uint64_t value)
{
	for (size_t i = digits; i > 0; i--, value >>= 3)
		field[i - 1] = (char)('0' + (value & 7));
}

static enum status put(FILE *out, const void *data, size_t size,
		       struct error *err)
{
	if (fwrite(data, 1, size, out) == size)
		return STATUS_OK;
	return error_set(err, STATUS_IO, "tar: %s", strerror(errno));
}

enum status write_tar_entry(FILE *out, const char *name,
			    const struct buffer *image, uint64_t unix_time,
			    struct error *err)
{
	static const char nothing[BLOCK];
	char header[BLOCK] = { 0 };
	unsigned sum = 0;

	if (strlen(name) > 100)
		return error_set(err, STATUS_LIMIT, "%s: name too long", name);
	memcpy(header, name, strlen(name));
	octal(header + 100, 7, 0644);
	octal(header + 108, 7, 0);
	octal(header + 116, 7, 0);
	octal(header + 124, 11, image->size);
	octal(header + 136, 11, unix_time);
	memset(header + 148, ' ', 8);
	header[156] = '0';
	memcpy(header + 257, "ustar\00000", 8);
	for (size_t i = 0; i < BLOCK; i++)
		sum += (unsigned char)header[i];
	octal(header + 148, 6, sum);
	header[154] = '\0';
	if (put(out, header, BLOCK, err) ||
	    put(out, image->data, image->size, err))
		return err->status;
	if (image->size % BLOCK)
		return put(out, nothing, BLOCK - image->size % BLOCK, err);
	return STATUS_OK;
}

enum status write_tar_end(FILE *out, struct error *err)
{
	static const char nothing[2 * BLOCK];

	return put(out, nothing, sizeof(nothing), err);
}
