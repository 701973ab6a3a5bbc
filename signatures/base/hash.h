/*
 * hash.h - content and feature hashes: the door to xxhash (XXH3).
 *
 * Hashes are stored and printed, so they never change for the same bytes on
 * any machine.  Not for secrets: a machine id is a XXH3-64 of a UUID and a
 * serial number, which keeps honest people honest and no more.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hash128 {
	uint64_t high;
	uint64_t low;
};

uint64_t hash_64(const void *data, size_t size);
struct hash128 hash_128(const void *data, size_t size);

/* Mix two hashes into one; order matters. */
uint64_t hash_mix(uint64_t a, uint64_t b);

bool hash_128_equal(struct hash128 a, struct hash128 b);

/* Of two struct hash128, for qsort() and bsearch(). */
int hash_128_compare(const void *left, const void *right);

/* 32 lower-case hexadecimal digits and a NUL; high half first. */
void hash_128_text(struct hash128 hash, char text[33]);
bool hash_128_parse(const char *text, struct hash128 *ret);

/* XXH3-128 of bytes that arrive in pieces. */
struct hash_stream;
struct hash_stream *hash_stream_create(void);
void hash_stream_destroy(struct hash_stream *stream);
void hash_stream_reset(struct hash_stream *stream);
void hash_stream_add(struct hash_stream *stream, const void *data, size_t size);
struct hash128 hash_stream_128(const struct hash_stream *stream);

#endif
