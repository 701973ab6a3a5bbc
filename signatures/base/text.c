#include "signatures/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* FILETIME counts from 1601-01-01; the Unix epoch lies this much later. */
#define UNIX_EPOCH_SECONDS 11644473600ull

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

static size_t put_utf8(char *out, uint32_t point)
{
	if (point < 0x80) {
		out[0] = (char)point;
		return 1;
	}
	if (point < 0x800) {
		out[0] = (char)(0xc0 | point >> 6);
		out[1] = (char)(0x80 | (point & 0x3f));
		return 2;
	}
	if (point < 0x10000) {
		out[0] = (char)(0xe0 | point >> 12);
		out[1] = (char)(0x80 | (point >> 6 & 0x3f));
		out[2] = (char)(0x80 | (point & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | point >> 18);
	out[1] = (char)(0x80 | (point >> 12 & 0x3f));
	out[2] = (char)(0x80 | (point >> 6 & 0x3f));
	out[3] = (char)(0x80 | (point & 0x3f));
	return 4;
}

char *text_from_utf16(struct arena *arena, struct bytes units)
{
	const size_t count = bytes_left(&units) / 2;
	char *text = arena_take(arena, count * 3 + 1, 1);
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		uint32_t unit = bytes_u16(&units);

		if (unit == 0)
			break;
		if (unit >= 0xd800 && unit < 0xdc00 && i + 1 < count) {
			struct bytes ahead = units;
			const uint32_t second = bytes_u16(&ahead);

			if (second >= 0xdc00 && second < 0xe000) {
				unit = 0x10000 + ((unit - 0xd800) << 10) +
				       (second - 0xdc00);
				units = ahead;
				i++;
			}
		}
		if (unit >= 0xd800 && unit < 0xe000)
			unit = 0xfffd;
		used += put_utf8(text + used, unit);
	}
	text[used] = '\0';
	return text;
}

/* The length of the valid UTF-8 sequence at p, or 0. */
static size_t utf8_length(const uint8_t *p, size_t left)
{
	size_t length;
	uint32_t point;

	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] < 0xe0) {
		length = 2;
		point = p[0] & 0x1f;
	} else if (p[0] >= 0xe0 && p[0] < 0xf0) {
		length = 3;
		point = p[0] & 0x0f;
	} else if (p[0] >= 0xf0 && p[0] < 0xf5) {
		length = 4;
		point = p[0] & 0x07;
	} else {
		return 0;
	}
	if (length > left)
		return 0;
	for (size_t i = 1; i < length; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (p[i] & 0x3f);
	}
	if ((length == 3 && point < 0x800) ||
	    (point >= 0xd800 && point < 0xe000) ||
	    (length == 4 && (point < 0x10000 || point > 0x10ffff)))
		return 0;
	return length;
}

static bool is_utf8(const uint8_t *p, size_t size)
{
	while (size > 0) {
		const size_t length = utf8_length(p, size);

		if (length == 0)
			return false;
		p += length;
		size -= length;
	}
	return true;
}

char *text_from_bytes(struct arena *arena, struct bytes raw)
{
	const size_t left = bytes_left(&raw);
	const uint8_t *start = raw.next;
	const uint8_t *nul = left ? memchr(start, 0, left) : NULL;
	const size_t size = nul ? (size_t)(nul - start) : left;
	char *text;

	if (raw.failed || size == 0)
		return arena_take(arena, 1, 1);
	if (is_utf8(start, size)) {
		text = arena_take(arena, size + 1, 1);
		memcpy(text, start, size);
		return text;
	}

	size_t used = 0;

	text = arena_take(arena, size * 2 + 1, 1);
	for (size_t i = 0; i < size; i++)
		used += put_utf8(text + used, start[i]);
	return text;
}

char *text_copy(struct arena *arena, const char *text)
{
	const size_t size = strlen(text) + 1;

	return memcpy(arena_room(arena, size), text, size);
}

char *text_printf(struct arena *arena, const char *format, ...)
{
	char most[128]; /* nearly all are shorter */
	va_list args;

	va_start(args, format);
	const size_t size =
		(size_t)vsnprintf(most, sizeof(most), format, args) + 1;
	va_end(args);

	char *text = arena_room(arena, size);

	if (size <= sizeof(most))
		return memcpy(text, most, size);
	va_start(args, format);
	vsnprintf(text, size, format, args);
	va_end(args);
	return text;
}

char *text_joined(struct arena *arena, const char *const parts[])
{
	size_t size = 1;
	char *text, *end;

	for (size_t i = 0; parts[i]; i++)
		size += strlen(parts[i]);
	text = end = arena_take(arena, size, 1);
	for (size_t i = 0; parts[i]; i++)
		end = stpcpy(end, parts[i]);
	return text;
}

const char *text_hex(uint64_t number, char buf[TEXT_HEX_BYTES])
{
	unsigned int digits = 1;

	for (uint64_t rest = number >> 4; rest; rest >>= 4)
		digits++;
	memcpy(buf, "0x", 2);
	buf[2 + digits] = '\0';
	for (; digits; digits--, number >>= 4)
		buf[1 + digits] = "0123456789abcdef"[number & 15];
	return buf;
}

