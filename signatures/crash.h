/*
 * crash.h - what is known about one crash: the waist of the house.
 *
 * Everything above makes a crash out of one image, everything below reads one.
 * A crash holds facts, never memory: no page of the dead machine, no serial
 * number.  A fact the image does not carry is absent (NULL, known == false,
 * count 0) and stays absent all the way to the printers.
 *
 * All pointers are borrowed: they live in the arena of whoever made the crash
 * and end with its next arena_reset().  A crash is plain data and may be copied
 * as long as the arena lives.
 */
#ifndef SIGNATURES_CRASH_H
#define SIGNATURES_CRASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "signatures/base/arena.h"
#include "signatures/base/hash.h"

/* A number that the dead machine may not have told. */
struct crash_number {
	bool known;
	uint64_t value;
};

#define CRASH_NUMBER(v) ((struct crash_number){ true, (v) })
#define CRASH_UNKNOWN ((struct crash_number){ false, 0 })

/* The words of crash_kind_name(); the order is stored, append only. */
enum crash_kind {
	CRASH_KIND_UNKNOWN,
	CRASH_KERNEL_FULL,
	CRASH_KERNEL_SUMMARY,
	CRASH_KERNEL_BITMAP,
	CRASH_KERNEL_ACTIVE,
	CRASH_KERNEL_TRIAGE,
	CRASH_KERNEL_HEADER,
	CRASH_KERNEL_LIVE,
	CRASH_USER_MINI,
	CRASH_DEBUGGER_LOG,
	CRASH_IMPORTED, /* known by text only: crashcorpus import */
	CRASH_EVENT,	/* by code and arguments only: event 1001, Report.wer */
	CRASH_KINDS
};

enum crash_arch {
	CRASH_ARCH_UNKNOWN,
	CRASH_X86,
	CRASH_X64,
	CRASH_ARM64,
	CRASH_ARCHS
};

enum crash_product {
	CRASH_PRODUCT_UNKNOWN,
	CRASH_WORKSTATION,
	CRASH_DOMAIN_CONTROLLER,
	CRASH_SERVER,
	CRASH_PRODUCTS
};

/* How a frame was found, from surest to weakest kind of evidence. */
enum crash_how {
	CRASH_HOW_CONTEXT,	 /* the instruction pointer of a context */
	CRASH_HOW_TRAP_FRAME,	 /* restored from a trap or machine frame */
	CRASH_HOW_UNWIND,	 /* .pdata */
	CRASH_HOW_EPILOGUE,	 /* decoded forward to the epilogue */
	CRASH_HOW_FRAME_POINTER, /* EBP or x29 chain */
	CRASH_HOW_LEARNED,	 /* settled from other dumps of the build */
	CRASH_HOW_SCAN,		 /* a stack word that points into a module */
	CRASH_HOW_STATED,	 /* printed by a debugger that had symbols */
	CRASH_HOWS
};

enum crash_stack_end {
	CRASH_STACK_ABSENT,   /* no stack in the image */
	CRASH_STACK_COMPLETE, /* reached the thread's first frame or stack base
			       */
	CRASH_STACK_CUT,      /* the saved memory ends before the stack does */
	CRASH_STACK_LOST,     /* no believable caller */
	CRASH_STACK_LOOP,
	CRASH_STACK_LIMIT,
	CRASH_STACK_ENDS
};

enum crash_fault_how {
	CRASH_FAULT_NONE,
	CRASH_FAULT_ARGUMENT,
	CRASH_FAULT_EXCEPTION,
	CRASH_FAULT_TRAP_FRAME,
	CRASH_FAULT_STACK,
	CRASH_FAULT_POOL_TAG,
	CRASH_FAULT_OBJECT,
	CRASH_FAULT_RESIDUE,
	CRASH_FAULT_HOWS
};

enum crash_trust {
	CRASH_TRUST_NONE,
	CRASH_STATED, /* the dump says so */
	CRASH_WALKED, /* follows from verified frames */
	CRASH_GUESSED,
	CRASH_TRUSTS
};

enum crash_pool_role {
	CRASH_POOL_CORRUPT,
	CRASH_POOL_NEIGHBOUR,
	CRASH_POOL_ARGUMENT,
	CRASH_POOL_TOP,
	CRASH_POOL_ROLES
};

/*
 * The identity of a module build: link timestamp in the high half, image size
 * in the low half, as printed in 16 digits.  0 = unknown.  The timestamp is
 * often a hash (reproducible builds): never a date.
 */
