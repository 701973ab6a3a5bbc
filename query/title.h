/*
 * title.h - a cluster in one line, as an engineer would put it.
 *
 *     0xD1 in ks.sys+0x1ae9 under usbaudio.sys
 *
 * The bugcheck, where it happened, and on whose behalf: the next third-party
 * module further out on the stack, or the next one of the system that says
 * anything.
 */
#ifndef QUERY_TITLE_H
#define QUERY_TITLE_H

#include "signatures/crash.h"

struct title_facts {
	struct crash_number bugcheck; /* of most members */
	const char *fault;	      /* module; NULL = nobody is blamed */
	struct crash_number offset;   /* known if it is the same in all */
};

/* Lives in arena; crash is the representative. */
const char *title_of(const struct title_facts *facts, const struct crash *crash,
		     struct arena *arena);

#endif
