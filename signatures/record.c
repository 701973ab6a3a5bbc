/*
 * The bytes, version 1.  v = varint, s = signed varint, t = text, 8 = eight
 * bytes, 1 = one byte (pack.h); [..] only where the bit of known is set.
 *
 *   1 version = 1       1 parts = 1
 *  (modules)            before what points at them:
 *     v count, each: t name, s base - end of the one before, v bytes, 8 build
 *  (unloaded)           v count, each: t name, s base, v bytes
 *  (machine)            as record_machine_encode()
 *   v known             bits of enum known
 *   t source            v ingested
 *  [8 time] [v uptime] [v code] [s arg1..arg4] [t bugcheck in words]
 *  [v exception code] [s exception address]
 *   v image bytes       8 8 content         1 kind
 *  [8 exact] [8 portable] [8 modules]       buckets
 *  [fault: module, 1 how << 4 | trust]   [s fault offset]
 *  [t process]
 *   v count, flags:     t each
 *   v count, problems:  t each
 *   v count, frames:    module with a bit: the next byte is there, since it is
 *                       not that of the frame before; [1 how and frame_bits]
 *                       s offset [s address] [slot] [8 fingerprint] [t symbol]
 *   1 stack end         [frames and end again, as walked before settling]
 *   v count, pool:      4 tag, 1 role, t owner, 1 known [v bytes]
 *   v count, residue:   t module, v count
 *   v count, candidates: v index << 1 and a bit: has a landing; v offset,
 *                       step from the slot before,
 *                       [step from slot to landing, 1 how]
 *  [v count, values:    8 word, 1 bits of enum value_bits,
 *                       [module, v offset]]
 *  [v count, processors: v number, frames and end]
 *  [v count, trail:     module with a bit: has bounds; v entry,
 *                       [v begin, v bytes]]
 *
 * module: v number << 1 and one bit.  Number 0 = none; 1 = t name and 8 build
 * follow; n + 2 = n-th module of the list, by its canonical name and its build.
 * slot: the first s, then the step from the one before.
 * step: v of the difference, rotated right by two bits.
 */
#include "signatures/record.h"

#include <assert.h>

#include "signatures/base/hash.h"
#include "signatures/base/limits.h"
#include "signatures/base/pack.h"
#include "signatures/record_parts.h"

enum {
	VERSION = 1,
	PART_WHOLE = 1 /* 0 was what record_beside.c does since */
};

enum known {
	KNOWN_TIME = 1 << 0,
	KNOWN_UPTIME = 1 << 1,
	KNOWN_CODE = 1 << 2,
	KNOWN_MINIDUMP_FORM = 1 << 3,
	KNOWN_COMPLETE = 1 << 4,
	KNOWN_EXCEPTION_CODE = 1 << 5,
	KNOWN_EXCEPTION_ADDRESS = 1 << 6,
	KNOWN_FAULT_OFFSET = 1 << 7,
	KNOWN_FAULT = 1 << 8,
	KNOWN_PROCESS = 1 << 9,
	KNOWN_ARG = 1 << 10, /* and three more */
	KNOWN_EXACT = 1 << 14,
	KNOWN_PORTABLE = 1 << 15,
	KNOWN_MODULES = 1 << 16,
	KNOWN_TEXT = 1 << 17,
	KNOWN_WALKED = 1 << 18,
	KNOWN_BLAMED = 1 << 19,
	KNOWN_BLAMED_OFFSET = 1 << 20,
	KNOWN_VALUES = 1 << 21,
	KNOWN_PROCESSORS = 1 << 22,
	KNOWN_TRAIL = 1 << 23,
	KNOWN_END = 1 << 24
};

static size_t least(size_t count, size_t limit)
{
	return count < limit ? count : limit;
}

static void put_modules(struct pack *out, const struct crash *crash)
{
	const size_t count = least(crash->module_count, LIMIT_MODULES);
	uint64_t end = 0;

	pack_varint(out, count);
	for (size_t i = 0; i < count; i++) {
		const struct crash_module *module = &crash->modules[i];

		pack_text(out, module->name);
		pack_signed(out, module->base - end);
		pack_varint(out, module->bytes);
		pack_u64(out, module->build);
		end = module->base + module->bytes;
	}
}

