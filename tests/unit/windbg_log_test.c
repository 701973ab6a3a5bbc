#include "indexer/dump/windbg_log.h"

#include <stdio.h>
#include <stdlib.h>

#include "indexer/dump/dump.h"
#include "tests/unit.h"

/* An old 32-bit log: banners, the short line, a module list with dates. */
static const char old_log[] =
	"Microsoft (R) Windows Debugger  Version 6.6.0007.5\r\n"
	"\r\n"
	"Loading Dump File [C:\\box\\Mini1.dmp]\r\n"
	"Windows XP Kernel Version 2600 (Service Pack 2) MP (2 procs) Free x86"
	" compatible\r\n"
	"Product: WinNt, suite: TerminalServer SingleUserTS\r\n"
	"Built by: 2600.xpsp_sp2_gdr.070227-2254\r\n"
	"Debug session time: Tue Mar  4 08:15:30.500 2008 (GMT+1)\r\n"
	"System Uptime: 2 days 1:02:03.500\r\n"
	"BugCheck 1000007E, {c0000005, f8a01234, f8b00000, f8b00100}\r\n"
	"\r\n"
	"Probably caused by : paint.sys ( paint+1234 )\r\n"
	"\r\n"
	"1: kd> !analyze -v\r\n"
	"SYSTEM_THREAD_EXCEPTION_NOT_HANDLED_M (1000007e)\r\n"
	"Arguments:\r\n"
	"Arg1: c0000005, one\r\n"
	"Arg2: f8a01234, two\r\n"
	"Arg3: f8b00000, three\r\n"
	"Arg4: f8b00100, four\r\n"
	"\r\n"
	"EXCEPTION_CODE: (NTSTATUS) 0xc0000005 - memory\r\n"
	"\r\n"
	"FAULTING_IP: \r\n"
	"paint+1234\r\n"
	"f8a01234 8b01            mov     eax,dword ptr [ecx]\r\n"
	"\r\n"
	"PROCESS_NAME:  System\r\n"
	"\r\n"
	"STACK_TEXT:  \r\n"
	"f8b01000 f8a02000 00000001 00000002 00000003 paint+0x1234\r\n"
	"WARNING: Stack unwind information not available.\r\n"
	"f8b01040 80501010 00000004 00000005 00000006 paint+0x2000\r\n"
	"f8b01080 804e2020 00000007 00000008 00000009 nt!SomeCall+0x10 (FPO:"
	" [2,0,0])\r\n"
	"f8b010c0 00000000 00000000 00000000 00000000 nt!LastCall+0x20\r\n"
	"\r\n"
	"SYMBOL_NAME:  paint+1234\r\n"
	"\r\n"
	"MODULE_NAME: paint\r\n"
	"\r\n"
	"IMAGE_NAME:  paint.sys\r\n"
	"\r\n"
	"1: kd> lm t n\r\n"
	"start    end        module name\r\n"
	"804d7000 806eb580   nt       ntkrpamp.exe Wed Feb 28 10:10:41 2007"
	" (45E5484A)\r\n"
	"f8a00000 f8a08000   paint    Paint.sys    Wed Feb 28 10:10:41 2007"
	" (45E54849)\r\n"
	"\r\n"
	"Unloaded modules:\r\n"
	"f7a00000 f7a05000   gone.sys\r\n";

