/*
 * store_read.h - look things up; everything is copied out into an arena except
 * columns.  All calls need a transaction (store_begin()).
 *
 * Failures of LMDB itself below are impossible short of a damaged file; they
 * end as STATUS_STORE.  A find that fails for that reason finds nothing.
 */
#ifndef STORE_STORE_READ_H
#define STORE_STORE_READ_H

#include "signatures/store/store.h"

/* The whole crash of a row, merged from its files; lives in arena. */
struct store_crash {
	struct hash128 identity;
	uint64_t ingested; /* of its first file */
	struct crash crash;
	struct record_file *files; /* richest first */
	size_t file_count;
};

enum status store_crash_read(struct store *store, uint32_t row,
			     struct arena *arena, struct store_crash *ret,
			     struct error *err) MUST_CHECK;

/*
 * The same for who shows it in a line: modules may be missing, and addresses of
 * frames, which follow from them.
 */
enum status store_crash_glance(struct store *store, uint32_t row,
			       struct arena *arena, struct store_crash *ret,
			       struct error *err) MUST_CHECK;

/*
 * For who names crashes: the codes they stopped with, or words where they have
 * none, who is blamed and their stacks.  All else may be missing, of frames
 * what record_beside_stack() leaves out.  Best in the order of rows; they are
 * told in any order, by their places in it.
 */
typedef void store_stack_take(void *closure, size_t place,
			      const struct crash *crash);
enum status store_stacks_read(struct store *store, const uint32_t *rows,
			      size_t count, store_stack_take *take,
			      void *closure, struct error *err) MUST_CHECK;

/*
 * The folder that a crash was read from, and the path of one up to its last
 * slash, copied to arena; "" where there is none.  False for a crash of many
 * files or elsewhere, and for what is not there.
 */
bool store_crash_folder(struct store *store, uint32_t row, uint32_t *ret);
bool store_crash_folder_name(struct store *store, uint32_t folder,
			     struct arena *arena, const char **ret);

/*
 * What these files of one crash come to; borrows them, and arena.  count is 1
 * to LIMIT_FILES_PER_CRASH.
 */
void store_crash_of_files(const struct record_file *files, size_t count,
			  struct arena *arena, struct store_crash *ret);

/*
 * Do the crashes lie elsewhere (store_foreign.h)?  Reading one is a journey
 * then, and rows rise with the ids of their crashes.
 */
bool store_crash_is_elsewhere(const struct store *store);
/*
 * These rows are going to be read, in this order: from elsewhere many come at
 * once.  Those that were told before are forgotten; rows are copied.
 */
void store_crash_expect(struct store *store, const uint32_t *rows,
			size_t count);

/*
 * Rows whose id starts with prefix (lower-case hexadecimal); at most max are
 * written to rows; returns how many there are, counting stops at max.
 */
size_t store_find_id(struct store *store, const char *prefix, uint32_t *rows,
		     size_t max);
bool store_find_content(struct store *store, struct hash128 content,
			uint32_t *row);
/*
 * Every crash that was read from a file of that name, also where the bytes are
 * kept under another; until take says false.  A row may come twice.
 */
typedef bool store_row_take(void *closure, uint32_t row);
void store_find_source(struct store *store, const char *source,
		       store_row_take *take, void *closure);

/*
 * Terms: each distinct value of a FIELD_COLUMN, FIELD_POSTINGS or FIELD_MODULES
 * field has a term, a number private to this store.  0 is "no value".
 */
struct store_term {
	uint32_t term;
	struct field_value value; /* text lives for the call only */
	uint64_t crashes;	  /* rows that have it; kept up to date */
	uint64_t machines; /* of fields bugcheck and bucket: distinct ones */
};

typedef bool store_term_take(void *closure, const struct store_term *term);

/* Every term of field until take says false; in byte order of values. */
enum status store_walk_terms(struct store *store, const struct field *field,
			     store_term_take *take, void *closure,
			     struct error *err) MUST_CHECK;
/* Without counters, which those of FIELD_MODULES have to be made for. */
enum status store_walk_values(struct store *store, const struct field *field,
			      store_term_take *take, void *closure,
			      struct error *err) MUST_CHECK;
/*
 * The same for who wants numbers from low to high, or texts that begin so: all
 * these come, and where values are in no order others as well.
 */
