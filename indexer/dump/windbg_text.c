#include "indexer/dump/windbg_text.h"

#include <string.h>

#include "signatures/base/text.h"

/* Longer lines are prose or data; what lies behind this is not looked at. */
#define LINE_BYTES 16384

/* Enough of an image to tell its encoding. */
#define HEAD_BYTES 4096

#define BLOCK_BYTES ((size_t)64 * 1024)

enum encoding {
	ENCODING_BYTES, /* UTF-8, or code page 1252 line by line */
	ENCODING_LITTLE,
	ENCODING_BIG,
};

/* What code page 1252 has where Latin-1 has controls. */
static const uint16_t page1252[32] = {
	0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
	0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd,
	0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
	0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178,
};

/* What typesetting made of what the debugger had printed. */
static const struct {
	uint16_t first, last;
	const char *plain;
} typeset[] = {
	{ 0x0000, 0x0008, "" },	   { 0x0009, 0x0009, " " },
	{ 0x000b, 0x001f, " " },   { 0x007f, 0x007f, "" },
	{ 0x00a0, 0x00a0, " " },   { 0x00ad, 0x00ad, "" },
	{ 0x00b4, 0x00b4, "'" },   { 0x00d7, 0x00d7, "x" },
	{ 0x2000, 0x200a, " " },   { 0x200b, 0x200f, "" },
	{ 0x2010, 0x2015, "-" },   { 0x2018, 0x2018, "`" },
	{ 0x2019, 0x201b, "'" },   { 0x201c, 0x201f, "\"" },
	{ 0x2026, 0x2026, "..." }, { 0x202a, 0x202e, "" },
	{ 0x202f, 0x202f, " " },   { 0x2032, 0x2032, "'" },
	{ 0x2035, 0x2035, "`" },   { 0x2060, 0x2060, "" },
	{ 0x2212, 0x2212, "-" },   { 0x3000, 0x3000, " " },
	{ 0xfeff, 0xfeff, "" },
};

struct decoder {
	struct arena *arena;
	enum encoding encoding;
	struct windbg_text *text;
	size_t room; /* lines */
	char *block;
	size_t block_used;
	char out[3 * LINE_BYTES + 1];
	size_t size;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static size_t count_printable(struct bytes head, size_t skip, size_t step)
{
	const size_t size = bytes_left(&head);
	size_t count = 0;

	for (size_t i = skip; i < size; i += step) {
		const uint8_t c = head.next[i];

		count += (c >= 0x20 && c != 0x7f) || c == '\t' || c == '\n' ||
			 c == '\r';
	}
	return count;
}

static size_t count_zeroes(struct bytes head, size_t skip)
{
	const size_t size = bytes_left(&head);
	size_t count = 0;

	for (size_t i = skip; i < size; i += 2)
		count += head.next[i] == 0;
	return count;
}

/* A debugger prints ASCII: nearly every other byte is then zero. */
static enum encoding encoding_of(struct bytes head)
{
	const size_t half = bytes_left(&head) / 2;
	const uint8_t *at = head.next;

	if (half >= 1 && at[0] == 0xff && at[1] == 0xfe)
		return ENCODING_LITTLE;
	if (half >= 1 && at[0] == 0xfe && at[1] == 0xff)
		return ENCODING_BIG;
	if (half >= 8 && count_zeroes(head, 1) * 10 >= half * 7 &&
	    count_zeroes(head, 0) * 20 <= half)
		return ENCODING_LITTLE;
	if (half >= 8 && count_zeroes(head, 0) * 10 >= half * 7 &&
	    count_zeroes(head, 1) * 20 <= half)
		return ENCODING_BIG;
	return ENCODING_BYTES;
}

static struct bytes head_of(struct bytes image)
{
	const size_t size = bytes_left(&image);

