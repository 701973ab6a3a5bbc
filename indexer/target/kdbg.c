/*
 * KDDEBUGGER_DATA64, as far as it is needed here:
 *
 *	  0 list entry, 16 bytes		 10 "KDBG"
 *	 14 u32 size of the whole		 18 kernel base
 *	... pointers to kernel variables, then u16 offsets into structures
 *
 * Sizes: 208 (2000), 290 (XP), 340 (7), 360 (8), 380 (10), 3a0 (11 24H2).
 * Sources: wdbgexts.h of the Windows SDK, public kernel types for what XP
 * lacks; offsets checked against processor and thread blocks of dumps.
 */
#include "indexer/target/kdbg.h"

#include "indexer/target/space.h"

#define KDBG_TEXT 0x4742444b
#define KDBG_LEAST 0x208 /* Windows 2000 */
#define KDBG_MOST 0x1000
#define LAST_BUILD_WITHOUT 2600 /* XP: no offsets into structures */

static struct bytes field(const struct target *target, unsigned offset,
			  unsigned size)
{
	return bytes_part(target->kdbg, offset, size);
}

bool kdbg_u8(const struct target *target, unsigned offset, uint8_t *ret)
{
	struct bytes in = field(target, offset, 1);

	if (in.failed)
		return false;
	*ret = bytes_u8(&in);
	return true;
}

bool kdbg_pointer(const struct target *target, unsigned offset, uint64_t *ret)
{
	struct bytes in = field(target, offset, 8);
	uint64_t va = bytes_u64(&in);

	if (target->dump->pointer_bytes == 4)
		va &= 0xffffffff;
	if (in.failed || !space_is_kernel(target, va))
		return false;
	*ret = va;
	return true;
}

/* Windows 2000 and XP, 32-bit, end their block before the offsets. */
static bool offset_before_2003(const struct target *target, unsigned offset,
			       uint32_t *ret)
{
	static const struct {
		unsigned field;
		uint32_t offset;
	} known[] = {
		{ KDBG_THREAD_KERNEL_STACK, 0x28 },
		{ KDBG_THREAD_INITIAL_STACK, 0x18 },
		{ KDBG_THREAD_PROCESS, 0x44 },
		{ KDBG_PROCESS_TABLE, 0x18 },
		{ KDBG_PRCB_THREAD, 0x4 },
		{ KDBG_PRCB_STATE, 0x1c },
		{ KDBG_PRCB_NUMBER, 0x10 },
	};
	const struct crash_machine *machine = &target->crash->machine;

	if (machine->arch != CRASH_X86 || !machine->os_build.known ||
	    machine->os_build.value > LAST_BUILD_WITHOUT)
		return false;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (known[i].field == offset) {
			*ret = known[i].offset;
			return true;
		}
	return false;
}

bool kdbg_offset(const struct target *target, unsigned offset, uint32_t *ret)
{
	struct bytes in = field(target, offset, 2);
	const uint16_t value = bytes_u16(&in);

	if (in.failed)
		return offset_before_2003(target, offset, ret);
	if (value == 0 || value == 0xffff)
		return false;
	*ret = value;
	return true;
}

/* all bounded by the size it states; failed when it is no KDBG. */
static struct bytes checked(struct bytes all)
{
	struct bytes in = all;
	uint32_t size;

	bytes_skip(&in, KDBG_TAG);
	if (bytes_u32(&in) != KDBG_TEXT)
		return bytes_absent();
	size = bytes_u32(&in);
	if (in.failed || size < KDBG_LEAST || size > KDBG_MOST)
		return bytes_absent();
	if (size > (size_t)(all.end - all.start))
		size = (uint32_t)(all.end - all.start);
	return bytes_part(all, 0, size);
}

static struct bytes in_memory(const struct target *target, uint64_t va)
{
	uint32_t tag;
	uint32_t size;
	uint8_t *copy;

	if (va == 0 || !space_u32(target, va + KDBG_TAG, &tag) ||
	    !space_u32(target, va + KDBG_SIZE, &size) || tag != KDBG_TEXT ||
	    size < KDBG_LEAST || size > KDBG_MOST)
		return bytes_absent();
	copy = arena_take(target->arena, 1, size);
	if (!space_read(target, va, copy, size))
		return bytes_absent();
	return checked(bytes_of(copy, size));
}

void kdbg_examine(struct target *target)
{
	uint8_t high;

	target->kdbg = checked(target->dump->kdbg);
	if (target->kdbg.failed)
		target->kdbg = in_memory(target, target->dump->debugger_data);
	/* The kernel names the bit it sets in swizzled entries, if it does. */
	if (kdbg_u8(target, KDBG_SWIZZLE_HIGH, &high) && high > 12 && high < 52)
		target->swizzle |= 1ull << high;
}
