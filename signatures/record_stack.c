/*
 * The bytes of a stack and of the evidence for settling it; the picture is in
 * record.c.
 */
#include "signatures/record_parts.h"

#include <assert.h>
#include <string.h>

#include "signatures/base/limits.h"

enum {
	MODULE_NONE = 0,
	MODULE_NAMED = 1,
	MODULE_FIRST = 2
};

enum frame_bits {
	FRAME_HOW = 0x0f,
	FRAME_ADDRESS = 0x10, /* and it is not base + offset */
	FRAME_SLOT = 0x20,
	FRAME_FINGERPRINT = 0x40,
	FRAME_SYMBOL = 0x80,
	/* What the frame before the first one had. */
	FRAME_FIRST = FRAME_SLOT | CRASH_HOW_UNWIND
};

/* What module n of the list is called on a stack. */
static bool is_module(const struct crash_module *module, const char *name,
		      crash_build build)
{
	return module->build == build &&
	       !strcmp(crash_module_canonical(module->name), name);
}

/* Twice its number, and one bit of the caller's. */
static void put_module(struct pack *out, const struct crash *crash,
		       const char *name, crash_build build, unsigned int bit)
{
	if (!name) {
		pack_varint(out, MODULE_NONE << 1 | bit);
		return;
	}
	for (size_t i = 0; i < crash->module_count; i++)
		if (is_module(&crash->modules[i], name, build)) {
			pack_varint(out, (MODULE_FIRST + i) << 1 | bit);
			return;
		}
	pack_varint(out, MODULE_NAMED << 1 | bit);
	pack_text(out, name);
	pack_u64(out, build);
}

void record_stack_put_module(struct pack *out, const struct crash *crash,
			     const char *name, crash_build build)
{
	put_module(out, crash, name, build, 0);
}

static const struct crash_module *take_module(
	struct bytes *in, const struct crash *crash, struct arena *arena,
	const char **name, crash_build *build, unsigned int *bit)
{
	const uint64_t told = pack_take_varint(in);
	const uint64_t n = told >> 1;

	*bit = told & 1;
	if (n == MODULE_NONE)
		return NULL;
	if (n == MODULE_NAMED) {
		*name = pack_take_text(in, arena);
		*build = bytes_u64(in);
		in->failed |= !*name;
		return NULL;
	}
	if (n - MODULE_FIRST >= crash->module_count) {
		in->failed = true;
		return NULL;
	}

	const struct crash_module *module = &crash->modules[n - MODULE_FIRST];

	*name = crash_module_canonical(module->name);
	*build = module->build;
	return module;
}

void record_stack_take_module(struct bytes *in, const struct crash *crash,
			      struct arena *arena, const char **name,
			      crash_build *build)
{
	unsigned int bit;

	take_module(in, crash, arena, name, build, &bit);
	in->failed |= bit != 0;
}

static const struct crash_module *module_of(const struct crash *crash,
					    const char *name, crash_build build)
{
	for (size_t i = 0; name && i < crash->module_count; i++)
		if (is_module(&crash->modules[i], name, build))
			return &crash->modules[i];
	return NULL;
}

static size_t least(size_t count, size_t limit)
{
	return count < limit ? count : limit;
}

void record_stack_put_step(struct pack *out, uint64_t step)
{
	pack_varint(out, step >> 2 | step << 62);
}

uint64_t record_stack_take_step(struct bytes *in)
{
	const uint64_t turned = pack_take_varint(in);

	return turned << 2 | turned >> 62;
}

static unsigned int bits_of(const struct crash *crash,
			    const struct crash_frame *frame)
{
	const struct crash_module *module =
		module_of(crash, frame->module, frame->build);
	const uint64_t derived = module ? module->base + frame->offset : 0;
	unsigned int bits = frame->how;

	assert(frame->how < CRASH_HOWS);
	bits |= frame->address != derived ? FRAME_ADDRESS : 0;
	bits |= frame->slot ? FRAME_SLOT : 0;
	bits |= frame->fingerprint ? FRAME_FINGERPRINT : 0;
	bits |= frame->symbol ? FRAME_SYMBOL : 0;
	return bits;
}