enum status store_walk_between(struct store *store, const struct field *field,
			       uint64_t low, uint64_t high,
			       store_term_take *take, void *closure,
			       struct error *err) MUST_CHECK;
enum status store_walk_beginning(struct store *store, const struct field *field,
				 const char *prefix, store_term_take *take,
				 void *closure, struct error *err) MUST_CHECK;
/* The same by number, from the first on, for who has counters of their own. */
enum status store_walk_numbers(struct store *store, const struct field *field,
			       uint32_t first, store_term_take *take,
			       void *closure, struct error *err) MUST_CHECK;
bool store_find_term(struct store *store, const struct field *field,
		     struct field_value value, struct store_term *ret);
/* Its number alone, at no scan; 0 if there is none such. */
uint32_t store_find_number(struct store *store, const struct field *field,
			   struct field_value value);
/* The value of a term, copied to arena; false if there is none such. */
bool store_term_value(struct store *store, const struct field *field,
		      uint32_t term, struct arena *arena,
		      struct store_term *ret);

/* The same for who has no use for counters. */
bool store_term_name(struct store *store, const struct field *field,
		     uint32_t term, struct arena *arena,
		     struct field_value *ret);

/*
 * Terms in the order of a table, most crashes first and then by value, down to
 * least crashes.  Kept for few fields, and not for what came up rarely.
 */
bool store_rank_is_kept(const struct store *store, const struct field *field,
			uint64_t least);
enum status store_rank_walk(struct store *store, const struct field *field,
			    uint64_t least, store_term_take *take,
			    void *closure, struct error *err) MUST_CHECK;
/* How many terms of such a field have crashes, and those of all together. */
void store_rank_totals(struct store *store, const struct field *field,
		       uint64_t *terms, uint64_t *crashes);

/*
 * Columns, in chunks of STORE_CHUNK_ROWS rows: term per row for FIELD_COLUMN,
 * STORE_NO_NUMBER or the number for FIELD_RAW.  The last chunk is shorter.  A
 * reader is told no term above store_column_last_term(), whatever stands there.
 * STORE_NO_NUMBER is no value that machines have a use for: -1 is one.
 */
#define STORE_CHUNK_ROWS 16384
#define STORE_NO_NUMBER UINT64_C(0x93a5f0c1d27e4b68)

struct store_column {
	const uint32_t *terms;	 /* FIELD_COLUMN */
	const uint64_t *numbers; /* FIELD_RAW */
	size_t count;		 /* rows in this chunk */
};

/*
 * Chunk n holds rows from n * STORE_CHUNK_ROWS on; false past the end.  Lives
 * until the next chunk of the same field is read, or store_close().
 */
bool store_column_read(struct store *store, const struct field *field,
		       uint32_t chunk, struct store_column *ret);

/*
 * The same for who looks at the rows alone that have a bit: what the column
 * says of others is anything.  Rows asked for are all that is touched.
 */
bool store_column_pick(struct store *store, const struct field *field,
		       uint32_t chunk, const uint64_t *bits,
		       struct store_column *ret);

/*
 * Without reading the chunk: no number or term in it is out of least..most,
 * most is one of them unless it is UINT64_MAX, and each of the first with rows
 * has one.  False if there is none at all.
 */
struct store_range {
	uint64_t least, most;
	size_t with;
};

bool store_column_range(struct store *store, const struct field *field,
			uint32_t chunk, struct store_range *ret);

/*
 * Of the rows of a chunk that have a bit, clear those without a number from
 * low to high (FIELD_RAW).
 */
void store_column_between(struct store *store, const struct field *field,
			  uint32_t chunk, uint64_t low, uint64_t high,
			  uint64_t *bits);

/* The rows of a chunk that have this term, or none (0), a bit each. */
void store_column_equal(struct store *store, const struct field *field,
			uint32_t chunk, uint32_t term,
			uint64_t bits[STORE_CHUNK_ROWS / 64]);

/*
 * Some terms: a bit each, 64 a word.  Those behind the last word are all among
 * them, or none.  If there is one term that is, or is not, unlike all others,
 * who knows may say so.
 */
struct store_terms {
	uint64_t *bits;
	size_t words;
	bool beyond;
	uint32_t only; /* 0: nobody said */
};