/* A recent one: keys for everything, firmware among them. */
static const char new_log[] =
	"SOME_DRIVER_FAULT (d1)\n"
	"Arguments:\n"
	"Arg1: 0000000000000010, memory\n"
	"Arg2: 0000000000000002, level\n"
	"Arg3: 0000000000000000, bits\n"
	"Arg4: fffff80312345678, address\n"
	"\n"
	"BUGCHECK_CODE:  d1\n"
	"\n"
	"BUGCHECK_P1: 10\n"
	"\n"
	"BUGCHECK_P2: 2\n"
	"\n"
	"SYSTEM_MANUFACTURER:  Acme\n"
	"SYSTEM_PRODUCT_NAME:  Anvil 9\n"
	"BIOS_VENDOR:  Coyote\n"
	"BIOS_VERSION:  7.01\n"
	"BIOS_DATE:  02/03/2021\n"
	"CPU_COUNT: c\n"
	"PROCESS_NAME:  roadrunner.exe\n"
	"STACK_TEXT:  \n"
	"ffffa884`c0c3f568 fffff803`603799e9 : 00000000`0000000a "
	"00000000`00000010"
	" 00000000`00000002 00000000`00000000 : nt!KeBugCheckEx\n"
	"ffffa884`c0c3f570 fffff803`60377d7d : 00000000`00000000 "
	"00000000`00000000"
	" 00000000`00000000 00000000`00000000 : nt!Dispatch+0x69 [a\\b.asm @ "
	"9]\n"
	"ffffa884`c0c3f6b0 fffff803`12345678 : 00000000`00000000 "
	"00000000`00000000"
	" 00000000`00000000 00000000`00000000 : nt!PageFault+0x23d\n"
	"ffffa884`c0c3f840 00000000`00000000 : 00000000`00000000 "
	"00000000`00000000"
	" 00000000`00000000 00000000`00000000 : beep!Box::`dtor'+0x18\n"
	"SYMBOL_NAME:  beep!Box::`dtor'+18\n"
	"MODULE_NAME: beep\n"
	"IMAGE_NAME:  Beep.SYS\n"
	"TARGET_TIME:  2021-05-06T07:08:09.000Z\n"
	"OSBUILD:  19041\n"
	"PRODUCT_TYPE:  3\n"
	"OSPLATFORM_TYPE:  x64\n";

struct fixture {
	struct arena arena;
	struct crash crash;
	struct dump dump;
	struct error err;
};

static struct fixture fixture;

static enum status read_bytes(const void *data, size_t size)
{
	memset(&fixture.crash, 0, sizeof(fixture.crash));
	arena_reset(&fixture.arena);
	return dump_open(bytes_of(data, size), &fixture.arena, &fixture.crash,
			 &fixture.dump, &fixture.err);
}

static const struct crash *read_log(const char *log)
{
	assert_int_equal(read_bytes(log, strlen(log)), STATUS_OK);
	assert_true(fixture.dump.is_text);
	assert_int_equal(fixture.crash.image.kind, CRASH_DEBUGGER_LOG);
	return &fixture.crash;
}

static void assert_number(struct crash_number number, uint64_t value)
{
	assert_true(number.known);
	assert_int_equal(number.value, value);
}

static void an_old_log_is_read(void **state)
{
	const struct crash *crash = read_log(old_log);

	(void)state;
	assert_number(crash->bugcheck.code, 0x7e);
	assert_true(crash->bugcheck.minidump_form);
	assert_number(crash->bugcheck.args[0], 0xc0000005);
	assert_number(crash->bugcheck.args[3], 0xf8b00100);
	assert_number(crash->exception.code, 0xc0000005);
	assert_int_equal(crash->machine.arch, CRASH_X86);
	assert_number(crash->machine.cpus, 2);
	assert_number(crash->machine.os_build, 2600);
	assert_int_equal(crash->machine.product, CRASH_WORKSTATION);
	/* 2008-03-04T07:15:30.5Z */
	assert_number(crash->time, 128490885305000000);
	assert_number(crash->uptime, 1765235000000);
	assert_string_equal(crash->process, "System");
	assert_int_equal(crash->problem_count, 0);
}

static void an_uptime_that_cannot_be_is_none(void **state)
{
	static const char *const garbled[] = {
		"30000000 days 1:02:03.500", /* 2^64 ticks are fewer */
		"2 days 999999999:02:03.500",
	};
	const char *said = strstr(old_log, "2 days 1:02:03.500");
	char log[sizeof(old_log) + 32];

	(void)state;
	for (size_t i = 0; i < sizeof(garbled) / sizeof(garbled[0]); i++) {
		snprintf(log, sizeof(log), "%.*s%s%s", (int)(said - old_log),
			 old_log, garbled[i], strchr(said, '\r'));
		assert_false(read_log(log)->uptime.known);
	}
}

