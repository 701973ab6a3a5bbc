/*
 * triage.c - TRIAGE_DUMP, behind the first header; offsets are of the file.
 *
 *     all                     then        64-bit  32-bit
 *      0 ServicePackBuild     TopOfStack      48      48
 *      4 SizeOfDump           (IA-64 only     50       -)
 *      8 ValidOffset ("TRGD") data page:
 *     18 UnloadedDrivers        address       60      4c
 *     1c Prcb  20 Process       offset, size  68      50
 *     24 Thread               debugger data:
 *     28 CallStack, 2c size     offset, size  70      58
 *     30 DriverList, 34 count data blocks:
 *     44 TriageOptions          offset, count 78      60
 *
 * TopOfStack is the lowest saved address, whatever its name says.  A data block
 * is {u64 address, u32 offset, u32 size} on every machine; they are unsorted
 * and may overlap.  Secondary data begins at SizeOfDump.
 *
 * Sources: public WDK types, Singularity Dump.h, rizin; checked on real 64-bit
 * dumps.
 */
#include "indexer/dump/triage.h"

#include <string.h>

#include "indexer/dump/kernel_payload.h"
#include "indexer/dump/process_name.h"
#include "indexer/dump/ranges.h"
#include "indexer/dump/triage_lists.h"
#include "signatures/base/limits.h"

/* MiniDumpFields: which parts were written. */
#define PART_PRCB 0x004
#define PART_PROCESS 0x008
#define PART_THREAD 0x010
#define PART_STACK 0x020
#define PART_DRIVERS 0x040
#define PART_DATA_PAGE 0x200
#define PART_DEBUGGER_DATA 0x400
#define PART_BLOCKS 0x800

#define BLOCK_BYTES 16

/* KDDEBUGGER_DATA64: its tag, and the size of the saved EPROCESS. */
#define KDBG_TAG 0x10
#define KDBG_SIZE_PROCESS 0x2a8

struct triage {
	uint32_t size_of_dump;
	uint32_t valid;
	uint32_t unloaded;
	uint32_t prcb;
	uint32_t process;
	uint32_t thread;
	uint32_t stack;
	uint32_t stack_bytes;
	uint32_t drivers;
	uint32_t driver_count;
	uint32_t strings;
	uint32_t options;
	uint64_t top_of_stack;
	uint64_t page_address;
	uint32_t page;
	uint32_t page_bytes;
	uint32_t kdbg;
	uint32_t kdbg_bytes;
	uint32_t blocks;
	uint32_t block_count;
};

/* Shorter than the structure in the oldest dumps: what is cut reads as 0. */
static struct triage take_triage(struct bytes in, unsigned width)
{
	struct triage t = { 0 };

	bytes_skip(&in, 4);
	t.size_of_dump = bytes_u32(&in);
	t.valid = bytes_u32(&in);
	bytes_skip(&in, 12);
	t.unloaded = bytes_u32(&in);
	t.prcb = bytes_u32(&in);
	t.process = bytes_u32(&in);
	t.thread = bytes_u32(&in);
	t.stack = bytes_u32(&in);
	t.stack_bytes = bytes_u32(&in);
	t.drivers = bytes_u32(&in);
	t.driver_count = bytes_u32(&in);
	t.strings = bytes_u32(&in);
	bytes_skip(&in, 8);
	t.options = bytes_u32(&in);
	if (width == 8) {
		t.top_of_stack = bytes_u64(&in);
		bytes_skip(&in, 16);
		t.page_address = bytes_u64(&in);
	} else {
		t.top_of_stack = bytes_u32(&in);
		t.page_address = bytes_u32(&in);
	}
	t.page = bytes_u32(&in);
	t.page_bytes = bytes_u32(&in);
	t.kdbg = bytes_u32(&in);
	t.kdbg_bytes = bytes_u32(&in);
	t.blocks = bytes_u32(&in);
	t.block_count = bytes_u32(&in);
	return t;
}

/* Without the fields nobody wrote: their bits say so, where those are set. */
static void drop_unwritten(struct triage *t, struct crash_number parts)
{
	if (!parts.known)
		return;
	if (!(parts.value & PART_PRCB))
		t->prcb = 0;
	if (!(parts.value & PART_PROCESS))
		t->process = 0;
	if (!(parts.value & PART_THREAD))
		t->thread = 0;
	if (!(parts.value & PART_STACK))
		t->stack = 0;
	if (!(parts.value & PART_DRIVERS))
		t->drivers = 0;
	if (!(parts.value & PART_DATA_PAGE))
		t->page = 0;
	if (!(parts.value & PART_DEBUGGER_DATA))
		t->kdbg = 0;
	if (!(parts.value & PART_BLOCKS))
		t->blocks = 0;
}

/* The bytes from offset on, at most size; failed when there are none. */
static struct bytes part(const struct dump *dump, uint64_t offset,
			 uint64_t size)
{
	const uint64_t whole = bytes_left(&dump->image);

	if (offset == 0 || offset >= whole || size == 0)
		return bytes_absent();
	return bytes_part(dump->image, offset,
			  size < whole - offset ? size : whole - offset);
}

/* Without its size in the debugger data it reaches at most to the next thing.
 */