	return bytes_of(image.next, size < HEAD_BYTES ? size : HEAD_BYTES);
}

bool windbg_text_is_likely(struct bytes image)
{
	const struct bytes head = head_of(image);
	const size_t size = bytes_left(&head);
	size_t good, all = size;

	switch (encoding_of(head)) {
	case ENCODING_LITTLE:
		good = count_printable(head, 0, 2);
		all = (size + 1) / 2;
		break;
	case ENCODING_BIG:
		good = count_printable(head, 1, 2);
		all = size / 2;
		break;
	default:
		good = count_printable(head, 0, 1);
		break;
	}
	return size >= 16 && good * 100 >= all * 97;
}

static void put(struct decoder *decoder, const char *text, size_t size)
{
	if (size > sizeof(decoder->out) - decoder->size)
		return; /* cannot be: nothing grows more than threefold */
	memcpy(decoder->out + decoder->size, text, size);
	decoder->size += size;
}

static void put_code(struct decoder *decoder, uint32_t code)
{
	char utf8[4];
	size_t size;

	if (code >= 0x20 && code < 0x7f) {
		utf8[0] = (char)code;
		put(decoder, utf8, 1);
		return;
	}
	for (size_t i = 0; i < sizeof(typeset) / sizeof(typeset[0]); i++)
		if (code >= typeset[i].first && code <= typeset[i].last) {
			put(decoder, typeset[i].plain,
			    strlen(typeset[i].plain));
			return;
		}
	if (code < 0x800) {
		utf8[0] = (char)(0xc0 | code >> 6);
		size = 1;
	} else if (code < 0x10000) {
		utf8[0] = (char)(0xe0 | code >> 12);
		utf8[1] = (char)(0x80 | (code >> 6 & 0x3f));
		size = 2;
	} else {
		utf8[0] = (char)(0xf0 | code >> 18);
		utf8[1] = (char)(0x80 | (code >> 12 & 0x3f));
		utf8[2] = (char)(0x80 | (code >> 6 & 0x3f));
		size = 3;
	}
	utf8[size++] = (char)(0x80 | (code & 0x3f));
	put(decoder, utf8, size);
}

/* One character at raw; the number of bytes it takes, 0 if it is not UTF-8. */
static size_t take_utf8(const uint8_t *raw, size_t size, uint32_t *ret)
{
	const uint8_t first = raw[0];
	const size_t length = first < 0x80	   ? 1
			      : first >> 5 == 0x06 ? 2
			      : first >> 4 == 0x0e ? 3
			      : first >> 3 == 0x1e ? 4
						   : 0;
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t code = length > 1 ? first & (0x7fu >> length) : first;

	if (length == 0 || length > size)
		return 0;
	for (size_t i = 1; i < length; i++) {
		if (raw[i] >> 6 != 2)
			return 0;
		code = code << 6 | (raw[i] & 0x3f);
	}
	if (code < least[length] || code > 0x10ffff ||
	    (code >= 0xd800 && code < 0xe000))
		return 0;
	*ret = code;
	return length;
}

static bool put_utf8(struct decoder *decoder, const uint8_t *raw, size_t size)
{
	size_t at = 0;

	while (at < size) {
		uint32_t code;
		const size_t length = take_utf8(raw + at, size - at, &code);

		/* A character may be cut where a long line was. */
		if (length == 0)
			return size >= LINE_BYTES && size - at < 4;
		put_code(decoder, code);
		at += length;
	}
	return true;
}

static void put_page(struct decoder *decoder, const uint8_t *raw, size_t size)
{
	for (size_t i = 0; i < size; i++)
		put_code(decoder, raw[i] >= 0x80 && raw[i] < 0xa0
					  ? page1252[raw[i] - 0x80]
					  : raw[i]);
}

static uint32_t unit_at(const struct decoder *decoder, const uint8_t *raw)
{
	return decoder->encoding == ENCODING_BIG
		       ? (uint32_t)raw[0] << 8 | raw[1]
		       : (uint32_t)raw[1] << 8 | raw[0];
}

static void put_units(struct decoder *decoder, const uint8_t *raw, size_t size)
{
	for (size_t i = 0; i + 2 <= size; i += 2) {
		uint32_t code = unit_at(decoder, raw + i);

		if (code >= 0xd800 && code < 0xdc00 && i + 4 <= size) {
			const uint32_t low = unit_at(decoder, raw + i + 2);

			if (low >= 0xdc00 && low < 0xe000) {
				code = 0x10000 + ((code - 0xd800) << 10) +
				       (low - 0xdc00);
				i += 2;
			}
		}
		if (code >= 0xd800 && code < 0xe000)
			code = 0xfffd;
		put_code(decoder, code);
	}
}

/* Blanks off both ends, and the marks a mail or a forum cites with. */
static void trim(struct decoder *decoder, const char **text, size_t *size)
{
	const char *start = decoder->out;
	const char *end = start + decoder->size;

	for (;;) {
		while (start < end && is_blank(*start))
			start++;
		if (end - start >= 2 && *start == '>' && is_blank(start[1]))
			start++;
		else
			break;
	}
	while (end > start && is_blank(end[-1]))
		end--;
	*text = start;
	*size = (size_t)(end - start);
}

static void keep_line(struct decoder *decoder, const char *start, size_t size,
		      size_t offset)
{
	struct windbg_text *text = decoder->text;
	struct windbg_line *line = text->line;
	char *copy;

	if (text->count == decoder->room) {
		decoder->room = 2 * decoder->room + 16;
		text->line = arena_take(decoder->arena, decoder->room,
					sizeof(*line));
		if (line)
			memcpy(text->line, line, text->count * sizeof(*line));
	}
	if (!decoder->block || decoder->block_used + size + 1 > BLOCK_BYTES) {
		decoder->block = arena_take(decoder->arena, BLOCK_BYTES, 1);
		decoder->block_used = 0;
	}
	copy = decoder->block + decoder->block_used;
	memcpy(copy, start, size);
	copy[size] = '\0';
	decoder->block_used += size + 1;
	text->line[text->count++] = (struct windbg_line){ copy, offset };
}

struct word {
	const char *start;
	size_t size;
};

static struct word take_word(const char **at, const char *end)
{
	struct word word;

