/*
 * Text: blocks of lines that blank lines part, an event in each.
 *
 *	Log Name:      System                    TimeCreated  : 6/30/2024 ...
 *	Date:          6/30/2024 7:54:01 PM      ProviderName : Microsoft-...
 *	Computer:      pc17.example.org          Id           : 1001
 *	Description:                             Message      : The computer ...
 *	The computer has rebooted ...
 *
 * Or messages alone, one or more a line.  What stands in a block of several
 * events is told of none of them, but for the date a line begins with.
 */
#include "indexer/dump/event_text.h"

#include <string.h>

#include "signatures/base/text.h"

/* How far a block is followed, each way. */
#define BLOCK_BYTES 16384

#define VALUE_BYTES 256

/* "Computer" as Event Viewer says it. */
static const char *const computers[] = {
	"Computer",
	"MachineName",
	"ComputerName",
	"PSComputerName",
	"Computer Name",
	"Ordinateur",
	"Equipo",
	"Computador",
	"Dator",
	"Datamaskin",
	"Tietokone",
	"Komputer",
	"Po\u010d\u00edta\u010d",
	"Sz\u00e1m\u00edt\u00f3g\u00e9p",
	"Bilgisayar",
	"\u041a\u043e\u043c\u043f\u044c\u044e\u0442\u0435\u0440",
	"\u30b3\u30f3\u30d4\u30e5\u30fc\u30bf\u30fc",
	"\u8ba1\u7b97\u673a",
	"\u96fb\u8166",
	"\ucef4\ud4e8\ud130",
};

struct block {
	const char *start;
	const char *end;
};

static bool is_blank_line(const char *at)
{
	at += strspn(at, " \t\r");
	return *at == '\n' || *at == '\0';
}

/* The lines around [start, end) up to the next blank ones. */
static struct block block_around(const char *text, const char *start,
				 const char *end)
{
	const char *floor = (size_t)(start - text) > BLOCK_BYTES
				    ? start - BLOCK_BYTES
				    : text;
	struct block block = { start, end };

	while (block.start > floor) {
		if (block.start[-1] == '\n' && block.start < start &&
		    is_blank_line(block.start))
			break;
		block.start--;
	}
	while (*block.end && block.end - end < BLOCK_BYTES) {
		if (*block.end == '\n' && is_blank_line(block.end + 1))
			break;
		block.end++;
	}
	return block;
}

static bool holds(struct block block, const char *word)
{
	const char *found = strstr(block.start, word);

	return found && found < block.end;
}

/*
 * Is it event 1001, not a stop screen somebody copied?  The message names a
 * dump; where it does not, the source of the event is told.
 */
static bool is_event(const char *text, struct block block, const char *start,
		     const char *end)
{
	for (size_t i = 1; i <= 8 && start - i >= text; i++)
		if (text_starts_nocase(start - i, "STOP"))
			return false;
	return event_names_dump(end) ||
	       holds(block, "WER-SystemErrorReporting") ||
	       (holds(block, "1001") && holds(block, "BugCheck"));
}

/* Does the line begin with key, blanks, colon?  What follows. */
static const char *value_of(const char *line, const char *key)
{
	line += strspn(line, " \t");
	if (!text_starts_nocase(line, key))
		return NULL;
	line += strlen(key);
	line += strspn(line, " \t");
	return *line == ':' ? line + 1 + strspn(line + 1, " \t") : NULL;
}

static void read_machine(const char *line, struct event *event)
{
	char name[VALUE_BYTES];
	const char *value = NULL;

	for (size_t i = 0;
	     i < sizeof(computers) / sizeof(computers[0]) && !value; i++)
		value = value_of(line, computers[i]);
	if (!value || event->machine.known)
		return;

	const size_t size = strcspn(value, " \t\r\n");

	if (size == 0 || size >= sizeof(name))
		return;
	memcpy(name, value, size);
	name[size] = '\0';
	event->machine = crash_machine_of_name(name);
}

/* A date behind a colon, or at the beginning. */
static bool read_line_time(const char *line, const struct event_order *order,
			   struct event_time *ret)
{
	const char *colon = line + strcspn(line, ":\n");

	if (event_time_read(line, order, ret))
		return true;
	return *colon == ':' && event_time_read(colon + 1, order, ret);
}

static void read_block(struct block block, const struct event_order *order,
		       struct event *event)
{
	const char *line = block.start;

	while (line < block.end) {
		read_machine(line, event);
		if (!event->has_time)
			event->has_time =
				read_line_time(line, order, &event->time);
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
}

static const char *line_of(const char *text, const char *at)
{
	while (at > text && at[-1] != '\n')
		at--;
	return at;
}

static void learn_order(const char *text, struct event_order *order)
{
	while (*text) {
		const char *colon = text + strcspn(text, ":\n");

		event_time_learn(order, text);
		if (*colon == ':')
			event_time_learn(order, colon + 1);
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
}

void event_text_read(const char *text, struct event_list *list)
{
	struct event_order order = { false, false };
	const char *start, *end, *next_start, *next_end;
	const char *before = text; /* end of the event before this one */
	struct event event, next;
	bool more = event_find(text, &event, &start, &end);

	if (more)
		learn_order(text, &order);
	while (more) {
		const struct block block = block_around(text, start, end);
		const char *line = line_of(text, start);

		more = event_find(end, &next, &next_start, &next_end);
		if (is_event(text, block, start, end)) {
			if ((before == text || before <= block.start) &&
			    (!more || next_start >= block.end))
				read_block(block, &order, &event);
			else if (before <= line)
				event.has_time = event_time_read(line, &order,
								 &event.time);
			event_list_add(list, &event);
		}
		before = end;
		event = next;
		start = next_start;
		end = next_end;
	}
}
