/*
 * redact.h - a crash without what names people.
 *
 * What is left out: the user in a path, and a process that is not Windows'
 * own, under that name among the modules too.  Serial numbers never come as
 * far as a crash, and no pages of memory do.
 */
#ifndef SIGNATURES_REDACT_H
#define SIGNATURES_REDACT_H

#include "signatures/base/arena.h"
#include "signatures/crash.h"

/* Stands where a name stood. */
#define REDACT_USER "user"
#define REDACT_PROGRAM "program.exe"

/*
 * The path with "user" for each part that names one: what lies in a folder
 * called Users, home, Profiles, or Documents and Settings, with either slash.
 * Whether it is part of an archive or of the machine makes no difference.
 */
const char *redact_path(struct arena *arena, const char *path);

/* Changes crash and what it points to. */
void redact_crash(struct crash *crash);

#endif
