/*
 * kernel32.c - DUMP_HEADER32, 0x1000 bytes.
 *
 *      0 "PAGEDUMP"            24 NumberProcessors    8a0 Attributes
 *      8 MajorVersion          28 BugCheckCode        f88 DumpType
 *      c MinorVersion (build)  2c four arguments      f8c MiniDumpFields
 *     10 DirectoryTableBase    5c PaeEnabled (u8)     f94 ProductType
 *     14 PfnDataBase           60 KdDebuggerDataBlock fa0 RequiredDumpSpace
 *     18 PsLoadedModuleList    64 PhysicalMemoryBlock     (u64)
 *     1c PsActiveProcessHead      [2bc]               fb8 SystemUpTime (u64)
 *     20 MachineImageType     320 ContextRecord[4b0]  fc0 SystemTime (u64)
 *                             7d0 ExceptionRecord32   1000 payload
 *                                 [50]
 *                             820 Comment[80]
 *
 * Source: Windows SDK metadata (DUMP_HEADER32).
 */
#include <string.h>

#include "indexer/dump/kernel_payload.h"

static const struct kernel_layout layout = {
	.header_bytes = 0x1000,
	.pointer_bytes = 4,
	.minor_version = 0xc,
	.directory_table = 0x10,
	.module_list = 0x18,
	.process_list = 0x1c,
	.machine = 0x20,
	.processors = 0x24,
	.bugcheck_code = 0x28,
	.bugcheck_args = 0x2c,
	.pae = 0x5c,
	.debugger_data = 0x60,
	.runs = 0x64,
	.context = 0x320,
	.exception = 0x7d0,
	.exception_bytes = 0x50,
	.comment = 0x820,
	.attributes = 0x8a0,
	.dump_type = 0xf88,
	.parts = 0xf8c,
	.product_type = 0xf94,
	.required_space = 0xfa0,
	.up_time = 0xfb8,
	.system_time = 0xfc0,
};

static bool kernel32_claims(struct bytes image)
{
	char head[8];

	bytes_copy(&image, head, sizeof(head));
	return memcmp(head, "PAGEDUMP", 8) == 0;
}

static uint64_t kernel32_stated_bytes(struct bytes head)
{
	return kernel_header_stated_bytes(head, &layout);
}

static enum status kernel32_read(struct dump *dump, struct error *err)
{
	struct kernel_header header;
	const enum status status =
		kernel_header_read(dump, &layout, &header, err);

	if (status == STATUS_OK)
		kernel_payload_read(dump, &header);
	return status;
}

const struct dump_format kernel32_format = {
	.name = "32-bit kernel dump",
	.claims = kernel32_claims,
	.read = kernel32_read,
	.stated_bytes = kernel32_stated_bytes,
};