static void its_modules_place_the_frames(void **state)
{
	const struct crash *crash = read_log(old_log);
	const struct crash_frame *frames = crash->stack.frames;

	(void)state;
	assert_int_equal(crash->module_count, 2);
	assert_string_equal(crash->modules[0].name, "ntkrpamp.exe");
	assert_string_equal(crash->modules[1].name, "paint.sys");
	assert_int_equal(crash->modules[1].build, 0x45e5484900008000);
	assert_int_equal(crash->unloaded_count, 1);
	assert_string_equal(crash->unloaded[0].name, "gone.sys");
	assert_int_equal(crash->stack.count, 4);
	assert_int_equal(crash->stack.end, CRASH_STACK_COMPLETE);
	assert_string_equal(frames[0].module, "paint.sys");
	assert_null(frames[0].symbol);
	assert_int_equal(frames[0].offset, 0x1234);
	assert_int_equal(frames[1].address, 0xf8a02000);
	assert_string_equal(frames[2].module, "nt");
	assert_string_equal(frames[2].symbol, "SomeCall");
	assert_int_equal(frames[2].offset, 0x80501010 - 0x804d7000);
	assert_int_equal(frames[2].how, CRASH_HOW_STATED);
	assert_string_equal(crash->fault.module, "paint.sys");
	assert_number(crash->fault.offset, 0x1234);
	assert_int_equal(crash->fault.build, 0x45e5484900008000);
	assert_int_equal(crash->fault.how, CRASH_FAULT_EXCEPTION);
	assert_int_equal(crash->fault.trust, CRASH_STATED);
}

static void a_new_log_is_read(void **state)
{
	const struct crash *crash = read_log(new_log);
	const struct crash_machine *machine = &crash->machine;

	(void)state;
	assert_number(crash->bugcheck.code, 0xd1);
	assert_number(crash->bugcheck.args[3], 0xfffff80312345678);
	assert_int_equal(machine->arch, CRASH_X64);
	assert_int_equal(machine->product, CRASH_SERVER);
	assert_number(machine->cpus, 12);
	assert_number(machine->os_build, 19041);
	assert_string_equal(machine->manufacturer, "Acme");
	assert_string_equal(machine->product_name, "Anvil 9");
	assert_string_equal(machine->bios_vendor, "Coyote");
	assert_string_equal(machine->bios_version, "7.01");
	assert_string_equal(machine->bios_date, "02/03/2021");
	/* 2021-05-06T07:08:09Z */
	assert_number(crash->time, 132647584890000000);
	assert_int_equal(crash->stack.count, 4);
	assert_string_equal(crash->stack.frames[1].symbol, "Dispatch");
	assert_string_equal(crash->stack.frames[3].module, "beep.sys");
	assert_string_equal(crash->stack.frames[3].symbol, "Box::`dtor'");
	assert_int_equal(crash->stack.frames[3].address, 0);
	assert_string_equal(crash->fault.module, "beep.sys");
	assert_false(crash->fault.offset.known);
}

static size_t to_utf16(const char *text, bool is_big, bool has_mark,
		       uint8_t *out)
{
	size_t size = 0;

	if (has_mark) {
		out[is_big ? 0 : 1] = 0xfe;
		out[is_big ? 1 : 0] = 0xff;
		size = 2;
	}
	for (; *text; text++, size += 2) {
		out[size + is_big] = (uint8_t)*text;
		out[size + !is_big] = 0;
	}
	return size;
}

static void every_encoding_says_the_same(void **state)
{
	static uint8_t wide[2 * sizeof(old_log) + 2];

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		const size_t size = to_utf16(old_log, i & 1, i & 2, wide);

		assert_int_equal(read_bytes(wide, size), STATUS_OK);
		assert_number(fixture.crash.bugcheck.code, 0x7e);
		assert_int_equal(fixture.crash.stack.count, 4);
		assert_int_equal(fixture.crash.module_count, 2);
	}
}

/* Multiplication signs for x, typographic quotes for backquotes. */
static void typesetting_is_undone(void **state)
{
	static const char *const logs[] = {
		"BugCheck D1, {10, 2, 0, fffff803\xe2\x80\x98"
		"12345678}\n"
		"STACK_TEXT:\n"
		"ffffa884\xe2\x80\x98"
		"c0c3f6b0 fffff803\xe2\x80\x99"
		"12345678 nt!Caf\xc3\xa9+0\xc3\x97"
		"12\n",
		"BugCheck D1, {10, 2, 0, fffff803\x91"
		"12345678}\n"
		"STACK_TEXT:\n"
		"ffffa884\x91"
		"c0c3f6b0 fffff803\x92"
		"12345678 nt!Caf\xe9+0\xd7"
		"12\n",
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const struct crash *crash = read_log(logs[i]);

		assert_number(crash->bugcheck.args[3], 0xfffff80312345678);
		assert_int_equal(crash->stack.count, 1);
		assert_string_equal(crash->stack.frames[0].symbol,
				    "Caf\xc3\xa9");
	}
}

