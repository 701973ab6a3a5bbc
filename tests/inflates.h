/*
 * inflates.h - our inflate() beside zlib's own: ours under names that begin
 * with ours_, zlib's loaded, so that neither takes the other's place.
 */
#ifndef TESTS_INFLATES_H
#define TESTS_INFLATES_H

#define inflate ours_inflate
#define inflateEnd ours_inflateEnd
#define inflateInit2_ ours_inflateInit2_
#define inflateReset ours_inflateReset
#define inflateSetDictionary ours_inflateSetDictionary
#define crc32 ours_crc32
#include "indexer/ingest/inflate.c"
#undef inflate
#undef inflateEnd
#undef inflateInit2_
#undef inflateReset
#undef inflateSetDictionary
#undef crc32

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

/* A stream given and taken in pieces of so many bytes at most. */
struct inflates_pieces {
	uInt in;
	uInt out;
};

struct inflates {
	int (*init)(z_streamp stream, int window_bits, const char *version,
		    int stream_bytes);
	int (*inflate)(z_streamp stream, int flush);
	int (*reset)(z_streamp stream);
	int (*end)(z_streamp stream);
	int (*dictionary)(z_streamp stream, const Bytef *bytes, uInt size);
	uLong (*crc32)(uLong crc, const Bytef *bytes, uInt size);
};

static const struct inflates inflates_ours = {
	ours_inflateInit2_,	   ours_inflate,
	ours_inflateReset,	   ours_inflateEnd,
	ours_inflateSetDictionary, ours_crc32
};

static struct inflates inflates_zlib;

static const struct library_symbol inflates_symbols[] = {
	{ "inflateInit2_", &inflates_zlib.init },
	{ "inflate", &inflates_zlib.inflate },
	{ "inflateReset", &inflates_zlib.reset },
	{ "inflateEnd", &inflates_zlib.end },
	{ "inflateSetDictionary", &inflates_zlib.dictionary },
	{ "crc32", &inflates_zlib.crc32 },
};

static inline void inflates_load(void)
{
	struct error err;

	if (inflates_zlib.init)
		return;
	if (inflate_load(&err) ||
	    library_load("libz.so.1", inflates_symbols,
			 sizeof(inflates_symbols) / sizeof(inflates_symbols[0]),
			 &err)) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
}

/* What came of a stream. */
struct inflates_result {
	int code; /* the last one; Z_BUF_ERROR where the stream was cut */
	size_t in;
	size_t out;
};

/* Bytes that end where a page begins that may not be touched. */
#define INFLATES_EDGE ((size_t)1 << 20)

static inline uint8_t *inflates_edge(void)
{
	uint8_t *ret = mmap(NULL, 2 * INFLATES_EDGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert(ret != MAP_FAILED);
	ret += INFLATES_EDGE;
	if (mprotect(ret, INFLATES_EDGE, PROT_NONE))
		abort();
	return ret;
}

/*
 * As libarchive does it: what is not taken is given again, with what follows.
 * Each piece ends at an edge, for the decoder's own code is not watched by any
 * sanitizer.
 */
static inline struct inflates_result inflates_run(const struct inflates *which,
						  z_streamp stream,
						  const uint8_t *in,
						  size_t in_bytes, uint8_t *out,
						  size_t out_bytes,
						  struct inflates_pieces pieces)
{
	static uint8_t *in_edge, *out_edge;
	struct inflates_result ret = { .code = Z_OK };

	if (!in_edge) {
		in_edge = inflates_edge();
		out_edge = inflates_edge();
	}
	while (ret.code == Z_OK && ret.out < out_bytes) {
		const size_t left = in_bytes - ret.in;
		const size_t room = out_bytes - ret.out;
		const uInt size = left < pieces.in ? (uInt)left : pieces.in;
		const uInt most = room < pieces.out ? (uInt)room : pieces.out;
		uint8_t *const from = in_edge - size;
		uint8_t *const to = out_edge - most;

		memcpy(from, in + ret.in, size);
		stream->next_in = from;
		stream->avail_in = size;
		stream->next_out = to;
		stream->avail_out = most;
		stream->total_in = 0;
		stream->total_out = 0;
		ret.code = which->inflate(stream, Z_NO_FLUSH);
		assert(stream->next_in == from + stream->total_in);
		assert(stream->next_out == to + stream->total_out);
		memcpy(out + ret.out, to, stream->total_out);
		ret.in += stream->total_in;
		ret.out += stream->total_out;
	}
	return ret;
}

#endif
