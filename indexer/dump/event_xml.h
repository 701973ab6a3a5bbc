/*
 * event_xml.h - events as XML: wevtutil, Event Viewer.
 */
#ifndef DUMP_EVENT_XML_H
#define DUMP_EVENT_XML_H

#include "indexer/dump/event_list.h"

/* Does it begin like one? */
bool event_xml_is_likely(const char *text);

/* Every event 1001 of a whole decoded export. */
void event_xml_read(const char *text, struct event_list *list);

#endif
