/*
 * event_text.h - events as text: wevtutil /f:text, Format-List, what Event
 * Viewer puts on the clipboard, the bare message.
 */
#ifndef DUMP_EVENT_TEXT_H
#define DUMP_EVENT_TEXT_H

#include "indexer/dump/event_list.h"

/* Every event 1001 of a whole decoded export. */
void event_text_read(const char *text, struct event_list *list);

#endif