/* However much of it reads as text. */
static void what_has_a_signature_is_whole(void **state)
{
	static const uint8_t image[4096] = "PAGEDU64";
	static uint8_t text[4096];

	(void)state;
	assert_false(dump_may_have_parts(bytes_of(image, sizeof(image))));
	memset(text, 'x', sizeof(text));
	assert_true(dump_may_have_parts(bytes_of(text, sizeof(text))));
	memcpy(text, "PAGEDU64", 8);
	assert_false(dump_may_have_parts(bytes_of(text, sizeof(text))));
}

static void a_log_of_two_dumps_comes_apart(void **state)
{
	static char both[2 * sizeof(old_log) + sizeof(new_log) + 16];
	struct bytes parts[4];

	(void)state;
	snprintf(both, sizeof(both), "%s\r\n0: kd> q\r\n%s%s", old_log, new_log,
		 old_log);
	const struct bytes image = bytes_of(both, strlen(both));

	assert_true(dump_may_have_parts(image));
	assert_int_equal(dump_split(image, NULL, parts, 1), 3);
	assert_int_equal(dump_split(image, NULL, parts, 4), 3);
	assert_ptr_equal(parts[0].next, both);
	assert_ptr_equal(parts[2].end, both + strlen(both));
	for (size_t i = 0; i < 3; i++) {
		struct bytes again[2];

		assert_int_equal(windbg_log_split(parts[i], again, 2), 1);
		assert_int_equal(
			read_bytes(parts[i].next, bytes_left(&parts[i])),
			STATUS_OK);
		assert_number(fixture.crash.bugcheck.code,
			      i == 1 ? 0xd1 : 0x7e);
		assert_int_equal(fixture.crash.problem_count, 0);
	}
	assert_int_equal(read_bytes(both, strlen(both)), STATUS_OK);
	assert_int_equal(fixture.crash.problem_count, 1);
}

static void parts_keep_the_encoding(void **state)
{
	static uint8_t wide[4 * sizeof(old_log)];
	static char both[2 * sizeof(old_log)];
	struct bytes parts[4];
	size_t size;

	(void)state;
	snprintf(both, sizeof(both), "%s%s", old_log, old_log);
	size = to_utf16(both, false, true, wide);
	assert_int_equal(windbg_log_split(bytes_of(wide, size), parts, 4), 2);
	assert_int_equal(read_bytes(parts[1].next, bytes_left(&parts[1])),
			 STATUS_OK);
	assert_number(fixture.crash.bugcheck.code, 0x7e);
}

static void what_show_explains_happened_to_nobody(void **state)
{
	static const char log[] = "0: kd> !analyze -show c2\n"
				  "BAD_POOL_THING (c2)\n"
				  "Arguments:\n"
				  "Arg1: 00000000, a\n"
				  "Arg2: 00000000, b\n"
				  "Arg3: 00000000, c\n"
				  "Arg4: 00000000, d\n"
				  "\n"
				  "And this is mine:\n"
				  "\n"
				  "0: kd> .bugcheck\n"
				  "Bugcheck code 00000019\n"
				  "Arguments 00000020 a1000010 a1000020 0\n";

	(void)state;
	assert_number(read_log(log)->bugcheck.code, 0x19);
	assert_number(fixture.crash.bugcheck.args[1], 0xa1000010);
}

/* Exports lose titles: the raising call still shows the code. */
static void a_code_is_found_without_its_title(void **state)
{
	static const char raised[] =
		"0: kd> !analyze -v\n"
		"Arg1: 00000060, a\n"
		"Arg2: 00000000, b\n"
		"Arg3: 80500120, c\n"
		"Arg4: 00000001, d\n"
		"\n"
		"0: kd> kv\n"
		"ChildEBP RetAddr  Args to Child\n"
		"8d200094 816d00a5 00000101 00000060 00000000 "
		"nt!KeBugCheckEx+0x1e\n"
		"8d2000c8 00000000 84e1521b 000000d1 8d283784 nt!Tick+0xd5\n";
	static const char titled[] = "Why we saw bugcheck 0x1A that day\n"
				     "Arg1: 00000060, a\n"
				     "Arg2: 00000000, b\n"
				     "STACK_TEXT:\n"
				     "8d2000c8 816d00a5 nt!Tick+0xd5\n";

	(void)state;
	assert_number(read_log(raised)->bugcheck.code, 0x101);
	assert_number(read_log(titled)->bugcheck.code, 0x1a);
}

