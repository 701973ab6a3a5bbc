#include "indexer/dump/windbg_stop.h"

#include <string.h>

#include "signatures/base/text.h"

/* Lines between a title and its arguments: 0x109 explains itself in fifteen,
 * and blogs set a blank line after each. */
#define TITLE_LINES 60
/* Lines from one argument to the next: a list of subtypes may stand there. */
#define ARGUMENT_LINES 24

/*
 * How the debugger explains a code, for logs that have lost the title.  Each a
 * few words that no other code's explanation has.
 */
static const struct {
	const char *words;
	uint32_t code;
} explanations[] = {
	{ "clock interrupt was not received", 0x101 },
	{ "critical kernel code", 0x109 },
	{ "inconsistent power state", 0x9f },
	{ "making a bad pool request", 0xc2 },
	{ "pool is already corrupt at", 0x19 },
	{ "special pool has detected", 0xc1 },
	{ "drivers that have corrupted the system pool", 0xc5 },
	{ "protected by try-except", 0x50 },
	{ "dpc watchdog", 0x133 },
	{ "from non-privileged to privileged", 0x3b },
	{ "corrupted a critical data structure", 0x139 },
	{ "fatal hardware error", 0x124 },
	{ "reset the display driver", 0x116 },
	{ "user initiated this crash", 0xe2 },
	{ "critical system process died", 0xef },
	{ "crucial to system operation", 0xf4 },
	{ "stack-based buffer", 0xf7 },
	{ "accessing the boot device", 0x7b },
};

static bool contains_nocase(const char *line, const char *words)
{
	for (; *line; line++)
		if (text_starts_nocase(line, words))
			return true;
	return false;
}

