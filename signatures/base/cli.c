#include "signatures/base/cli.h"

#include <assert.h>
#include <fcntl.h>
#include <popt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "signatures/base/arena.h"
#include "signatures/base/text.h"
#include "signatures/base/version.h"

enum {
	OPTIONS_MAX = 96,
	PROGRESS_FIRST_SECONDS = 1,
	PROGRESS_LOG_SECONDS = 60,
	PROGRESS_BYTES = 512,
	MESSAGE_BYTES = 8192,
	SCREEN_COLUMNS = 79,
	HELP_COLUMN = 31 /* where the help of an option begins */
};

static const char *program = "crash";

/* Option values and operands, kept for as long as the program runs. */
static struct arena kept;

/*
 * A stream that was closed is not left for the next file or socket to take: it
 * cannot be read, or written, until the end.
 */
static void hold_streams(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd ? O_RDONLY : O_WRONLY) < 0)
			return;
}

void cli_set_program(const char *name)
{
	hold_streams();
	signal(SIGXFSZ, SIG_IGN);
	program = name;
}

void cli_print_version(void)
{
	printf("%s %s\n", program, VERSION_TEXT);
}

/*
 * Names out of archives and dumps reach messages: nothing that a terminal obeys
 * stays in them.  Of UTF-8 these are the C1 controls (c2 80 to c2 9f) and what
 * turns the direction of writing (e2 80 aa to ae, e2 81 a6 to a9).
 */
static void disarm(char *text)
{
	unsigned char *c = (unsigned char *)text;

	for (; *c; c++) {
		const bool turns =
			c[0] == 0xe2 &&
			((c[1] == 0x80 && c[2] >= 0xaa && c[2] <= 0xae) ||
			 (c[1] == 0x81 && c[2] >= 0xa6 && c[2] <= 0xa9));

		if (c[0] < ' ' || c[0] == 0x7f)
			c[0] = '?';
		else if (c[0] == 0xc2 && c[1] >= 0x80 && c[1] <= 0x9f)
			c[0] = c[1] = '?';
		else if (turns)
			c[0] = c[1] = c[2] = '?';
	}
}

void cli_complain(const char *format, ...)
{
	char text[MESSAGE_BYTES];
	va_list args;

	cli_progress_clear();
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	disarm(text);
	fprintf(stderr, "%s: %s\n", program, text);
}

void cli_complain_error(const struct error *err)
{
	cli_complain("%s", err->text);
}

enum cli_exit cli_exit_of(enum status status)
{
	switch (status) {
	case STATUS_OK:
		return CLI_YES;
	case STATUS_USAGE:
		return CLI_USAGE;
	default:
		return CLI_COULD_NOT;
	}
}

enum cli_exit cli_end(enum cli_exit code)
{
	if (!fflush(stdout) && !ferror(stdout))
		return code;
	cli_complain("standard output: could not be written");
	return CLI_COULD_NOT;
}

/* Edits to turn one word into the other; words are short. */
static size_t edits_between(const char *a, const char *b)
{
	size_t row[64];
	const size_t width = strlen(b);

	if (width >= sizeof(row) / sizeof(row[0]))
		return SIZE_MAX;
	for (size_t j = 0; j <= width; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		size_t corner = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < width; j++) {
			const size_t swap = corner + (a[i] != b[j]);

			corner = row[j + 1];
			row[j + 1] = row[j + 1] + 1;
			if (row[j] + 1 < row[j + 1])
				row[j + 1] = row[j] + 1;
			if (swap < row[j + 1])
				row[j + 1] = swap;
		}
	}
	return row[width];
}

const char *cli_nearest(const char *word, const char *const known[])
{
	const char *best = NULL;
	size_t least = strlen(word) / 2 + 1;

	for (; *known; known++) {
		const size_t edits = edits_between(word, *known);

		if (edits < least) {
			least = edits;
			best = *known;
		}
	}
	return best;
}

/* Where a parsed value goes: popt hands back the row's number. */
struct rows {
	struct poptOption theirs[OPTIONS_MAX + 1];
	const struct cli_option *ours[OPTIONS_MAX];
	size_t count;
};

