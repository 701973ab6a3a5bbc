#include "indexer/dump/event_time.h"

#include <stdio.h>
#include <string.h>

#include "signatures/base/text.h"

#define TICKS_PER_MINUTE (60 * TEXT_TICKS_PER_SECOND)

/* As they stand: a date in three numbers, and a time. */
struct parts {
	unsigned date[3];
	char separator;
	bool year_first;
	unsigned hour;
	unsigned minute;
	unsigned second;
	uint64_t fraction; /* 100 ns */
	bool has_half;	   /* AM or PM */
	bool is_zoned;
	int zone_minutes;
};

/* Blanks of all kinds, and the marks of direction in front of numbers. */
static void skip_blanks(const char **at)
{
	static const char *const wide[] = { "\u00a0", "\u202f", "\u200e",
					    "\u200f" };

	for (;;) {
		size_t size = strspn(*at, " \t,");

		for (size_t i = 0; i < 4 && !size; i++)
			if (strncmp(*at, wide[i], strlen(wide[i])) == 0)
				size = strlen(wide[i]);
		if (!size)
			return;
		*at += size;
	}
}

static bool take_number(const char **at, unsigned digits_max, unsigned *ret)
{
	unsigned digits = 0;
	unsigned value = 0;

	for (; **at >= '0' && **at <= '9'; ++*at, digits++) {
		if (digits == digits_max)
			return false;
		value = value * 10 + (unsigned)(**at - '0');
	}
	*ret = value;
	return digits > 0;
}

static bool take_date(const char **at, struct parts *parts)
{
	skip_blanks(at);
	for (size_t i = 0; i < 3; i++) {
		const char *before = *at;

		if (!take_number(at, 4, &parts->date[i]))
			return false;
		if (i == 0)
			parts->year_first = *at - before == 4;
		if (i == 2)
			break;
		if (!strchr("-./", **at) || !**at ||
		    (i == 1 && **at != parts->separator))
			return false;
		parts->separator = *(*at)++;
		skip_blanks(at);
	}
	return true;
}

static void take_fraction(const char **at, struct parts *parts)
{
	uint64_t unit = TEXT_TICKS_PER_SECOND;

	if (**at != '.' && **at != ',')
		return;
	if ((*at)[1] < '0' || (*at)[1] > '9')
		return;
	for (++*at; **at >= '0' && **at <= '9'; ++*at) {
		unit /= 10;
		parts->fraction += unit * (uint64_t)(**at - '0');
	}
}

static void take_half(const char **at, struct parts *parts)
{
	static const char *const before[] = { "AM", "a.m." };
	static const char *const after[] = { "PM", "p.m." };
	const char *next = *at;
	bool is_after = false;

	skip_blanks(&next);
	for (size_t i = 0; i < 2; i++) {
		is_after |= text_starts_nocase(next, after[i]);
		parts->has_half |= text_starts_nocase(next, before[i]);
	}
	parts->has_half |= is_after;
	if (parts->has_half && parts->hour <= 12)
		parts->hour = parts->hour % 12 + (is_after ? 12 : 0);
}

static void take_zone(const char **at, struct parts *parts)
{
	const char sign = **at;
	unsigned hours;
	unsigned minutes;

	if (sign == 'Z') {
		parts->is_zoned = true;
		return;
	}
	if (sign != '+' && sign != '-')
		return;
	++*at;
	if (!take_number(at, 2, &hours) || **at != ':')
		return;
	++*at;
	if (!take_number(at, 2, &minutes) || hours > 14 || minutes > 59)
		return;
	parts->is_zoned = true;
	parts->zone_minutes = (int)(hours * 60 + minutes);
	if (sign == '-')
		parts->zone_minutes = -parts->zone_minutes;
}

static bool take_time(const char **at, struct parts *parts)
{
	if (**at == 'T')
		++*at;
	skip_blanks(at);
	if (!take_number(at, 2, &parts->hour) || (**at != ':' && **at != '.'))
		return false;

	const char separator = *(*at)++;

	if (!take_number(at, 2, &parts->minute))
		return false;
	if (**at == separator) {
		++*at;
		if (!take_number(at, 2, &parts->second))
			return false;
		take_fraction(at, parts);
	}
	take_half(at, parts);
	take_zone(at, parts);
	return parts->hour < 24 && parts->minute < 60 && parts->second < 60;
}

static bool take_parts(const char *text, struct parts *ret)
{
	struct parts parts = { .separator = '\0' };

	if (!take_date(&text, &parts) || !take_time(&text, &parts))
		return false;
	*ret = parts;
	return true;
}

void event_time_learn(struct event_order *order, const char *text)
{
	struct parts parts;

	if (!take_parts(text, &parts) || parts.year_first)
		return;
	order->day_first |= parts.date[0] > 12;
	order->month_first |= parts.date[1] > 12;
}

/* Which of two numbers is the day?  Dots and dashes are of Europe. */
static bool is_day_first(const struct parts *parts,
			 const struct event_order *order, bool *is_guess)
{
	if (parts->separator != '/')
		return true;
	if (order->day_first != order->month_first)
		return order->day_first;
	*is_guess = parts->date[0] != parts->date[1];
	return !parts->has_half;
}

bool event_time_read(const char *text, const struct event_order *order,
		     struct event_time *ret)
{
	struct event_time time = { .ticks = 0 };
	struct parts parts;
	char iso[48];

	if (!take_parts(text, &parts))
		return false;

	const unsigned *date = parts.date;
	const bool day_first = !parts.year_first &&
			       is_day_first(&parts, order, &time.is_guess);
	const unsigned year = parts.year_first ? date[0] : date[2];
	const unsigned month =
		parts.year_first || day_first ? date[1] : date[0];
	const unsigned day = parts.year_first ? date[2]
			     : day_first      ? date[0]
					      : date[1];

	snprintf(iso, sizeof(iso), "%04u-%02u-%02uT%02u:%02u:%02uZ",
		 year < 100 ? 2000 + year : year, month, day, parts.hour,
		 parts.minute, parts.second);
	if (!text_parse_time(iso, &time.ticks))
		return false;
	time.ticks += parts.fraction;
	time.ticks -=
		(uint64_t)((int64_t)TICKS_PER_MINUTE * parts.zone_minutes);
	time.is_local = !parts.is_zoned;
	*ret = time;
	return true;
}
