#include "indexer/dump/kernel_header.h"

#include <string.h>

#include "signatures/base/limits.h"

#define FILL_U32 0x45474150u /* "PAGE" */
#define FILL_U64 0x4547415045474150ull

#define ATTRIBUTE_ENCRYPTED (1u << 8)
#define ATTRIBUTE_DECRYPTED (1u << 9)

/* 9999-12-31: no clock of a living machine is later. */
#define LAST_FILETIME 2650467743990000000ull
/* A hundred years in units of 100 ns. */
#define LONGEST_UPTIME 31557600000000000ull

/* DumpIt (Moonsols, Comae, Magnet) puts letters where the stop code stands. */
#define CODE_DUMPIT 0x5454414du /* "MATT" */

static const struct {
	uint32_t machine;
	enum crash_arch arch;
	unsigned pointer_bytes;
	uint32_t context_bytes;
	uint32_t flags; /* CONTEXT.ContextFlags */
} machines[] = {
	{ 0x014c, CRASH_X86, 4, 0x2cc, 0x00 },
	{ 0x8664, CRASH_X64, 8, 0x4d0, 0x30 },
	{ 0xaa64, CRASH_ARM64, 8, 0x390, 0x00 },
};

struct crash_number kernel_header_number(struct bytes image, uint64_t offset,
					 unsigned width)
{
	struct bytes in = bytes_part(image, offset, width);
	const uint64_t value = width == 8 ? bytes_u64(&in) : bytes_u32(&in);

	if (in.failed || value == (width == 8 ? FILL_U64 : FILL_U32))
		return CRASH_UNKNOWN;
	return CRASH_NUMBER(value);
}

/* Like kernel_header_number(), where 0 too means that nobody wrote it. */
static struct crash_number nonzero(struct bytes image, uint64_t offset,
				   unsigned width)
{
	const struct crash_number n =
		kernel_header_number(image, offset, width);

	return n.known && n.value != 0 ? n : CRASH_UNKNOWN;
}

static uint64_t or_zero(struct crash_number number)
{
	return number.known ? number.value : 0;
}

uint64_t kernel_header_stated_bytes(struct bytes head,
				    const struct kernel_layout *layout)
{
	const uint64_t page_bytes = 4096;
	const unsigned width = layout->pointer_bytes;
	/* NumberOfPages, behind NumberOfRuns: see full.c. */
	const uint64_t pages = or_zero(
		kernel_header_number(head, layout->runs + width, width));
	const uint64_t space =
		or_zero(kernel_header_number(head, layout->required_space, 8));

	if (pages > UINT64_MAX / page_bytes)
		return UINT64_MAX;
	return pages * page_bytes > space ? pages * page_bytes : space;
}

static void state_bugcheck(struct dump *dump, const struct kernel_layout *at)
{
	struct crash_bugcheck *bugcheck = &dump->crash->bugcheck;

	crash_set_code(bugcheck,
		       kernel_header_number(dump->image, at->bugcheck_code, 4));
	for (unsigned i = 0; i < 4; i++)
		bugcheck->args[i] = kernel_header_number(
			dump->image, at->bugcheck_args + i * at->pointer_bytes,
			at->pointer_bytes);
}

static void state_time(struct dump *dump, const struct kernel_layout *at)
{
	struct crash *crash = dump->crash;

	crash->time = nonzero(dump->image, at->system_time, 8);
	if (crash->time.known && crash->time.value > LAST_FILETIME) {
		crash_problem(crash, dump->arena,
			      "header: system time 0x%llx is no time",
			      (unsigned long long)crash->time.value);
		crash->time = CRASH_UNKNOWN;
	}
	crash->uptime = nonzero(dump->image, at->up_time, 8);
	if (crash->uptime.known && crash->uptime.value > LONGEST_UPTIME) {
		crash_problem(crash, dump->arena,
			      "header: uptime 0x%llx is no time",
			      (unsigned long long)crash->uptime.value);
		crash->uptime = CRASH_UNKNOWN;
	}
}

static void state_machine(struct dump *dump, const struct kernel_layout *at)
{
	struct crash *crash = dump->crash;
	struct crash_number number;

	number = nonzero(dump->image, at->minor_version, 4);
	if (number.known && (number.value & 0xffff) != 0)
		crash->machine.os_build = CRASH_NUMBER(number.value & 0xffff);

	number = nonzero(dump->image, at->processors, 4);
	if (number.known && number.value > LIMIT_PROCESSORS)
		crash_problem(crash, dump->arena, "header: %llu processors",
			      (unsigned long long)number.value);
	else
		crash->machine.cpus = number;

	number = nonzero(dump->image, at->product_type, 4);
	if (number.known && number.value < CRASH_PRODUCTS)
		crash->machine.product = (enum crash_product)number.value;
}

