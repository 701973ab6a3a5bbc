/*
 * The bytes are in posting.h.  CRoaring's portable format, all little-endian:
 *
 *   4 12346, 4 containers                        or, where some are runs:
 *   2 12347, 2 containers - 1, a bit a container: is it of runs?
 *   2 key, 2 rows - 1                            of each container
 *   4 offset                                     of each, unless there are runs
 *                                                and fewer than 4 containers
 *   the containers, one behind the other: rows key << 16 and the 65,535 behind
 *     of runs    2 count, then 2 first, 2 rows - 1 of each
 *     of bits    8192 bytes, where there are more than 4096 rows
 *     of rows    2 a row
 *
 * https://github.com/RoaringBitmap/RoaringFormatSpec
 */
#include "signatures/store/posting_bits.h"

#include <endian.h>
#include <string.h>

#include "signatures/base/bits.h"
#include "signatures/base/pack.h"
#include "signatures/store/posting.h"

enum {
	WITHOUT_RUNS = 12346,
	WITH_RUNS = 12347,
	OFFSETS_FROM = 4,
	CONTAINER_ROWS = 1 << 16,
	CONTAINERS_MOST = SCHEMA_POSTING_ROWS / CONTAINER_ROWS,
	ARRAY_MOST = 4096,
	WORD_BITS = 64
};

struct target {
	uint64_t *bits;
	uint32_t row_count;
};

static void set_row(const struct target *to, uint32_t row)
{
	if (row < to->row_count)
		to->bits[row / WORD_BITS] |= UINT64_C(1) << row % WORD_BITS;
}

/* Gaps of one byte, as most are: at once, and how far they lead. */
static uint64_t take_short_gaps(struct bytes *in, uint32_t first_row,
				uint64_t row, const struct target *to)
{
	const uint8_t *at = in->next;
	const uint64_t from = row;

	for (; at < in->end && *at < 0x80 && row < SCHEMA_POSTING_ROWS; at++) {
		row += *at;
		set_row(to, first_row + (uint32_t)row++);
	}
	bytes_skip(in, (uint64_t)(at - in->next));
	return row - from;
}

static bool set_gaps(struct bytes *in, uint32_t first_row,
		     const struct target *to)
{
	uint64_t row = 0;

	while (bytes_left(in)) {
		row += take_short_gaps(in, first_row, row, to);
		if (!bytes_left(in))
			break;
		row += pack_take_varint(in);
		if (in->failed || row >= SCHEMA_POSTING_ROWS)
			return false;
		set_row(to, first_row + (uint32_t)row++);
	}
	return row <= SCHEMA_POSTING_ROWS;
}

static void set_run(const struct target *to, uint32_t row, uint32_t end)
{
	for (; row < end && row % WORD_BITS; row++)
		set_row(to, row);
	for (; row + WORD_BITS <= end && row + WORD_BITS <= to->row_count;
	     row += WORD_BITS)
		to->bits[row / WORD_BITS] = UINT64_MAX;
	for (; row < end && row < to->row_count; row++)
		set_row(to, row);
}

static bool set_runs(struct bytes *in, uint32_t first, const struct target *to)
{
	for (uint32_t left = bytes_u16(in); left && !in->failed; left--) {
		const uint32_t from = bytes_u16(in);
		const uint32_t end = from + bytes_u16(in) + 1;

		if (end > CONTAINER_ROWS)
			return false;
		set_run(to, first + from, first + end);
	}
	return !in->failed;
}

static bool set_bits(struct bytes *in, uint32_t first, const struct target *to)
{
	const struct bytes all = *in;

	bytes_skip(in, CONTAINER_ROWS / 8);
	if (in->failed)
		return false;
	for (uint32_t i = 0; i < CONTAINER_ROWS / WORD_BITS; i++) {
		const uint32_t row = first + i * WORD_BITS;
		uint64_t word;

		memcpy(&word, all.next + (size_t)i * sizeof(word),
		       sizeof(word));
		word = le64toh(word);
		if (row + WORD_BITS <= to->row_count)
			to->bits[row / WORD_BITS] |= word;
		else
			for (; word; word &= word - 1)
				set_row(to,
					row + (uint32_t)__builtin_ctzll(word));
	}
	return true;
}