static void a_pool_page_is_read(void **state)
{
	static const char log[] =
		"BAD_POOL_THING (19)\n"
		"Arguments:\n"
		"Arg1: 00000020, a\n"
		"Arg2: a1000058, b\n"
		"Arg3: a1000190, c\n"
		"Arg4: 0a270001, d\n"
		"1: kd> !pool a1000058\n"
		"Pool page a1000058 region is Nonpaged pool\n"
		" a1000000 size:   50 previous size:    0  (Allocated)  Abcd "
		"(Protected)\n"
		" a1000050 size:    8 previous size:   50  (Free)       Efgh\n"
		"*a1000058 size:  138 previous size:    8  (Allocated) *WXYZ\n"
		"  Owning component : Unknown (update pooltag.txt)\n"
		"1: kd> dps a1000058\n"
		"a1000058  0a270001\n"
		"a100005c  5346574e\n"
		"a1000060  b958f532 wile+0x36532\n"
		"a1000064  00000000\n";
	const struct crash *crash = read_log(log);

	(void)state;
	assert_int_equal(crash->pool_count, 3);
	assert_string_equal(crash->pool[0].tag, "WXYZ");
	assert_string_equal(crash->pool[0].owner, "wile.sys");
	assert_int_equal(crash->pool[0].role, CRASH_POOL_CORRUPT);
	assert_number(crash->pool[0].bytes, 0x138);
	assert_string_equal(crash->pool[1].tag, "Abcd");
	assert_int_equal(crash->pool[2].role, CRASH_POOL_NEIGHBOUR);
	/* A pool block is no stack. */
	assert_int_equal(crash->residue_count, 0);
	assert_int_equal(crash->stack.count, 0);
}

static void raw_stack_is_residue_and_no_stack(void **state)
{
	static const char log[] =
		"BugCheck 101, {31, 0, fffff88003165180, 2}\n"
		"2: kd> dps\n"
		"fffff880`0318a978  fffff880`04285e6f*** ERROR: Module load "
		"completed but symbols could not be loaded for speedy.sys\n"
		" speedy+0x44e6f\n"
		"fffff880`0318a980  fffff880`0318aa38\n"
		"fffff880`0318a988  fffff880`042ca86d speedy+0x8986d\n"
		"fffff880`0318a990  fffff880`0318aa30\n"
		"fffff880`0318a998  fffff880`05488848 tunnel+0x3848\n";
	const struct crash *crash = read_log(log);

	(void)state;
	assert_int_equal(crash->stack.count, 0);
	assert_int_equal(crash->residue_count, 2);
	assert_string_equal(crash->residue[0].module, "speedy.sys");
	assert_int_equal(crash->residue[0].count, 2);
	assert_string_equal(crash->residue[1].module, "tunnel.sys");
}

static void a_machine_alone_is_told_of(void **state)
{
	static const char log[] =
		"Some page\n\nMonday, May 3rd, 2010\n\n"
		"kd> !sysinfo machineid\n"
		"Machine ID Information [From Smbios 2.4, Size=1]\n"
		"BiosVendor = Acme Virtual\n"
		"SystemProductName = Box of domU\n"
		"kd> lm m a*\n"
		"start end module name\n"
		"f6012000 f605f000 acmenet (deferred)\n"
		"\n"
		"Monday, May 3rd, 2010\n\n"
		"BugCheck 19, {20, a1000058, a1000190, a270001}\n";
	struct bytes parts[3];
	const struct crash *crash = read_log(log);

	(void)state;
	assert_int_equal(windbg_log_split(bytes_of(log, strlen(log)), parts, 3),
			 2);
	assert_string_equal(crash->machine.bios_vendor, "Acme Virtual");
	assert_string_equal(crash->machine.product_name, "Box of domU");
	assert_int_equal(crash->module_count, 1);
	assert_string_equal(crash->modules[0].name, "acmenet.sys");
	assert_false(crash->bugcheck.code.known);
}

