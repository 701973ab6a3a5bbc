/*
 * What is looked at:
 *
 *	<Event>
 *	  <System>
 *	    <EventID>1001</EventID>
 *	    <TimeCreated SystemTime="2024-06-30T19:54:01.123456700Z"/>
 *	    <Computer>pc17.example.org</Computer>
 *	  </System>
 *	  <EventData>
 *	    <Data Name="param1">0x0000009f (0x0000000000000003, ...)</Data>
 *	  </EventData>
 *	  <RenderingInfo> <Message>the same in words</Message> </RenderingInfo>
 *	</Event>
 *
 * Many reports of other programs are events 1001 too: only this one tells of a
 * code and its four arguments.
 */
#include "indexer/dump/event_xml.h"

#include <string.h>

#include "indexer/dump/xml.h"
#include "signatures/base/text.h"

struct reader {
	struct event_list *list;
	struct arena arena; /* one event */
	struct event event;
	bool has_stop;
	bool is_1001;
	char element[32]; /* whose text comes next */
};

static void begin(struct reader *reader)
{
	arena_reset(&reader->arena);
	reader->event = (struct event){ .code = 0 };
	reader->has_stop = reader->is_1001 = false;
}

static void take_open(struct reader *reader, const struct xml_token *tag)
{
	const size_t room = sizeof(reader->element) - 1;
	const size_t size = tag->size < room ? tag->size : room;
	const struct event_order order = { false, false };
	const char *time;

	if (xml_is(tag, "Event"))
		begin(reader);
	memcpy(reader->element, tag->at, size);
	reader->element[tag->is_empty ? 0 : size] = '\0';
	if (!xml_is(tag, "TimeCreated"))
		return;
	time = xml_attribute(tag, "SystemTime", &reader->arena);
	reader->event.has_time =
		time && event_time_read(time, &order, &reader->event.time);
	/* The schema knows no other zone. */
	reader->event.time.is_local = false;
}

static void take_stop(struct reader *reader, const char *text)
{
	const char *start, *end;
	struct event found;

	if (reader->has_stop || !event_find(text, &found, &start, &end))
		return;
	reader->has_stop = true;
	reader->event.code = found.code;
	memcpy(reader->event.args, found.args, sizeof(found.args));
}

static void take_text(struct reader *reader, const struct xml_token *token)
{
	const char *element = reader->element;
	const char *text;

	if (!*element)
		return;
	text = text_trimmed(&reader->arena, xml_text(token, &reader->arena));
	if (!text)
		return;
	if (!strcmp(element, "EventID"))
		reader->is_1001 = !strcmp(text, "1001");
	else if (!strcmp(element, "Computer"))
		reader->event.machine = crash_machine_of_name(text);
	else if (!strcmp(element, "Data") || !strcmp(element, "Message"))
		take_stop(reader, text);
}

void event_xml_read(const char *text, struct event_list *list)
{
	struct reader reader = { .list = list };

	arena_init(&reader.arena);
	begin(&reader);
	for (;;) {
		const struct xml_token token = xml_next(&text);

		if (token.kind == XML_END)
			break;
		if (token.kind == XML_OPEN)
			take_open(&reader, &token);
		else if (token.kind == XML_TEXT)
			take_text(&reader, &token);
		if (token.kind != XML_CLOSE)
			continue;
		reader.element[0] = '\0';
		if (xml_is(&token, "Event") && reader.has_stop &&
		    reader.is_1001)
			event_list_add(list, &reader.event);
		if (xml_is(&token, "Event"))
			begin(&reader);
	}
	arena_deinit(&reader.arena);
}

bool event_xml_is_likely(const char *text)
{
	const struct xml_token token = xml_next(&text);
	struct xml_token next = token;

	while (next.kind == XML_TEXT)
		next = xml_next(&text);
	return next.kind == XML_OPEN &&
	       (xml_is(&next, "Event") || xml_is(&next, "Events"));
}