static bool set_array(struct bytes *in, uint32_t first, uint32_t count,
		      const struct target *to)
{
	const struct bytes all = *in;

	bytes_skip(in, (uint64_t)count * 2);
	if (in->failed)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		uint16_t row;

		memcpy(&row, all.next + (size_t)i * sizeof(row), sizeof(row));
		set_row(to, first + le16toh(row));
	}
	return true;
}

struct container {
	uint32_t key;
	uint32_t rows;
	bool is_runs;
};

/* What comes before the containers; 0 if it makes no sense. */
static uint32_t take_head(struct bytes *in,
			  struct container containers[CONTAINERS_MOST])
{
	const uint32_t cookie = bytes_u32(in);
	const bool has_runs = (cookie & 0xffff) == WITH_RUNS;
	const uint32_t count = has_runs ? (cookie >> 16) + 1 : bytes_u32(in);

	if ((!has_runs && cookie != WITHOUT_RUNS) || count > CONTAINERS_MOST)
		return 0;
	for (uint32_t i = 0; i < count; i += 8) {
		const unsigned int runs = has_runs ? bytes_u8(in) : 0;

		for (uint32_t j = i; j < i + 8 && j < count; j++)
			containers[j].is_runs = runs >> (j - i) & 1;
	}
	for (uint32_t i = 0; i < count; i++) {
		containers[i].key = bytes_u16(in);
		containers[i].rows = bytes_u16(in) + UINT32_C(1);
	}
	if (!has_runs || count >= OFFSETS_FROM)
		bytes_skip(in, (uint64_t)count * 4);
	return in->failed ? 0 : count;
}

/* The bytes of the next container. */
static struct bytes take_body(struct bytes *in, const struct container *it)
{
	struct bytes ahead = *in;
	uint64_t size = CONTAINER_ROWS / 8;

	if (it->is_runs)
		size = 2 + UINT64_C(4) * bytes_u16(&ahead);
	else if (it->rows <= ARRAY_MOST)
		size = UINT64_C(2) * it->rows;
	ahead = bytes_absent();
	if (size <= bytes_left(in))
		ahead = bytes_of(in->next, size);
	bytes_skip(in, size);
	return ahead;
}

static bool set_body(struct bytes body, const struct container *it,
		     uint32_t first, const struct target *to)
{
	if (it->is_runs)
		return set_runs(&body, first, to);
	if (it->rows > ARRAY_MOST)
		return set_bits(&body, first, to);
	return set_array(&body, first, it->rows, to);
}

static bool set_roaring(struct bytes *in, uint32_t first_row,
			const struct target *to)
{
	struct container containers[CONTAINERS_MOST];
	const uint32_t count = take_head(in, containers);

	for (uint32_t i = 0; i < count; i++) {
		const struct container *it = &containers[i];
		const uint32_t first = it->key * CONTAINER_ROWS;

		if (first < first_row ||
		    first - first_row >= SCHEMA_POSTING_ROWS ||
		    !set_body(take_body(in, it), it, first, to))
			return false;
	}
	return count != 0;
}

/* The rows of one container at a time: they stay in the nearest cache. */
struct window {
	uint64_t *bits; /* of the store */
	size_t words;	/* from here on */
	uint64_t has[CONTAINER_ROWS / WORD_BITS];
};

static size_t words_of(const struct window *window)
{
	const size_t most = CONTAINER_ROWS / WORD_BITS;

	return window->words < most ? window->words : most;
}

/* Keep what the list has, and go on to the next container. */
static void close_window(struct window *window)
{
	const size_t words = words_of(window);

	for (size_t i = 0; i < words; i++)
		window->bits[i] &= window->has[i];
	window->bits += words;
	window->words -= words;
	memset(window->has, 0, sizeof(window->has));
}

