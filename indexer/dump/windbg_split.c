#include "indexer/dump/windbg_split.h"

#include <string.h>

#include "signatures/base/text.h"

/* The version of the system is printed this close above the session time. */
#define VERSION_LINES 16

/* What makes lines a part: signs that a debugger looked at a dead machine. */
enum sign {
	SIGN_BANNER = 1 << 0,	/* the debugger's own first lines */
	SIGN_LOADING = 1 << 1,	/* Loading Dump File */
	SIGN_TIME = 1 << 2,	/* Debug session time */
	SIGN_STOP = 1 << 3,	/* a bugcheck */
	SIGN_ANALYSIS = 1 << 4, /* STACK_TEXT, FAULTING_IP, ... */
	SIGN_MACHINE = 1 << 5,	/* the machine identifies itself */
};

struct splitter {
	const struct windbg_text *text;
	struct windbg_part *ret;
	size_t max;
	size_t count;
	struct windbg_part part; /* the one being gathered */
	unsigned signs;
	const char *time;    /* of the session, as printed */
	size_t version_line; /* SIZE_MAX: none */
};

static void begin(struct splitter *splitter, size_t line)
{
	splitter->part = (struct windbg_part){ .first = line };
	splitter->signs = 0;
	splitter->time = NULL;
	splitter->version_line = SIZE_MAX;
}

static bool has_crash(const struct splitter *splitter)
{
	const unsigned signs = splitter->signs;

	return signs & (SIGN_STOP | SIGN_ANALYSIS | SIGN_MACHINE) ||
	       ((signs & SIGN_TIME) && (signs & (SIGN_LOADING | SIGN_BANNER)));
}

/* The part ends before line, where the next one begins. */
static void cut(struct splitter *splitter, size_t line)
{
	if (has_crash(splitter)) {
		splitter->part.end = line;
		if (splitter->count < splitter->max)
			splitter->ret[splitter->count] = splitter->part;
		splitter->count++;
	}
	begin(splitter, line);
}

static bool take_word(const char **at, const char *const words[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text_starts_nocase(*at, words[i])) {
			*at += strlen(words[i]);
			return true;
		}
	return false;
}

static bool take_number(const char **at, size_t max)
{
	size_t digits = strspn(*at, "0123456789");

	*at += digits;
	return digits > 0 && digits <= max;
}

/* "Thursday, March 13th, 2008", "February 28th, 2008", "21 June 2014". */
static bool is_date(const char *line)
{
	static const char *const days[] = { "monday",	"tuesday", "wednesday",
					    "thursday", "friday",  "saturday",
					    "sunday" };
	static const char *const months[] = {
		"january",   "february", "march",    "april",
		"may",	     "june",	 "july",     "august",
		"september", "october",	 "november", "december"
	};
	static const char *const endings[] = { "st", "nd", "rd", "th" };
	const char *at = line;

	if (take_word(&at, days, 7))
		at += strspn(at, ", ");
	if (take_word(&at, months, 12)) {
		at += strspn(at, " ");
		if (!take_number(&at, 2))
			return false;
		take_word(&at, endings, 4);
	} else {
		if (!take_number(&at, 2))
			return false;
		take_word(&at, endings, 4);
		at += strspn(at, " ");
		if (!take_word(&at, months, 12))
			return false;
	}
	at += strspn(at, ", ");
	return take_number(&at, 4) && *at == '\0';
}

static bool is_version(const char *line)
{
	return text_starts_nocase(line, "Windows ") &&
	       strstr(line, " Kernel Version ");
}

