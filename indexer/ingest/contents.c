#include "indexer/ingest/contents.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "signatures/base/must.h"

#define FIRST_ROOM 64

void contents_init(struct contents *contents)
{
	memset(contents, 0, sizeof(*contents));
}

void contents_deinit(struct contents *contents)
{
	free(contents->slots);
	contents_init(contents);
}

static bool is_free(struct hash128 slot)
{
	return !slot.high && !slot.low;
}

/* Its place, or the free one where it belongs; there is always a free one. */
static struct hash128 *find(const struct contents *contents,
			    struct hash128 content)
{
	size_t at = (size_t)content.low & (contents->room - 1);

	while (!is_free(contents->slots[at]) &&
	       !hash_128_equal(contents->slots[at], content))
		at = (at + 1) & (contents->room - 1);
	return &contents->slots[at];
}

static void grow(struct contents *contents)
{
	struct contents larger = { .room = contents->room ? 2 * contents->room
							  : FIRST_ROOM };

	larger.slots = must(calloc(larger.room, sizeof(*larger.slots)));
	for (size_t i = 0; i < contents->room; i++)
		if (!is_free(contents->slots[i]))
			*find(&larger, contents->slots[i]) = contents->slots[i];
	larger.count = contents->count;
	free(contents->slots);
	*contents = larger;
}

bool contents_have(const struct contents *contents, struct hash128 content)
{
	return contents->room && !is_free(content) &&
	       !is_free(*find(contents, content));
}

bool contents_add(struct contents *contents, struct hash128 content)
{
	if (2 * contents->count >= contents->room)
		grow(contents);

	struct hash128 *slot = find(contents, content);

	if (is_free(content) || !is_free(*slot))
		return false;
	*slot = content;
	contents->count++;
	return true;
}
