/*
 * cli.h - options, messages, progress: the door to popt.
 *
 * Options are rows of tables that also print the help.  --long=value and
 * --long value both do, few letters, no abbreviations, options and operands in
 * any order, `--` ends the options.  Only this file and main() write to
 * standard error.
 */
#ifndef BASE_CLI_H
#define BASE_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "signatures/base/error.h"

/* The exit codes of all three programs. */
enum cli_exit {
	CLI_YES = 0,   /* done, and the answer is yes */
	CLI_NO = 1,    /* done, and the answer is no, empty, or refused */
	CLI_USAGE = 2, /* the request makes no sense */
	CLI_COULD_NOT = 3,
};

enum cli_kind {
	CLI_FLAG,   /* bool *      */
	CLI_TEXT,   /* const char **, lives for ever */
	CLI_NUMBER, /* uint64_t *; accepts 64K, 8M, 2G, 1T too */
};

struct cli_option {
	const char *name;
	char letter; /* 0 = none */
	enum cli_kind kind;
	void *target;
	const char *value; /* "DIR", shown in the help */
	const char *help;
};

/* Tables end with name == NULL. */
#define CLI_END                                                                \
	{                                                                      \
		NULL, 0, CLI_FLAG, NULL, NULL, NULL                            \
	}

struct cli_operands {
	const char **at; /* lives for ever */
	size_t count;
};

/*
 * Fill the targets from argv, collect the operands.  tables is a list of option
 * tables ending with NULL.  STATUS_USAGE names the option that makes no sense
 * (and the nearest known one).
 */
enum status cli_parse(int argc, char **argv,
		      const struct cli_option *const tables[],
		      struct cli_operands *ret, struct error *err) MUST_CHECK;

/* The first operand, without touching any target; NULL if there is none. */
const char *cli_first_operand(int argc, char **argv,
			      const struct cli_option *const tables[]);

/*
 * Print a table to standard output, for a screen of 80 columns: a row a line
 * with its help, or the names alone, side by side.
 */
void cli_print_options(const struct cli_option *table);
void cli_print_names(const struct cli_option *table);

/* "program 1.0" on standard output. */
void cli_print_version(void);

/*
 * "program: text" on standard error; set the name once in main().  From then on
 * a file that may not grow is an error like any other, and no signal, and a
 * standard stream that was closed is closed: nothing else takes its number.
 */
void cli_set_program(const char *name);
void cli_complain(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
void cli_complain_error(const struct error *err);

/* 2 for usage, 3 for all other trouble. */
enum cli_exit cli_exit_of(enum status status);

/*
 * The last word of a program: code, if all that was printed has left it; else
 * 3, and says so.  What nobody could read is no answer.
 */
enum cli_exit cli_end(enum cli_exit code);

/* The word of known (ending with NULL) that word most resembles, or NULL. */
const char *cli_nearest(const char *word, const char *const known[]);

/*
 * One line of progress on standard error: on a terminal in the foreground it
 * is redrawn after a second's wait; elsewhere a line a minute.
 */
void cli_progress(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
void cli_progress_clear(void);

/*
 * "now" as FILETIME: --now, or SOURCE_DATE_EPOCH, or the clock; refused where
 * what is said makes no sense.
 */
enum status cli_now(const char *option, uint64_t *ret,
		    struct error *err) MUST_CHECK;
/* The same for who is not told, once it was said; else the clock. */
uint64_t cli_clock(void);

#endif