/* Gaps of one byte, as long as they lead to rows of the container at hand. */
static uint64_t keep_short_gaps(struct bytes *in, uint64_t row, uint64_t first,
				uint64_t *has)
{
	const uint8_t *at = in->next;
	uint64_t place = row - first;

	for (; at < in->end && *at < 0x80 && place + *at < CONTAINER_ROWS;
	     at++) {
		place += *at;
		has[place / WORD_BITS] |= UINT64_C(1) << place % WORD_BITS;
		place++;
	}
	bytes_skip(in, (uint64_t)(at - in->next));
	return first + place;
}

static bool keep_gaps(struct bytes *in, struct window *window)
{
	const struct target to = { window->has, CONTAINER_ROWS };
	uint64_t row = 0, first = 0;

	while (bytes_left(in)) {
		row = keep_short_gaps(in, row, first, window->has);
		if (!bytes_left(in))
			break;
		row += pack_take_varint(in);
		if (in->failed || row >= SCHEMA_POSTING_ROWS)
			return false;
		for (; row - first >= CONTAINER_ROWS; first += CONTAINER_ROWS)
			close_window(window);
		set_row(&to, (uint32_t)(row++ - first));
	}
	for (; first < SCHEMA_POSTING_ROWS; first += CONTAINER_ROWS)
		close_window(window);
	return true;
}

/* A container of bits is what is kept of the next 65,536 rows. */
static bool keep_bits(struct bytes body, struct window *window)
{
	const size_t words = words_of(window);

	if (bytes_left(&body) < CONTAINER_ROWS / 8)
		return false;
	for (size_t i = 0; i < words; i++) {
		uint64_t word;

		memcpy(&word, body.next + i * sizeof(word), sizeof(word));
		window->bits[i] &= le64toh(word);
	}
	window->bits += words;
	window->words -= words;
	return true;
}

static bool keep_body(struct bytes body, const struct container *it,
		      struct window *window)
{
	const struct target to = { window->has, CONTAINER_ROWS };

	if (!it->is_runs && it->rows > ARRAY_MOST)
		return keep_bits(body, window);
	/* What is empty already is not looked at. */
	if (bits_any(window->bits, words_of(window)) &&
	    !set_body(body, it, 0, &to))
		return false;
	close_window(window);
	return true;
}

static bool keep_roaring(struct bytes *in, uint32_t first_row,
			 struct window *window)
{
	struct container containers[CONTAINERS_MOST];
	const uint32_t count = take_head(in, containers);
	uint32_t key = first_row / CONTAINER_ROWS;
	const uint32_t end = key + CONTAINERS_MOST;

	for (uint32_t i = 0; i < count; i++) {
		const struct container *it = &containers[i];
		const struct bytes body = take_body(in, it);

		if (it->key < key || it->key >= end || in->failed)
			return false;
		for (; key < it->key; key++)
			close_window(window);
		if (!keep_body(body, it, window))
			return false;
		key++;
	}
	for (; key < end; key++)
		close_window(window);
	return count != 0;
}

bool posting_bits_set(struct bytes in, uint32_t first_row, uint64_t *bits,
		      uint32_t row_count)
{
	const struct target to = { bits, row_count };
	const unsigned int form = bytes_u8(&in);

	if (form == POSTING_GAPS)
		return set_gaps(&in, first_row, &to);
	return form == POSTING_ROARING && set_roaring(&in, first_row, &to);
}

bool posting_bits_keep(struct bytes in, uint32_t first_row, uint64_t *bits,
		       uint32_t row_count)
{
	const unsigned int form = bytes_u8(&in);
	struct window window = { .bits = bits + first_row / WORD_BITS };

	if (first_row < row_count)
		window.words = ((size_t)row_count - first_row + WORD_BITS - 1) /
			       WORD_BITS;
	if (form == POSTING_GAPS)
		return keep_gaps(&in, &window);
	return form == POSTING_ROARING && keep_roaring(&in, first_row, &window);
}
