/*
 * recall.h - what terms of a field are: each is looked up once.
 *
 * For who names thousands of things after the same few hundred modules.
 */
#ifndef QUERY_RECALL_H
#define QUERY_RECALL_H

#include "signatures/base/arena.h"
#include "signatures/store/store_read.h"

struct recall {
	struct store *store;
	const struct field *field;
	struct recalled *terms; /* by term */
	uint32_t count;
	struct arena arena;
};

/* A FIELD_COLUMN of few terms; nothing is read yet. */
void recall_init(struct recall *recall, struct store *store, const char *field);
void recall_deinit(struct recall *recall);

/* As factor_value(); text lives as long as recall does. */
struct field_value recall_value(struct recall *recall, uint32_t term);
/* The value as value_text() has it. */
const char *recall_text(struct recall *recall, uint32_t term);

#endif
