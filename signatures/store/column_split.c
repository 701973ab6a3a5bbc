#include "signatures/store/column_split.h"

#include "signatures/base/bits.h"
#include "signatures/store/column.h"
#include "signatures/store/column_lane.h"

enum {
	WORD_BITS = 64,
	LANE_BITS = 8 * COLUMN_LANE,
	FEW_ROWS = 512, /* of a lane that is read: each is looked at */
	READ_ALONE = 8	/* pieces of a row: a whole lane is as quick */
};

/* One search: which rows are in it, of so many. */
struct search {
	struct store *store;
	const struct btree_key *key;
	const struct column_chunk *it;
	const struct column_wanted *wanted;
	size_t words;
};

static size_t lanes_of(const struct column_chunk *it)
{
	return (it->width + COLUMN_LANE - 1) / COLUMN_LANE;
}

static unsigned int width_of(const struct column_chunk *it, size_t lane)
{
	const size_t left = it->width - lane * COLUMN_LANE;

	return left < COLUMN_LANE ? (unsigned int)left : COLUMN_LANE;
}

/* Rows of a lane from one on. */
static bool read_rows(struct store *store, const struct btree_key *key,
		      const struct column_chunk *it, size_t lane, size_t row,
		      size_t count, struct column_lane *ret)
{
	const unsigned int width = width_of(it, lane);
	const size_t behind =
		COLUMN_HEAD_BYTES + lane * COLUMN_LANE * it->rows + row * width;
	struct bytes in;

	if (!btree_part(store, SCHEMA_COLUMN, key, behind, count * width,
			&in) ||
	    bytes_left(&in) < count * width)
		return false;
	*ret = (struct column_lane){ in.next, 8 * width, count };
	return true;
}

bool column_split_number(struct store *store, const struct btree_key *key,
			 const struct column_chunk *it, size_t row,
			 uint64_t *ret)
{
	struct column_lane lane;
	uint64_t number = 0;

	for (size_t i = 0; i < lanes_of(it); i++) {
		if (!read_rows(store, key, it, i, row, 1, &lane))
			return false;
		number |= (uint64_t)column_lane_number(&lane, 0)
			  << i * LANE_BITS;
	}
	*ret = number;
	return true;
}

/* The lane is read, unless the rows that are left are looked at one by one. */
static bool is_done(const struct search *search, size_t left, size_t lanes,
		    uint64_t *bits)
{
	const struct column_wanted *wanted = search->wanted;

	if (left * lanes > READ_ALONE)
		return false;
	for (size_t i = 0; i < search->words && left; i++)
		for (uint64_t word = bits[i]; word; word &= word - 1) {
			const size_t row =
				i * WORD_BITS + (size_t)__builtin_ctzll(word);
			uint64_t number;

			left--;
			if (row >= search->it->rows ||
			    !column_split_number(search->store, search->key,
						 search->it, row, &number) ||
			    number < wanted->least || number > wanted->most)
				bits[i] &= ~(word & -word);
		}
	return true;
}

static unsigned int part_of(uint64_t number, size_t lane)
{
	return number >> lane * LANE_BITS & UINT16_MAX;
}

/* Where one row says what all are, clear them unless it has the number. */
static bool is_told(const struct search *search, uint64_t *bits)
{
	const uint64_t wanted = search->wanted->least;
	uint64_t number = 0;
	size_t i = 0;

	if (!search->it->is_told || !wanted || wanted > UINT16_MAX)
		return false;
	while (i < search->words && !bits[i])
		i++;
	if (i == search->words)
		return true;
	if (!column_split_number(search->store, search->key, search->it,
				 i * WORD_BITS +
					 (size_t)__builtin_ctzll(bits[i]),
				 &number) ||
	    number != wanted)
		memset(bits, 0, search->words * sizeof(*bits));
	return true;
}

/* From the lowest lane up. */
static void keep_one(const struct search *search, uint64_t *bits)
{
	const struct column_chunk *it = search->it;
	struct column_lane lane = { it->data, LANE_BITS, it->rows };

	for (size_t i = 0; i < lanes_of(it); i++) {
		const unsigned int part = part_of(search->wanted->least, i);

		if (i == 1 && is_told(search, bits))
			return;
		if (i && is_done(search, bits_count(bits, search->words),
				 lanes_of(it), bits))
			return;
		if ((i || !it->data) && !read_rows(search->store, search->key,
						   it, i, 0, it->rows, &lane))
			lane.rows = 0;
		column_lane_keep(&lane, part, part, bits, search->words);
	}
}

/*
 * Rows that are on the way to a range: in its lanes so far they were as its
 * least, or as its most; while these are one, as both.
 */
struct edges {
	uint64_t low[COLUMN_WORDS], high[COLUMN_WORDS];
	bool is_one;
};

/*
 * A range in a lane.  An end is sure if rows that have it are in the range,
 * whatever stands in the lanes below.
 */
struct ends {
	unsigned int low, high, most;
	bool low_is_sure, high_is_sure;
};

static struct ends ends_of(const struct search *search, size_t lane)
{
	const struct column_wanted *wanted = search->wanted;
	const uint64_t below = (UINT64_C(1) << lane * LANE_BITS) - 1;
	const unsigned int bits = 8 * width_of(search->it, lane);

