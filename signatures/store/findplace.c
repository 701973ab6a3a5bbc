#include "signatures/store/findplace.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/must.h"
#include "signatures/base/room.h"
#include "signatures/store/findpage.h"

enum {
	KINDS = SCHEMA_FIND_PART + SCHEMA_PART_END,
	PLACES = KINDS * FINDPAGE_PLACES,
	/* So few lookups are not worth a table. */
	FEW = 4096
};

struct place {
	const uint8_t *page; /* NULL: nobody looked yet */
	size_t size;
};

struct findplaces {
	struct place *all; /* NULL: few lookups so far */
	uint64_t begun;	   /* the transaction they are of */
	size_t looks;
};

struct findplaces *findplace_create(void)
{
	struct findplaces *places = must(calloc(1, sizeof(*places)));

	return places;
}

void findplace_destroy(struct findplaces *places)
{
	if (!places)
		return;
	free(places->all);
	free(places);
}

/* The slot of a place, or NULL where LMDB has to be asked. */
static struct place *slot_of(struct store *store, uint8_t kind, uint32_t place)
{
	struct findplaces *places = store->places;

	if (!places || store->is_changed[SCHEMA_FIND])
		return NULL;
	if (places->begun != store->begun) {
		places->begun = store->begun;
		places->looks = 0;
		if (places->all)
			memset(places->all, 0, PLACES * sizeof(*places->all));
	}
	if (!places->all && ++places->looks > FEW)
		places->all = room_cleared(PLACES, sizeof(*places->all));
	return places->all ? &places->all[kind * FINDPAGE_PLACES + place]
			   : NULL;
}

struct bytes findplace_get(struct store *store, const struct btree_key *key,
			   uint8_t kind, uint32_t place)
{
	static const uint8_t nothing[1];
	struct place *slot = slot_of(store, kind, place);
	struct bytes page;

	if (slot && slot->page)
		return bytes_of(slot->page, slot->size);
	if (!btree_get(store, SCHEMA_FIND, key, &page))
		page = bytes_of(nothing, 0);
	if (slot && !store->failed)
		*slot = (struct place){ page.next, bytes_left(&page) };
	return page;
}