static void take_modules(struct bytes *in, struct arena *arena,
			 struct crash *ret)
{
	uint64_t end = 0;

	ret->module_count = pack_take_count(in, LIMIT_MODULES);
	ret->modules =
		arena_take(arena, ret->module_count, sizeof(*ret->modules));
	for (size_t i = 0; i < ret->module_count && !in->failed; i++) {
		struct crash_module *module = &ret->modules[i];
		uint64_t bytes;

		module->name = pack_take_text(in, arena);
		module->base = end + pack_take_signed(in);
		bytes = pack_take_varint(in);
		module->build = bytes_u64(in);
		module->bytes = (uint32_t)bytes;
		in->failed |= bytes > UINT32_MAX || !module->name;
		end = module->base + bytes;
	}
}

static void put_unloaded(struct pack *out, const struct crash *crash)
{
	const size_t count = least(crash->unloaded_count, LIMIT_UNLOADED);

	pack_varint(out, count);
	for (size_t i = 0; i < count; i++) {
		pack_text(out, crash->unloaded[i].name);
		pack_signed(out, crash->unloaded[i].base);
		pack_varint(out, crash->unloaded[i].bytes);
	}
}

static void take_unloaded(struct bytes *in, struct arena *arena,
			  struct crash *ret)
{
	ret->unloaded_count = pack_take_count(in, LIMIT_UNLOADED);
	ret->unloaded =
		arena_take(arena, ret->unloaded_count, sizeof(*ret->unloaded));
	for (size_t i = 0; i < ret->unloaded_count && !in->failed; i++) {
		ret->unloaded[i].name = pack_take_text(in, arena);
		ret->unloaded[i].base = pack_take_signed(in);
		ret->unloaded[i].bytes = pack_take_varint(in);
		in->failed |= !ret->unloaded[i].name;
	}
}

static uint32_t known_bits(const struct crash *crash)
{
	uint32_t known = 0;

	known |= crash->time.known ? KNOWN_TIME : 0;
	known |= crash->uptime.known ? KNOWN_UPTIME : 0;
	known |= crash->bugcheck.code.known ? KNOWN_CODE : 0;
	known |= crash->bugcheck.text ? KNOWN_TEXT : 0;
	known |= crash->walked.count ? KNOWN_WALKED : 0;
	known |= crash->blamed.module ? KNOWN_BLAMED : 0;
	known |= crash->blamed.offset.known ? KNOWN_BLAMED_OFFSET : 0;
	known |= crash->bugcheck.minidump_form ? KNOWN_MINIDUMP_FORM : 0;
	known |= crash->image.complete ? KNOWN_COMPLETE : 0;
	known |= crash->exception.code.known ? KNOWN_EXCEPTION_CODE : 0;
	known |= crash->exception.address.known ? KNOWN_EXCEPTION_ADDRESS : 0;
	known |= crash->fault.offset.known ? KNOWN_FAULT_OFFSET : 0;
	known |= crash->fault.module || crash->fault.how || crash->fault.trust
			 ? KNOWN_FAULT
			 : 0;
	known |= crash->process ? KNOWN_PROCESS : 0;
	for (unsigned int i = 0; i < 4; i++)
		known |= crash->bugcheck.args[i].known
				 ? (uint32_t)KNOWN_ARG << i
				 : 0;
	known |= crash->value_count ? KNOWN_VALUES : 0;
	known |= crash->processor_count ? KNOWN_PROCESSORS : 0;
	known |= crash->trail_count ? KNOWN_TRAIL : 0;
	known |= crash->buckets.exact ? KNOWN_EXACT : 0;
	known |= crash->buckets.portable ? KNOWN_PORTABLE : 0;
	known |= crash->buckets.modules ? KNOWN_MODULES : 0;
	return known;
}

static void put_fault(struct pack *out, const struct crash *crash,
		      const struct crash_fault *fault)
{
	record_stack_put_module(out, crash, fault->module, fault->build);
	pack_u8(out, (uint8_t)(fault->how << 4 | fault->trust));
}

