/*
 * event_csv.h - events as a table: Export-Csv, Event Viewer; with commas,
 * semicolons or tabs.
 */
#ifndef DUMP_EVENT_CSV_H
#define DUMP_EVENT_CSV_H

#include "indexer/dump/event_list.h"

/* Does it begin like one? */
bool event_csv_is_likely(const char *text);

/* Every event 1001 of a whole decoded export. */
void event_csv_read(const char *text, struct event_list *list);

#endif