	return (struct ends){
		.low = part_of(wanted->least, lane),
		.high = part_of(wanted->most, lane),
		.most = (1u << bits) - 1,
		.low_is_sure = (wanted->least & below) == 0,
		.high_is_sure = (wanted->most & below) == below,
	};
}

/* Rows of some that are in this part of the lane are in the range. */
static void add(const struct search *search, const struct column_lane *lane,
		unsigned int least, unsigned int most, const uint64_t *some,
		uint64_t *yes)
{
	uint64_t bits[COLUMN_WORDS];

	memcpy(bits, some, search->words * sizeof(*bits));
	column_lane_keep(lane, least, most, bits, search->words);
	for (size_t i = 0; i < search->words; i++)
		yes[i] |= bits[i];
}

/* What goes on to the lane below: none, if the end is sure. */
static void stay(const struct search *search, const struct column_lane *lane,
		 unsigned int end, bool is_sure, uint64_t *bits)
{
	column_lane_keep(lane, end + is_sure, end, bits, search->words);
}

static void step(const struct search *search, const struct column_lane *lane,
		 const struct ends *ends, struct edges *edges, uint64_t *yes)
{
	const unsigned int from = ends->low + !ends->low_is_sure;
	const unsigned int behind = ends->high + ends->high_is_sure;

	if (edges->is_one) {
		memcpy(edges->high, edges->low, sizeof(edges->high));
		if (behind)
			add(search, lane, from, behind - 1, edges->low, yes);
	} else {
		add(search, lane, from, ends->most, edges->low, yes);
		if (behind)
			add(search, lane, 0, behind - 1, edges->high, yes);
	}
	stay(search, lane, ends->low, ends->low_is_sure, edges->low);
	stay(search, lane, ends->high, ends->high_is_sure, edges->high);
	edges->is_one = false;
}

/* The rows of a word that are at an edge, each by itself. */
static uint64_t step_word(const struct column_lane *lane, size_t first,
			  uint64_t word, unsigned int end, unsigned int inner,
			  unsigned int outer, uint64_t *yes)
{
	uint64_t at = 0;

	for (; word; word &= word - 1) {
		const size_t row = first + (size_t)__builtin_ctzll(word);
		unsigned int part;

		if (row >= lane->rows)
			break;
		part = column_lane_number(lane, row);
		if (part - inner <= outer - inner)
			*yes |= word & -word;
		else if (part == end)
			at |= word & -word;
	}
	return at;
}

/* The same as step() where edges are two, and few rows are left there. */
static void step_alone(const struct search *search,
		       const struct column_lane *lane, const struct ends *ends,
		       struct edges *edges, uint64_t *yes)
{
	const unsigned int from = ends->low + !ends->low_is_sure;
	const unsigned int behind = ends->high + ends->high_is_sure;

	for (size_t i = 0; i < search->words; i++) {
		const size_t first = i * WORD_BITS;

		/* Without a part that is inside there is an empty span. */
		edges->low[i] = step_word(lane, first, edges->low[i], ends->low,
					  from, UINT16_MAX + 1, &yes[i]);
		edges->high[i] =
			step_word(lane, first, edges->high[i], ends->high,
				  behind ? 0 : UINT32_MAX,
				  behind ? behind - 1 : UINT32_MAX, &yes[i]);
	}
}

/* From the highest lane down; what is left at the edges is looked at. */
static void keep_range(const struct search *search, uint64_t *bits)
{
	const struct column_chunk *it = search->it;
	const size_t bytes = search->words * sizeof(*bits);
	struct edges edges = { .is_one = true };
	struct column_lane lane = { .rows = 0 };
	uint64_t yes[COLUMN_WORDS] = { 0 };
	size_t left = STORE_CHUNK_ROWS;

	memcpy(edges.low, bits, bytes);
	for (size_t i = lanes_of(it); i--;) {
		const struct ends ends = ends_of(search, i);

		if (!read_rows(search->store, search->key, it, i, 0, it->rows,
			       &lane))
			lane.rows = 0;
		if (i && edges.is_one && ends.low == ends.high) {
			column_lane_keep(&lane, ends.low, ends.low, edges.low,
					 search->words);
			memcpy(bits, edges.low, bytes);
		} else {
			if (!edges.is_one && left <= FEW_ROWS)
				step_alone(search, &lane, &ends, &edges, yes);
			else
				step(search, &lane, &ends, &edges, yes);
			for (size_t word = 0; word < search->words; word++)
				bits[word] = edges.low[word] | edges.high[word];
		}
		left = bits_count(bits, search->words);
		if (is_done(search, left, i, bits))
			break;
	}
	for (size_t word = 0; word < search->words; word++)
		bits[word] |= yes[word];
}

void column_split_keep(struct store *store, const struct btree_key *key,
		       const struct column_chunk *it,
		       const struct column_wanted *wanted, uint64_t *bits,
		       size_t rows)
{
	const struct search search = { store, key, it, wanted,
				       (rows + WORD_BITS - 1) / WORD_BITS };

	if (wanted->least == wanted->most)
		keep_one(&search, bits);
	else
		keep_range(&search, bits);
}
