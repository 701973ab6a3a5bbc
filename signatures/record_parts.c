#include "signatures/record_parts.h"

void record_parts_put_texts(struct pack *out, const char *const *list,
			    size_t count, size_t limit)
{
	if (count > limit)
		count = limit;
	pack_varint(out, count);
	for (size_t i = 0; i < count; i++)
		pack_text(out, list[i]);
}

const char **record_parts_take_texts(struct bytes *in, struct arena *arena,
				     size_t limit, size_t *count)
{
	*count = pack_take_count(in, limit);

	const char **texts =
		*count ? arena_take(arena, limit, sizeof(*texts)) : NULL;

	for (size_t i = 0; i < *count && !in->failed; i++) {
		texts[i] = pack_take_text(in, arena);
		in->failed |= !texts[i];
	}
	return texts;
}

enum status record_parts_check(const struct bytes *in, struct error *err)
{
	if (in->failed || bytes_left(in))
		return error_set(err, STATUS_CORRUPT,
				 "record: makes no sense at byte %zu of %zu",
				 (size_t)(in->next - in->start),
				 (size_t)(in->end - in->start));
	return STATUS_OK;
}
