#include "corpus-tools/fleet_bugs.h"

#include <stdio.h>
#include <string.h>

#include "corpus-tools/machine_say.h"
#include "signatures/base/text.h"

/* A place in an image, as its first build has it. */
struct place {
	const char *module;
	uint32_t offset;
};

struct fleet_bugs_bug {
	uint32_t code;
	const char *args; /* with %A: an address, %B: one wrong bit, %I: the
			     place, @names */
	enum {
		PLAIN,
		TRAP,
		RAISE,
		HANG
	} how;
	struct place at;       /* where it happened */
	struct place stack[8]; /* the callers, innermost first */
};

#define FILE_STACK                                                             \
	{ "ntfs.sys", 0x2f41c }, { "fltmgr.sys", 0x6ac4 }, { "nt", 0x2d7e15 }, \
		{ "nt", 0x5e21f3 },                                            \
	{                                                                      \
		"nt", 0x20a3c5                                                 \
	}
#define NET_STACK                                                              \
	{ "ndis.sys", 0x4a17 }, { "tcpip.sys", 0x6f2b4 }, { "nt", 0x2e1d90 },  \
	{                                                                      \
		"nt", 0x1f4a6e                                                 \
	}
#define THREAD_STACK                                                           \
	{ "nt", 0x2a8d35 },                                                    \
	{                                                                      \
		"nt", 0x3fca28                                                 \
	}

static const struct fleet_bugs_bug everyday[] = {
	{ 0xd1, "%A 2 0 %I", TRAP, { "e1d65x64.sys", 0x1c2a0 }, { NET_STACK } },
	{ 0x9f,
	  "3 %A %A %A",
	  PLAIN,
	  { NULL, 0 },
	  { { "nt", 0x2c11f8 }, { "nt", 0x2c0d05 }, { "nt", 0x33a4e4 } } },
	{ 0x3b,
	  "0xc0000005 %I @context 0",
	  RAISE,
	  { "win32kfull.sys", 0x81f04 },
	  { { "win32kfull.sys", 0x7c3d1 },
	    { "win32kbase.sys", 0x1be88 },
	    { "nt", 0x20a3c5 } } },
	{ 0x116,
	  "%A %I 0xc0000001 4",
	  PLAIN,
	  { "gfxone.sys", 0x41a20 },
	  { { "dxgkrnl.sys", 0x1fe45 },
	    { "dxgmms2.sys", 0xb12c },
	    THREAD_STACK } },
	{ 0x50,
	  "%A 0 %I 2",
	  TRAP,
	  { "avscan.sys", 0x3f1c },
	  { { "avscan.sys", 0x5120 }, FILE_STACK } },
	{ 0x7e,
	  "0xc0000005 %I @exception @context",
	  RAISE,
	  { "usbaudio.sys", 0x9e11 },
	  { { "usbaudio.sys", 0xa24c }, { "ks.sys", 0x1ae9 }, THREAD_STACK } },
	{ 0x133,
	  "1 0x1e00 %A 0",
	  PLAIN,
	  { NULL, 0 },
	  { { "nt", 0x2f9c11 },
	    { "nt", 0x2f4e40 },
	    { "storport.sys", 0x2b7d },
	    { "nt", 0x1f4a6e } } },
	{ 0xef,
	  "%A 0 0 0",
	  PLAIN,
	  { NULL, 0 },
	  { { "nt", 0x7e5d26 }, { "nt", 0x6a3ed8 }, { "nt", 0x20a3c5 } } },
	{ 0x139,
	  "3 @trap @exception 0",
	  RAISE,
	  { "storport.sys", 0x7718 },
	  { { "storport.sys", 0x6e04 }, { "nt", 0x1f4a6e }, THREAD_STACK } },
	{ 0xc2,
	  "7 0x109b 0 %A",
	  PLAIN,
	  { NULL, 0 },
	  { { "nt", 0x5b1f9c }, { "vpnfilt.sys", 0x2c77 }, NET_STACK } },
	{ 0xa,
	  "%A 2 1 %I",
	  TRAP,
	  { "nt", 0x2b36cc },
	  { { "nt", 0x2b1a92 }, { "vpnfilt.sys", 0x1d30 }, NET_STACK } },
	{ 0x1e,
	  "0xffffffffc0000005 %I 0 %A",
	  RAISE,
	  { "btfilt.sys", 0x1e60 },
	  { { "btfilt.sys", 0x2290 }, { "nt", 0x1f4a6e } } },
};