	while (*at < end && is_blank(**at))
		++*at;
	word.start = *at;
	while (*at < end && !is_blank(**at))
		++*at;
	word.size = (size_t)(*at - word.start);
	return word;
}

/* "BUGCHECK_P1:", "Arg2:", "Arguments:" */
static bool is_key(struct word word)
{
	bool has_line = false;

	if (word.size < 5 || word.start[word.size - 1] != ':')
		return false;
	if (strncmp(word.start, "Arg", 3) == 0)
		return word.size == 5 ||
		       (word.size == 10 &&
			strncmp(word.start, "Arguments", 9) == 0);
	for (size_t i = 0; i + 1 < word.size; i++) {
		const char c = word.start[i];

		if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
		    c != '_')
			return false;
		has_line |= c == '_';
	}
	return has_line;
}

static bool is_address(struct word word)
{
	const char *at = word.start;
	struct windbg_hex hex;

	return (word.size == 8 || word.size == 16 || word.size == 17) &&
	       windbg_text_take_hex(&at, &hex) &&
	       at == word.start + word.size && word.start[1] != 'x';
}

static bool ends_row(struct word word)
{
	return memchr(word.start, '!', word.size) ||
	       memchr(word.start, '+', word.size) ||
	       (word.size && (word.start[word.size - 1] == ']' ||
			      word.start[word.size - 1] == ':'));
}

/*
 * Forms and translators flow the lines of a log together.  A line begins again
 * before each key, and before each pair of addresses behind a symbol.
 */
static void keep_unfolded(struct decoder *decoder, const char *start,
			  size_t size, size_t offset)
{
	const char *end = start + size;
	const char *at = start;
	struct word last = { start, 0 };
	struct word word = take_word(&at, end);

	while (word.size) {
		const struct word next = take_word(&at, end);
		const bool is_row = last.size > 1 && ends_row(last) &&
				    is_address(word) && is_address(next) &&
				    word.size == next.size;

		if (word.start > start && (is_key(word) || is_row)) {
			const char *stop = word.start;

			while (stop > start && is_blank(stop[-1]))
				stop--;
			keep_line(decoder, start, (size_t)(stop - start),
				  offset);
			start = word.start;
		}
		last = word;
		word = next;
	}
	keep_line(decoder, start, (size_t)(end - start), offset);
}

