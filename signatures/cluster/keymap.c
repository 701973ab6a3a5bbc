#include "signatures/cluster/keymap.h"

#include <assert.h>
#include <stdlib.h>

#include "signatures/base/room.h"

enum {
	FIRST_SLOTS = 1024
};

static void make_slots(struct keymap *map, size_t slots)
{
	map->keys = room_cleared(slots, sizeof(*map->keys));
	map->values = room_again(NULL, slots * sizeof(*map->values));
	map->mask = slots - 1;
}

void keymap_init(struct keymap *map)
{
	make_slots(map, FIRST_SLOTS);
	map->count = 0;
}

void keymap_deinit(struct keymap *map)
{
	free(map->keys);
	free(map->values);
}

static size_t first_slot_of(const struct keymap *map, uint64_t key)
{
	return (size_t)(key * 0x9e3779b97f4a7c15ull >> 20) & map->mask;
}

static size_t slot_of(const struct keymap *map, uint64_t key)
{
	size_t slot = first_slot_of(map, key);

	while (map->keys[slot] && map->keys[slot] != key)
		slot = (slot + 1) & map->mask;
	return slot;
}

static void grow(struct keymap *map, size_t slots)
{
	const struct keymap old = *map;

	make_slots(map, slots);
	for (size_t i = 0; i <= old.mask; i++) {
		if (!old.keys[i])
			continue;

		const size_t slot = slot_of(map, old.keys[i]);

		map->keys[slot] = old.keys[i];
		map->values[slot] = old.values[i];
	}
	free(old.keys);
	free(old.values);
}

void keymap_room(struct keymap *map, size_t count)
{
	size_t slots = map->mask + 1;

	while (count > (slots - 1) / 2)
		slots *= 2;
	if (slots > map->mask + 1)
		grow(map, slots);
}

uint32_t *keymap_put(struct keymap *map, uint64_t key, bool *added)
{
	assert(key != 0);
	if (map->count >= map->mask / 2)
		grow(map, (map->mask + 1) * 2);

	const size_t slot = slot_of(map, key);

	*added = map->keys[slot] == 0;
	if (*added) {
		map->keys[slot] = key;
		map->count++;
	}
	return &map->values[slot];
}

void keymap_fetch(const struct keymap *map, uint64_t key)
{
	const size_t slot = first_slot_of(map, key);

	__builtin_prefetch(&map->keys[slot]);
	__builtin_prefetch(&map->values[slot]);
}

bool keymap_find(const struct keymap *map, uint64_t key, uint32_t *ret)
{
	const size_t slot = slot_of(map, key);

	if (key == 0 || map->keys[slot] != key)
		return false;
	*ret = map->values[slot];
	return true;
}
