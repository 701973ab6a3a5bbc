/*
 * query.h - the commands of crashquery: a row each in the table of main.c.
 */
#ifndef QUERY_QUERY_H
#define QUERY_QUERY_H

#include <stdio.h>

#include "query/plan.h"
#include "query/table.h"
#include "query/where.h"
#include "signatures/base/arena.h"
#include "signatures/base/cli.h"
#include "signatures/store/store_read.h"

/* What a command is given. */
struct query {
	struct store *store; /* in a transaction; NULL if not needed */
	struct arena arena;  /* for as long as the command runs */
	const struct table_printer *printer;
	FILE *out;
	const char *const *operands; /* behind the command's name */
	size_t operand_count;
	bool all_kinds;	   /* count live dumps and tool-made images as well */
	uint64_t now;	   /* FILETIME */
	bool now_is_given; /* else it is the clock */
	const char *store_path;
};

struct query_command {
	const char *name;
	const char *usage; /* behind the name */
	const char *help;  /* one line */
	const char *more;  /* examples, remarks; NULL if none */
	bool needs_store;
	const struct cli_option *options; /* NULL if none of its own */
	/* ret: CLI_YES, or CLI_NO where the answer is empty. */
	enum status (*run)(struct query *query, enum cli_exit *ret,
			   struct error *err);
};

extern const struct query_command changes_command;
extern const struct query_command clusters_command;
extern const struct query_command correlate_command;
extern const struct query_command coverage_command;
extern const struct query_command different_command;
extern const struct query_command explain_command;
extern const struct query_command fields_command;
extern const struct query_command find_command;
extern const struct query_command freq_command;
extern const struct query_command report_command;
extern const struct query_command show_command;
extern const struct query_command similar_command;
extern const struct query_command suspects_command;
extern const struct query_command trends_command;
extern const struct query_command values_command;

#endif
