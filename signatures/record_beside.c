/*
 * The bytes, version 2.  v = varint, s = signed varint, t = text, 8 = eight
 * bytes, 1 = one byte (pack.h); [..] only where the bit of known is set.
 *
 * own:
 *   1 version = 2       v known             bits of enum own_known
 *   t source            v ingested
 *  [8 time] [v uptime] [s arg1..arg4] [t bugcheck in words]
 *  [s exception address] [t process]
 *   v image bytes       8 8 content         1 kind
 *   flags, problems, pool, residue, candidates [values] [processors]
 *  [trail]:             as in record.c
 *   of each frame, as far as its bits in stack say so:
 *                       s offset, of one in no module; s address; s slot, of
 *                       the first that has one
 *
 * stack:
 *   v known             bits of enum stack_known
 *  [v code] [v exception code]
 *  [8 exact] [8 portable] [8 modules]       buckets
 *   v count, modules:   t name, 8 build     of frames and of who is blamed
 *  [fault: v module, 1 how << 4 | trust]    [s fault offset]
 *  [blamed before it was overruled: likewise] [s its offset]
 *   v count, frames:    v module << 1 and a bit: v bits are there, since they
 *                       are not those of the frame before; s offset, if in a
 *                       module; step from the slot before; [8 fingerprint]
 *                       [t symbol]
 *   1 stack end         [frames and end again, as walked before settling]
 *
 * module: 0 = none, n = the n-th of those named.  step: as in record.c.
 */
#include "signatures/record_beside.h"

#include <assert.h>
#include <string.h>

#include "signatures/base/limits.h"
#include "signatures/base/pack.h"
#include "signatures/record_parts.h"

enum {
	VERSION = 2,
	NAMED_MOST = 2 * LIMIT_FRAMES + 2
};

enum own_known {
	OWN_TIME = 1 << 0,
	OWN_UPTIME = 1 << 1,
	OWN_COMPLETE = 1 << 2,
	OWN_ARG = 1 << 3, /* and three more */
	OWN_PROCESS = 1 << 7,
	OWN_EXCEPTION_ADDRESS = 1 << 8,
	OWN_MINIDUMP_FORM = 1 << 9,
	OWN_TEXT = 1 << 10,
	OWN_VALUES = 1 << 11,
	OWN_PROCESSORS = 1 << 12,
	OWN_TRAIL = 1 << 13,
	OWN_END = 1 << 14
};

enum stack_known {
	STACK_CODE = 1 << 0,
	STACK_EXACT = 1 << 1,
	STACK_PORTABLE = 1 << 2,
	STACK_MODULES = 1 << 3,
	STACK_FAULT = 1 << 4,
	STACK_FAULT_OFFSET = 1 << 5,
	STACK_EXCEPTION_CODE = 1 << 6,
	STACK_BLAMED = 1 << 7,
	STACK_BLAMED_OFFSET = 1 << 8,
	STACK_WALKED = 1 << 9,
	STACK_END = 1 << 10
};

enum frame_bits {
	FRAME_HOW = 0x0f,
	FRAME_SLOT = 0x10,
	FRAME_FINGERPRINT = 0x20,
	FRAME_NOWHERE = 0x40, /* no address */
	FRAME_ADDRESS = 0x80, /* another one than can be worked out */
	FRAME_SYMBOL = 0x100,
	FRAME_END = 0x200,
	/* What the frame before the first one had. */
	FRAME_FIRST = FRAME_SLOT | CRASH_HOW_UNWIND
};

/* A module by what it is called on a stack, and where it was loaded. */
struct named {
	const char *name;
	crash_build build;
	const struct crash_module *module; /* NULL: nobody says where */
};

struct names {
	struct named list[NAMED_MOST];
	size_t count;
};

static const struct crash_module *module_of(const struct crash *crash,
					    const char *name, crash_build build)
{
	for (size_t i = 0; i < crash->module_count; i++)
		if (crash->modules[i].build == build &&
		    !strcmp(crash_module_canonical(crash->modules[i].name),
			    name))
			return &crash->modules[i];
	return NULL;
}

static void add_name(struct names *names, const struct crash *crash,
		     const char *name, crash_build build)
{
	for (size_t i = 0; i < names->count; i++)
		if (names->list[i].build == build &&
		    !strcmp(names->list[i].name, name))
			return;
	assert(names->count < NAMED_MOST);
	names->list[names->count++] =
		(struct named){ name, build, module_of(crash, name, build) };
}