static void add_line(struct decoder *decoder, const uint8_t *raw, size_t size,
		     size_t offset)
{
	const char *start;

	if (size > LINE_BYTES)
		size = LINE_BYTES;
	decoder->size = 0;
	if (decoder->encoding != ENCODING_BYTES) {
		put_units(decoder, raw, size);
	} else if (!put_utf8(decoder, raw, size)) {
		decoder->size = 0;
		put_page(decoder, raw, size);
	}
	put(decoder, "", 1);
	decoder->size--;
	trim(decoder, &start, &size);
	keep_unfolded(decoder, start, size, offset);
}

static bool is_newline(const struct decoder *decoder, const uint8_t *raw,
		       size_t step, uint8_t wanted)
{
	return step == 1 ? raw[0] == wanted : unit_at(decoder, raw) == wanted;
}

static void add_lines(struct decoder *decoder, struct bytes image, size_t step)
{
	const uint8_t *raw = image.next;
	const size_t size = bytes_left(&image);
	size_t start = 0;

	for (size_t at = 0; at + step <= size; at += step) {
		const bool is_return =
			is_newline(decoder, raw + at, step, '\r');

		if (!is_return && !is_newline(decoder, raw + at, step, '\n'))
			continue;
		add_line(decoder, raw + start, at - start, start);
		if (is_return && at + 2 * step <= size &&
		    is_newline(decoder, raw + at + step, step, '\n'))
			at += step;
		start = at + step;
	}
	if (start < size)
		add_line(decoder, raw + start, size - start, start);
}

void windbg_text_decode(struct bytes image, size_t limit, struct arena *arena,
			struct windbg_text *ret)
{
	const size_t size = bytes_left(&image);
	const struct bytes seen =
		bytes_of(image.next, size < limit ? size : limit);
	struct decoder *decoder = arena_take(arena, 1, sizeof(*decoder));

	decoder->arena = arena;
	decoder->encoding = encoding_of(head_of(seen));
	decoder->text = ret;

	const size_t step = decoder->encoding == ENCODING_BYTES ? 1 : 2;

	*ret = (struct windbg_text){ .bytes = bytes_left(&seen) };
	add_lines(decoder, seen, step);
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '_';
}

bool windbg_text_take_hex(const char **at, struct windbg_hex *ret)
{
	const char *in = *at;
	struct windbg_hex hex = { 0 };

	while (is_blank(*in))
		in++;
	if (in[0] == '0' && (in[1] == 'x' || in[1] == 'X'))
		in += 2;
	for (; hex.digits <= 16; in++) {
		if ((*in == '`' || *in == '\'') && hex.digits > 0 &&
		    digit_of(in[1]) >= 0)
			in++;
		if (digit_of(*in) < 0)
			break;
		hex.value = hex.value << 4 | (unsigned)digit_of(*in);
		hex.digits++;
	}
	if (hex.digits == 0 || hex.digits > 16 || is_word(*in) || *in == '!')
		return false;
	*ret = hex;
	*at = in;
	return true;
}

const char *windbg_text_command(const char *line)
{
	const char *in = line;

	while (*in >= '0' && *in <= '9')
		in++;
	if (in > line && *in == ':') {
		in++;
		if (is_blank(*in))
			in++;
		while (*in >= '0' && *in <= '9')
			in++;
	}
	while (is_blank(*in))
		in++;
	if (text_starts_nocase(in, "x86 ") || text_starts_nocase(in, "arm "))
		in += 4;
	if (strncmp(in, "lkd>", 4) == 0)
		in += 4;
	else if (strncmp(in, "kd>", 3) == 0 || strncmp(in, "16kd>", 5) == 0)
		in = strchr(in, '>') + 1;
	else if (in > line && in[-1] != ':' && in[-1] != ' ' && *in == '>' &&
		 strchr(line, ':') && strchr(line, ':') < in)
		in++;
	else
		return NULL;
	while (is_blank(*in))
		in++;
	return in;
}

const char *windbg_text_value(const char *line, const char *key)
{
	const size_t size = strlen(key);

	if (strncmp(line, key, size) != 0)
		return NULL;
	line += size;
	while (is_blank(*line))
		line++;
	if (*line != ':' && *line != '=')
		return NULL;
	line++;
	while (is_blank(*line))
		line++;
	return line;
}