static void put_head(struct pack *out, const struct record_file *file)
{
	const struct crash *crash = &file->crash;
	const uint32_t known = known_bits(crash);

	pack_varint(out, known);
	pack_text(out, file->source);
	pack_varint(out, file->ingested);
	if (known & KNOWN_TIME)
		pack_u64(out, crash->time.value);
	if (known & KNOWN_UPTIME)
		pack_varint(out, crash->uptime.value);
	if (known & KNOWN_CODE)
		pack_varint(out, crash->bugcheck.code.value);
	for (unsigned int i = 0; i < 4; i++)
		if (crash->bugcheck.args[i].known)
			pack_signed(out, crash->bugcheck.args[i].value);
	if (known & KNOWN_TEXT)
		pack_text(out, crash->bugcheck.text);
	if (known & KNOWN_EXCEPTION_CODE)
		pack_varint(out, crash->exception.code.value);
	if (known & KNOWN_EXCEPTION_ADDRESS)
		pack_signed(out, crash->exception.address.value);
	pack_varint(out, crash->image.bytes);
	pack_hash(out, crash->image.content);
	pack_u8(out, (uint8_t)crash->image.kind);
	if (known & KNOWN_EXACT)
		pack_u64(out, crash->buckets.exact);
	if (known & KNOWN_PORTABLE)
		pack_u64(out, crash->buckets.portable);
	if (known & KNOWN_MODULES)
		pack_u64(out, crash->buckets.modules);
	if (known & KNOWN_FAULT)
		put_fault(out, crash, &crash->fault);
	if (known & KNOWN_FAULT_OFFSET)
		pack_signed(out, crash->fault.offset.value);
	if (known & KNOWN_BLAMED)
		put_fault(out, crash, &crash->blamed);
	if (known & KNOWN_BLAMED_OFFSET)
		pack_signed(out, crash->blamed.offset.value);
	if (known & KNOWN_PROCESS)
		pack_text(out, crash->process);
}

static void take_fault(struct bytes *in, struct arena *arena,
		       const struct crash *crash, struct crash_fault *fault)
{
	unsigned int how;

	record_stack_take_module(in, crash, arena, &fault->module,
				 &fault->build);
	how = bytes_u8(in);
	fault->how = how >> 4;
	fault->trust = how & 15;
	in->failed |=
		fault->how >= CRASH_FAULT_HOWS || fault->trust >= CRASH_TRUSTS;
}

/* Returns the bits of enum known. */
static uint64_t take_head(struct bytes *in, struct arena *arena,
			  struct record_file *ret)
{
	struct crash *crash = &ret->crash;
	const uint64_t known = pack_take_varint(in);

	in->failed |= known >= KNOWN_END;
	ret->source = pack_take_text(in, arena);
	in->failed |= !ret->source;
	ret->ingested = pack_take_varint(in);
	if (known & KNOWN_TIME)
		crash->time = CRASH_NUMBER(bytes_u64(in));
	if (known & KNOWN_UPTIME)
		crash->uptime = CRASH_NUMBER(pack_take_varint(in));
	if (known & KNOWN_CODE)
		crash->bugcheck.code = CRASH_NUMBER(pack_take_varint(in));
	crash->bugcheck.minidump_form = known & KNOWN_MINIDUMP_FORM;
	for (unsigned int i = 0; i < 4; i++)
		if (known & (uint64_t)KNOWN_ARG << i)
			crash->bugcheck.args[i] =
				CRASH_NUMBER(pack_take_signed(in));
	if (known & KNOWN_TEXT)
		crash->bugcheck.text = pack_take_text(in, arena);
	if (known & KNOWN_EXCEPTION_CODE)
		crash->exception.code = CRASH_NUMBER(pack_take_varint(in));
	if (known & KNOWN_EXCEPTION_ADDRESS)
		crash->exception.address = CRASH_NUMBER(pack_take_signed(in));
	crash->image.complete = known & KNOWN_COMPLETE;
	crash->image.bytes = pack_take_varint(in);
	crash->image.content = pack_take_hash(in);
	crash->image.kind = pack_take_enum(in, CRASH_KINDS);
	if (known & KNOWN_EXACT)
		crash->buckets.exact = bytes_u64(in);
	if (known & KNOWN_PORTABLE)
		crash->buckets.portable = bytes_u64(in);
	if (known & KNOWN_MODULES)
		crash->buckets.modules = bytes_u64(in);
	if (known & KNOWN_FAULT)
		take_fault(in, arena, crash, &crash->fault);
	if (known & KNOWN_FAULT_OFFSET)
		crash->fault.offset = CRASH_NUMBER(pack_take_signed(in));
	if (known & KNOWN_BLAMED)
		take_fault(in, arena, crash, &crash->blamed);
	if (known & KNOWN_BLAMED_OFFSET)
		crash->blamed.offset = CRASH_NUMBER(pack_take_signed(in));
	if (known & KNOWN_PROCESS)
		crash->process = pack_take_text(in, arena);
	return known;
}

