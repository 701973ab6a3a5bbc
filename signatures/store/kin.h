/*
 * kin.h - rows that were looked at because a file might be of the same crash,
 * so that most need not be read again to see that it is not.
 *
 * Time and code find what a file may be the same crash as, and where a clock
 * stands still, or is shared by a fleet, that is any number of rows.
 */
#ifndef STORE_KIN_H
#define STORE_KIN_H

#include "signatures/identity.h"
#include "signatures/store/row.h"

struct kin;

struct kin *kin_create(void);
void kin_destroy(struct kin *kin);

/* It was read. */
void kin_remember(struct store *store, uint32_t number, const struct row *row);
/* It has changed. */
void kin_forget(struct store *store, uint32_t number);

/* Is it known that none of its files is the same crash? */
bool kin_is_other(const struct store *store, uint32_t number,
		  const struct identity_facts *facts);

#endif
