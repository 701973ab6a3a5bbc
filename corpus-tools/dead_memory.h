/*
 * dead_memory.h - what a description puts into memory by itself: bytes,
 * contexts, pool pages, the table of pool tags, pages mapped unusually.
 */
#ifndef CORPUS_TOOLS_DEAD_MEMORY_H
#define CORPUS_TOOLS_DEAD_MEMORY_H

#include "corpus-tools/dead.h"

enum status dead_memory_write(struct dead *dead, struct error *err) MUST_CHECK;

#endif