static void add_names_of(struct names *names, const struct crash *crash,
			 const struct crash_stack *stack)
{
	for (size_t i = 0; i < stack->count && i < LIMIT_FRAMES; i++)
		if (stack->frames[i].module)
			add_name(names, crash, stack->frames[i].module,
				 stack->frames[i].build);
}

/* 0 for none, else one more than the place in the list. */
static uint64_t number_of(const struct names *names, const char *name,
			  crash_build build)
{
	size_t i = 0;

	if (!name)
		return 0;
	while (names->list[i].build != build ||
	       strcmp(names->list[i].name, name) != 0)
		i++;
	return i + 1;
}

/* The address that a frame has if nothing else is said; 0 = none. */
static uint64_t address_of(const struct named *named, uint64_t offset)
{
	if (!named)
		return offset;
	return named->module ? named->module->base + offset : 0;
}

static unsigned int bits_of(const struct crash_frame *frame,
			    const struct named *named)
{
	unsigned int bits = frame->how;

	assert(frame->how < CRASH_HOWS);
	/* Whether there is one is of the bug, whether it fits of the crash. */
	if (!frame->address)
		bits |= named || frame->offset ? FRAME_NOWHERE : 0;
	else if (frame->address != address_of(named, frame->offset))
		bits |= FRAME_ADDRESS;
	bits |= frame->slot ? FRAME_SLOT : 0;
	bits |= frame->fingerprint ? FRAME_FINGERPRINT : 0;
	bits |= frame->symbol ? FRAME_SYMBOL : 0;
	return bits;
}

static void put_frame(struct pack *own, struct pack *out,
		      const struct crash_frame *frame, unsigned int bits,
		      uint64_t *slot)
{
	pack_signed(frame->module ? out : own, frame->offset);
	if (bits & FRAME_ADDRESS)
		pack_signed(own, frame->address);
	if (bits & FRAME_SLOT) {
		if (*slot)
			record_stack_put_step(out, frame->slot - *slot);
		else
			pack_signed(own, frame->slot);
		*slot = frame->slot;
	}
	if (bits & FRAME_FINGERPRINT)
		pack_u64(out, frame->fingerprint);
	if (bits & FRAME_SYMBOL)
		pack_text(out, frame->symbol);
}

static void put_frames(struct pack *own, struct pack *out,
		       const struct names *names,
		       const struct crash_stack *stack)
{
	const size_t count =
		stack->count < LIMIT_FRAMES ? stack->count : LIMIT_FRAMES;
	unsigned int before = FRAME_FIRST;
	uint64_t slot = 0;

	pack_varint(out, count);
	for (size_t i = 0; i < count; i++) {
		const struct crash_frame *frame = &stack->frames[i];
		const uint64_t module =
			number_of(names, frame->module, frame->build);
		const unsigned int bits = bits_of(
			frame, module ? &names->list[module - 1] : NULL);

		pack_varint(out, module << 1 | (bits != before));
		if (bits != before)
			pack_varint(out, bits);
		before = bits;
		put_frame(own, out, frame, bits, &slot);
	}
	pack_u8(out, (uint8_t)stack->end);
}

/* own: NULL if nothing is asked of it. */
static uint64_t take_own_number(struct bytes *own)
{
	return own ? pack_take_signed(own) : 0;
}

/* Every slot of a stack is behind the first, which own has. */
struct slots {
	uint64_t at;
	bool is_met;
};

static uint64_t take_slot(struct bytes *own, struct bytes *in,
			  struct slots *slots)
{
	slots->at = slots->is_met ? slots->at + record_stack_take_step(in)
				  : take_own_number(own);
	slots->is_met = true;
	return slots->at;
}

static void take_frame(struct bytes *own, struct bytes *in, struct arena *arena,
		       const struct named *named, unsigned int bits,
		       struct slots *slots, struct crash_frame *ret)
{
	ret->module = named ? named->name : NULL;
	ret->build = named ? named->build : 0;
	ret->how = bits & FRAME_HOW;
	in->failed |= ret->how >= CRASH_HOWS || bits >= FRAME_END;
	ret->offset = named ? pack_take_signed(in) : take_own_number(own);
	ret->address =
		bits & FRAME_NOWHERE ? 0 : address_of(named, ret->offset);
	if (bits & FRAME_ADDRESS)
		ret->address = take_own_number(own);
	if (bits & FRAME_SLOT)
		ret->slot = take_slot(own, in, slots);
	if (bits & FRAME_FINGERPRINT)
		ret->fingerprint = bytes_u64(in);
	if (bits & FRAME_SYMBOL)
		ret->symbol = pack_take_text(in, arena);
}

