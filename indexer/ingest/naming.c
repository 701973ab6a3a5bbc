#include "indexer/ingest/naming.h"

#include <string.h>

#include "signatures/base/text.h"

bool naming_is_dump(const char *path)
{
	static const char *const ends[] = { ".dmp", ".mdmp", ".hdmp", ".kdmp" };
	const size_t size = strlen(path);

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const size_t end = strlen(ends[i]);

		if (size > end &&
		    !text_compare_nocase(path + size - end, ends[i]))
			return true;
	}
	return false;
}

void naming_put(struct bytes name, struct arena *arena, char *ret, size_t room)
{
	const char *text = text_from_bytes(arena, name);
	size_t size = strlen(text);

	if (size >= room) {
		size = room - 1;
		while (size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80)
			size--;
	}
	memcpy(ret, text, size);
	ret[size] = '\0';
	arena_reset(arena);
}