typedef uint64_t crash_build;

struct crash_module {
	const char *name; /* file name only, lower case, UTF-8; never NULL */
	uint64_t base;
	uint32_t bytes; /* size of the image in memory */
	crash_build build;
};

struct crash_unloaded {
	const char *name; /* as crash_module; at most 12 characters survive */
	uint64_t base;
	uint64_t bytes;
};

struct crash_frame {
	/*
	 * The kernel image is "nt" whatever its file name; other modules by
	 * file name.  NULL: in no module, then offset is the address itself.
	 */
	const char *module;
	crash_build build;
	uint64_t offset;      /* from the module's base */
	const char *symbol;   /* function, where a debugger said so; or NULL */
	uint64_t fingerprint; /* of the function's code; 0 = no code seen */
	uint64_t address;     /* virtual; 0 where only text is known */
	uint64_t slot;	      /* where the return address was read; 0 = none */
	enum crash_how how;
};

/*
 * The routine that a system thread begins with: it makes its call in so many
 * of its first bytes, and has a frame no larger.
 */
enum {
	CRASH_ROUTINE_BYTES = 0x100,
	CRASH_ROUTINE_FRAME = 0x100
};

/*
 * Evidence for settling a weak stack from other dumps: one stack word that
 * points into a module.  Kept in the order of the stack, lowest first.
 */
struct crash_candidate {
	uint32_t module; /* index into modules */
	uint32_t offset; /* from that module's base */
	uint32_t slot;	 /* bytes above the stack pointer the walk began at */
	/*
	 * The slot decoding led to, same unit; 0 = none.  Its own slot: nobody
	 * called, a trap frame lies above, or, with CRASH_HOW_CONTEXT and as
	 * the last one: no return address, the routine that the thread began
	 * with.
	 */
	uint32_t landing;
	uint8_t how; /* enum crash_how of the landing */
};

struct crash_pool {
	char tag[5]; /* protected bit removed, NUL-terminated; "" = none */
	const char *owner; /* module, or NULL */
	enum crash_pool_role role;
	struct crash_number bytes;
};

struct crash_residue {
	const char *module;
	uint32_t count;
};

/*
 * Only where asked for (crashindex --values): a word that stood where damage
 * was done, or, to hold it against, one of sound pool beside it.  A value below
 * 2^32 may be half a word.
 */
struct crash_value {
	uint64_t word;
	bool is_sound; /* the latter */
	/* Whose image in the dump holds it too, named as in a frame; or NULL */
	const char *module;
	crash_build build;
	uint32_t offset; /* from that module's base */
};

struct crash_image {
	uint64_t bytes;
	struct hash128 content; /* XXH3-128 of the image's bytes */
	enum crash_kind kind;
	bool complete; /* not shorter than its own header says */
};

struct crash_machine {
	/*
	 * XXH3-64 of system UUID and board serial.  Where a crash is flagged
	 * CRASH_MACHINE_BY_NAME, of the name of the computer instead: no two
	 * ids of different kinds can be compared.
	 */
	struct crash_number id;
	enum crash_arch arch;
	struct crash_number cpus;
	const char *cpu;
	struct crash_number os_build;
	enum crash_product product;
	const char *manufacturer;
	const char *product_name;
	const char *product_version;
	const char *board;
	const char *bios_vendor;
	const char *bios_version;
	const char *bios_date;
	const char
		*hypervisor;   /* runs as a guest of this one; NULL = no sign */
	const char **evidence; /* "driver=xenvbd", "bios_vendor=Xen", ... */
	size_t evidence_count;
};

struct crash_bugcheck {
	struct crash_number code; /* minidump bit removed */
	bool minidump_form;	  /* it was 0x1000xxxx */
	struct crash_number args[4];
	const char *text; /* imported crashes: its words, in place of a code */
};

struct crash_exception {
	struct crash_number code;
	struct crash_number address;
};

struct crash_fault {
	const char *module; /* as crash_frame.module; NULL = nobody blamed */
	struct crash_number offset;
	crash_build build;
	enum crash_fault_how how;
	enum crash_trust trust;
};

struct crash_stack {
	struct crash_frame *frames; /* innermost first */
	size_t count;
	enum crash_stack_end end;
};

/*
 * Where a processor does not answer or runs on and on: what another one was
 * doing that was not idle.  Frames have no fingerprint and no slot.
 */
