#include "signatures/cluster/alias_links.h"

#include <string.h>

#include "signatures/base/pack.h"

/* A copy as large as it is. */
static struct bytes kept(struct bytes bytes, struct arena *arena)
{
	const size_t size = bytes_left(&bytes);
	uint8_t *copy = arena_take(arena, size, 1);

	memcpy(copy, bytes.next, size);
	return bytes_of(copy, size);
}

static void pack_step(struct pack *out, uint32_t from, uint32_t to)
{
	pack_signed(out, (uint64_t)((int64_t)to - (int64_t)from));
}

struct bytes alias_links_pack(const struct alias_link *links, size_t count,
			      struct arena *arena)
{
	struct alias_link last = { 0, 0 };
	struct arena scratch;
	struct bytes ret;
	struct pack out;

	arena_init(&scratch);
	out = pack_into(&scratch);
	for (size_t i = 0; i < count; i++) {
		pack_step(&out, last.a, links[i].a);
		pack_step(&out, last.b, links[i].b);
		last = links[i];
	}
	ret = kept(pack_done(&out), arena);
	arena_deinit(&scratch);
	return ret;
}

bool alias_links_next(struct bytes *round, struct alias_link *last)
{
	if (bytes_left(round) == 0)
		return false;
	last->a += (uint32_t)pack_take_signed(round);
	last->b += (uint32_t)pack_take_signed(round);
	return !round->failed;
}

struct bytes alias_links_join(const struct alias_links *pairs, size_t count,
			      struct arena *arena)
{
	struct arena scratch;
	struct bytes ret;
	struct pack out;

	arena_init(&scratch);
	out = pack_into(&scratch);
	for (size_t i = 0; i < count; i++) {
		pack_u64(&out, pairs[i].older);
		for (size_t r = 0; r < ALIAS_ROUNDS; r++) {
			const struct bytes *round = &pairs[i].rounds[r];

			pack_varint(&out, bytes_left(round));
			pack_bytes(&out, round->next, bytes_left(round));
		}
	}
	ret = kept(pack_done(&out), arena);
	arena_deinit(&scratch);
	return ret;
}

bool alias_links_find(struct bytes all, uint64_t older, struct alias_links *ret)
{
	while (bytes_left(&all) > 0) {
		struct alias_links links = { .older = bytes_u64(&all) };

		for (size_t r = 0; r < ALIAS_ROUNDS; r++) {
			const uint64_t size = pack_take_varint(&all);

			if (all.failed || size > bytes_left(&all))
				return false;
			links.rounds[r] = bytes_of(all.next, (size_t)size);
			bytes_skip(&all, size);
		}
		if (links.older != older)
			continue;
		*ret = links;
		return true;
	}
	return false;
}
