/*
 * minidump.c - user-mode minidumps of Windows: a header and a directory of
 * streams, all at offsets of the file.
 *
 *     header (20)             directory entry (c)   system info (38)
 *      0 "MDMP"                0 StreamType           0 architecture (u16)
 *      4 a793 (u16)            4 DataSize             6 processors (u8)
 *      8 NumberOfStreams       8 offset               7 product (u8)
 *      c directory                                   10 build
 *     14 time_t               exception (a8)         14 platform
 *                              0 thread id
 *                              8 EXCEPTION_RECORD64
 *                             a0 context size, offset
 *
 * Breakpad and crashpad write the same container on other systems; their
 * platform number tells them apart.
 *
 * Sources: minidumpapiset.h, breakpad's minidump_format.h; checked on real
 * minidumps.
 */
#include <string.h>

#include "indexer/dump/minidump_lists.h"
#include "signatures/base/limits.h"
#include "signatures/base/text.h"

#define HEADER_BYTES 0x20
#define DIRECTORY_BYTES 12
#define RECORD_AT 8
#define RECORD_BYTES 0x98
#define PLATFORM_NT 2
#define STREAM_LINUX_FIRST 0x47670003 /* breakpad: /proc/cpuinfo ... */
#define STREAM_LINUX_LAST 0x4767000a

/* The streams that are read; the order is the order in struct minidump. */
enum {
	THREADS,
	MODULES,
	MEMORY,
	EXCEPTION,
	SYSTEM,
	MEMORY64,
	UNLOADED,
	STREAMS
};

static const uint32_t stream_types[STREAMS] = {
	[THREADS] = 3, [MODULES] = 4,  [MEMORY] = 5,	 [EXCEPTION] = 6,
	[SYSTEM] = 7,  [MEMORY64] = 9, [UNLOADED] = 0xe,
};

struct minidump {
	struct bytes streams[STREAMS]; /* failed where there is none */
	bool tells;		       /* of a process, not of memory alone */
	bool is_linux;		       /* it has streams only Linux writes */
};

static const struct {
	uint32_t id;
	const char *name;
} platforms[] = {
	{ 0x8101, "macOS" },	     { 0x8102, "iOS" },
	{ 0x8201, "Linux" },	     { 0x8202, "Solaris" },
	{ 0x8203, "Android" },	     { 0x8204, "PlayStation" },
	{ 0x8205, "Native Client" }, { 0x8206, "Fuchsia" },
};

static const struct {
	uint16_t id;
	enum crash_arch arch;
	uint32_t context_bytes; /* at least */
	unsigned pointer_bytes;
} processors[] = {
	{ 0x0000, CRASH_X86, 0x2cc, 4 },
	{ 0x0009, CRASH_X64, 0x4d0, 8 },
	{ 0x000c, CRASH_ARM64, 0x390, 8 },
	{ 0x8003, CRASH_ARM64, 0x390, 8 }, /* breakpad before 2013 */
};

static bool minidump_claims(struct bytes image)
{
	char head[6];

	bytes_copy(&image, head, sizeof(head));
	return memcmp(head, "MDMP\x93\xa7", 6) == 0;
}

static void take_stream(struct dump *dump, struct minidump *mini,
			struct bytes entry)
{
	const uint64_t whole = bytes_left(&dump->image);
	const uint32_t type = bytes_u32(&entry);
	uint64_t size = bytes_u32(&entry);
	const uint64_t offset = bytes_u32(&entry);

	if (type >= STREAM_LINUX_FIRST && type <= STREAM_LINUX_LAST)
		mini->is_linux = true;
	for (size_t i = 0; i < STREAMS; i++) {
		if (stream_types[i] != type || !mini->streams[i].failed ||
		    size == 0)
			continue;
		if (offset >= whole || size > whole - offset) {
			dump->crash->image.complete = false;
			crash_problem(dump->crash, dump->arena,
				      "stream %u: cut short at byte 0x%llx",
				      (unsigned)type,
				      (unsigned long long)whole);
			if (offset >= whole)
				return;
			size = whole - offset;
		}
		mini->streams[i] = bytes_part(dump->image, offset, size);
		mini->tells |= i != MEMORY && i != MEMORY64;
	}
}

static enum status read_directory(struct dump *dump, struct minidump *mini,
				  struct error *err)
{
	struct bytes in = dump->image;
	uint32_t count;
	uint64_t offset;

	bytes_skip(&in, 8);
	count = bytes_u32(&in);
	offset = bytes_u32(&in);
	bytes_skip(&in, HEADER_BYTES - 16);
	if (in.failed)
		return bytes_check(&in, "header", err);

	for (size_t i = 0; i < STREAMS; i++)
		mini->streams[i] = bytes_absent();
	for (uint32_t i = 0; i < count; i++) {
		const struct bytes entry = bytes_part(
			dump->image, offset + (uint64_t)i * DIRECTORY_BYTES,
			DIRECTORY_BYTES);

		if (entry.failed || i == LIMIT_STREAMS) {
			dump->crash->image.complete = false;
			crash_problem(dump->crash, dump->arena,
				      "directory: only %u of %u streams",
				      (unsigned)i, (unsigned)count);
			break;
		}
		take_stream(dump, mini, entry);
	}
	if (mini->tells || mini->is_linux)
		return STATUS_OK;
	if (!dump->crash->image.complete && count <= LIMIT_STREAMS)
		return error_set(err, STATUS_TRUNCATED,
				 "directory: no stream in the image");
	return error_set(err, STATUS_CORRUPT,
			 "directory: no stream that tells of a process");
}