char *text_decimal(struct arena *arena, uint64_t number)
{
	char digits[20 + 1];
	size_t at = sizeof(digits);

	digits[--at] = '\0';
	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number);

	return memcpy(arena_room(arena, sizeof(digits) - at), digits + at,
		      sizeof(digits) - at);
}

/*
 * The digits in front of and behind the point as one whole number.  Where the
 * product, which is rounded, lies near the middle between two, printf() has to
 * say which is nearer.
 */
char *text_fixed(struct arena *arena, double number, unsigned int places,
		 const char *unit)
{
	static const double powers[] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6 };
	const double most = 1e11; /* beyond, products are too coarse */
	char digits[24];
	size_t at = sizeof(digits), unit_bytes;
	uint64_t whole;
	double scaled, rest;
	char *text;

	if (places < 1 || places > 6 || !(number >= 0 && number < most))
		return text_printf(arena, "%.*f%s", (int)places, number, unit);
	scaled = number * powers[places];
	whole = (uint64_t)scaled;
	rest = scaled - (double)whole;
	if (scaled > most || (rest > 0.499 && rest < 0.501))
		return text_printf(arena, "%.*f%s", (int)places, number, unit);
	whole += rest > 0.5;
	for (unsigned int i = 0; i <= places || whole; i++, whole /= 10) {
		if (i == places)
			digits[--at] = '.';
		digits[--at] = (char)('0' + whole % 10);
	}
	unit_bytes = strlen(unit) + 1;
	text = arena_room(arena, sizeof(digits) - at + unit_bytes);
	memcpy(text, digits + at, sizeof(digits) - at);
	memcpy(text + sizeof(digits) - at, unit, unit_bytes);
	return text;
}

char *text_hash(struct arena *arena, uint64_t number)
{
	char *text = arena_room(arena, 16 + 1);

	text[16] = '\0';
	for (size_t i = 16; i-- > 0; number >>= 4)
		text[i] = "0123456789abcdef"[number & 15];
	return text;
}

char *text_lowered(struct arena *arena, const char *text)
{
	char *copy = text_copy(arena, text);

	for (char *p = copy; *p; p++)
		*p = lower(*p);
	return copy;
}

char *text_file_name(struct arena *arena, const char *path)
{
	const char *name = path;

	for (const char *p = path; *p; p++)
		if (*p == '/' || *p == '\\')
			name = p + 1;

	return text_lowered(arena, name);
}

char *text_trimmed(struct arena *arena, const char *text)
{
	size_t size = strlen(text);

	while (size > 0 && (unsigned char)text[size - 1] <= ' ')
		size--;
	while (size > 0 && (unsigned char)text[0] <= ' ') {
		text++;
		size--;
	}
	if (size == 0)
		return NULL;
	return memcpy(arena_take(arena, size + 1, 1), text, size);
}

