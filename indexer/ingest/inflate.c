#include "indexer/ingest/inflate.h"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <zlib.h>

#include "signatures/base/library.h"

/* What we call, by ISA-L's own types; see library.h. */
#define LIBRARY "libisal.so.2"
#define CALLS(X)                                                               \
	X(crc32_gzip_refl)                                                     \
	X(isal_inflate)                                                        \
	X(isal_inflate_init)                                                   \
	X(isal_inflate_reset)                                                  \
	X(isal_inflate_set_dict)

#define POINTER(name) __typeof__(name) *name;
#define SYMBOL(name) { #name, &isal.name },

static struct {
	CALLS(POINTER)
} isal;

static const struct library_symbol symbols[] = { CALLS(SYMBOL) };

enum status inflate_load(struct error *err)
{
	const size_t count = sizeof(symbols) / sizeof(symbols[0]);

	if (isal.isal_inflate)
		return STATUS_OK;
	return library_load(LIBRARY, symbols, count, err);
}

/* What zlib would keep to itself. */
struct inflate {
	struct inflate_state state;
	bool is_damaged; /* for good */
};

static struct inflate *inflate_of(z_streamp stream)
{
	return (struct inflate *)(void *)stream->state;
}

int inflateInit2_(z_streamp stream, int window_bits, const char *version,
		  int stream_bytes)
{
	struct inflate *mine;

	(void)version;
	if (!isal.isal_inflate || window_bits >= 0 ||
	    stream_bytes != (int)sizeof(*stream))
		return Z_STREAM_ERROR;
	mine = malloc(sizeof(*mine));
	if (!mine)
		return Z_MEM_ERROR;
	isal.isal_inflate_init(&mine->state);
	mine->state.crc_flag = ISAL_DEFLATE;
	mine->is_damaged = false;
	stream->state = (struct internal_state *)(void *)mine;
	stream->total_in = 0;
	stream->total_out = 0;
	stream->msg = NULL;
	return Z_OK;
}

int inflateReset(z_streamp stream)
{
	struct inflate *const mine = inflate_of(stream);

	isal.isal_inflate_reset(&mine->state);
	mine->is_damaged = false;
	stream->total_in = 0;
	stream->total_out = 0;
	return Z_OK;
}

int inflateEnd(z_streamp stream)
{
	free(inflate_of(stream));
	stream->state = NULL;
	return Z_OK;
}

int inflateSetDictionary(z_streamp stream, const Bytef *bytes, uInt size)
{
	/* Copied from, never written to. */
	uint8_t *from = (uint8_t *)(uintptr_t)bytes;

	return isal.isal_inflate_set_dict(&inflate_of(stream)->state, from,
					  size)
		       ? Z_STREAM_ERROR
		       : Z_OK;
}

/*
 * The decoder takes up to eight bytes before it needs them.  Where the stream
 * is over they belong to whoever comes next, and it can be over whenever the
 * room for output is.  Where input is short, in a symbol or in the head of a
 * block, they are part of what is not yet whole: nothing behind was seen.
 */
static void give_back(struct inflate_state *state)
{
	const bool is_over = state->block_state == ISAL_BLOCK_INPUT_DONE ||
			     state->block_state == ISAL_BLOCK_FINISH;
	const bool is_short = state->block_state == ISAL_BLOCK_HDR;
	const int whole = state->read_in_length / 8;

	if ((!is_over && state->avail_out > 0) || is_short || whole <= 0)
		return;
	state->next_in -= whole;
	state->avail_in += (uint32_t)whole;
	state->read_in_length -= 8 * whole;
	state->read_in &= (UINT64_C(1) << state->read_in_length) - 1;
}

int inflate(z_streamp stream, int flush)
{
	struct inflate *const mine = inflate_of(stream);
	struct inflate_state *state = &mine->state;
	const uInt in = stream->avail_in;
	const uInt out = stream->avail_out;

	(void)flush;
	if (mine->is_damaged)
		return Z_DATA_ERROR;
	if (state->block_state == ISAL_BLOCK_FINISH)
		return Z_STREAM_END;
	state->next_in = (uint8_t *)(uintptr_t)stream->next_in;
	state->avail_in = in;
	state->next_out = stream->next_out;
	state->avail_out = out;
	/* Its counts and pointers are not to be relied on once it says no. */
	if (isal.isal_inflate(state) < 0) {
		mine->is_damaged = true;
		return Z_DATA_ERROR;
	}
	give_back(state);
	stream->next_in = state->next_in;
	stream->avail_in = state->avail_in;
	stream->total_in += in - state->avail_in;
	stream->next_out = state->next_out;
	stream->avail_out = state->avail_out;
	stream->total_out += out - state->avail_out;
	if (state->block_state == ISAL_BLOCK_FINISH)
		return Z_STREAM_END;
	return in == state->avail_in && out == state->avail_out ? Z_BUF_ERROR
								: Z_OK;
}

/* Whoever else in the process wants a checksum may come before libarchive. */
uLong crc32(uLong crc, const Bytef *bytes, uInt size)
{
	struct error err;

	if (!bytes)
		return 0;
	if (inflate_load(&err))
		abort(); /* zlib's has no way to say no, and we none to go on */
	return isal.crc32_gzip_refl((uint32_t)crc, bytes, size);
}
