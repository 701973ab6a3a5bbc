/*
 * event_log.h - exports of the Windows event log, for the event 1001 in them.
 *
 * As XML (wevtutil, Event Viewer), as a table (Export-Csv, Event Viewer, with
 * commas, semicolons or tabs), and as text (wevtutil /f:text, Format-List, what
 * Event Viewer puts on the clipboard, the bare message).  Of all other events
 * nothing is read.  The binary .evtx is recognised and refused.
 */
#ifndef DUMP_EVENT_LOG_H
#define DUMP_EVENT_LOG_H

#include "indexer/dump/event.h"

/* Events found so far. */
struct event_list {
	struct event *at;
	size_t max;
	size_t count; /* may exceed max: those are counted only */
};

void event_log_add(struct event_list *list, const struct event *event);

/* Every event 1001 of a whole decoded export. */
void event_xml_read(const char *text, struct event_list *list);
void event_csv_read(const char *text, struct event_list *list);
void event_text_read(const char *text, struct event_list *list);

/* Does it begin like one? */
bool event_xml_is_likely(const char *text);
bool event_csv_is_likely(const char *text);

#endif
