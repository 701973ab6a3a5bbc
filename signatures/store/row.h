/*
 * row.h - a row of the store: one crash and the files it was seen in.
 */
#ifndef STORE_ROW_H
#define STORE_ROW_H

#include "signatures/base/limits.h"
#include "signatures/store/state.h"

/* A file with the numbers of the parts it shares; 0 = none. */
struct row_file {
	struct record_file file;
	uint32_t folder, machine, list, stack;
};

struct row {
	struct row_file files[LIMIT_FILES_PER_CRASH + 1];
	size_t count;
	/* Made of all files by row_merge(). */
	struct crash crash;
	struct hash128 identity;
	uint64_t ingested; /* of the first file */
	uint32_t list;
};

/* Files and what they come to; lives in arena. */
enum status row_read(struct store *store, uint32_t number, struct arena *arena,
		     struct row *ret, struct error *err) MUST_CHECK;

/* The same without modules, as store_crash_glance() has it. */
enum status row_glance(struct store *store, uint32_t number,
		       struct arena *arena, struct row *ret,
		       struct error *err) MUST_CHECK;

/* The folder of its file, if it has one file. */
bool row_folder_part(struct store *store, uint32_t number, uint32_t *ret);
/* What the name of a file follows there; lives in arena. */
bool row_folder_name(struct store *store, uint32_t folder, struct arena *arena,
		     const char **ret);

/* The stack that it shares with others, if it has one file and that does. */
bool row_stack_part(struct store *store, uint32_t number, uint32_t *ret);
/* What that says, unless words stand in for a code, which is not there. */
bool row_stack_alone(struct store *store, uint32_t part, struct arena *arena,
		     struct crash *ret);

/*
 * Keep the parts that a file shares.  Lists that are new are indexed by the
 * driver fields.
 */
void row_add_parts(struct store *store, struct row_file *file,
		   struct arena *scratch);

/*
 * Put files in order, richest first, at most LIMIT_FILES_PER_CRASH of them,
 * and work out the rest of row.
 */
void row_merge(struct row *row, struct arena *arena);

/* Keeps the stacks as parts, too: row is told their numbers. */
void row_write(struct store *store, uint32_t number, struct row *row,
	       struct arena *scratch);
void row_delete(struct store *store, uint32_t number);

#endif