static void put_slot(struct pack *out, uint64_t slot, uint64_t *before)
{
	if (*before)
		record_stack_put_step(out, slot - *before);
	else
		pack_signed(out, slot);
	*before = slot;
}

static uint64_t take_slot(struct bytes *in, uint64_t *before)
{
	*before = *before ? *before + record_stack_take_step(in)
			  : pack_take_signed(in);
	return *before;
}

void record_stack_put_frames(struct pack *out, const struct crash *crash,
			     const struct crash_stack *stack)
{
	const size_t count = least(stack->count, LIMIT_FRAMES);
	unsigned int before = FRAME_FIRST;
	uint64_t slot = 0;

	pack_varint(out, count);
	for (size_t i = 0; i < count; i++) {
		const struct crash_frame *frame = &stack->frames[i];
		const unsigned int bits = bits_of(crash, frame);

		put_module(out, crash, frame->module, frame->build,
			   bits != before);
		if (bits != before)
			pack_u8(out, (uint8_t)bits);
		before = bits;
		pack_signed(out, frame->offset);
		if (bits & FRAME_ADDRESS)
			pack_signed(out, frame->address);
		if (bits & FRAME_SLOT)
			put_slot(out, frame->slot, &slot);
		if (bits & FRAME_FINGERPRINT)
			pack_u64(out, frame->fingerprint);
		if (bits & FRAME_SYMBOL)
			pack_text(out, frame->symbol);
	}
	pack_u8(out, (uint8_t)stack->end);
}

void record_stack_take_frames(struct bytes *in, struct arena *arena,
			      const struct crash *crash,
			      struct crash_stack *stack)
{
	unsigned int bits = FRAME_FIRST;
	uint64_t slot = 0;

	stack->count = pack_take_count(in, LIMIT_FRAMES);
	stack->frames = arena_take(arena, stack->count, sizeof(*stack->frames));
	for (size_t i = 0; i < stack->count && !in->failed; i++) {
		struct crash_frame *frame = &stack->frames[i];
		unsigned int is_other;
		const struct crash_module *module =
			take_module(in, crash, arena, &frame->module,
				    &frame->build, &is_other);

		if (is_other)
			bits = bytes_u8(in);
		frame->how = bits & FRAME_HOW;
		in->failed |= frame->how >= CRASH_HOWS;
		frame->offset = pack_take_signed(in);
		if (bits & FRAME_ADDRESS)
			frame->address = pack_take_signed(in);
		else if (module)
			frame->address = module->base + frame->offset;
		if (bits & FRAME_SLOT)
			frame->slot = take_slot(in, &slot);
		if (bits & FRAME_FINGERPRINT)
			frame->fingerprint = bytes_u64(in);
		if (bits & FRAME_SYMBOL)
			frame->symbol = pack_take_text(in, arena);
	}
	stack->end = pack_take_enum(in, CRASH_STACK_ENDS);
}

void record_stack_put_processors(struct pack *out, const struct crash *crash)
{
	const size_t count = least(crash->processor_count, LIMIT_OTHERS);

	pack_varint(out, count);
	for (size_t i = 0; i < count; i++) {
		struct crash_stack stack = crash->processors[i].stack;

		stack.count = least(stack.count, LIMIT_OTHER_FRAMES);
		pack_varint(out, crash->processors[i].number);
		record_stack_put_frames(out, crash, &stack);
	}
}