static struct bytes encode(const struct record_file *file, struct arena *arena)
{
	const struct crash *crash = &file->crash;
	struct pack out = pack_into(arena);

	pack_u8(&out, VERSION);
	pack_u8(&out, PART_WHOLE);
	put_modules(&out, crash);
	put_unloaded(&out, crash);
	record_machine_put(&out, &crash->machine);
	put_head(&out, file);
	record_parts_put_texts(&out, crash->flags, crash->flag_count,
			       LIMIT_FLAGS);
	record_parts_put_texts(&out, crash->problems, crash->problem_count,
			       LIMIT_PROBLEMS);
	record_stack_put_frames(&out, crash, &crash->stack);
	if (crash->walked.count)
		record_stack_put_frames(&out, crash, &crash->walked);
	record_parts_put_pool(&out, crash);
	record_stack_put_candidates(&out, crash);
	if (crash->value_count)
		record_parts_put_values(&out, crash);
	if (crash->processor_count)
		record_stack_put_processors(&out, crash);
	if (crash->trail_count)
		record_stack_put_trail(&out, crash);
	return pack_done(&out);
}

struct bytes record_encode(const struct record_file *file, struct arena *arena)
{
	struct bytes record = encode(file, arena);

	if (bytes_left(&record) > LIMIT_RECORD_BYTES) {
		const struct record_file cut = record_parts_cut(file, arena);

		record = encode(&cut, arena);
	}
	assert(bytes_left(&record) <= LIMIT_RECORD_BYTES);
	return record;
}

enum status record_decode(struct bytes in, struct arena *arena,
			  struct record_file *ret, struct error *err)
{
	struct record_file file = { 0 };
	struct crash *crash = &file.crash;
	const unsigned int version = bytes_u8(&in);

	if (version != VERSION)
		return error_set(err, STATUS_CORRUPT,
				 "record: version %u, want %d", version,
				 VERSION);
	in.failed |= bytes_u8(&in) != PART_WHOLE ||
		     bytes_left(&in) > LIMIT_RECORD_BYTES;
	take_modules(&in, arena, crash);
	take_unloaded(&in, arena, crash);
	record_machine_take(&in, arena, &crash->machine);

	const uint64_t known = take_head(&in, arena, &file);

	crash->flags = record_parts_take_texts(&in, arena, LIMIT_FLAGS,
					       &crash->flag_count);
	crash->problems = record_parts_take_texts(&in, arena, LIMIT_PROBLEMS,
						  &crash->problem_count);
	record_stack_take_frames(&in, arena, crash, &crash->stack);
	if (known & KNOWN_WALKED)
		record_stack_take_frames(&in, arena, crash, &crash->walked);
	record_parts_take_pool(&in, arena, crash);
	record_stack_take_candidates(&in, arena, crash);
	if (known & KNOWN_VALUES)
		record_parts_take_values(&in, arena, crash);
	if (known & KNOWN_PROCESSORS)
		record_stack_take_processors(&in, arena, crash);
	if (known & KNOWN_TRAIL)
		record_stack_take_trail(&in, arena, crash);
	if (record_parts_check(&in, err))
		return err->status;
	*ret = file;
	return STATUS_OK;
}

struct hash128 record_modules_hash(const struct crash *crash,
				   struct arena *arena)
{
	struct pack out = pack_into(arena);

	put_modules(&out, crash);
	return hash_128(out.data, out.size);
}