int text_compare_nocase(const char *a, const char *b)
{
	while (*a && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return (unsigned char)lower(*a) - (unsigned char)lower(*b);
}

bool text_starts_nocase(const char *text, const char *prefix)
{
	while (*prefix) {
		if (lower(*text) != lower(*prefix))
			return false;
		text++;
		prefix++;
	}
	return true;
}

bool text_matches(const char *text, const char *glob)
{
	const char *star = NULL;
	const char *retry = NULL;

	while (*text) {
		if (*glob == '*') {
			star = ++glob;
			retry = text;
		} else if (*glob == '?' ||
			   (*glob && lower(*glob) == lower(*text))) {
			glob++;
			text++;
		} else if (star) {
			glob = star;
			text = ++retry;
		} else {
			return false;
		}
	}
	while (*glob == '*')
		glob++;
	return *glob == '\0';
}

bool text_parse_hex(const char *text, uint64_t *ret)
{
	uint64_t value = 0;

	if (text[0] == '0' && lower(text[1]) == 'x')
		text += 2;
	if (*text == '\0')
		return false;
	for (size_t digits = 0; *text; text++) {
		const char c = lower(*text);

		if (c == '`' && digits > 0)
			continue; /* as debuggers print 64-bit addresses */
		if (++digits > 16)
			return false;
		if (c >= '0' && c <= '9')
			value = value << 4 | (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value << 4 | (uint64_t)(c - 'a' + 10);
		else
			return false;
	}
	*ret = value;
	return true;
}

bool text_parse_u64(const char *text, uint64_t *ret)
{
	uint64_t value = 0;

	if (text[0] == '0' && lower(text[1]) == 'x')
		return text_parse_hex(text, ret);
	if (*text == '\0')
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;

		const uint64_t digit = (uint64_t)(*text - '0');

		if (value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*ret = value;
	return true;
}

static char *put_digits(char *out, unsigned int number, size_t digits)
{
	for (size_t i = digits; i-- > 0; number /= 10)
		out[i] = (char)('0' + number % 10);
	return out + digits;
}

/*
 * Years of this count begin in March, so that the day that is not always there
 * is their last; 400 of them are always as long.  What the C library says takes
 * ten times as long, and tables have two times a line.
 */
static char *put_date(char *out, uint64_t day)
{
	const uint64_t days = day + 306; /* since March 1st, 1600 */
	const unsigned int era = (unsigned int)(days / 146097);
	const unsigned int rest = (unsigned int)(days % 146097);
	const unsigned int year =
		(rest - rest / 1460 + rest / 36524 - rest / 146096) / 365;
	const unsigned int of_year =
		rest - (365 * year + year / 4 - year / 100);
	const unsigned int month = (5 * of_year + 2) / 153; /* 0: March */
	const unsigned int number =
		1600 + era * 400 + year + (month >= 10 ? 1 : 0);

	out = put_digits(out, number, number > 9999 ? 5 : 4);
	*out++ = '-';
	out = put_digits(out, month >= 10 ? month - 9 : month + 3, 2);
	*out++ = '-';
	return put_digits(out, of_year - (153 * month + 2) / 5 + 1, 2);
}

const char *text_time(uint64_t filetime, char buf[TEXT_TIME_BYTES])
{
	const uint64_t seconds = filetime / TEXT_TICKS_PER_SECOND;
	const unsigned int of_day = (unsigned int)(seconds % 86400);
	char *out = put_date(buf, seconds / 86400);

	*out++ = 'T';
	out = put_digits(out, of_day / 3600, 2);
	*out++ = ':';
	out = put_digits(out, of_day / 60 % 60, 2);
	*out++ = ':';
	out = put_digits(out, of_day % 60, 2);
	memcpy(out, "Z", 2);
	return buf;
}

uint64_t text_ticks_of_unix(uint64_t seconds)
{
	return (seconds + UNIX_EPOCH_SECONDS) * TEXT_TICKS_PER_SECOND;
}

uint64_t text_unix_of_ticks(uint64_t filetime)
{
	const uint64_t seconds = filetime / TEXT_TICKS_PER_SECOND;

	return seconds < UNIX_EPOCH_SECONDS ? 0 : seconds - UNIX_EPOCH_SECONDS;
}

static bool parse_field(const char **text, size_t digits, int *ret)
{
	int value = 0;

	for (size_t i = 0; i < digits; i++, (*text)++) {
		if (**text < '0' || **text > '9')
			return false;
		value = value * 10 + (**text - '0');
	}
	*ret = value;
	return true;
}

static bool parse_clock(const char *text, struct tm *utc)
{
	if (*text != 'T' && *text != ' ')
		return false;
	text++;
	if (!parse_field(&text, 2, &utc->tm_hour) || *text++ != ':' ||
	    !parse_field(&text, 2, &utc->tm_min))
		return false;
	if (*text == ':') {
		text++;
		if (!parse_field(&text, 2, &utc->tm_sec))
			return false;
	}
	if (*text == 'Z')
		text++;
	return *text == '\0' && utc->tm_hour < 24 && utc->tm_min < 60 &&
	       utc->tm_sec < 61;
}

bool text_parse_time(const char *text, uint64_t *ret)
{
	struct tm utc = { 0 };

	if (!parse_field(&text, 4, &utc.tm_year) || *text++ != '-' ||
	    !parse_field(&text, 2, &utc.tm_mon) || *text++ != '-' ||
	    !parse_field(&text, 2, &utc.tm_mday))
		return false;
	if (*text != '\0' && !parse_clock(text, &utc))
		return false;
	if (utc.tm_year < 1601 || utc.tm_mon < 1 || utc.tm_mon > 12 ||
	    utc.tm_mday < 1 || utc.tm_mday > 31)
		return false;

	const struct tm asked = utc;

	utc.tm_year -= 1900;
	utc.tm_mon -= 1;

	const time_t seconds = timegm(&utc);

	if (utc.tm_mday != asked.tm_mday)
		return false; /* no such day: timegm() moved on */
	*ret = (uint64_t)(seconds + (time_t)UNIX_EPOCH_SECONDS) *
	       TEXT_TICKS_PER_SECOND;
	return true;
}

bool text_parse_span(const char *text, uint64_t *first, uint64_t *last)
{
	const size_t size = strlen(text);
	char from[] = "yyyy-01-01", to[] = "yyyy-mm-01";
	uint64_t behind;

	if (size != strlen("2026") && size != strlen("2026-11")) {
		if (!text_parse_time(text, first))
			return false;
		*last = *first - 1 +
			(size == strlen(from) ? 86400 : 1) *
				TEXT_TICKS_PER_SECOND;
		return true;
	}
	memcpy(from, text, size);
	if (!text_parse_time(from, first))
		return false;

	const int year = atoi(from);
	const int month = size == strlen("2026") ? 12 : atoi(from + 5);

	snprintf(to, sizeof(to), "%04u-%02u-01", (year + month / 12) % 10000u,
		 month % 12 + 1u);
	if (!text_parse_time(to, &behind))
		return false;
	*last = behind - 1;
	return true;
}