static void state_places(struct dump *dump, const struct kernel_layout *at)
{
	const struct bytes image = dump->image;
	const unsigned width = at->pointer_bytes;

	dump->pointer_bytes = width;
	dump->directory_table = or_zero(
		kernel_header_number(image, at->directory_table, width));
	dump->module_list =
		or_zero(kernel_header_number(image, at->module_list, width));
	dump->process_list =
		or_zero(kernel_header_number(image, at->process_list, width));
	dump->debugger_data =
		or_zero(kernel_header_number(image, at->debugger_data, width));

	struct bytes pae = bytes_part(image, at->pae, 1);
	const uint8_t value = bytes_u8(&pae);

	if (at->pae && !pae.failed && value < 2)
		dump->pae = CRASH_NUMBER(value);
}

/* Architecture, and with it what the context record is. */
static void state_arch(struct dump *dump, const struct kernel_layout *at,
		       struct crash_number machine)
{
	struct crash *crash = dump->crash;

	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		if (!machine.known || machines[i].machine != machine.value ||
		    machines[i].pointer_bytes != at->pointer_bytes)
			continue;
		crash->machine.arch = machines[i].arch;
		if (kernel_header_number(dump->image,
					 at->context + machines[i].flags, 4)
			    .known)
			dump->context = bytes_part(dump->image, at->context,
						   machines[i].context_bytes);
	}
	if (crash->machine.arch == CRASH_ARCH_UNKNOWN && machine.known)
		crash_problem(crash, dump->arena,
			      "header: machine type 0x%llx is not known",
			      (unsigned long long)machine.value);
	if (kernel_header_number(dump->image, at->exception, 4).known)
		dump->exception = bytes_part(dump->image, at->exception,
					     at->exception_bytes);
}

static void state_maker(struct dump *dump, const struct kernel_layout *at)
{
	static const char *const words[] = { "elf2dmp", "DumpIt", "MoonSols",
					     "Comae" };
	struct bytes comment = bytes_part(dump->image, at->comment, 128);
	char text[129] = { 0 };
	const struct crash_number code = dump->crash->bugcheck.code;

	bytes_copy(&comment, text, 128);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(text, words[i]))
			crash_flag(dump->crash, dump->arena, "tool-made");
	if (code.known && code.value == CODE_DUMPIT)
		crash_flag(dump->crash, dump->arena, "tool-made");
}

enum status kernel_header_read(struct dump *dump,
			       const struct kernel_layout *layout,
			       struct kernel_header *ret, struct error *err)
{
	const struct bytes image = dump->image;
	struct bytes facts = image;
	struct crash *crash = dump->crash;
	const struct crash_number machine =
		kernel_header_number(image, layout->machine, 4);
	const struct crash_number type =
		kernel_header_number(image, layout->dump_type, 4);

	bytes_skip(&facts, layout->bugcheck_args + 4 * layout->pointer_bytes);
	if (facts.failed)
		return error_set(err, STATUS_TRUNCATED,
				 "header: cut short at byte %zu",
				 bytes_left(&image));

	if (bytes_left(&image) < layout->header_bytes) {
		crash->image.complete = false;
		crash_problem(crash, dump->arena,
			      "header: cut short at byte 0x%zx",
			      bytes_left(&image));
	}
	state_bugcheck(dump, layout);
	state_time(dump, layout);
	state_machine(dump, layout);
	state_places(dump, layout);
	state_arch(dump, layout, machine);
	state_maker(dump, layout);
	if (crash->machine.arch == CRASH_ARCH_UNKNOWN &&
	    (!type.known || type.value == 0 || type.value > 10) &&
	    bytes_left(&image) >= layout->header_bytes)
		return error_set(err, STATUS_CORRUPT,
				 "header: neither machine nor dump type");

	*ret = (struct kernel_header){
		.layout = layout,
		.type = type,
		.attributes = (uint32_t)or_zero(
			kernel_header_number(image, layout->attributes, 4)),
		.required_space = nonzero(image, layout->required_space, 8),
		.parts = nonzero(image, layout->parts, 4),
		.runs = bytes_part(image, layout->runs,
				   KERNEL_HEADER_RUNS_BYTES),
	};
	ret->is_encrypted = (ret->attributes & ATTRIBUTE_ENCRYPTED) &&
			    !(ret->attributes & ATTRIBUTE_DECRYPTED);
	return STATUS_OK;
}
