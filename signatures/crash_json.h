/*
 * crash_json.h - a crash as the JSON of the contract ("format": 1).
 *
 * Used by crashindex --print and by crashquery; the keys are the contract of
 * query/FORMAT.md: add freely, rename and drop nothing.
 */
#ifndef SIGNATURES_CRASH_JSON_H
#define SIGNATURES_CRASH_JSON_H

#include "signatures/base/json.h"
#include "signatures/crash.h"

/*
 * source may be NULL (key absent).  The id is identity_of() the crash.  Caller
 * destroys.
 */
struct json *crash_json(const struct crash *crash, const char *source);

#endif