static bool is_upper_word(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* The marks of bold type, headings and boxes that text exports leave. */
static const char *skip_marks(const char *line)
{
	while (*line == '*' || *line == '#' || *line == ' ')
		line++;
	if (*line == '[' && strchr(line, ']'))
		line = strchr(line, ']') + 1;
	return line;
}

/* A 32-bit session may print its numbers sign-extended. */
static void note_width(struct windbg_stop *stop, const struct windbg_hex *hex)
{
	if (hex->digits > 8 && hex->value >> 31 != 0x1ffffffff)
		stop->is_wide = true;
}

/* "NAME (19)"; nothing but marks may follow. */
static bool read_title(const char *line, struct crash_number *code)
{
	const char *in = skip_marks(line);
	const char *name = in;
	struct windbg_hex hex;

	if (strncmp(in, "Unknown bugcheck code", 21) == 0) {
		in += 21;
	} else {
		while (is_upper_word(*in))
			in++;
		if (in - name < 4 || !memchr(name, '_', (size_t)(in - name)))
			return false;
	}
	while (*in == ' ')
		in++;
	if (*in++ != '(' || !windbg_text_take_hex(&in, &hex) || *in++ != ')' ||
	    hex.digits > 8)
		return false;
	if (*in && *in != '*' && *in != '[' && *in != ' ')
		return false;
	*code = CRASH_NUMBER(hex.value);
	return true;
}

/* "Arg1: a34583b8, ..." and "BUGCHECK_P1: a"; the number in its name, or 0. */
static unsigned read_argument(const char *line, struct windbg_stop *stop)
{
	const char *in = skip_marks(line);
	unsigned n;
	struct windbg_hex hex;

	if (strncmp(in, "Arg", 3) == 0)
		in += 3;
	else if (strncmp(in, "BUGCHECK_P", 10) == 0)
		in += 10;
	else
		return 0;
	if (*in < '1' || *in > '4')
		return 0;
	n = (unsigned)(*in++ - '0');
	if (*in++ != ':')
		return 0;
	if (!windbg_text_take_hex(&in, &hex))
		return 0;
	note_width(stop, &hex);
	if (!stop->args[n - 1].known)
		stop->args[n - 1] = CRASH_NUMBER(hex.value);
	return n;
}

/* Arguments from this line on, in order; the number of lines they take. */
static size_t read_arguments(const struct windbg_text *text, size_t line,
			     struct windbg_stop *stop)
{
	size_t last = line;
	unsigned n = read_argument(text->line[line].text, stop);

	if (n != 1)
		return 0;
	for (size_t i = line + 1; i < text->count && n < 4; i++) {
		struct windbg_stop scratch = *stop;

		if (i - last > ARGUMENT_LINES ||
		    windbg_text_command(text->line[i].text))
			break;

		const unsigned next =
			read_argument(text->line[i].text, &scratch);

		if (next == 0)
			continue;
		if (next <= n)
			break;
		*stop = scratch;
		n = next;
		last = i;
	}
	return last - line + 1;
}

static size_t read_titled(const struct windbg_text *text, size_t line,
			  struct windbg_stop *stop)
{
	struct crash_number code;

	if (!read_title(text->line[line].text, &code))
		return 0;
	for (size_t i = line + 1; i < text->count && i - line <= TITLE_LINES;
	     i++) {
		struct crash_number other;
		const size_t taken = read_arguments(text, i, stop);

		if (taken) {
			stop->code = code;
			return i - line + taken;
		}
		if (windbg_text_command(text->line[i].text) ||
		    read_title(text->line[i].text, &other))
			break;
	}
	return 0;
}

/* Up to four numbers between brackets, commas between them. */
static bool read_list(const char *in, char open, char close,
		      struct windbg_stop *stop)
{
	while (*in == ' ' || (*in == ',' && open != ','))
		in++;
	if (*in++ != open)
		return false;
	for (size_t i = 0; i < 4; i++) {
		struct windbg_hex hex;

		if (!windbg_text_take_hex(&in, &hex))
			return i > 0;
		note_width(stop, &hex);
		stop->args[i] = CRASH_NUMBER(hex.value);
		while (*in == ' ')
			in++;
		if (*in == close)
			return true;
		if (*in == ',')
			in++;
	}
	return true;
}

static size_t next_filled(const struct windbg_text *text, size_t line)
{
	size_t i = line + 1;

	while (i < text->count && i - line < 4 && !*text->line[i].text)
		i++;
	return i < text->count ? i : line;
}

/* "BugCheck 101, {31, 0, ...}" anywhere in a line. */
static size_t read_short(const struct windbg_text *text, size_t line,
			 struct windbg_stop *stop)
{
	const char *in = strstr(text->line[line].text, "BugCheck ");
	struct windbg_hex hex;

	if (!in)
		return 0;
	in += 9;
	if (!windbg_text_take_hex(&in, &hex) || hex.digits > 8 || *in != ',')
		return 0;
	/* Markup may have eaten the braces. */
	if (!read_list(in, '{', '}', stop) &&
	    (!read_list(in, ',', ' ', stop) || !stop->args[3].known))
		return 0;
	stop->code = CRASH_NUMBER(hex.value);
	return 1;
}

/* "Bugcheck code 000000C1", then "Arguments a b c d". */
static size_t read_dot(const struct windbg_text *text, size_t line,
		       struct windbg_stop *stop)
{
	const char *in = text->line[line].text;
	const size_t next = next_filled(text, line);
	const char *list = text->line[next].text;
	struct windbg_hex hex;

	if (!text_starts_nocase(in, "Bugcheck code "))
		return 0;
	in += 14;
	if (!windbg_text_take_hex(&in, &hex) || hex.digits > 8)
		return 0;
	stop->code = CRASH_NUMBER(hex.value);
	if (!text_starts_nocase(list, "Arguments "))
		return 1;
	list += 10;
	for (size_t i = 0; i < 4 && windbg_text_take_hex(&list, &hex); i++) {
		note_width(stop, &hex);
		stop->args[i] = CRASH_NUMBER(hex.value);
	}
	return next - line + 1;
}

/* "BUGCHECK_CODE:  d1", then "BUGCHECK_P1: ..." */
static size_t read_keyed(const struct windbg_text *text, size_t line,
			 struct windbg_stop *stop)
{
	const char *in =
		windbg_text_value(text->line[line].text, "BUGCHECK_CODE");
	const size_t next = next_filled(text, line);
	struct windbg_hex hex;

	if (!in || !windbg_text_take_hex(&in, &hex) || hex.digits > 8)
		return 0;
	stop->code = CRASH_NUMBER(hex.value);
	return next - line + (next == line ? 1 : 0) +
	       (next == line ? 0 : read_arguments(text, next, stop));
}

/* What the kernel sends to an attached debugger, or shows in blue. */
static size_t read_fatal(const struct windbg_text *text, size_t line,
			 struct windbg_stop *stop)
{
	static const char *const words[] = { "Fatal System Error: 0x",
					     "STOP: 0x" };

	for (size_t i = 0; i < 2; i++) {
		const char *in = strstr(text->line[line].text, words[i]);
		const size_t next = next_filled(text, line);
		struct windbg_hex hex;

		if (!in)
			continue;
		in += strlen(words[i]) - 2;
		if (!windbg_text_take_hex(&in, &hex) || hex.digits > 8)
			continue;
		stop->code = CRASH_NUMBER(hex.value);
		if (read_list(in, '(', ')', stop))
			return 1;
		if (i == 0 && read_list(text->line[next].text, '(', ')', stop))
			return next - line + 1;
	}
	return 0;
}

size_t windbg_stop_read(const struct windbg_text *text, size_t line,
			struct windbg_stop *ret)
{
	static size_t (*const readers[])(const struct windbg_text *, size_t,
					 struct windbg_stop *) = {
		read_short, read_titled, read_arguments,
		read_dot,   read_keyed,	 read_fatal,
	};

	if (!*text->line[line].text)
		return 0;
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		struct windbg_stop stop = { 0 };
		const size_t lines = readers[i](text, line, &stop);

		if (lines) {
			*ret = stop;
			return lines;
		}
	}
	return 0;
}

