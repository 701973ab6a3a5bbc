/*
 * machine.h - the text description of a dead machine.
 *
 * One fact a line, its name first; `#` begins a comment; what is not said gets
 * a sensible default, so that five lines make a valid dump:
 *
 *     format triage-b
 *     arch x64
 *     bugcheck 0xd1 0x29 2 0 ks.sys+0x1ae9
 *     module ks.sys
 *     trap ks.sys+0x1ae9 address=0x29
 *
 * The header:
 *     format full|summary|bitmap|kernel-bitmap|automatic|active|live|rdmp|
 *            triage-a|triage-b|header|minidump
 *     arch x86|x86-pae|x64|x64-la57|arm64
 *     build N  time 2024-06-30T19:52:23[.1234567]Z  uptime SECONDS[.FRACTION]
 *     product workstation|domain-controller|server  cpus N  cpu N (crashing)
 *     bugcheck CODE VALUE...    (0x1000007e: the minidump form)
 *     process NAME  pid N  tool dumpit|elf2dmp  comment TEXT
 *     attributes N  type N  boot-id N  suite N  lab TEXT  seed N
 *     platform windows|linux|macos   (minidump)
 * The machine:
 *     bios-vendor bios-version bios-date manufacturer product-name
 *     product-version serial uuid sku family board-manufacturer board
 *     board-version board-serial TEXT;  virtual yes (the BIOS says so)
 *     smbios secondary|low|registry|none (a full dump: low too)
 *     processor-name processor-vendor TEXT  mhz N  hypervisor-bit yes
 *     acpi OEMID TABLE   blob GUID: HEX
 * Images (the kernel and hal are put first unless named):
 *     module NAME [base=N] [size=N] [time=N] [checksum=N] [tag=TAG]
 *     unloaded NAME base=N size=N
 *     code VALUE: HEX
 * Stacks: `stack [cpu=N] [sp=N] [room=N]` begins another processor's; from the
 * innermost frame out:
 *     ip VALUE [REG=VALUE]...            (default: at the kernel's bug check)
 *     frame VALUE [size=N] [id=N]        a return address, with code to walk
 *     trap VALUE [size=N] [address=VALUE] [error=N] [REG=VALUE]...
 *     raise VALUE [code=N] ...           as trap, with CONTEXT and exception
 *     word VALUE...                      into the locals of the frame above
 *     idle                               this processor's context is zero
 *     resting                            it runs its idle thread
 * Memory (also a data block of a triage dump):
 *     memory VALUE: HEX   words VALUE: VALUE...   text VALUE: ASCII
 *     utf16 VALUE: TEXT   context VALUE: REG=VALUE...
 *     exception VALUE: code=N address=VALUE [info=VALUE]...
 *     pool VALUE          then  block SIZE TAG [paged|nonpaged|free]
 *                         [protected] [previous=N] and  word VALUE...
 *     pooltag TAG [paged=BYTES] [nonpaged=BYTES] [allocs=N] [frees=N]
 *     page VALUE transition|prototype|large|absent
 *
 * A VALUE is a number, `module+0x123`, or one of the names @context
 * @exception @trap @stack @stackbase @thread @process @kdbg @prcb0 ..., and
 * may be followed by +0x123.  `nt` is the kernel by whatever name.
 */
#ifndef CORPUS_TOOLS_MACHINE_H
#define CORPUS_TOOLS_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "corpus-tools/layout.h"
#include "signatures/base/arena.h"
#include "signatures/base/error.h"

#define MACHINE_WORDS 64 /* words on one line of a description */

enum machine_format {
	MACHINE_FULL,
	MACHINE_SUMMARY,
	MACHINE_BITMAP,
	MACHINE_KERNEL_BITMAP,
	MACHINE_AUTOMATIC,
	MACHINE_ACTIVE,
	MACHINE_LIVE,
	MACHINE_RDMP,
	MACHINE_TRIAGE_A, /* as a debugger converts a larger dump */
	MACHINE_TRIAGE_B, /* as the kernel writes it */
	MACHINE_HEADER,
	MACHINE_MINIDUMP,
	MACHINE_FORMATS
};

