/*
 * known_field.h - known issues as fields: known=NET-42, known!=*,
 * regression=*.
 *
 * Both have the ticket of the issue that a crash belongs to, or its title where
 * it has no ticket; regression only for crashes that have the fix.
 */
#ifndef QUERY_KNOWN_FIELD_H
#define QUERY_KNOWN_FIELD_H

#include "signatures/store/store_read.h"

/* Add them to the program and to the store in folder path; the list is read
 * when one of them is first asked for.  known_field_close() after the store. */
void known_field_open(struct store *store, const char *path);
void known_field_close(void);

/* Could the list be read, if it was? */
enum status known_field_check(struct error *err) MUST_CHECK;

#endif
