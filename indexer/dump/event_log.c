/*
 * event_log.c - exports of the Windows event log, for the event 1001 in them.
 *
 * As XML (wevtutil, Event Viewer), as a table (Export-Csv, Event Viewer, with
 * commas, semicolons or tabs), and as text (wevtutil /f:text, Format-List, what
 * Event Viewer puts on the clipboard, the bare message).  Of all other events
 * nothing is read.  The binary .evtx is recognised and refused.
 */
#include <string.h>

#include "indexer/dump/dump.h"
#include "indexer/dump/event_csv.h"
#include "indexer/dump/event_text.h"
#include "indexer/dump/event_xml.h"
#include "indexer/dump/plain.h"
#include "indexer/dump/windbg_text.h"
#include "signatures/base/limits.h"

/* What only a debugger prints: then the log tells more than the event. */
static const char *const debugger[] = {
	"Loading Dump File [", "Debug session time:", "STACK_TEXT:", "kd> "
};

enum form {
	FORM_NONE,
	FORM_XML,
	FORM_CSV,
	FORM_TEXT
};

static bool is_debugger_log(const char *text)
{
	for (size_t i = 0; i < sizeof(debugger) / sizeof(debugger[0]); i++)
		if (strstr(text, debugger[i]))
			return true;
	return false;
}

static bool has_event(const char *text)
{
	struct event event;
	struct event_list list = { .at = &event, .max = 1 };

	event_text_read(text, &list);
	return list.count > 0;
}

static enum form form_of(const char *text)
{
	if (event_xml_is_likely(text))
		return FORM_XML;
	if (event_csv_is_likely(text))
		return FORM_CSV;
	if (is_debugger_log(text) || !has_event(text))
		return FORM_NONE;
	/* Event Viewer's clipboard has the event in both ways. */
	return strstr(text, "<Event xmlns") ? FORM_XML : FORM_TEXT;
}

static void read_events(struct bytes image, struct arena *arena,
			struct event_list *list)
{
	const char *text = plain_decode(image, LIMIT_EVENT_LOG_BYTES, arena);

	switch (form_of(text)) {
	case FORM_XML:
		event_xml_read(text, list);
		break;
	case FORM_CSV:
		event_csv_read(text, list);
		break;
	case FORM_TEXT:
		event_text_read(text, list);
		break;
	case FORM_NONE:
		break;
	}
}

static bool claims(struct bytes image)
{
	struct arena arena;
	bool is_log;

	if (event_is_encoded(image))
		return true;
	if (!windbg_text_is_likely(image))
		return false;
	arena_init(&arena);
	is_log = form_of(plain_decode(image, DUMP_TEXT_BYTES, &arena)) !=
		 FORM_NONE;
	arena_deinit(&arena);
	return is_log;
}

static size_t split(struct bytes image, struct arena *arena,
		    struct bytes parts[], size_t max)
{
	struct event_list list = { .max = max };
	struct arena scratch;

	if (event_is_encoded(image) ||
	    bytes_left(&image) > LIMIT_EVENT_LOG_BYTES)
		return 1;
	arena_init(&scratch);
	list.at = arena_take(&scratch, max + !max, sizeof(*list.at));
	read_events(image, &scratch, &list);
	for (size_t i = 0; i < list.count && i < max; i++)
		parts[i] = event_encode(&list.at[i], arena);
	arena_deinit(&scratch);
	return list.count;
}

static enum status read(struct dump *dump, struct error *err)
{
	struct event event;
	struct event_list list = { .at = &event, .max = 1 };

	dump->is_text = true;
	if (event_is_encoded(dump->image)) {
		if (!event_decode(dump->image, dump->arena, &event))
			return error_set(err, STATUS_CORRUPT, "damaged");
		event_state(&event, dump->arena, dump->crash);
		return STATUS_OK;
	}
	if (bytes_left(&dump->image) > LIMIT_EVENT_LOG_BYTES)
		return error_set(err, STATUS_LIMIT,
				 "larger than an export we read: export the "
				 "events 1001 alone");
	read_events(dump->image, dump->arena, &list);
	if (list.count > 1)
		crash_problem(
			dump->crash, dump->arena,
			"tells of %zu crashes, of which this is the first",
			list.count);
	if (list.count)
		event_state(&event, dump->arena, dump->crash);
	return STATUS_OK;
}

const struct dump_format event_log_format = {
	.name = "event log",
	.claims = claims,
	.read = read,
	.split = split,
};