/* A line after its first word: `key=value` pairs and other words. */
struct machine_words {
	const char *at[MACHINE_WORDS];
	size_t count;
};

struct machine_module {
	const char *name;
	uint64_t base; /* 0: chosen */
	uint32_t size, time, checksum;
	const char *tag; /* four bytes that occur in its code, or NULL */
};

struct machine_unloaded {
	const char *name;
	uint64_t base, size;
};

enum machine_item_kind {
	MACHINE_FRAME,
	MACHINE_TRAP,
	MACHINE_RAISE,
	MACHINE_LOOSE, /* words that belong to no frame */
};

struct machine_item {
	enum machine_item_kind kind;
	const char *location;
	struct machine_words options;
	const char **words;
	size_t word_count;
};

struct machine_stack {
	uint64_t cpu;
	uint64_t sp;   /* 0: chosen */
	uint64_t room; /* of the whole stack; 0: the usual */
	bool idle;     /* context is zero */
	bool resting;  /* its thread is the idle thread */
	const char *ip;
	struct machine_words ip_options;
	struct machine_item *items;
	size_t item_count;
};

enum machine_piece_kind {
	MACHINE_CODE,
	MACHINE_MEMORY,
	MACHINE_VALUES,
	MACHINE_TEXT,
	MACHINE_UTF16,
	MACHINE_CONTEXT,
	MACHINE_EXCEPTION,
	MACHINE_POOL,
	MACHINE_BLOCK,
	MACHINE_BLOCK_WORDS,
	MACHINE_PAGE,
};

/* Something written into memory, in the order of the description. */
struct machine_piece {
	enum machine_piece_kind kind;
	const char *where;
	const char *raw; /* what follows the colon, as it stands */
	struct machine_words words;
};

struct machine_blob {
	const char *guid;
	const char *hex;
};

struct machine_pooltag {
	const char *tag;
	struct machine_words options;
};

struct machine_strings {
	const char *bios_vendor, *bios_version, *bios_date;
	const char *manufacturer, *product_name, *product_version;
	const char *serial, *uuid, *sku, *family;
	const char *board_manufacturer, *board, *board_version, *board_serial;
};

struct machine {
	const char *name; /* of the description, for messages */
	struct arena *arena;
	enum machine_format format;
	enum layout_arch arch;
	uint64_t build, time, uptime, product, cpus, cpu, pid, seed;
	uint64_t attributes, type, boot_id, suite, mhz;
	bool attributes_known, type_known, boot_known, virtual_bit;
	bool hypervisor_bit;
	bool in_block; /* `word` goes into a pool block, not on a stack */
	uint64_t code;
	const char *args[4];
	const char *process, *tool, *comment, *lab, *platform, *smbios;
	const char *processor_name, *processor_vendor, *acpi;
	struct machine_strings strings;
	struct machine_module *modules;
	size_t module_count;
	struct machine_unloaded *unloaded;
	size_t unloaded_count;
	struct machine_stack *stacks;
	size_t stack_count;
	struct machine_piece *pieces;
	size_t piece_count;
	struct machine_blob *blobs;
	size_t blob_count;
	struct machine_pooltag *pooltags;
	size_t pooltag_count;
};

/* Everything at its default; lives in arena. */
void machine_init(struct machine *machine, struct arena *arena,
		  const char *name);

/* The value of `key=` among the words, or NULL. */
const char *machine_option(const struct machine_words *words, const char *key);

/* Its number, or otherwise. */
uint64_t machine_option_number(const struct machine_words *words,
			       const char *key, uint64_t otherwise);

bool machine_has_word(const struct machine_words *words, const char *word);

/* The module of this name; "nt" is the first one.  NULL if there is none. */
const struct machine_module *machine_module(const struct machine *machine,
					    const char *name);

/* "full", "triage-a", ... */
bool machine_format_find(const char *name, enum machine_format *ret);

#endif
