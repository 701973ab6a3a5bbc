/*
 * event.h - what event 1001 tells of a crash: a code, its arguments, when the
 * machine was up again, and which machine.
 *
 * Windows writes it at the next start, whether a dump was saved or not:
 *
 *     The computer has rebooted from a bugcheck.  The bugcheck was:
 *     0x0000009f (0x0000000000000003, 0xffffe00163a6b060, ...).  A dump was
 *     saved in: C:\Windows\MEMORY.DMP.  Report Id: 063024-7953-01.
 *
 * The words are in the language of the machine; the numbers are not.
 */
#ifndef DUMP_EVENT_H
#define DUMP_EVENT_H

#include "indexer/dump/event_time.h"
#include "signatures/base/arena.h"
#include "signatures/base/bytes.h"
#include "signatures/crash.h"

struct event {
	uint32_t code;
	uint64_t args[4];
	bool has_time;
	struct event_time time;
	struct crash_number machine; /* crash_machine_of_name() */
};

/*
 * The next "0xCODE (0x, 0x, 0x, 0x)" of text; what lies between the numbers
 * may be a line's end.  *start and *end get its place.  False if there is none.
 */
bool event_find(const char *text, struct event *ret, const char **start,
		const char **end);

/* Do the words behind it name a dump, as those of event 1001 do? */
bool event_names_dump(const char *end);

/*
 * An event in our own words, an image of its own: the same event out of two
 * files is the same bytes.  And back; false for what is none.
 */
struct bytes event_encode(const struct event *event, struct arena *arena);
bool event_is_encoded(struct bytes image);
bool event_decode(struct bytes image, struct arena *arena, struct event *ret);

/* What an event says, into a crash. */
void event_state(const struct event *event, struct arena *arena,
		 struct crash *crash);

#endif