struct crash_processor {
	uint32_t number; /* as the kernel counts them, from 0 */
	struct crash_stack stack;
};

/*
 * A function that the dead machine's own unwinder passed when it offered the
 * exception to the stack, by its entry in the module's exception directory.
 */
struct crash_function {
	const char *module; /* as crash_frame.module */
	crash_build build;
	uint32_t entry;	     /* from the module's base */
	uint32_t begin, end; /* likewise; both 0: not in the dump */
};

/* 0 = the stack is too weak to hash, and joins no bucket. */
struct crash_buckets {
	uint64_t exact;
	uint64_t portable;
	uint64_t modules;
};

struct crash {
	struct crash_image image;
	struct crash_machine machine;
	struct crash_number time;   /* FILETIME: 100 ns since 1601-01-01 UTC */
	struct crash_number uptime; /* 100 ns */
	struct crash_bugcheck bugcheck;
	struct crash_exception exception;
	struct crash_fault fault;
	struct crash_fault blamed; /* before a list overruled it; else empty */
	struct crash_stack stack;
	struct crash_stack walked;    /* before it was settled; else empty */
	struct crash_function *trail; /* innermost first, each once */
	size_t trail_count;
	struct crash_buckets buckets;
	struct crash_pool *pool;
	size_t pool_count;
	struct crash_residue *residue; /* by falling count, then name */
	size_t residue_count;
	struct crash_processor *processors; /* by rising number */
	size_t processor_count;
	struct crash_value *values; /* damaged first, then by word */
	size_t value_count;
	struct crash_module *modules; /* in the order the machine lists them */
	size_t module_count;
	struct crash_unloaded *unloaded;
	size_t unloaded_count;
	struct crash_candidate *candidates;
	size_t candidate_count;
	const char *
		process; /* image file name, at most 15 bytes in kernel dumps */
	const char **flags; /* short fixed words, sorted, each once */
	size_t flag_count;
	const char *
		*problems; /* what the image lacked or got wrong, in words */
	size_t problem_count;
};

/* The code as a kernel wrote it, which may be of the minidump form. */
void crash_set_code(struct crash_bugcheck *bugcheck, struct crash_number raw);

/* Fixed words of the contract; each lives for ever. */
const char *crash_kind_name(enum crash_kind kind);
const char *crash_arch_name(enum crash_arch arch); /* NULL if unknown */
const char *crash_product_name(enum crash_product product); /* likewise */
const char *crash_how_name(enum crash_how how);
const char *crash_stack_end_name(enum crash_stack_end end);
const char *crash_fault_how_name(enum crash_fault_how how); /* NULL if none */
const char *crash_trust_name(enum crash_trust trust);	    /* NULL if none */
const char *crash_pool_role_name(enum crash_pool_role role);

/*
 * Is this a crash, or a snapshot somebody took of a running machine?  Live
 * dumps and tool-made images (flag "tool-made") are counted apart.
 */
bool crash_is_crash(const struct crash *crash);

/* The flag of a machine that is known by its name alone. */
#define CRASH_MACHINE_BY_NAME "machine-by-name"

/* ... of a crash that a Report.wer tells of, ... */
#define CRASH_REPORT "wer-report"

/* ... and of one whose time is that of an unknown zone. */
#define CRASH_TIME_LOCAL "time-local"

/*
 * The id of a computer by its name, the first part of it and without case, so
 * that pc17 and PC17.example.org are one; unknown for an empty name.
 */
struct crash_number crash_machine_of_name(const char *name);

/* Does the frame lie in a module, and rest on more than a scan? */
bool crash_frame_is_sure(const struct crash_frame *frame);

/* Add a flag (a literal that lives for ever) unless it is there; sorted. */
void crash_flag(struct crash *crash, struct arena *arena, const char *flag);
bool crash_has_flag(const struct crash *crash, const char *flag);

/*
 * The stack pointer that candidates' slots are counted from; false where no
 * frame is one of them.
 */
bool crash_stack_origin(const struct crash *crash, uint64_t *ret);

/* Add a problem; kept to LIMIT_PROBLEMS, the rest is dropped silently. */
void crash_problem(struct crash *crash, struct arena *arena, const char *format,
		   ...) __attribute__((format(printf, 3, 4)));

/* The loaded module whose image holds va, or NULL. */
const struct crash_module *crash_module_at(const struct crash *crash,
					   uint64_t va);

/* "nt" for every kernel image file name, the name itself otherwise. */
const char *crash_module_canonical(const char *name);

#endif