static void take_frames(struct bytes *own, struct bytes *in,
			struct arena *arena, const struct names *names,
			struct crash_stack *ret)
{
	struct slots slots = { 0, false };
	uint64_t bits = FRAME_FIRST;

	ret->count = pack_take_count(in, LIMIT_FRAMES);
	ret->frames = arena_take(arena, ret->count, sizeof(*ret->frames));
	for (size_t i = 0; i < ret->count && !in->failed; i++) {
		const uint64_t told = pack_take_varint(in);
		const uint64_t module = told >> 1;

		if (told & 1)
			bits = pack_take_varint(in);
		if (module > names->count || bits >= FRAME_END)
			in->failed = true;
		else
			take_frame(own, in, arena,
				   module ? &names->list[module - 1] : NULL,
				   (unsigned int)bits, &slots, &ret->frames[i]);
	}
	ret->end = pack_take_enum(in, CRASH_STACK_ENDS);
}

static bool is_told(const struct crash_fault *fault)
{
	return fault->module || fault->how || fault->trust;
}

static unsigned int stack_known(const struct crash *crash)
{
	unsigned int known = 0;

	known |= crash->bugcheck.code.known ? STACK_CODE : 0;
	known |= crash->exception.code.known ? STACK_EXCEPTION_CODE : 0;
	known |= crash->buckets.exact ? STACK_EXACT : 0;
	known |= crash->buckets.portable ? STACK_PORTABLE : 0;
	known |= crash->buckets.modules ? STACK_MODULES : 0;
	known |= is_told(&crash->fault) ? STACK_FAULT : 0;
	known |= crash->fault.offset.known ? STACK_FAULT_OFFSET : 0;
	known |= is_told(&crash->blamed) ? STACK_BLAMED : 0;
	known |= crash->blamed.offset.known ? STACK_BLAMED_OFFSET : 0;
	known |= crash->walked.count ? STACK_WALKED : 0;
	return known;
}

static void put_fault(struct pack *out, const struct names *names,
		      const struct crash_fault *fault)
{
	if (is_told(fault)) {
		pack_varint(out, number_of(names, fault->module, fault->build));
		pack_u8(out, (uint8_t)(fault->how << 4 | fault->trust));
	}
	if (fault->offset.known)
		pack_signed(out, fault->offset.value);
}

static void take_fault(struct bytes *in, const struct names *names,
		       bool is_there, bool has_offset, struct crash_fault *ret)
{
	if (is_there) {
		const uint64_t module = pack_take_varint(in);
		const unsigned int how = bytes_u8(in);

		in->failed |= module > names->count ||
			      how >> 4 >= CRASH_FAULT_HOWS ||
			      (how & 15) >= CRASH_TRUSTS;
		if (module && !in->failed) {
			ret->module = names->list[module - 1].name;
			ret->build = names->list[module - 1].build;
		}
		ret->how = how >> 4;
		ret->trust = how & 15;
	}
	if (has_offset)
		ret->offset = CRASH_NUMBER(pack_take_signed(in));
}

static void put_names(struct pack *out, const struct names *names)
{
	pack_varint(out, names->count);
	for (size_t i = 0; i < names->count; i++) {
		pack_text(out, names->list[i].name);
		pack_u64(out, names->list[i].build);
	}
}

static void take_names(struct bytes *in, struct arena *arena,
		       const struct crash *crash, struct names *ret)
{
	ret->count = pack_take_count(in, NAMED_MOST);
	for (size_t i = 0; i < ret->count && !in->failed; i++) {
		struct named *named = &ret->list[i];

		named->name = pack_take_text(in, arena);
		named->build = bytes_u64(in);
		if (named->name)
			named->module =
				module_of(crash, named->name, named->build);
		else
			in->failed = true;
	}
}