static const struct fleet_bugs_bug memory[] = {
	{ 0x1a,
	  "0x41792 0xfffff5011c7a3f40 %B 0",
	  PLAIN,
	  { NULL, 0 },
	  { { "nt", 0x2d4a1e }, { "nt", 0x231cc7 }, { "nt", 0x5e21f3 } } },
	{ 0x50, "%B 0 %I 2", TRAP, { "ntfs.sys", 0x1a7d8 }, { FILE_STACK } },
	{ 0xa,
	  "%B 2 0 %I",
	  TRAP,
	  { "nt", 0x24f810 },
	  { { "nt", 0x24e1b4 }, THREAD_STACK } },
	{ 0x4e,
	  "0x99 %B 1 0",
	  PLAIN,
	  { NULL, 0 },
	  { { "nt", 0x2e8c30 }, { "nt", 0x2613d1 } } },
	{ 0x3b,
	  "0xc0000005 %I @context 0",
	  RAISE,
	  { "nt", 0x61a4c7 },
	  { { "nt", 0x619c08 }, { "nt", 0x20a3c5 } } },
	{ 0x24,
	  "0xb500190637 @exception @context %I",
	  RAISE,
	  { "ntfs.sys", 0x44d19 },
	  { FILE_STACK } },
	{ 0x19,
	  "0x20 %B %A 0x4810003",
	  PLAIN,
	  { NULL, 0 },
	  { { "nt", 0x5b1e04 }, { "afd.sys", 0x8d3f }, { "nt", 0x20a3c5 } } },
	{ 0xd1,
	  "%B 2 8 %B",
	  PLAIN,
	  { NULL, 0 },
	  { { "dxgmms2.sys", 0x1c0f2 }, THREAD_STACK } },
	{ 0xc5,
	  "%B 2 0 %I",
	  TRAP,
	  { "nt", 0x5b2340 },
	  { { "fltmgr.sys", 0x3c18 }, FILE_STACK } },
	{ 0x109,
	  "0xa39fe9b0d2a5c641 0xb3b6f63724f1a4d7 %B 1",
	  PLAIN,
	  { NULL, 0 },
	  { { "nt", 0x1f4a6e } } },
};

static const struct fleet_bugs_bug firmware[] = {
	{ 0x3b,
	  "0xc000001d %I @context 0",
	  RAISE,
	  { "gfxone.sys", 0x2b13c },
	  { { "dxgkrnl.sys", 0x2a990 }, { "nt", 0x20a3c5 } } },
	{ 0x3b,
	  "0xc000001d %I @context 0",
	  RAISE,
	  { "ndis.sys", 0x11d08 },
	  { NET_STACK } },
	{ 0x3b,
	  "0xc000001d %I @context 0",
	  RAISE,
	  { "usbxhci.sys", 0x8f24 },
	  { { "usbhub3.sys", 0x4410 }, { "nt", 0x20a3c5 } } },
	{ 0x3b,
	  "0xc000001d %I @context 0",
	  RAISE,
	  { "hdaudio.sys", 0x71b0 },
	  { { "portcls.sys", 0x1e84 }, { "nt", 0x20a3c5 } } },
};

static const struct fleet_bugs_bug driver = {
	0xd1,
	"%A 2 0 %I",
	TRAP,
	{ "netfast.sys", 0x2a4c },
	{ { "netfast.sys", 0x31b8 }, { "netfast.sys", 0x4f60 }, NET_STACK },
};

static const struct fleet_bugs_bug hang = {
	0x101,
	"0x31 0 @prcb1 1",
	HANG,
	{ "nt", 0x3a0c04 },
	{ { "nt", 0x2f9c11 },
	  { "nt", 0x2f4e40 },
	  { "hal.dll", 0x3a12 },
	  { "nt", 0x1f4a6e } },
};

const struct fleet_bugs_bug *fleet_bugs_everyday(struct random_source *random)
{
	/* The first ones are the most frequent. */
	const uint64_t count = sizeof(everyday) / sizeof(everyday[0]);
	const uint64_t a = random_below(random, count);
	const uint64_t b = random_below(random, count);

	return &everyday[a < b ? a : b];
}

const struct fleet_bugs_bug *fleet_bugs_memory(struct random_source *random)
{
	return &memory[random_below(random,
				    sizeof(memory) / sizeof(memory[0]))];
}

const struct fleet_bugs_bug *fleet_bugs_firmware(struct random_source *random)
{
	return &firmware[random_below(random,
				      sizeof(firmware) / sizeof(firmware[0]))];
}

const struct fleet_bugs_bug *fleet_bugs_driver(void)
{
	return &driver;
}

const struct fleet_bugs_bug *fleet_bugs_hang(void)
{
	return &hang;
}

