#include "indexer/dump/event_list.h"

void event_list_add(struct event_list *list, const struct event *event)
{
	if (list->count < list->max)
		list->at[list->count] = *event;
	list->count++;
}