void record_stack_take_processors(struct bytes *in, struct arena *arena,
				  struct crash *crash)
{
	crash->processor_count = pack_take_count(in, LIMIT_OTHERS);
	in->failed |= !crash->processor_count;
	crash->processors = arena_take(arena, crash->processor_count,
				       sizeof(*crash->processors));
	for (size_t i = 0; i < crash->processor_count && !in->failed; i++) {
		struct crash_processor *processor = &crash->processors[i];
		const uint64_t number = pack_take_varint(in);

		processor->number = (uint32_t)number;
		record_stack_take_frames(in, arena, crash, &processor->stack);
		in->failed |= number >= LIMIT_PROCESSORS ||
			      processor->stack.count > LIMIT_OTHER_FRAMES;
	}
}

void record_stack_put_trail(struct pack *out, const struct crash *crash)
{
	const size_t count = least(crash->trail_count, LIMIT_TRAIL);

	pack_varint(out, count);
	for (size_t i = 0; i < count; i++) {
		const struct crash_function *it = &crash->trail[i];

		put_module(out, crash, it->module, it->build, it->end != 0);
		pack_varint(out, it->entry);
		if (it->end == 0)
			continue;
		pack_varint(out, it->begin);
		pack_varint(out, it->end - it->begin);
	}
}

void record_stack_take_trail(struct bytes *in, struct arena *arena,
			     struct crash *crash)
{
	crash->trail_count = pack_take_count(in, LIMIT_TRAIL);
	in->failed |= !crash->trail_count;
	crash->trail =
		arena_take(arena, crash->trail_count, sizeof(*crash->trail));
	for (size_t i = 0; i < crash->trail_count && !in->failed; i++) {
		struct crash_function *it = &crash->trail[i];
		unsigned int has_bounds;
		uint64_t begin = 0, size = 0;

		take_module(in, crash, arena, &it->module, &it->build,
			    &has_bounds);
		const uint64_t entry = pack_take_varint(in);

		if (has_bounds) {
			begin = pack_take_varint(in);
			size = pack_take_varint(in);
		}
		it->entry = (uint32_t)entry;
		it->begin = (uint32_t)begin;
		it->end = (uint32_t)(begin + size);
		in->failed |= !it->module || entry > UINT32_MAX ||
			      begin > UINT32_MAX || size > UINT32_MAX - begin ||
			      (has_bounds && !size);
	}
}

void record_stack_put_candidates(struct pack *out, const struct crash *crash)
{
	const size_t count = least(crash->candidate_count, LIMIT_CANDIDATES);
	uint64_t slot = 0;

	pack_varint(out, count);
	for (size_t i = 0; i < count; i++) {
		const struct crash_candidate *it = &crash->candidates[i];

		pack_varint(out, (uint64_t)it->module << 1 | !!it->landing);
		pack_varint(out, it->offset);
		record_stack_put_step(out, it->slot - slot);
		slot = it->slot;
		if (it->landing) {
			record_stack_put_step(out,
					      (uint64_t)it->landing - slot);
			pack_u8(out, it->how);
		}
	}
}

void record_stack_take_candidates(struct bytes *in, struct arena *arena,
				  struct crash *crash)
{
	uint64_t slot = 0;

	crash->candidate_count = pack_take_count(in, LIMIT_CANDIDATES);
	crash->candidates = arena_take(arena, crash->candidate_count,
				       sizeof(*crash->candidates));
	for (size_t i = 0; i < crash->candidate_count && !in->failed; i++) {
		struct crash_candidate *it = &crash->candidates[i];
		const uint64_t module = pack_take_varint(in);
		const uint64_t offset = pack_take_varint(in);
		uint64_t landing = 0;

		slot += record_stack_take_step(in);
		if (module & 1) {
			landing = slot + record_stack_take_step(in);
			it->how = (uint8_t)pack_take_enum(in, CRASH_HOWS);
			in->failed |= !landing;
		}
		it->module = (uint32_t)(module >> 1);
		it->offset = (uint32_t)offset;
		it->slot = (uint32_t)slot;
		it->landing = (uint32_t)landing;
		in->failed |= module >> 1 >= crash->module_count ||
			      offset > UINT32_MAX || slot > UINT32_MAX ||
			      landing > UINT32_MAX;
	}
}