/* What every machine loads, and how often others do, in tenths. */
static const struct {
	const char *name;
	unsigned tenths;
	uint32_t size;
} loads[] = {
	{ "cng.sys", 10, 0xb8000 },	    { "fltmgr.sys", 10, 0x72000 },
	{ "ndis.sys", 10, 0x171000 },	    { "tcpip.sys", 10, 0x2ed000 },
	{ "storport.sys", 10, 0xb1000 },    { "ntfs.sys", 10, 0x2d9000 },
	{ "dxgkrnl.sys", 10, 0x3a2000 },    { "dxgmms2.sys", 10, 0xe1000 },
	{ "win32k.sys", 10, 0x9a000 },	    { "win32kbase.sys", 10, 0x2d4000 },
	{ "win32kfull.sys", 10, 0x3b6000 }, { "afd.sys", 10, 0xa6000 },
	{ "usbhub3.sys", 10, 0xa1000 },	    { "usbxhci.sys", 10, 0x9a000 },
	{ "hdaudio.sys", 10, 0x76000 },	    { "portcls.sys", 10, 0x6b000 },
	{ "ks.sys", 10, 0x76000 },	    { "netfast.sys", 8, 0x3c000 },
	{ "e1d65x64.sys", 6, 0x8e000 },	    { "gfxone.sys", 7, 0x1c00000 },
	{ "avscan.sys", 5, 0x5a000 },	    { "usbaudio.sys", 4, 0x3a000 },
	{ "vpnfilt.sys", 4, 0x2b000 },	    { "btfilt.sys", 3, 0x21000 },
	{ "scanhid.sys", 2, 0x14000 },	    { "printmon.sys", 2, 0x19000 },
};

/* Later builds have their code a little further on. */
static uint32_t moved(const struct fleet_bugs_machine *pc, struct place at)
{
	if (!strcmp(at.module, "nt") && pc->newer_system)
		return at.offset + 0x12c40;
	if (!strcmp(at.module, "netfast.sys") && pc->bad_driver)
		return at.offset + 0x6c0;
	return at.offset;
}

static bool needs(const struct fleet_bugs_bug *bug, const char *name)
{
	bool found = bug->at.module && !strcmp(bug->at.module, name);

	for (size_t i = 0; i < 8 && bug->stack[i].module; i++)
		found = found || !strcmp(bug->stack[i].module, name);
	return found;
}

static void say_modules(struct machine *m, const struct fleet_bugs_machine *pc,
			const struct fleet_bugs_bug *bug)
{
	static const char *const guests[] = { "xen.sys", "xenvbd.sys",
					      "xennet.sys", "xenutil.sys" };
	struct random_source own = { pc->number * 131 + 17 };

	machine_say(m, "module ntoskrnl.exe time=0x%x",
		    pc->newer_system ? 0x8e2a64f0 : 0x5bd60a11);
	machine_say(m, "module hal.dll");
	for (size_t i = 0; i < sizeof(loads) / sizeof(loads[0]); i++) {
		const bool has = random_below(&own, 10) < loads[i].tenths;
		const char *name = loads[i].name;

		if (!has && !needs(bug, name) &&
		    !(pc->bad_driver && !strcmp(name, "netfast.sys")))
			continue;
		if (!strcmp(name, "netfast.sys"))
			machine_say(m, "module netfast.sys time=0x%x size=0x%x",
				    pc->bad_driver ? 0x668d3a40 : 0x65f1c2b8,
				    pc->bad_driver ? 0x3d000 : 0x3c000);
		else
			machine_say(m, "module %s size=0x%x", name,
				    loads[i].size);
	}
	if (pc->laptop)
		machine_say(m, "module cbhotkey.sys size=0xe000 "
			       "time=0x63a1e0c4");
	for (size_t i = 0; i < 4 && pc->guest; i++)
		machine_say(m, "module %s", guests[i]);
}

