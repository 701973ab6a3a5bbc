#include <stdlib.h>
#include <string.h>

#include "signatures/base/hash.h"
#include "signatures/store/column.h"
#include "signatures/store/column_chunk.h"
#include "signatures/store/column_narrow.h"

static unsigned int width_of(uint64_t most)
{
	unsigned int width = 1;

	while (width < COLUMN_WIDEST && most >> 8 * width)
		width++;
	return width;
}

static void put_number(uint8_t *at, uint64_t number, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (uint8_t)(number >> 8 * i);
}

/* What numbers come to, and how many bytes the rows take. */
struct span {
	uint64_t least, most;
	size_t rows, having;
};

static unsigned int width_of_span(const struct span *span)
{
	if (span->most == span->least && span->having == span->rows)
		return 0;
	/* One above the span has to fit, for none to be told apart. */
	return span->most - span->least == UINT64_MAX
		       ? COLUMN_WIDEST
		       : width_of(span->most - span->least + 1);
}

static struct span span_of(const uint64_t *values, uint64_t none, bool folded)
{
	struct span span = { .least = UINT64_MAX };

	for (size_t i = 0; i < STORE_CHUNK_ROWS; i++) {
		const uint64_t number =
			folded ? column_fold(values[i]) : values[i];

		if (values[i] == none)
			continue;
		span.least = number < span.least ? number : span.least;
		span.most = number > span.most ? number : span.most;
		span.rows = i + 1;
		span.having++;
	}
	return span;
}

