/*
 * crash_parse.h - a crash from its JSON: the way back from crash_json.h.
 *
 * What crashindex --print says of a dump, so that a program that reads no dumps
 * can ask about one.  Facts the JSON leaves out (candidates, addresses) stay
 * absent; keys it does not know are passed over.
 */
#ifndef SIGNATURES_CRASH_PARSE_H
#define SIGNATURES_CRASH_PARSE_H

#include "signatures/base/json.h"
#include "signatures/crash.h"

/* ret lives in arena; STATUS_CORRUPT names the key that makes no sense. */
enum status crash_parse(const struct json *json, struct arena *arena,
			struct crash *ret, struct error *err) MUST_CHECK;

#endif