static struct bytes process_block(const struct dump *dump,
				  const struct triage *t)
{
	const uint32_t others[] = { t->prcb,	t->thread,	t->stack,
				    t->drivers, t->strings,	t->kdbg,
				    t->blocks,	t->unloaded,	t->valid,
				    t->page,	t->size_of_dump };
	struct bytes kdbg = dump->kdbg;
	uint32_t size;
	uint32_t next = 0;

	bytes_skip(&kdbg, KDBG_SIZE_PROCESS);
	size = bytes_u16(&kdbg);
	if (!kdbg.failed && size > 0)
		return part(dump, t->process, size);

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (others[i] > t->process && (next == 0 || others[i] < next))
			next = others[i];
	return next ? part(dump, t->process, next - t->process)
		    : bytes_absent();
}

static void check_end(struct dump *dump, const struct kernel_header *header,
		      const struct triage *t)
{
	const uint64_t whole = bytes_left(&dump->image);
	struct bytes in = bytes_part(dump->image, t->valid, 4);
	char mark[4];

	bytes_copy(&in, mark, sizeof(mark));
	if (t->size_of_dump > whole) {
		kernel_payload_cut(dump, "small dump", t->size_of_dump);
	} else if (memcmp(mark, "TRGD", 4) != 0) {
		dump->crash->image.complete = false;
		crash_problem(dump->crash, dump->arena,
			      "small dump: no mark at its end");
	} else if (dump->writer == DUMP_WRITER_KERNEL &&
		   header->required_space.known &&
		   header->required_space.value > whole) {
		kernel_payload_cut(dump, "small dump",
				   header->required_space.value);
	}
}

static void read_debugger_data(struct dump *dump, const struct triage *t)
{
	struct bytes kdbg = part(dump, t->kdbg, t->kdbg_bytes);
	struct bytes tag = kdbg;
	char text[4];

	if (t->kdbg == 0)
		return;
	bytes_skip(&tag, KDBG_TAG);
	bytes_copy(&tag, text, sizeof(text));
	if (memcmp(text, "KDBG", 4) == 0)
		dump->kdbg = kdbg;
	else
		crash_problem(dump->crash, dump->arena,
			      "debugger data: not where the header says");
}

static uint64_t address(const struct dump *dump, uint64_t va)
{
	return dump->pointer_bytes == 4 ? va & UINT32_MAX : va;
}

static void read_memory(struct dump *dump, const struct triage *t)
{
	const uint32_t count = t->blocks == 0 ? 0 : t->block_count;
	const uint32_t most = count < LIMIT_BLOCKS ? count : LIMIT_BLOCKS;
	struct dump_ranges *ranges = &dump->virtual;
	uint32_t lost = count - most;

	dump->stack_start = address(dump, t->top_of_stack);
	dump->stack = part(dump, t->stack, t->stack_bytes);

	ranges_init(ranges, dump->arena, (size_t)most + 2);
	if (!dump->stack.failed)
		ranges_add(ranges, dump->image, dump->stack_start,
			   t->stack_bytes, t->stack);
	if (t->page != 0)
		ranges_add(ranges, dump->image, address(dump, t->page_address),
			   t->page_bytes, t->page);
	for (uint32_t i = 0; i < most; i++) {
		struct bytes in = bytes_part(
			dump->image, t->blocks + (uint64_t)i * BLOCK_BYTES,
			BLOCK_BYTES);
		const uint64_t va = address(dump, bytes_u64(&in));
		const uint32_t offset = bytes_u32(&in);
		const uint32_t size = bytes_u32(&in);

		if (in.failed) {
			lost += most - i;
			break;
		}
		if (!ranges_add(ranges, dump->image, va, size, offset))
			lost++;
	}
	ranges_settle(ranges);
	if (lost > 0)
		crash_problem(dump->crash, dump->arena,
			      "data blocks: %u of %u outside the image",
			      (unsigned)lost, (unsigned)count);
}

static void name_process(struct dump *dump)
{
	const struct crash_machine *machine = &dump->crash->machine;
	uint32_t offset;

	if (dump->process.failed || !machine->os_build.known ||
	    !process_name_offset(machine->arch, machine->os_build.value,
				 &offset))
		return;
	dump->crash->process =
		process_name_text(dump->arena, bytes_part(dump->process, offset,
							  PROCESS_NAME_BYTES));
}

void triage_read(struct dump *dump, const struct kernel_header *header)
{
	const uint32_t at = header->layout->header_bytes;
	const unsigned width = header->layout->pointer_bytes;
	struct triage t = take_triage(
		bytes_part(dump->image, at, bytes_left(&dump->image) - at),
		width);

	drop_unwritten(&t, header->parts);
	if (t.options == UINT32_MAX)
		dump->writer = DUMP_WRITER_DBGENG;
	else if (t.options != 0)
		dump->writer = DUMP_WRITER_KERNEL;
	check_end(dump, header, &t);

	read_debugger_data(dump, &t);
	dump->process = process_block(dump, &t);
	name_process(dump);
	if (t.drivers != 0)
		triage_lists_drivers(dump, t.drivers, t.driver_count);
	if (t.unloaded != 0)
		triage_lists_unloaded(dump, t.unloaded);
	read_memory(dump, &t);
	kernel_payload_secondary(dump, t.size_of_dump);
}
