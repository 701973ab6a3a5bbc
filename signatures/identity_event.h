/*
 * identity_event.h - is a crash known by its code and arguments alone (event
 * 1001, Report.wer) the same as one that left a dump?
 *
 * Such a crash tells when the machine was up again, not when it went down, and
 * names the machine in another way than a dump does.  What is left are the
 * arguments: the addresses of a 64-bit kernel differ from boot to boot, so that
 * the same code with the same four arguments, one of them such an address, is
 * the same crash where the event follows the dump within a day.  An event
 * without an address stays a crash of its own.
 */
#ifndef SIGNATURES_IDENTITY_EVENT_H
#define SIGNATURES_IDENTITY_EVENT_H

#include "signatures/crash.h"

/* Keys of the two sides; see identity_keys() and identity_seeks(). */
#define IDENTITY_EVENT_KEYS 1
#define IDENTITY_EVENT_SEEKS 6
size_t identity_event_keys(const struct crash *crash,
			   uint64_t keys[IDENTITY_EVENT_KEYS]);
size_t identity_event_seeks(const struct crash *crash,
			    uint64_t keys[IDENTITY_EVENT_SEEKS]);

/* One of them is such a crash; code and machine were found to agree. */
bool identity_event_same(const struct crash *a, const struct crash *b);

#endif
