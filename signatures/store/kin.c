#include "signatures/store/kin.h"

#include <stdlib.h>

#include "signatures/base/must.h"

enum {
	SLOTS = 1 << 16
};

/* Of a row of one file, as nearly all are. */
struct slot {
	uint32_t number; /* and 1; 0 = of none */
	struct identity_facts facts;
};

/* Pages of it are there once they are touched. */
struct kin {
	struct slot slots[SLOTS];
};

struct kin *kin_create(void)
{
	struct kin *kin = must(calloc(1, sizeof(*kin)));

	return kin;
}

void kin_destroy(struct kin *kin)
{
	free(kin);
}

void kin_remember(struct store *store, uint32_t number, const struct row *row)
{
	struct slot *slot = &store->kin->slots[number % SLOTS];

	if (row->count != 1)
		return;
	slot->number = number + 1;
	identity_facts(&row->files[0].file.crash, &slot->facts);
}

void kin_forget(struct store *store, uint32_t number)
{
	struct slot *slot = &store->kin->slots[number % SLOTS];

	if (slot->number == number + 1)
		slot->number = 0;
}

bool kin_is_other(const struct store *store, uint32_t number,
		  const struct identity_facts *facts)
{
	const struct slot *slot = &store->kin->slots[number % SLOTS];

	return slot->number == number + 1 &&
	       !identity_may_be_same(&slot->facts, facts);
}