static void put_stack(struct pack *own, struct pack *out,
		      const struct crash *crash)
{
	const unsigned int known = stack_known(crash);
	struct names names;

	names.count = 0;
	add_names_of(&names, crash, &crash->stack);
	add_names_of(&names, crash, &crash->walked);
	if (crash->fault.module)
		add_name(&names, crash, crash->fault.module,
			 crash->fault.build);
	if (crash->blamed.module)
		add_name(&names, crash, crash->blamed.module,
			 crash->blamed.build);
	pack_varint(out, known);
	if (known & STACK_CODE)
		pack_varint(out, crash->bugcheck.code.value);
	if (known & STACK_EXCEPTION_CODE)
		pack_varint(out, crash->exception.code.value);
	if (known & STACK_EXACT)
		pack_u64(out, crash->buckets.exact);
	if (known & STACK_PORTABLE)
		pack_u64(out, crash->buckets.portable);
	if (known & STACK_MODULES)
		pack_u64(out, crash->buckets.modules);
	put_names(out, &names);
	put_fault(out, &names, &crash->fault);
	put_fault(out, &names, &crash->blamed);
	put_frames(own, out, &names, &crash->stack);
	if (known & STACK_WALKED)
		put_frames(own, out, &names, &crash->walked);
}

static void take_stack(struct bytes *own, struct bytes *in, struct arena *arena,
		       struct crash *crash)
{
	const uint64_t known = pack_take_varint(in);
	struct names names;

	in->failed |= known >= STACK_END;
	if (known & STACK_CODE)
		crash->bugcheck.code = CRASH_NUMBER(pack_take_varint(in));
	if (known & STACK_EXCEPTION_CODE)
		crash->exception.code = CRASH_NUMBER(pack_take_varint(in));
	if (known & STACK_EXACT)
		crash->buckets.exact = bytes_u64(in);
	if (known & STACK_PORTABLE)
		crash->buckets.portable = bytes_u64(in);
	if (known & STACK_MODULES)
		crash->buckets.modules = bytes_u64(in);
	take_names(in, arena, crash, &names);
	if (in->failed)
		return;
	take_fault(in, &names, known & STACK_FAULT, known & STACK_FAULT_OFFSET,
		   &crash->fault);
	take_fault(in, &names, known & STACK_BLAMED,
		   known & STACK_BLAMED_OFFSET, &crash->blamed);
	take_frames(own, in, arena, &names, &crash->stack);
	if (known & STACK_WALKED)
		take_frames(own, in, arena, &names, &crash->walked);
}

static unsigned int own_known(const struct crash *crash)
{
	unsigned int known = 0;

	known |= crash->time.known ? OWN_TIME : 0;
	known |= crash->uptime.known ? OWN_UPTIME : 0;
	known |= crash->image.complete ? OWN_COMPLETE : 0;
	for (unsigned int i = 0; i < 4; i++)
		if (crash->bugcheck.args[i].known)
			known |= (unsigned int)OWN_ARG << i;
	known |= crash->process ? OWN_PROCESS : 0;
	known |= crash->exception.address.known ? OWN_EXCEPTION_ADDRESS : 0;
	known |= crash->bugcheck.minidump_form ? OWN_MINIDUMP_FORM : 0;
	known |= crash->bugcheck.text ? OWN_TEXT : 0;
	known |= crash->value_count ? OWN_VALUES : 0;
	known |= crash->processor_count ? OWN_PROCESSORS : 0;
	known |= crash->trail_count ? OWN_TRAIL : 0;
	return known;
}

static void put_own(struct pack *out, const struct record_file *file)
{
	const struct crash *crash = &file->crash;

	pack_u8(out, VERSION);
	pack_varint(out, own_known(crash));
	pack_text(out, file->source);
	pack_varint(out, file->ingested);
	if (crash->time.known)
		pack_u64(out, crash->time.value);
	if (crash->uptime.known)
		pack_varint(out, crash->uptime.value);
	for (unsigned int i = 0; i < 4; i++)
		if (crash->bugcheck.args[i].known)
			pack_signed(out, crash->bugcheck.args[i].value);
	if (crash->bugcheck.text)
		pack_text(out, crash->bugcheck.text);
	if (crash->exception.address.known)
		pack_signed(out, crash->exception.address.value);
	if (crash->process)
		pack_text(out, crash->process);
	pack_varint(out, crash->image.bytes);
	pack_hash(out, crash->image.content);
	pack_u8(out, (uint8_t)crash->image.kind);
	record_parts_put_texts(out, crash->flags, crash->flag_count,
			       LIMIT_FLAGS);
	record_parts_put_texts(out, crash->problems, crash->problem_count,
			       LIMIT_PROBLEMS);
	record_parts_put_pool(out, crash);
	record_stack_put_candidates(out, crash);
	if (crash->value_count)
		record_parts_put_values(out, crash);
	if (crash->processor_count)
		record_stack_put_processors(out, crash);
	if (crash->trail_count)
		record_stack_put_trail(out, crash);
}

