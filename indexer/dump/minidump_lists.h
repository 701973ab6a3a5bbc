/*
 * minidump_lists.h - the streams of a minidump that are lists.
 *
 * Each fills its part of dump from the stream it is given, and says once when
 * something in it lies outside the image.
 */
#ifndef DUMP_MINIDUMP_LISTS_H
#define DUMP_MINIDUMP_LISTS_H

#include "indexer/dump/dump.h"

void minidump_lists_modules(struct dump *dump, struct bytes stream);
void minidump_lists_unloaded(struct dump *dump, struct bytes stream);
void minidump_lists_threads(struct dump *dump, struct bytes stream);

/* From all three sources of memory at once; any of them may be failed. */
void minidump_lists_memory(struct dump *dump, struct bytes threads,
			   struct bytes memory, struct bytes memory64);

/* The stack of thread id as the thread list gives it: stack, stack_start. */
void minidump_lists_stack(struct dump *dump, struct bytes threads, uint32_t id);

#endif
