#include "signatures/record_parts.h"

#include <string.h>

#include "signatures/base/limits.h"

enum value_bits {
	VALUE_SOUND = 1,
	VALUE_MODULE = 2,
	VALUE_END = 4
};

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

static size_t least(size_t count, size_t limit)
{
	return count < limit ? count : limit;
}

/* A tag is text to whoever prints it. */
static uint8_t tag_byte(char c)
{
	const unsigned char byte = (unsigned char)c;

	return byte && (byte < 0x20 || byte > 0x7e) ? '?' : byte;
}

void record_parts_put_pool(struct pack *out, const struct crash *crash)
{
	const size_t pools = least(crash->pool_count, LIMIT_POOL);
	const size_t residues = least(crash->residue_count, LIMIT_RESIDUE);

	pack_varint(out, pools);
	for (size_t i = 0; i < pools; i++) {
		const struct crash_pool *pool = &crash->pool[i];

		for (size_t n = 0; n < 4; n++)
			pack_u8(out, tag_byte(pool->tag[n]));
		pack_u8(out, (uint8_t)pool->role);
		pack_text(out, pool->owner);
		pack_u8(out, pool->bytes.known);
		if (pool->bytes.known)
			pack_varint(out, pool->bytes.value);
	}
	pack_varint(out, residues);
	for (size_t i = 0; i < residues; i++) {
		pack_text(out, crash->residue[i].module);
		pack_varint(out, crash->residue[i].count);
	}
}

void record_parts_take_pool(struct bytes *in, struct arena *arena,
			    struct crash *crash)
{
	crash->pool_count = pack_take_count(in, LIMIT_POOL);
	crash->pool =
		arena_take(arena, crash->pool_count, sizeof(*crash->pool));
	for (size_t i = 0; i < crash->pool_count && !in->failed; i++) {
		struct crash_pool *pool = &crash->pool[i];

		bytes_copy(in, pool->tag, 4);
		for (size_t n = 0; n < 4; n++)
			in->failed |=
				tag_byte(pool->tag[n]) != (uint8_t)pool->tag[n];
		pool->role = pack_take_enum(in, CRASH_POOL_ROLES);
		pool->owner = pack_take_text(in, arena);
		if (pack_take_enum(in, 2))
			pool->bytes = CRASH_NUMBER(pack_take_varint(in));
	}
	crash->residue_count = pack_take_count(in, LIMIT_RESIDUE);
	crash->residue = arena_take(arena, crash->residue_count,
				    sizeof(*crash->residue));
	for (size_t i = 0; i < crash->residue_count && !in->failed; i++) {
		uint64_t count;

		crash->residue[i].module = pack_take_text(in, arena);
		count = pack_take_varint(in);
		crash->residue[i].count = (uint32_t)count;
		in->failed |= count > UINT32_MAX || !crash->residue[i].module;
	}
}

void record_parts_put_values(struct pack *out, const struct crash *crash)
{
	const size_t count = least(crash->value_count, LIMIT_VALUES);

	pack_varint(out, count);
	for (size_t i = 0; i < count; i++) {
		const struct crash_value *value = &crash->values[i];

		pack_u64(out, value->word);
		pack_u8(out, (uint8_t)((value->is_sound ? VALUE_SOUND : 0) |
				       (value->module ? VALUE_MODULE : 0)));
		if (!value->module)
			continue;
		record_stack_put_module(out, crash, value->module,
					value->build);
		pack_varint(out, value->offset);
	}
}

void record_parts_take_values(struct bytes *in, struct arena *arena,
			      struct crash *crash)
{
	crash->value_count = pack_take_count(in, LIMIT_VALUES);
	in->failed |= !crash->value_count;
	crash->values =
		arena_take(arena, crash->value_count, sizeof(*crash->values));
	for (size_t i = 0; i < crash->value_count && !in->failed; i++) {
		struct crash_value *value = &crash->values[i];
		unsigned int bits;
		uint64_t offset;

		value->word = bytes_u64(in);
		bits = pack_take_enum(in, VALUE_END);
		value->is_sound = bits & VALUE_SOUND;
		if (!(bits & VALUE_MODULE))
			continue;
		record_stack_take_module(in, crash, arena, &value->module,
					 &value->build);
		offset = pack_take_varint(in);
		value->offset = (uint32_t)offset;
		in->failed |= offset > UINT32_MAX || !value->module;
	}
}

struct record_file record_parts_cut(const struct record_file *file,
				    struct arena *arena)
{
	struct record_file cut = *file;
	struct crash *crash = &cut.crash;
	struct crash_frame *frames =
		arena_take(arena, crash->stack.count, sizeof(*frames));

	for (size_t i = 0; i < crash->stack.count; i++) {
		frames[i] = crash->stack.frames[i];
		frames[i].symbol = NULL;
		if (frames[i].module &&
		    strlen(frames[i].module) > LIMIT_NAME_BYTES)
			frames[i].module = NULL;
	}
	crash->stack.frames = frames;
	crash->walked.count = 0;
	crash->module_count = 0;
	crash->unloaded_count = 0;
	crash->candidate_count = 0;
	crash->residue_count = 0;
	crash->pool_count = 0;
	crash->value_count = 0;
	crash->processor_count = 0;
	crash->trail_count = 0;
	return cut;
}
