/*
 * tar.h - tests only: a tar of small entries, written by hand.
 */
#ifndef TESTS_TAR_H
#define TESTS_TAR_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct tar {
	uint8_t bytes[256 * 1024];
	size_t size;
};

/* POSIX ustar: name +0, size +124, checksum +148, type +156, magic +257. */
static inline void tar_add(struct tar *tar, const char *name, const void *data,
			   size_t size)
{
	uint8_t *header = tar->bytes + tar->size;
	char number[16];
	unsigned sum = 0;

	memset(header, 0, 512);
	memcpy(header, name, strlen(name));
	memcpy(header + 100, "0000644", 8);
	memcpy(header + 108, "0000000", 8);
	memcpy(header + 116, "0000000", 8);
	snprintf(number, sizeof(number), "%011zo", size);
	memcpy(header + 124, number, 12);
	memcpy(header + 136, "00000000000", 12);
	memset(header + 148, ' ', 8);
	header[156] = '0';
	memcpy(header + 257, "ustar", 6);
	memcpy(header + 263, "00", 2);
	for (size_t i = 0; i < 512; i++)
		sum += header[i];
	snprintf(number, sizeof(number), "%06o", sum);
	memcpy(header + 148, number, 7);
	memcpy(header + 512, data, size);
	tar->size += 512 + (size + 511) / 512 * 512;
}

static inline void tar_end(struct tar *tar)
{
	memset(tar->bytes + tar->size, 0, 1024);
	tar->size += 1024;
}

#endif
