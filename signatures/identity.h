/*
 * identity.h - when are two files the same crash, and what is it called.
 *
 * A crash's id comes from its own facts: time to the 100 ns, uptime, machine,
 * bugcheck code and arguments (a machine known by its name does not count, but
 * for events, see identity_event.h).  Not from bytes of the file, the place in
 * the store or the order of arrival.  Only where a dump carries no time, or
 * nothing that ended the machine, is it everything else it says and its bytes:
 * such a file is a crash of its own.  The same crash may come as MEMORY.DMP,
 * its minidump, a copy with one flipped bit: identity_same() tells, and
 * identity_merge() makes one crash of several, the richest file giving each
 * field.  Both depend on the set of files alone.
 */
#ifndef SIGNATURES_IDENTITY_H
#define SIGNATURES_IDENTITY_H

#include "signatures/crash.h"
#include "signatures/identity_event.h"

/* The first 12 hexadecimal digits of this are the id that people see. */
struct hash128 identity_of(const struct crash *crash);

/* Is it made from the modules and the stack, too? */
bool identity_is_of_content(const struct crash *crash);

#define IDENTITY_TEXT_BYTES 13
void identity_text(struct hash128 identity, char text[IDENTITY_TEXT_BYTES]);

/*
 * Keys under which a file can be found by a second one of the same crash, and
 * keys under which it has to seek others itself: of two crashes that are
 * identity_same() each seeks at least one key of the other.  Return how many
 * were written.
 */
#define IDENTITY_KEYS (3 + IDENTITY_EVENT_KEYS)
#define IDENTITY_SEEKS (3 + IDENTITY_EVENT_SEEKS)
size_t identity_keys(const struct crash *crash, uint64_t keys[IDENTITY_KEYS]);
size_t identity_seeks(const struct crash *crash, uint64_t keys[IDENTITY_SEEKS]);

bool identity_same(const struct crash *a, const struct crash *b);

/*
 * What identity_same() asks first, and which nearly always settles it: small,
 * and nothing of it is borrowed from the crash.
 */
struct identity_facts {
	enum crash_kind kind;
	enum crash_arch arch;
	bool is_linkable, is_exception, is_by_name, minidump_form;
	uint64_t cause, time;
	struct crash_number uptime, machine, args[4];
};

void identity_facts(const struct crash *crash, struct identity_facts *ret);
/* False only if identity_same() is. */
bool identity_may_be_same(const struct identity_facts *a,
			  const struct identity_facts *b);

/* How much a file says: of two of one kind the one that says more is richer. */
int identity_merge_facts(const struct crash *crash);

/*
 * One crash of count files (> 0), richest first decides; count may be 1.
 * Reorders crashes[] by richness, ties by content hash.  ret borrows them.
 */
void identity_merge(const struct crash *crashes[], size_t count,
		    struct arena *arena, struct crash *ret);

#endif