static void lines_that_flowed_together_are_parted(void **state)
{
	static const char log[] =
		"ACME_SERVICE_FAILED (5a) Arguments: Arg1: 0000000000000001 "
		"Arg2: ffffd80f4bfe7070 Arg3: ffffb00b0513d320 Arg4: "
		"ffffffffc0000428 Debugging\n"
		"PROCESS_NAME: System CURRENT_IRQL: 0 STACK_TEXT: "
		"ffffc701`1dc74948 fffff803`b2ff4b4a : 00000000`0000005a "
		"00000000`00000001 ffffd80f`4bfe7070 ffffb00b`0513d320 : "
		"nt!KeBugCheckEx [d:\\x.asm @ 1] ffffc701`1dc74950 "
		"fffff803`b3205df3 : 00000000`00000000 00000000`00000000 "
		"00000000`00000000 00000000`00000000 : acme!Load+0x19\n";
	const struct crash *crash = read_log(log);

	(void)state;
	assert_number(crash->bugcheck.code, 0x5a);
	assert_number(crash->bugcheck.args[3], 0xffffffffc0000428);
	assert_string_equal(crash->process, "System");
	assert_int_equal(crash->stack.count, 2);
	assert_string_equal(crash->stack.frames[1].module, "acme.sys");
}

static void ordinary_text_is_no_log(void **state)
{
	static const char *const texts[] = {
		"",
		"BugCheck 19: BAD_POOL_HEADER\n434\nBugCheck A: IRQL\n12\n",
		"Run !analyze -v and look for STACK_TEXT and BUGCHECK_STR.\n",
		"int main(void)\n{\n\treturn 0xd1;\n}\n/* BAD_THING (19) */\n",
		"start end module name\nf6012000 f605f000 xennet\n",
		"The stop code was 0x7e, on Monday, May 3rd, 2010\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const struct bytes text = bytes_of(texts[i], strlen(texts[i]));
		struct bytes part;

		assert_false(dump_is_claimed(text));
		assert_int_equal(windbg_log_split(text, &part, 1), 0);
	}
	assert_true(dump_may_be_claimed(bytes_of(texts[1], 40)));
	assert_false(dump_may_be_claimed(bytes_of("\x7f"
						  "ELF\1\1\1\0\0\0\0\0"
						  "\0\0\0\0\2\0",
						  18)));
}

/* Cut anywhere or with any byte changed: a status or fewer facts. */
static void damage_ends_in_a_status(void **state)
{
	static uint8_t copy[sizeof(old_log) - 1];
	uint32_t seed = 1;

	(void)state;
	for (size_t size = 0; size <= sizeof(copy); size += 7) {
		uint8_t *exact = malloc(size + !size);

		assert_non_null(exact);
		memcpy(exact, old_log, size);
		(void)!read_bytes(exact, size);
		free(exact);
	}
	for (size_t round = 0; round < 500; round++) {
		memcpy(copy, old_log, sizeof(copy));
		for (size_t i = 0; i < 8; i++) {
			seed = seed * 1664525 + 1013904223;
			copy[(seed >> 8) % sizeof(copy)] =
				(uint8_t)(seed >> 24);
		}
		(void)!read_bytes(copy, sizeof(copy));
	}
}

static int set_up(void **state)
{
	(void)state;
	arena_init(&fixture.arena);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_deinit(&fixture.arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_old_log_is_read),
		cmocka_unit_test(an_uptime_that_cannot_be_is_none),
		cmocka_unit_test(its_modules_place_the_frames),
		cmocka_unit_test(a_new_log_is_read),
		cmocka_unit_test(every_encoding_says_the_same),
		cmocka_unit_test(typesetting_is_undone),
		cmocka_unit_test(what_has_a_signature_is_whole),
		cmocka_unit_test(a_log_of_two_dumps_comes_apart),
		cmocka_unit_test(parts_keep_the_encoding),
		cmocka_unit_test(what_show_explains_happened_to_nobody),
		cmocka_unit_test(a_code_is_found_without_its_title),
		cmocka_unit_test(a_pool_page_is_read),
		cmocka_unit_test(raw_stack_is_residue_and_no_stack),
		cmocka_unit_test(a_machine_alone_is_told_of),
		cmocka_unit_test(lines_that_flowed_together_are_parted),
		cmocka_unit_test(ordinary_text_is_no_log),
		cmocka_unit_test(damage_ends_in_a_status),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