static void collect(const struct cli_option *const tables[], struct rows *rows)
{
	memset(rows, 0, sizeof(*rows));
	for (; *tables; tables++) {
		for (const struct cli_option *o = *tables; o->name; o++) {
			assert(rows->count < OPTIONS_MAX);
			rows->ours[rows->count] = o;
			rows->theirs[rows->count] = (struct poptOption){
				.longName = o->name,
				.shortName = o->letter,
				.argInfo = o->kind == CLI_FLAG
						   ? POPT_ARG_NONE
						   : POPT_ARG_STRING,
				.val = (int)rows->count + 1,
			};
			rows->count++;
		}
	}
}

static bool parse_size(const char *text, uint64_t *ret)
{
	static const char units[] = "KMGT";
	char digits[32];
	const size_t size = strlen(text);
	unsigned shift = 0;

	if (size == 0 || size >= sizeof(digits))
		return false;
	memcpy(digits, text, size + 1);

	const char *unit = strchr(units, digits[size - 1] & ~0x20);

	if (unit && *unit && (digits[size - 1] | 0x20) > '9') {
		shift = 10 * (unsigned)(unit - units + 1);
		digits[size - 1] = '\0';
	}
	if (!text_parse_u64(digits, ret) || *ret > UINT64_MAX >> shift)
		return false;
	*ret <<= shift;
	return true;
}

static enum status take_value(const struct cli_option *option, char *value,
			      struct error *err)
{
	switch (option->kind) {
	case CLI_FLAG:
		*(bool *)option->target = true;
		return STATUS_OK;
	case CLI_TEXT:
		*(const char **)option->target = text_copy(&kept, value);
		free(value);
		return STATUS_OK;
	case CLI_NUMBER:
		break;
	}

	const bool fine = value && parse_size(value, option->target);
	const enum status status =
		fine ? STATUS_OK
		     : error_set(err, STATUS_USAGE, "--%s: not a number: %s",
				 option->name, value ? value : "");

	free(value);
	return status;
}

static enum status unknown_option(const char *bad, const struct rows *rows,
				  struct error *err)
{
	const char *names[OPTIONS_MAX + 1] = { NULL };
	char word[64];

	for (size_t i = 0; i < rows->count; i++)
		names[i] = rows->ours[i]->name;
	snprintf(word, sizeof(word), "%.*s",
		 (int)strcspn(bad + strspn(bad, "-"), "="),
		 bad + strspn(bad, "-"));

	const char *nearest = cli_nearest(word, names);

	if (nearest)
		return error_set(err, STATUS_USAGE,
				 "%s: no such option; did you mean --%s?", bad,
				 nearest);
	return error_set(err, STATUS_USAGE, "%s: no such option; see --help",
			 bad);
}

static enum status read_options(poptContext context, const struct rows *rows,
				struct error *err)
{
	for (;;) {
		const int row = poptGetNextOpt(context);

		if (row == -1)
			return STATUS_OK;

		const char *bad =
			poptBadOption(context, POPT_BADOPTION_NOALIAS);

		if (row == POPT_ERROR_BADOPT)
			return unknown_option(bad, rows, err);
		if (row < 0)
			return error_set(err, STATUS_USAGE, "%s: %s", bad,
					 poptStrerror(row));
		if (take_value(rows->ours[row - 1], poptGetOptArg(context),
			       err))
			return err->status;
	}
}

/* Everything behind the options, which popt has sorted out. */
static struct cli_operands take_operands(poptContext context, int argc)
{
	struct cli_operands operands = {
		arena_take(&kept, (size_t)argc + 1, sizeof(*operands.at)), 0
	};

	while (poptPeekArg(context))
		operands.at[operands.count++] =
			text_copy(&kept, poptGetArg(context));
	return operands;
}

enum status cli_parse(int argc, char **argv,
		      const struct cli_option *const tables[],
		      struct cli_operands *ret, struct error *err)
{
	const char **args = arena_take(&kept, (size_t)argc + 1, sizeof(*args));
	struct rows rows;
	enum status status;

	for (int i = 0; i < argc; i++)
		args[i] = argv[i];
	collect(tables, &rows);

	poptContext context =
		poptGetContext(program, argc, args, rows.theirs, 0);

	status = read_options(context, &rows, err);
	if (!status)
		*ret = take_operands(context, argc);
	poptFreeContext(context);
	return status;
}

static const struct cli_option *find_option(
	const char *arg, const struct cli_option *const tables[])
{
	for (; *tables; tables++) {
		for (const struct cli_option *o = *tables; o->name; o++) {
			if (arg[1] == '-' ? strcmp(arg + 2, o->name) == 0
					  : arg[1] == o->letter && !arg[2])
				return o;
		}
	}
	return NULL;
}