static void say_firmware(struct machine *m, const struct fleet_bugs_machine *pc)
{
	static const char *const makers[] = { "Fabrikam", "Northwind",
					      "Tailspin" };
	const unsigned which = (unsigned)(pc->number % 3);

	if (pc->guest) {
		machine_say(m, "bios-vendor Xen");
		machine_say(m, "bios-version 4.13.1");
		machine_say(m, "bios-date 02/14/2023");
		machine_say(m, "manufacturer Xen");
		machine_say(m, "product-name HVM domU");
		machine_say(m, "virtual yes");
		machine_say(m, "hypervisor-bit yes");
		machine_say(m, "acpi Xen HVM");
	} else if (pc->laptop) {
		machine_say(m, "bios-vendor American Megatrends Inc.");
		machine_say(m, "bios-version %s",
			    pc->bad_bios	  ? "F7b"
			    : pc->number % 4 == 1 ? "F6"
						  : "F8");
		machine_say(m, "bios-date 03/0%u/2024", pc->bad_bios ? 4u : 9u);
		machine_say(m, "manufacturer Contoso");
		machine_say(m, "product-name ContosoBook 14");
		machine_say(m, "board CB14-MB");
	} else {
		machine_say(m, "bios-vendor American Megatrends Inc.");
		machine_say(m, "bios-version %u.%02u", which + 1,
			    (unsigned)(pc->number % 4) * 10);
		machine_say(m, "bios-date 11/2%u/2022", which);
		machine_say(m, "manufacturer %s", makers[which]);
		machine_say(m, "product-name Desk %u", 100 * (which + 1));
		machine_say(m, "board MB-%u", which);
	}
	machine_say(m, "board-manufacturer Contoso");
	machine_say(m, "uuid demo machine %u", (unsigned)pc->number);
	machine_say(m, "board-serial B%05u", (unsigned)pc->number);
}

/* The bug's arguments with its letters filled in. */
static void say_bugcheck(struct machine *m, const struct fleet_bugs_machine *pc,
			 const struct fleet_bugs_bug *bug,
			 struct random_source *random)
{
	char line[256] = "";
	size_t length = 0;

	for (const char *c = bug->args; *c; c++) {
		char piece[64] = { *c, '\0' };

		if (*c == '%') {
			const uint64_t bits = random_next(random);
			uint64_t value =
				0xffff8a0000000000 | (bits & 0x3ffffffff0);

			c++;
			if (*c == 'B') /* a zero with one bit, or one bit off */
				value = bits & 1 ? 1ull << (bits >> 8) % 40
						 : value ^ 1ull << 46;
			snprintf(piece, sizeof(piece), "0x%llx",
				 (unsigned long long)value);
			if (*c == 'I')
				snprintf(piece, sizeof(piece), "%s+0x%x",
					 bug->at.module, moved(pc, bug->at));
		}
		length += (size_t)snprintf(line + length, sizeof(line) - length,
					   "%s", piece);
	}
	machine_say(m, "bugcheck 0x%x %s", bug->code, line);
}

static void say_frames(struct machine *m, const struct fleet_bugs_machine *pc,
		       const struct fleet_bugs_bug *bug)
{
	for (size_t i = 0; i < 8 && bug->stack[i].module; i++)
		machine_say(m, "frame %s+0x%x id=%s!%x", bug->stack[i].module,
			    moved(pc, bug->stack[i]), bug->stack[i].module,
			    bug->stack[i].offset);
}

static void say_stack(struct machine *m, const struct fleet_bugs_machine *pc,
		      const struct fleet_bugs_bug *bug,
		      struct random_source *random)
{
	const uint64_t touched =
		0xffff8a0000000000 | (random_next(random) & 0x3ffffffff0);

	machine_say(m, "stack");
	if (bug->how == TRAP || bug->how == RAISE)
		machine_say(m, "%s %s+0x%x id=%s!%x code=0x%x address=0x%llx",
			    bug->how == TRAP ? "trap" : "raise", bug->at.module,
			    moved(pc, bug->at), bug->at.module, bug->at.offset,
			    strstr(bug->args, "0xc000001d") ? 0xc000001d
							    : 0xc0000005,
			    (unsigned long long)touched);
	say_frames(m, pc, bug);
	if (bug->how != HANG)
		return;
	machine_say(m, "stack cpu=1");
	machine_say(m, "ip %s+0x%x size=0x38", bug->at.module,
		    moved(pc, bug->at));
	machine_say(m, "frame nt+0x%x",
		    moved(pc, (struct place){ "nt", 0x31f4d0 }));
	machine_say(m, "word %s+0x1c42", "xenvbd.sys");
}

void fleet_bugs_describe(struct machine *machine,
			 const struct fleet_bugs_machine *pc,
			 const struct fleet_bugs_bug *bug,
			 struct random_source *random)
{
	machine->format =
		bug->how == HANG ? MACHINE_TRIAGE_A : MACHINE_TRIAGE_B;
	machine->build = pc->newer_system ? 22621 : 19041;
	machine->cpus = pc->guest ? 2 : 8;
	say_modules(machine, pc, bug);
	say_firmware(machine, pc);
	say_bugcheck(machine, pc, bug, random);
	say_stack(machine, pc, bug, random);
}