size_t windbg_stop_example(const struct windbg_text *text, size_t line)
{
	const char *command = windbg_text_command(text->line[line].text);
	size_t i = line + 1;
	bool has_arguments = false;

	if (!command || strncmp(command, "!analyze -show", 14) != 0)
		return 0;
	for (; i < text->count && i - line <= TITLE_LINES; i++) {
		struct windbg_stop stop = { 0 };

		if (windbg_text_command(text->line[i].text))
			break;
		if (read_argument(text->line[i].text, &stop))
			has_arguments = true;
		else if (has_arguments && !*text->line[i].text)
			break;
	}
	return i - line;
}

static uint64_t folded(struct crash_number code)
{
	struct crash_bugcheck bugcheck;

	crash_set_code(&bugcheck, code);
	return bugcheck.code.value;
}

bool windbg_stop_agree(const struct windbg_stop *a, const struct windbg_stop *b)
{
	if (a->code.known && b->code.known &&
	    folded(a->code) != folded(b->code))
		return false;
	for (size_t i = 0; i < 4; i++)
		if (a->args[i].known && b->args[i].known &&
		    a->args[i].value != b->args[i].value &&
		    (uint32_t)a->args[i].value != (uint32_t)b->args[i].value)
			return false;
	return true;
}

void windbg_stop_merge(struct windbg_stop *into, const struct windbg_stop *more)
{
	if (!into->code.known)
		into->code = more->code;
	/* The longer form knows whether a minidump said so. */
	if (more->code.known && more->code.value > into->code.value)
		into->code = more->code;
	for (size_t i = 0; i < 4; i++)
		if (!into->args[i].known)
			into->args[i] = more->args[i];
	into->is_wide |= more->is_wide;
}

/* A number in prose is a code if it is marked as one or looks like nothing
 * else: "0x24", "109", "9E", not "a" or "be". */
static bool take_code(const char **at, struct crash_number *ret)
{
	const char *in = *at;
	const bool is_marked = in[0] == '0' && in[1] == 'x';
	struct windbg_hex hex;
	bool has_digit = false;

	if (!windbg_text_take_hex(&in, &hex) || hex.digits > 8 ||
	    hex.value == 0)
		return false;
	for (const char *c = *at; c < in; c++)
		has_digit |= *c >= '0' && *c <= '9';
	if (!is_marked && (!has_digit || hex.digits < 2))
		return false;
	*at = in;
	*ret = CRASH_NUMBER(hex.value);
	return true;
}

/* "bugcheck 0x24", "Bugcheck 109", "0x101 bugcheck", "stop 9E". */
static bool read_mention(const char *line, struct crash_number *ret)
{
	static const char *const words[] = { "bugcheck code ", "bugcheck ",
					     "bug check ", "stop " };

	for (const char *in = line; *in; in++) {
		const char *at = in;

		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
			at = in + strlen(words[i]);
			if (text_starts_nocase(in, words[i]) &&
			    take_code(&at, ret))
				return true;
		}
		at = in;
		if (in[0] == '0' && in[1] == 'x' && take_code(&at, ret) &&
		    text_starts_nocase(at, " bugcheck"))
			return true;
	}
	return false;
}

static bool read_explanation(const char *line, struct crash_number *ret)
{
	for (size_t i = 0; i < sizeof(explanations) / sizeof(explanations[0]);
	     i++)
		if (contains_nocase(line, explanations[i].words)) {
			*ret = CRASH_NUMBER(explanations[i].code);
			return true;
		}
	return false;
}

/* "BUGCHECK_STR:  0x19_20"; words such as AV stand for many codes. */
static bool read_string(const char *line, struct crash_number *ret)
{
	const char *value = windbg_text_value(line, "BUGCHECK_STR");
	char word[12] = "";
	size_t size;
	struct windbg_hex hex;

	if (!value || strncmp(value, "0x", 2) != 0)
		return false;
	size = strcspn(value, "_ ");
	memcpy(word, value, size < sizeof(word) ? size : sizeof(word) - 1);
	value = word;
	if (!windbg_text_take_hex(&value, &hex) || hex.digits > 8)
		return false;
	*ret = CRASH_NUMBER(hex.value);
	return true;
}

struct crash_number windbg_stop_guess(const struct windbg_text *text,
				      size_t first, size_t line, size_t end)
{
	struct crash_number code;

	for (size_t i = line; i > first && line - i < TITLE_LINES; i--) {
		if (windbg_text_command(text->line[i - 1].text))
			break;
		if (read_explanation(text->line[i - 1].text, &code))
			return code;
	}
	for (size_t i = line; i < end; i++)
		if (read_string(text->line[i].text, &code))
			return code;
	for (size_t i = line; i > first; i--)
		if (read_mention(text->line[i - 1].text, &code))
			return code;
	return CRASH_UNKNOWN;
}