const char *cli_first_operand(int argc, char **argv,
			      const struct cli_option *const tables[])
{
	for (int i = 1; i < argc; i++) {
		const char *arg = argv[i];

		if (strcmp(arg, "--") == 0)
			return i + 1 < argc ? argv[i + 1] : NULL;
		if (arg[0] != '-' || arg[1] == '\0')
			return arg;

		const struct cli_option *option = find_option(arg, tables);

		if (option && option->kind != CLI_FLAG)
			i++; /* its value stands apart */
	}
	return NULL;
}

/* Words of text from column on, broken where the screen ends. */
static void print_words(const char *text, size_t column)
{
	size_t at = column;

	while (*text) {
		const size_t size = strcspn(text, " ");

		if (at > column && at + 1 + size > SCREEN_COLUMNS) {
			printf("\n%*s", (int)column, "");
			at = column;
		}
		at += (size_t)printf("%s%.*s", at > column ? " " : "",
				     (int)size, text);
		text += size + strspn(text + size, " ");
	}
	putchar('\n');
}

void cli_print_options(const struct cli_option *table)
{
	for (; table->name; table++) {
		char left[64];

		snprintf(left, sizeof(left), "%s%c%s--%s%s%s",
			 table->letter ? "-" : " ",
			 table->letter ? table->letter : ' ',
			 table->letter ? ", " : "  ", table->name,
			 table->value ? "=" : "",
			 table->value ? table->value : "");
		printf("  %-*s ", HELP_COLUMN - 3, left);
		print_words(table->help, HELP_COLUMN);
	}
}

void cli_print_names(const struct cli_option *table)
{
	size_t at = 0;

	for (; table->name; table++) {
		char name[64];
		const int size = snprintf(name, sizeof(name), "--%s%s%s",
					  table->name, table->value ? "=" : "",
					  table->value ? table->value : "");

		if (at + 1 + (size_t)size > SCREEN_COLUMNS) {
			putchar('\n');
			at = 0;
		}
		at += (size_t)printf("%s%s", at ? " " : "  ", name);
	}
	putchar('\n');
}

/* Seconds that only go forward. */
static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static bool progress_shown;

static bool in_foreground(void)
{
	return isatty(STDERR_FILENO) && tcgetpgrp(STDERR_FILENO) == getpgrp();
}

/* What wraps cannot be cleared. */
static int columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) || size.ws_col < 2)
		return PROGRESS_BYTES;
	return size.ws_col - 1;
}

void cli_progress(const char *format, ...)
{
	static double first;
	static double last;
	const double now = seconds_now();
	const bool live = in_foreground();
	char text[PROGRESS_BYTES];
	va_list args;

	if (first == 0)
		first = last = now;
	if (now - first < PROGRESS_FIRST_SECONDS ||
	    now - last < (live ? 0.1 : PROGRESS_LOG_SECONDS))
		return;
	last = now;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (live)
		fprintf(stderr, "\r\033[K%.*s", columns(), text);
	else
		fprintf(stderr, "%s: %s\n", program, text);
	progress_shown = live;
}

void cli_progress_clear(void)
{
	if (progress_shown)
		fputs("\r\033[K", stderr);
	progress_shown = false;
}

/* Of this run, where it was said; 0 = it was not. */
static uint64_t said_now;

static enum status read_now(const char *option, uint64_t *ret,
			    struct error *err)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	uint64_t seconds = (uint64_t)time(NULL);

	if (option) {
		if (text_parse_time(option, ret))
			return STATUS_OK;
		return error_set(err, STATUS_USAGE, "--now=%s: not a time",
				 option);
	}
	if (epoch && !text_parse_u64(epoch, &seconds))
		return error_set(err, STATUS_USAGE,
				 "SOURCE_DATE_EPOCH: not seconds since 1970");
	*ret = text_ticks_of_unix(seconds);
	return STATUS_OK;
}

enum status cli_now(const char *option, uint64_t *ret, struct error *err)
{
	if (read_now(option, ret, err))
		return err->status;
	said_now = option ? *ret : 0;
	return STATUS_OK;
}

uint64_t cli_clock(void)
{
	struct error err;
	uint64_t now = said_now;

	if (!now && read_now(NULL, &now, &err))
		now = text_ticks_of_unix((uint64_t)time(NULL));
	return now;
}