static unsigned signs_of(const char *line)
{
	static const struct {
		const char *start;
		unsigned sign;
	} known[] = {
		{ "Microsoft (R) Windows Debugger", SIGN_BANNER },
		{ "Microsoft (R) Windows Kernel Debugger", SIGN_BANNER },
		{ "Opened log file '", SIGN_BANNER },
		{ "Loading Dump File [", SIGN_LOADING },
		{ "Debug session time:", SIGN_TIME },
		{ "STACK_TEXT:", SIGN_ANALYSIS },
		{ "FAULTING_IP:", SIGN_ANALYSIS },
		{ "EXCEPTION_RECORD:", SIGN_ANALYSIS },
		{ "DEFAULT_BUCKET_ID:", SIGN_ANALYSIS },
		{ "FAILURE_BUCKET_ID:", SIGN_ANALYSIS },
		{ "BUGCHECK_STR:", SIGN_ANALYSIS },
		{ "Machine ID Information [", SIGN_MACHINE },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strncmp(line, known[i].start, strlen(known[i].start)) == 0)
			return known[i].sign;
	return 0;
}

/* Output of commands, as opposed to words about it. */
static bool is_output(const char *line)
{
	const char *command = windbg_text_command(line);
	struct windbg_hex hex;

	if (command)
		return strncmp(command, "!analyze", 8) != 0 &&
		       strncmp(command, ".bugcheck", 9) != 0;
	if (signs_of(line) || strstr(line, "+0x"))
		return true;
	line += strspn(line, "* ");
	return windbg_text_take_hex(&line, &hex) && hex.digits >= 8;
}

/* Back over what introduces the bugcheck printed at line. */
static size_t introduction(const struct splitter *splitter, size_t line)
{
	const size_t least = splitter->part.stop_line + 1;

	while (line > least && !is_output(splitter->text->line[line - 1].text))
		line--;
	return line;
}

static size_t take_stop(struct splitter *splitter, size_t line)
{
	struct windbg_stop stop;
	struct windbg_part *part = &splitter->part;
	const size_t lines = windbg_stop_read(splitter->text, line, &stop);

	if (lines == 0)
		return 0;
	if (part->has_stop && !windbg_stop_agree(&part->stop, &stop))
		cut(splitter, introduction(splitter, line));
	if (part->has_stop) {
		windbg_stop_merge(&part->stop, &stop);
	} else {
		part->has_stop = true;
		part->stop_line = line;
		part->stop = stop;
	}
	splitter->signs |= SIGN_STOP;
	return lines;
}

/* Does the session time printed here belong to another dump? */
static bool is_other_time(const struct splitter *splitter, const char *line)
{
	if (splitter->time)
		return strcmp(splitter->time, line) != 0;
	return (splitter->signs & SIGN_STOP) &&
	       splitter->version_line != SIZE_MAX &&
	       splitter->version_line > splitter->part.stop_line;
}

static void take_line(struct splitter *splitter, size_t i)
{
	const char *line = splitter->text->line[i].text;
	const unsigned sign = signs_of(line);
	const unsigned body = SIGN_STOP | SIGN_ANALYSIS | SIGN_TIME;

	if (is_version(line))
		splitter->version_line = i;
	if (is_date(line)) {
		cut(splitter, i);
		return;
	}
	if (sign == SIGN_BANNER && (splitter->signs & (body | SIGN_LOADING)))
		cut(splitter, i);
	else if (sign == SIGN_LOADING &&
		 ((splitter->signs & SIGN_LOADING) ||
		  (splitter->signs & (SIGN_STOP | SIGN_ANALYSIS))))
		cut(splitter, i);
	else if (sign == SIGN_TIME && is_other_time(splitter, line))
		cut(splitter,
		    splitter->version_line != SIZE_MAX &&
				    i - splitter->version_line < VERSION_LINES
			    ? splitter->version_line
			    : i);
	if (sign == SIGN_TIME && !splitter->time)
		splitter->time = line;
	splitter->signs |= sign;
}

size_t windbg_split(const struct windbg_text *text, struct windbg_part ret[],
		    size_t max)
{
	struct splitter splitter = { .text = text, .ret = ret, .max = max };
	size_t i = 0;

	begin(&splitter, 0);
	while (i < text->count) {
		size_t lines = windbg_stop_example(text, i);

		if (lines == 0)
			lines = take_stop(&splitter, i);
		if (lines == 0) {
			take_line(&splitter, i);
			lines = 1;
		}
		i += lines;
	}
	cut(&splitter, text->count);
	return splitter.count;
}
