/*
 * keymap.h - 64-bit content hashes to small numbers, in memory.
 *
 * Key 0 is not a key.  Numbers are the caller's; the map only keeps them.
 */
#ifndef CLUSTER_KEYMAP_H
#define CLUSTER_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct keymap {
	uint64_t *keys;
	uint32_t *values;
	size_t mask; /* slots - 1 */
	size_t count;
};

void keymap_init(struct keymap *map);
void keymap_deinit(struct keymap *map);

/* Room for so many keys. */
void keymap_room(struct keymap *map, size_t count);

/*
 * Where the value of key stands; *added tells that it was not there and is
 * unset.  Valid until the next call.
 */
uint32_t *keymap_put(struct keymap *map, uint64_t key, bool *added);
/* Have the place of key at hand, for who asks for many at once. */
void keymap_fetch(const struct keymap *map, uint64_t key);
bool keymap_find(const struct keymap *map, uint64_t key, uint32_t *ret);

#endif
