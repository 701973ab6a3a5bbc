/*
 * remote_state.h - the inside of a remote store; for remote*.c alone.
 */
#ifndef CLICKHOUSE_REMOTE_STATE_H
#define CLICKHOUSE_REMOTE_STATE_H

#include "signatures/clickhouse/crashrow.h"
#include "signatures/clickhouse/remote.h"

/* The terms of a field: term n is at[n - 1]. */
struct remote_terms {
	bool is_there;
	struct store_term *at;
	size_t count;
};

/*
 * Which rows, or of modules which lists, have each term: those of term n are
 * items[first[n]] to items[first[n + 1]].
 */
struct remote_postings {
	bool is_there;
	uint32_t asked; /* for single terms, so far */
	size_t *first;
	uint32_t *items;
};

/* A crash of an answer, and where its records are in it. */
struct remote_place {
	uint32_t row;
	struct bytes records;
};

/* Rows that are going to be read, and an answer about some of them. */
struct remote_expected {
	uint32_t *rows;
	size_t count;
	size_t at; /* the next that was not asked for */
	struct http_answer answer;
	struct remote_place *places; /* by row */
	size_t place_count;
};

/* An entry of the settling pass; key and value are in the answer. */
struct remote_entry {
	struct bytes key, value;
	uint64_t pass;
};

struct remote_settled {
	bool is_asked;
	struct http_answer answer;
	struct remote_entry *entries; /* by key */
	size_t count;
};

struct remote {
	struct arena arena; /* for as long as it is open */
	struct address address;
	struct http *http;
	uint32_t rows;
	struct hash128 *ids; /* by row; NULL: not fetched yet */
	struct remote_terms terms[CRASHROW_FIELDS];
	uint32_t *columns[CRASHROW_FIELDS]; /* terms by row */
	uint64_t *numbers[CRASHROW_FIELDS]; /* numbers by row */
	struct remote_postings postings[CRASHROW_FIELDS];
	uint64_t *list_hashes; /* of list n at n - 1, rising */
	size_t list_count;
	uint32_t *lists; /* by row; NULL: not fetched yet */
	/* Whoever reads one row after the other gets many of one answer. */
	uint32_t next;		  /* the row behind the last that was read */
	uint32_t run;		  /* so many were read one after the other */
	struct http_answer ahead; /* rows from next on, as they came */
	struct bytes ahead_left;
	struct remote_expected expected;
	struct remote_settled settled;
	struct error failed; /* the first failure; STATUS_OK: none */
};

#endif