/* The 64 terms from 64 * word on. */
static inline uint64_t store_terms_word(const struct store_terms *terms,
					uint64_t word)
{
	if (word < terms->words)
		return terms->bits[word];
	return terms->beyond ? UINT64_MAX : 0;
}

static inline bool store_terms_have(const struct store_terms *terms,
				    uint64_t term)
{
	return store_terms_word(terms, term / 64) >> term % 64 & 1;
}

/*
 * Of the rows of a chunk that have a bit, clear those whose term is not among
 * these: less than reading what is looked at once.  Rows without have 0.
 */
void store_column_keep(struct store *store, const struct field *field,
		       uint32_t chunk, const struct store_terms *terms,
		       uint64_t *bits);

/* No term of field is above this. */
uint32_t store_column_last_term(struct store *store, const struct field *field);

/* A set of rows; CRoaring inside. */
struct store_rows;

struct store_rows *store_rows_create(void);
void store_rows_destroy(struct store_rows *rows);
void store_rows_add(struct store_rows *rows, uint32_t row);
bool store_rows_has(const struct store_rows *rows, uint32_t row);
/* Rising rows; take returns false to stop. */
void store_rows_walk(const struct store_rows *rows,
		     bool (*take)(void *closure, uint32_t row), void *closure);

/*
 * Are rows with a term of this field on a posting list: those of a
 * FIELD_POSTINGS, and of some columns, too?
 */
bool store_posting_is_listed(const struct store *store,
			     const struct field *field);

/*
 * Add to rows all rows that have the term (FIELD_POSTINGS, FIELD_MODULES, and
 * what is listed).
 */
enum status store_posting_read(struct store *store, const struct field *field,
			       uint32_t term, struct store_rows *rows,
			       struct error *err) MUST_CHECK;

/*
 * The same as bits, one a row of the store, for FIELD_POSTINGS and what is
 * listed.  Rows may be left out where among (if it is not NULL) has none of
 * the rows about them.
 */
enum status store_posting_bits(struct store *store, const struct field *field,
			       uint32_t term, const uint64_t *among,
			       uint64_t *bits, struct error *err) MUST_CHECK;
/* Clear the bits of rows that do not have the term. */
enum status store_posting_keep(struct store *store, const struct field *field,
			       uint32_t term, uint64_t *bits,
			       struct error *err) MUST_CHECK;

/*
 * All terms of a field (FIELD_POSTINGS, FIELD_MODULES) in one pass, each with
 * those of its rows that are among these bits, 64 a word, rising; of
 * FIELD_MODULES lists, see below.  Terms come in any order, those with none not
 * at all; take returns false to stop.
 */
typedef bool store_posting_take(void *closure, uint32_t term,
				const uint32_t *rows, size_t count);
enum status store_posting_each(struct store *store, const struct field *field,
			       const uint64_t *among, size_t words,
			       store_posting_take *take, void *closure,
			       struct error *err) MUST_CHECK;

/*
 * Crashes with a FIELD_MODULES term are those with a list of modules that has
 * it.  The number of the list of each row, as a column of terms (0 = none):
 */
bool store_column_lists(struct store *store, uint32_t chunk,
			struct store_column *ret);
void store_column_keep_lists(struct store *store, uint32_t chunk,
			     const struct store_terms *terms, uint64_t *bits);
/* ... and the numbers of the lists that have the term. */
enum status store_posting_lists(struct store *store, const struct field *field,
				uint32_t term, struct store_rows *lists,
				struct error *err) MUST_CHECK;

/*
 * The same as bits: set those of the lists that have the term.  There come to
 * be as many bits as are needed; the caller frees them.
 */
enum status store_lists_having(struct store *store, const struct field *field,
			       uint32_t term, struct store_terms *lists,
			       struct error *err) MUST_CHECK;
/* To so many words; what is new is as what was beyond. */
void store_lists_grow(struct store_terms *lists, size_t words);

/* What was refused, by reason, over the whole life of the store. */
struct store_tally {
	uint64_t indexed, duplicate, same_crash;
	uint64_t refused[STATUS_COUNT];
	uint64_t archives;
};
/* indexed counts crashes, same_crash the further files of each. */
enum status store_tally_read(struct store *store, struct store_tally *ret,
			     struct error *err) MUST_CHECK;

#endif
