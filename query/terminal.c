#include "query/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
	COLUMNS_MIN = 40, /* narrower than this is not to be believed */
};

static unsigned columns;
static bool colours;
static bool is_ascii;
static FILE *pager;

static void start_pager(void)
{
	const char *command = getenv("PAGER");

	if (!command)
		command = "less";
	if (!*command || strcmp(command, "cat") == 0)
		return;
	setenv("LESS", "FRX", 0);
	setenv("LV", "-c", 0);
	fflush(stdout);
	pager = popen(command, "w");
	if (!pager)
		return;
	if (dup2(fileno(pager), STDOUT_FILENO) < 0) {
		pclose(pager);
		pager = NULL;
	}
}

/* The first of the variables that is set says it, as for setlocale(). */
static bool locale_is_utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);

		if (value && *value)
			return strcasestr(value, "utf-8") ||
			       strcasestr(value, "utf8");
	}
	return false;
}

void terminal_begin(bool wants_pager)
{
	const char *no_colour = getenv("NO_COLOR");
	const char *term = getenv("TERM");
	struct winsize size;

	if (!isatty(STDOUT_FILENO))
		return;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
	    size.ws_col >= COLUMNS_MIN)
		columns = size.ws_col;
	is_ascii = !locale_is_utf8();
	colours = (!no_colour || !*no_colour) && term &&
		  strcmp(term, "dumb") != 0;
	if (wants_pager)
		start_pager();
}

void terminal_end(void)
{
	if (!pager)
		return;
	fflush(stdout);
	/* The pager reads to the end only once nobody can write any more. */
	if (close(STDOUT_FILENO) == 0)
		pclose(pager);
	pager = NULL;
}

unsigned terminal_columns(void)
{
	return columns;
}

bool terminal_is_ascii(void)
{
	return is_ascii;
}

const char *terminal_style(enum terminal_style style)
{
	static const char *const codes[] = {
		[TERMINAL_PLAIN] = "\x1b[m",
		[TERMINAL_STRONG] = "\x1b[1m",
		[TERMINAL_FAINT] = "\x1b[2m",
	};

	return colours ? codes[style] : "";
}
