/*
 * event_list.h - the events 1001 that an export tells of.
 */
#ifndef DUMP_EVENT_LIST_H
#define DUMP_EVENT_LIST_H

#include "indexer/dump/event.h"

/* Events found so far. */
struct event_list {
	struct event *at;
	size_t max;
	size_t count; /* may exceed max: those are counted only */
};

void event_list_add(struct event_list *list, const struct event *event);

#endif
