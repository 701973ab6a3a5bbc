#include "corpus-tools/dead_spot.h"

#include <string.h>

#include "signatures/base/hash.h"

uint64_t dead_spot_up(uint64_t value, uint64_t step)
{
	return (value + step - 1) / step * step;
}

uint64_t dead_spot_id(const char *location, const struct machine_words *words)
{
	const char *id = machine_option(words, "id");

	if (!id)
		id = location;
	return hash_64(id, strlen(id));
}

/* x64 frames keep the stack aligned: 8 more than a multiple of 16. */
static uint32_t frame_size(const struct dead *dead,
			   const struct machine_item *item, uint64_t least)
{
	const uint64_t id = dead_spot_id(item->location, &item->options);
	uint64_t size = 0x28 + id % 7 * 0x10;

	size = machine_option_number(&item->options, "size", size);
	if (size < least)
		size = least;
	switch (layout_family(dead->arch)) {
	case LAYOUT_X86:
		return (uint32_t)dead_spot_up(size, 4);
	case LAYOUT_X64:
		return (uint32_t)(dead_spot_up(size + 8, 16) - 8);
	default:
		return (uint32_t)dead_spot_up(size < 32 ? 32 : size, 16);
	}
}

static void measure_x64(const struct dead *dead,
			const struct machine_item *item, bool home,
			struct dead_spot *spot)
{
	const uint64_t at = spot->slot;
	const uint64_t words = 8 * item->word_count;
	const uint64_t first = home ? 0x28 : 0;

	spot->words = at + 8 + first;
	switch (item->kind) {
	case MACHINE_LOOSE:
		spot->words = at;
		spot->next = at + dead_spot_up(words, 16);
		return;
	case MACHINE_FRAME:
		spot->frame = frame_size(dead, item, first + words);
		spot->next = at + 8 + spot->frame;
		return;
	case MACHINE_TRAP:
		spot->trap = dead_spot_up(at + 8 + 0x28, 16);
		break;
	case MACHINE_RAISE:
		spot->context = dead_spot_up(at + 8 + 0x28, 16);
		spot->trap = spot->context + REGS_CONTEXT_BYTES + 0x1e0;
		spot->exception = spot->trap - 0xa8;
		spot->back = spot->trap - 8;
		spot->frame = (uint32_t)(spot->back - at - 8);
		break;
	}
	spot->resumed = spot->trap + dead->map->trap_size;
	spot->words = spot->resumed;
	spot->stop = frame_size(dead, item, words);
	spot->next = spot->resumed + spot->stop;
	if (item->kind == MACHINE_TRAP)
		spot->frame = (uint32_t)(spot->trap + 0x168 - at - 8);
}

static void measure_x86(const struct dead *dead,
			const struct machine_item *item, bool home,
			struct dead_spot *spot)
{
	const uint64_t at = spot->slot;
	const uint64_t words = 4 * item->word_count;
	const uint64_t first = home ? 0x14 : 0;

	spot->words = at + 4 + first;
	switch (item->kind) {
	case MACHINE_LOOSE:
		spot->words = at;
		spot->next = at + words;
		return;
	case MACHINE_FRAME:
		spot->frame = frame_size(dead, item, first + words);
		spot->link = at + 4 + spot->frame;
		spot->next = spot->link + 4;
		return;
	case MACHINE_TRAP:
		spot->trap = at + 4 + 0x14;
		break;
	case MACHINE_RAISE:
		spot->exception = at + 4 + 0x14;
		spot->context = spot->exception + 0x50;
		spot->trap = spot->context + dead->map->context_size;
		break;
	}
	spot->link = spot->trap;
	spot->frame = (uint32_t)(spot->trap - at - 4);
	spot->resumed = spot->trap + 0x74;
	spot->words = spot->resumed;
	spot->stop = frame_size(dead, item, words);
	spot->next = spot->resumed + spot->stop + 4;
}

static void measure_arm64(const struct dead *dead,
			  const struct machine_item *item,
			  struct dead_spot *spot)
{
	const uint64_t at = spot->slot;
	const uint64_t words = 8 * item->word_count;

	spot->words = at + 16;
	if (item->kind == MACHINE_LOOSE) {
		spot->words = at;
		spot->next = at + dead_spot_up(words, 16);
		return;
	}
	spot->frame = frame_size(dead, item, 16 + words);
	if (item->kind == MACHINE_FRAME) {
		spot->next = at + spot->frame;
		return;
	}
	spot->exception = at + 16;
	spot->context = dead_spot_up(spot->exception + 0x98, 16);
	spot->resumed =
		dead_spot_up(spot->context + dead->map->context_size, 16);
	spot->frame = (uint32_t)(spot->resumed - at);
	spot->words = spot->resumed + 16;
	spot->stop = frame_size(dead, item, 16 + words);
	spot->next = spot->resumed + spot->stop;
}

void dead_spot_measure(const struct dead *dead, const struct machine_item *item,
		       bool home, uint64_t at, struct dead_spot *spot)
{
	memset(spot, 0, sizeof(*spot));
	spot->slot = at;
	switch (layout_family(dead->arch)) {
	case LAYOUT_X86:
		measure_x86(dead, item, home, spot);
		break;
	case LAYOUT_ARM64:
		measure_arm64(dead, item, spot);
		break;
	default:
		measure_x64(dead, item, home, spot);
		break;
	}
}
