/*
 * osprocess.h - which processes are Windows' own, and so name no one.
 */
#ifndef KNOWLEDGE_OSPROCESS_H
#define KNOWLEDGE_OSPROCESS_H

#include <stdbool.h>

/*
 * By image file name, ASCII case ignored.  The kernel keeps the first 14 or 15
 * bytes of one: a name of that length may be the beginning of a longer one.
 */
bool osprocess_is_own(const char *name);

/* Is it of that length? */
bool osprocess_may_be_cut(const char *name);

#endif