static int by_number(const void *left, const void *right)
{
	const uint64_t a = *(const uint64_t *)left;
	const uint64_t b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

/* Where it stands among rising ones, or would. */
static size_t place_of(const uint64_t *list, size_t count, uint64_t number)
{
	size_t low = 0;

	while (low < count) {
		const size_t middle = low + (count - low) / 2;

		if (list[middle] < number)
			low = middle + 1;
		else
			count = middle;
	}
	return low;
}

/* The numbers there are, rising; 0 if they are too many. */
static size_t list_of(const uint64_t *values, size_t rows, uint64_t none,
		      uint64_t list[COLUMN_LISTED_MOST])
{
	uint64_t seen[4 * (COLUMN_LISTED_MOST + 1)];
	bool is_seen[4 * (COLUMN_LISTED_MOST + 1)] = { false };
	const size_t mask = sizeof(is_seen) - 1;
	size_t count = 0;

	for (size_t row = 0; row < rows; row++) {
		size_t at = hash_mix(values[row], 0) & mask;

		while (is_seen[at] && seen[at] != values[row])
			at = (at + 1) & mask;
		if (is_seen[at] || values[row] == none)
			continue;
		if (count == COLUMN_LISTED_MOST)
			return 0;
		is_seen[at] = true;
		seen[at] = values[row];
		list[count++] = values[row];
	}
	qsort(list, count, sizeof(*list), by_number);
	return count;
}

static size_t listed_bytes(size_t count, size_t rows)
{
	return 1 + count * COLUMN_WIDEST + rows;
}

static size_t put_listed(uint8_t *at, const uint64_t *values, size_t rows,
			 uint64_t none, const uint64_t *list, size_t count)
{
	uint8_t *row = at + 1 + count * COLUMN_WIDEST;

	put_number(at, count, 1);
	for (size_t i = 0; i < count; i++)
		put_number(at + 1 + i * COLUMN_WIDEST, list[i], COLUMN_WIDEST);
	for (size_t i = 0; i < rows; i++)
		row[i] = values[i] == none
				 ? 0
				 : (uint8_t)(place_of(list, count, values[i]) +
					     1);
	return listed_bytes(count, rows);
}

static size_t put_plain(uint8_t *at, const uint64_t *values, size_t rows,
			uint64_t none, uint64_t base, unsigned int form)
{
	const unsigned int width = form & COLUMN_WIDTH;

	for (size_t i = 0; i < rows && width; i++) {
		uint64_t number = form & COLUMN_FOLDED ? column_fold(values[i])
						       : values[i];

		number = width != COLUMN_WIDEST && values[i] == none
				 ? 0
				 : number - base;
		put_number(at + i * width, number, width);
	}
	return rows * width;
}

/* Numbers may take another form than the plain one, where it is shorter. */
static unsigned int form_of(const uint64_t *values, uint64_t none,
			    struct span *span, uint64_t *list, size_t *listed)
{
	const unsigned int plain = width_of_span(span);
	const struct span folded = span_of(values, none, true);
	unsigned int width = width_of_span(&folded);
	const size_t rows = span->rows;

	/* What is read as UINT64_MAX is none. */
	if (width >= plain || folded.most == UINT64_MAX)
		width = plain;
	*listed = list_of(values, rows, none, list);
	if (*listed && listed_bytes(*listed, rows) < rows * width)
		return 1 | COLUMN_LISTED;
	if (width == plain)
		return plain;
	span->least = folded.least;
	return width | COLUMN_FOLDED;
}

/* In the form of before. */
static size_t put_rows(uint8_t *data, const uint64_t *values, uint64_t none)
{
	struct span span = span_of(values, none, false);
	const size_t rows = span.rows;
	unsigned int form = width_of_span(&span);
	uint64_t list[COLUMN_LISTED_MOST];
	size_t listed = 0;
	uint64_t base;

	if (none == STORE_NO_NUMBER && form > 1)
		form = form_of(values, none, &span, list, &listed);
	base = form == COLUMN_WIDEST ? 0 : span.least - 1;
	put_number(data, span.having == rows ? form | COLUMN_WHOLE : form, 1);
	put_number(data + 1, base, 8);
	put_number(data + 9, span.most, 8);
	put_number(data + 17, rows - 1, 2);
	data += COLUMN_HEAD_BYTES;
	return COLUMN_HEAD_BYTES +
	       (form & COLUMN_LISTED
			? put_listed(data, values, rows, none, list, listed)
			: put_plain(data, values, rows, none, base, form));
}

/* Lane by lane. */
static size_t put_split(uint8_t *to, const uint8_t *from, size_t rows,
			unsigned int width)
{
	for (unsigned int byte = 0; byte < width; byte += COLUMN_LANE) {
		const size_t some = byte + 1 < width ? COLUMN_LANE : 1;

		for (size_t row = 0; row < rows; row++, to += some)
			memcpy(to, from + row * width + byte, some);
	}
	return rows * width;
}

/* Does the lowest lane tell rows with nothing in the others from all else? */
static bool is_told(const uint8_t *from, size_t rows, unsigned int width)
{
	static uint8_t has[2][UINT16_MAX + 1];
	uint8_t both = 0;

	memset(has, 0, sizeof(has));
	for (size_t row = 0; row < rows; row++, from += width) {
		bool is_large = false;

		for (unsigned int byte = COLUMN_LANE; byte < width; byte++)
			is_large |= from[byte] != 0;
		has[is_large][from[0] | from[1] << 8] = 1;
	}
	/* From 1 on: 0 is a row without.  All, so that vectors are made of it.
	 */
	for (size_t low = 1; low <= UINT16_MAX; low++)
		both |= has[0][low] & has[1][low];
	return !both;
}

static size_t put_narrow(uint8_t *to, const uint8_t *from, size_t rows,
			 unsigned int bits)
{
	column_narrow_pack(bits, from, rows, to);
	return column_narrow_bytes(bits, rows);
}

/* The width and more of a chunk in the form of before. */
static unsigned int form_today(const uint8_t *chunk, unsigned int form)
{
	const unsigned int width = form & COLUMN_WIDTH;

	if (form & COLUMN_LISTED)
		return form;
	if (width >= COLUMN_SPLIT_FROM)
		return form | COLUMN_SPLIT;
	if (width != 1 || form & COLUMN_FOLDED)
		return form;
	return form - width +
	       column_narrow_width(column_chunk_load(chunk + 9) -
				   column_chunk_load(chunk + 1));
}

/* Such a chunk as it is written today; its bytes.  One of today stays. */
static size_t renew(uint8_t *to, const uint8_t *from, size_t size)
{
	const unsigned int form = *from;
	const unsigned int today = form_today(from, form);
	const unsigned int width = form & COLUMN_WIDTH;
	const size_t rows = (size_t)(from[17] | from[18] << 8) + 1;
	const uint8_t *data = from + COLUMN_HEAD_BYTES;

	memcpy(to, from, size);
	if (today == form || size != COLUMN_HEAD_BYTES + rows * width)
		return size;
	*to = (uint8_t)today;
	if (today & COLUMN_SPLIT && is_told(data, rows, width))
		to[18] |= COLUMN_TOLD >> 8;
	to += COLUMN_HEAD_BYTES;
	return COLUMN_HEAD_BYTES +
	       (today & COLUMN_SPLIT
			? put_split(to, data, rows, width)
			: put_narrow(to, data, rows,
				     column_narrow_bits(today & COLUMN_WIDTH)));
}

static bool has_any(const uint64_t *values, uint64_t none)
{
	for (size_t i = 0; i < STORE_CHUNK_ROWS; i++)
		if (values[i] != none)
			return true;
	return false;
}

/* The longest chunk there is. */
#define CHUNK_BYTES (COLUMN_HEAD_BYTES + COLUMN_WIDEST * STORE_CHUNK_ROWS)

void column_write(struct store *store, uint8_t field, uint64_t none,
		  uint32_t chunk, const uint64_t values[STORE_CHUNK_ROWS])
{
	static uint8_t before[CHUNK_BYTES], today[CHUNK_BYTES];
	const struct btree_key key = column_form_key(field, chunk);
	const struct btree_key head = column_form_head_key(field, chunk);
	const uint8_t *data = before;
	size_t size;

	if (!has_any(values, none)) {
		column_write_nothing(store, field, chunk);
		return;
	}
	size = put_rows(before, values, none);
	if (store->has_split) {
		size = renew(today, before, size);
		data = today;
	}
	btree_put(store, SCHEMA_COLUMN, &key, bytes_of(data, size));
	if (store->has_heads)
		btree_put(store, SCHEMA_COLUMN, &head,
			  bytes_of(data, COLUMN_HEAD_BYTES));
}

void column_write_nothing(struct store *store, uint8_t field, uint32_t chunk)
{
	const struct btree_key key = column_form_key(field, chunk);
	const struct btree_key head = column_form_head_key(field, chunk);

	btree_delete(store, SCHEMA_COLUMN, &key);
	btree_delete(store, SCHEMA_COLUMN, &head);
}

static void write_again(struct store *store, uint8_t field, uint32_t chunk)
{
	static uint8_t data[CHUNK_BYTES];
	const struct btree_key key = column_form_key(field, chunk);
	const struct btree_key head = column_form_head_key(field, chunk);
	struct bytes in;
	size_t size;

	if (!btree_get(store, SCHEMA_COLUMN, &key, &in) ||
	    bytes_left(&in) < COLUMN_HEAD_BYTES ||
	    bytes_left(&in) > sizeof(data))
		return;
	size = renew(data, in.next, bytes_left(&in));
	if (data[0] != *in.next)
		btree_put(store, SCHEMA_COLUMN, &key, bytes_of(data, size));
	btree_put(store, SCHEMA_COLUMN, &head,
		  bytes_of(data, COLUMN_HEAD_BYTES));
}

void column_write_again(struct store *store)
{
	for (unsigned int field = 1; field < SCHEMA_FIELDS; field++) {
		struct btree_key prefix = btree_key();
		uint32_t last;

		btree_key_u8(&prefix, (uint8_t)field);
		last = btree_last(store, SCHEMA_COLUMN, &prefix);
		for (uint32_t chunk = 0; chunk <= last; chunk++)
			write_again(store, (uint8_t)field, chunk);
	}
}
