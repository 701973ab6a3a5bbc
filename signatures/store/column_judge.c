#include "signatures/store/column_judge.h"

#include "signatures/store/column.h"

enum {
	WORD_BITS = 64
};

/* Are all terms from least to most as the first of them? */
static bool is_one_kind(const struct store_terms *terms, uint64_t least,
			uint64_t most)
{
	const uint64_t kind = store_terms_have(terms, least) ? UINT64_MAX : 0;
	const uint64_t last = most / WORD_BITS;

	for (uint64_t word = least / WORD_BITS; word <= last; word++) {
		uint64_t other = store_terms_word(terms, word) ^ kind;

		if (word == least / WORD_BITS)
			other &= UINT64_MAX << least % WORD_BITS;
		if (word == last)
			other &= UINT64_MAX >>
				 (WORD_BITS - 1 - most % WORD_BITS);
		if (other)
			return false;
		if (word >= terms->words)
			break; /* as are all behind it */
	}
	return true;
}

enum column_verdict column_judge(struct store *store, uint8_t field,
				 uint32_t chunk,
				 const struct store_terms *terms, size_t rows)
{
	const bool absent = store_terms_have(terms, 0);
	struct store_range range;
	bool kind = absent;

	if (!store->has_heads)
		return COLUMN_SOME;
	if (column_range(store, field, chunk, &range)) {
		kind = store_terms_have(terms, range.least);
		if (range.most < range.least ||
		    (range.with < rows && kind != absent) ||
		    !is_one_kind(terms, range.least, range.most))
			return COLUMN_SOME;
	}
	return kind ? COLUMN_ALL : COLUMN_NONE;
}
