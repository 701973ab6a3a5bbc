#include "indexer/dump/event.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "signatures/base/text.h"

/* The first line of event_encode(). */
#define MAGIC "event 1001, as crashindex took it out of a log\n"

/* The path of the dump stands this close behind the numbers. */
#define PATH_BYTES 400

#define ENCODED_BYTES 1024

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
	       (c >= 'A' && c <= 'F');
}

static void skip_blanks(const char **at)
{
	while (is_blank(**at))
		++*at;
}

/* 0x and at most 16 digits. */
static bool take_number(const char **at, uint64_t *ret)
{
	char digits[17] = "";
	size_t count = 0;

	skip_blanks(at);
	if ((*at)[0] != '0' || ((*at)[1] != 'x' && (*at)[1] != 'X'))
		return false;
	for (*at += 2; is_digit(**at); ++*at) {
		if (count == 16)
			return false;
		digits[count++] = **at;
	}
	return text_parse_hex(digits, ret);
}

static bool take_args(const char **at, uint64_t args[4])
{
	for (size_t i = 0; i < 4; i++) {
		if (!take_number(at, &args[i]))
			return false;
		skip_blanks(at);
		if (**at != (i == 3 ? ')' : ',') && (i == 3 || **at != ';'))
			return false;
		++*at;
	}
	return true;
}

/* The code ends where the parenthesis opens; its start, NULL if it is none. */
static const char *code_before(const char *text, const char *paren)
{
	const char *end = paren;
	size_t digits = 0;

	while (end > text && is_blank(end[-1]))
		end--;
	while (end > text && is_digit(end[-1]) && digits <= 8) {
		end--;
		digits++;
	}
	if (digits < 1 || digits > 8 || end - text < 2 || end[-2] != '0' ||
	    (end[-1] != 'x' && end[-1] != 'X'))
		return NULL;
	return end - 2;
}

bool event_find(const char *text, struct event *ret, const char **start,
		const char **end)
{
	for (const char *paren = strchr(text, '('); paren;
	     paren = strchr(paren + 1, '(')) {
		const char *code_at = code_before(text, paren);
		const char *at = paren + 1;
		struct event event = { .code = 0 };
		uint64_t code;

		if (!code_at || !take_args(&at, event.args))
			continue;
		*start = code_at;
		*end = at;
		if (!take_number(&code_at, &code))
			continue;
		event.code = (uint32_t)code;
		*ret = event;
		return true;
	}
	return false;
}

bool event_names_dump(const char *end)
{
	for (size_t i = 0; i < PATH_BYTES && end[i]; i++)
		if (end[i] == '.' && text_starts_nocase(end + i, ".dmp"))
			return true;
	return false;
}

struct bytes event_encode(const struct event *event, struct arena *arena)
{
	char *text = arena_take(arena, ENCODED_BYTES, 1);
	int size = snprintf(text, ENCODED_BYTES,
			    MAGIC "code %x\nargs %" PRIx64 " %" PRIx64
				  " %" PRIx64 " %" PRIx64 "\n",
			    event->code, event->args[0], event->args[1],
			    event->args[2], event->args[3]);

	if (event->has_time)
		size += snprintf(text + size, ENCODED_BYTES - (size_t)size,
				 "time %" PRIx64 " %d %d\n", event->time.ticks,
				 event->time.is_local, event->time.is_guess);
	if (event->machine.known)
		size += snprintf(text + size, ENCODED_BYTES - (size_t)size,
				 "machine %016" PRIx64 "\n",
				 event->machine.value);
	return bytes_of(text, (size_t)size);
}

bool event_is_encoded(struct bytes image)
{
	return bytes_left(&image) >= strlen(MAGIC) &&
	       memcmp(image.next, MAGIC, strlen(MAGIC)) == 0;
}

bool event_decode(struct bytes image, struct arena *arena, struct event *ret)
{
	struct event event = { .code = 0 };
	uint64_t *args = event.args;
	uint64_t machine;
	int local, guess;
	const char *at;

	if (!event_is_encoded(image) || bytes_left(&image) > ENCODED_BYTES)
		return false;
	at = text_from_bytes(arena, image) + strlen(MAGIC);
	if (sscanf(at,
		   "code %8" SCNx32 " args %16" SCNx64 " %16" SCNx64
		   " %16" SCNx64 " %16" SCNx64,
		   &event.code, &args[0], &args[1], &args[2], &args[3]) != 5)
		return false;
	at = strstr(at, "\ntime ");
	if (at && sscanf(at, " time %16" SCNx64 " %1d %1d", &event.time.ticks,
			 &local, &guess) == 3) {
		event.has_time = true;
		event.time.is_local = local != 0;
		event.time.is_guess = guess != 0;
	}
	at = strstr(text_from_bytes(arena, image), "\nmachine ");
	if (at && sscanf(at, " machine %16" SCNx64, &machine) == 1)
		event.machine = CRASH_NUMBER(machine);
	*ret = event;
	return true;
}

static void state_time(const struct event *event, struct arena *arena,
		       struct crash *crash)
{
	if (!event->has_time)
		return;
	crash->time = CRASH_NUMBER(event->time.ticks);
	if (event->time.is_local)
		crash_flag(crash, arena, CRASH_TIME_LOCAL);
	if (event->time.is_guess)
		crash_problem(crash, arena,
			      "the day and the month of its date may be the "
			      "other way round");
}

void event_state(const struct event *event, struct arena *arena,
		 struct crash *crash)
{
	struct crash_bugcheck *bugcheck = &crash->bugcheck;

	crash->image.kind = CRASH_EVENT;
	crash_set_code(bugcheck, CRASH_NUMBER(event->code));
	for (size_t i = 0; i < 4; i++)
		bugcheck->args[i] = CRASH_NUMBER(event->args[i]);
	state_time(event, arena, crash);
	if (event->machine.known) {
		crash->machine.id = event->machine;
		crash_flag(crash, arena, CRASH_MACHINE_BY_NAME);
	}
}