/* Refuse what Windows has not written. */
static enum status check_platform(const struct minidump *mini,
				  struct error *err)
{
	struct bytes in = mini->streams[SYSTEM];
	uint32_t platform;

	bytes_skip(&in, 0x14);
	platform = bytes_u32(&in);
	if (in.failed && mini->is_linux)
		platform = 0x8201;
	else if (in.failed || platform == PLATFORM_NT)
		return STATUS_OK;

	for (size_t i = 0; i < sizeof(platforms) / sizeof(platforms[0]); i++)
		if (platforms[i].id == platform)
			return error_set(err, STATUS_UNSUPPORTED, "%s minidump",
					 platforms[i].name);
	return error_set(err, STATUS_UNSUPPORTED,
			 "minidump of platform 0x%x, not of Windows NT",
			 (unsigned)platform);
}

static void state_system(struct dump *dump, const struct minidump *mini)
{
	struct bytes in = mini->streams[SYSTEM];
	struct crash_machine *machine = &dump->crash->machine;
	const uint16_t arch = bytes_u16(&in);

	dump->pointer_bytes = 8;
	bytes_skip(&in, 4);

	const uint8_t cpus = bytes_u8(&in);
	const uint8_t product = bytes_u8(&in);

	bytes_skip(&in, 8);

	const uint32_t build = bytes_u32(&in);

	if (in.failed) {
		crash_problem(dump->crash, dump->arena,
			      "system information: none");
		return;
	}
	for (size_t i = 0; i < sizeof(processors) / sizeof(processors[0]); i++)
		if (processors[i].id == arch) {
			machine->arch = processors[i].arch;
			dump->pointer_bytes = processors[i].pointer_bytes;
		}
	if (machine->arch == CRASH_ARCH_UNKNOWN)
		crash_problem(dump->crash, dump->arena,
			      "system information: processor type %u",
			      (unsigned)arch);
	if (cpus != 0)
		machine->cpus = CRASH_NUMBER(cpus);
	if ((build & 0xffff) != 0)
		machine->os_build = CRASH_NUMBER(build & 0xffff);
	if (product < CRASH_PRODUCTS)
		machine->product = (enum crash_product)product;
}

/* A context of the machine's kind, or failed. */
static struct bytes sound_context(const struct dump *dump, struct bytes context)
{
	const enum crash_arch arch = dump->crash->machine.arch;

	for (size_t i = 0; i < sizeof(processors) / sizeof(processors[0]); i++)
		if (processors[i].arch == arch && !context.failed &&
		    bytes_left(&context) >= processors[i].context_bytes)
			return context;
	return bytes_absent();
}

static void state_exception(struct dump *dump, const struct minidump *mini)
{
	struct bytes in = mini->streams[EXCEPTION];
	struct crash_exception *exception = &dump->crash->exception;
	struct bytes record;
	uint64_t address;
	uint32_t code;

	if (in.failed)
		return;
	dump->crashed_thread = bytes_u32(&in);
	bytes_skip(&in, 4);
	dump->exception =
		bytes_part(mini->streams[EXCEPTION], RECORD_AT, RECORD_BYTES);
	record = dump->exception;
	code = bytes_u32(&record);
	bytes_skip(&record, 12);
	address = bytes_u64(&record);
	if (record.failed)
		return;
	exception->code = CRASH_NUMBER(code);
	exception->address = CRASH_NUMBER(
		dump->pointer_bytes == 4 ? address & UINT32_MAX : address);

	bytes_skip(&in, RECORD_BYTES);

	const uint32_t size = bytes_u32(&in);
	const uint32_t offset = bytes_u32(&in);

	if (!in.failed && size > 0)
		dump->context = sound_context(
			dump, bytes_part(dump->image, offset, size));
	for (size_t i = 0; i < dump->thread_count; i++)
		if (dump->context.failed &&
		    dump->threads[i].id == dump->crashed_thread)
			dump->context =
				sound_context(dump, dump->threads[i].context);
	minidump_lists_stack(dump, mini->streams[THREADS],
			     dump->crashed_thread);
}

static enum status minidump_read(struct dump *dump, struct error *err)
{
	struct crash *crash = dump->crash;
	struct minidump mini = { 0 };
	struct bytes in = dump->image;
	enum status status;
	uint32_t seconds;

	status = read_directory(dump, &mini, err);
	if (status != STATUS_OK)
		return status;
	status = check_platform(&mini, err);
	if (status != STATUS_OK)
		return status;

	crash->image.kind = CRASH_USER_MINI;
	bytes_skip(&in, 0x14);
	seconds = bytes_u32(&in);
	if (seconds != 0)
		crash->time = CRASH_NUMBER(text_ticks_of_unix(seconds));
	state_system(dump, &mini);
	if (!mini.streams[MODULES].failed)
		minidump_lists_modules(dump, mini.streams[MODULES]);
	if (!mini.streams[UNLOADED].failed)
		minidump_lists_unloaded(dump, mini.streams[UNLOADED]);
	if (!mini.streams[THREADS].failed)
		minidump_lists_threads(dump, mini.streams[THREADS]);
	minidump_lists_memory(dump, mini.streams[THREADS], mini.streams[MEMORY],
			      mini.streams[MEMORY64]);
	state_exception(dump, &mini);
	if (crash->module_count > 0)
		crash->process = crash->modules[0].name;
	return STATUS_OK;
}

const struct dump_format minidump_format = {
	.name = "user-mode minidump",
	.claims = minidump_claims,
	.read = minidump_read,
};
