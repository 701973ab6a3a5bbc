/*
 * The bytes are in posting.c.  CRoaring's portable format, all little-endian:
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

#include "signatures/base/pack.h"
#include "signatures/store/schema.h"

enum {
	FORM_GAPS = 0,
	FORM_ROARING = 1,
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

static bool set_gaps(struct bytes *in, uint32_t first_row,
		     const struct target *to)
{
	uint64_t row = 0;

	while (bytes_left(in)) {
		row += pack_take_short(in);
		if (in->failed || row >= SCHEMA_POSTING_ROWS)
			return false;
		set_row(to, first_row + (uint32_t)row++);
	}
	return true;
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

static bool set_roaring(struct bytes *in, uint32_t first_row,
			const struct target *to)
{
	struct container containers[CONTAINERS_MOST];
	const uint32_t count = take_head(in, containers);

	for (uint32_t i = 0; i < count; i++) {
		const struct container *it = &containers[i];
		const uint32_t first = it->key * CONTAINER_ROWS;
		bool fits;

		if (first < first_row ||
		    first - first_row >= SCHEMA_POSTING_ROWS)
			return false;
		if (it->is_runs)
			fits = set_runs(in, first, to);
		else if (it->rows > ARRAY_MOST)
			fits = set_bits(in, first, to);
		else
			fits = set_array(in, first, it->rows, to);
		if (!fits)
			return false;
	}
	return count != 0;
}

bool posting_bits_set(struct bytes in, uint32_t first_row, uint64_t *bits,
		      uint32_t row_count)
{
	const struct target to = { bits, row_count };
	const unsigned int form = bytes_u8(&in);

	if (form == FORM_GAPS)
		return set_gaps(&in, first_row, &to);
	return form == FORM_ROARING && set_roaring(&in, first_row, &to);
}
