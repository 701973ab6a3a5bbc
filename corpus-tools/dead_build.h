/*
 * dead_build.h - a description becomes a dead machine.
 */
#ifndef CORPUS_TOOLS_DEAD_BUILD_H
#define CORPUS_TOOLS_DEAD_BUILD_H

#include "corpus-tools/dead.h"

/* The description must be complete; everything lives in arena. */
enum status dead_build(struct dead *dead, const struct machine *machine,
		       struct arena *arena, struct error *err) MUST_CHECK;

#endif