static void take_own(struct bytes *in, struct arena *arena,
		     struct record_file *ret)
{
	struct crash *crash = &ret->crash;
	const uint64_t known = pack_take_varint(in);

	in->failed |= known >= OWN_END;
	ret->source = pack_take_text(in, arena);
	in->failed |= !ret->source;
	ret->ingested = pack_take_varint(in);
	if (known & OWN_TIME)
		crash->time = CRASH_NUMBER(bytes_u64(in));
	if (known & OWN_UPTIME)
		crash->uptime = CRASH_NUMBER(pack_take_varint(in));
	for (unsigned int i = 0; i < 4; i++)
		if (known & (uint64_t)OWN_ARG << i)
			crash->bugcheck.args[i] =
				CRASH_NUMBER(pack_take_signed(in));
	if (known & OWN_TEXT)
		crash->bugcheck.text = pack_take_text(in, arena);
	if (known & OWN_EXCEPTION_ADDRESS)
		crash->exception.address = CRASH_NUMBER(pack_take_signed(in));
	if (known & OWN_PROCESS)
		crash->process = pack_take_text(in, arena);
	crash->bugcheck.minidump_form = known & OWN_MINIDUMP_FORM;
	crash->image.complete = known & OWN_COMPLETE;
	crash->image.bytes = pack_take_varint(in);
	crash->image.content = pack_take_hash(in);
	crash->image.kind = pack_take_enum(in, CRASH_KINDS);
	crash->flags = record_parts_take_texts(in, arena, LIMIT_FLAGS,
					       &crash->flag_count);
	crash->problems = record_parts_take_texts(in, arena, LIMIT_PROBLEMS,
						  &crash->problem_count);
	record_parts_take_pool(in, arena, crash);
	record_stack_take_candidates(in, arena, crash);
	if (known & OWN_VALUES)
		record_parts_take_values(in, arena, crash);
	if (known & OWN_PROCESSORS)
		record_stack_take_processors(in, arena, crash);
	if (known & OWN_TRAIL)
		record_stack_take_trail(in, arena, crash);
}

static struct record_beside encode(const struct record_file *file,
				   struct arena *arena)
{
	struct pack own = pack_into(arena);
	struct pack stack = pack_into(arena);

	put_own(&own, file);
	put_stack(&own, &stack, &file->crash);
	return (struct record_beside){ pack_done(&own), pack_done(&stack) };
}

static size_t size_of(const struct record_beside *record)
{
	return bytes_left(&record->own) + bytes_left(&record->stack);
}

struct record_beside record_beside_encode(const struct record_file *file,
					  struct arena *arena)
{
	struct record_beside record = encode(file, arena);

	if (size_of(&record) > LIMIT_RECORD_BYTES) {
		const struct record_file cut = record_parts_cut(file, arena);

		record = encode(&cut, arena);
	}
	assert(size_of(&record) <= LIMIT_RECORD_BYTES);
	return record;
}

enum status record_beside_decode(const struct record_beside *record,
				 const struct crash *shared,
				 struct arena *arena, struct record_file *ret,
				 struct error *err)
{
	struct record_file file = { 0 };
	struct bytes own = record->own, stack = record->stack;
	const unsigned int version = bytes_u8(&own);

	if (version != VERSION)
		return error_set(err, STATUS_CORRUPT,
				 "record: version %u, want %d", version,
				 VERSION);
	own.failed |= size_of(record) > LIMIT_RECORD_BYTES;
	file.crash.modules = shared->modules;
	file.crash.module_count = shared->module_count;
	file.crash.unloaded = shared->unloaded;
	file.crash.unloaded_count = shared->unloaded_count;
	file.crash.machine = shared->machine;
	take_own(&own, arena, &file);
	if (!own.failed)
		take_stack(&own, &stack, arena, &file.crash);
	if (record_parts_check(&own, err) || record_parts_check(&stack, err))
		return err->status;
	*ret = file;
	return STATUS_OK;
}

enum status record_beside_stack(struct bytes stack, struct arena *arena,
				struct crash *ret, struct error *err)
{
	struct crash crash = { 0 };

	take_stack(NULL, &stack, arena, &crash);
	if (record_parts_check(&stack, err))
		return err->status;
	*ret = crash;
	return STATUS_OK;
}
