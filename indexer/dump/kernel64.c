/*
 * kernel64.c - DUMP_HEADER64, 0x2000 bytes.
 *
 *      0 "PAGEDU64"            38 BugCheckCode        fa0 RequiredDumpSpace
 *      8 MajorVersion          40 four arguments      fa8 SystemTime
 *      c MinorVersion (build)  80 KdDebuggerDataBlock fb0 Comment[80]
 *     10 DirectoryTableBase    88 PhysicalMemoryBlock 1030 SystemUpTime
 *     18 PfnDataBase              [2bc]               1038 MiniDumpFields
 *     20 PsLoadedModuleList   348 ContextRecord[bb8]  1040 ProductType
 *     28 PsActiveProcessHead  f00 ExceptionRecord64   1050 Attributes
 *     30 MachineImageType         [98]                2000 payload
 *     34 NumberProcessors     f98 DumpType
 *
 * Source: Windows SDK metadata (DUMP_HEADER64); checked on real dumps.
 */
#include <string.h>

#include "indexer/dump/kernel_payload.h"

static const struct kernel_layout layout = {
	.header_bytes = 0x2000,
	.pointer_bytes = 8,
	.minor_version = 0xc,
	.directory_table = 0x10,
	.module_list = 0x20,
	.process_list = 0x28,
	.machine = 0x30,
	.processors = 0x34,
	.bugcheck_code = 0x38,
	.bugcheck_args = 0x40,
	.debugger_data = 0x80,
	.runs = 0x88,
	.context = 0x348,
	.exception = 0xf00,
	.exception_bytes = 0x98,
	.comment = 0xfb0,
	.dump_type = 0xf98,
	.required_space = 0xfa0,
	.system_time = 0xfa8,
	.up_time = 0x1030,
	.parts = 0x1038,
	.product_type = 0x1040,
	.attributes = 0x1050,
};

static bool kernel64_claims(struct bytes image)
{
	char head[8];

	bytes_copy(&image, head, sizeof(head));
	return memcmp(head, "PAGEDU64", 8) == 0;
}

static uint64_t kernel64_stated_bytes(struct bytes head)
{
	return kernel_header_stated_bytes(head, &layout);
}

static enum status kernel64_read(struct dump *dump, struct error *err)
{
	struct kernel_header header;
	const enum status status =
		kernel_header_read(dump, &layout, &header, err);

	if (status == STATUS_OK)
		kernel_payload_read(dump, &header);
	return status;
}

const struct dump_format kernel64_format = {
	.name = "64-bit kernel dump",
	.claims = kernel64_claims,
	.read = kernel64_read,
	.stated_bytes = kernel64_stated_bytes,
};
