/*
 * dump.h - one face for every kind of dump.
 *
 * A format recognises an image by its first bytes and states what the image
 * itself states: header facts go straight into the crash, the places of things
 * into struct dump.  What has to be worked out from memory (module lists of
 * full dumps, stacks, pool, SMBIOS) is the business of indexer/target/.
 *
 * Memory comes in two kinds.  Kernel dumps with a page payload state physical
 * ranges; triage dumps and minidumps state virtual ones.  Both are sorted by
 * start, do not overlap, and lie inside the image, so that whoever reads
 * through them needs no further check.
 */
#ifndef DUMP_DUMP_H
#define DUMP_DUMP_H

#include "signatures/base/arena.h"
#include "signatures/base/bytes.h"
#include "signatures/base/error.h"
#include "signatures/crash.h"

/* size bytes at address start of the dead machine lie at offset of the image.
 */
struct dump_range {
	uint64_t start;
	uint64_t size;
	uint64_t offset;
};

struct dump_ranges {
	struct dump_range *range; /* sorted by start, disjoint */
	size_t count;
};

/* A thread of a user-mode minidump. */
struct dump_thread {
	uint32_t id;
	struct bytes context;
};

/*
 * Who wrote a triage dump.  The two keep different things: the debugger engine
 * pieces of every processor and of everything the stack points at, the kernel
 * only its own processor and few pieces.
 */
enum dump_writer {
	DUMP_WRITER_UNKNOWN,
	DUMP_WRITER_DBGENG,
	DUMP_WRITER_KERNEL
};

struct dump {
	struct bytes image;  /* borrowed from the caller of dump_open() */
	struct arena *arena; /* likewise */
	struct crash *crash; /* what the image says of itself; likewise */

	enum dump_writer writer;

	/* How the dead machine speaks. */
	unsigned pointer_bytes;	 /* 4 or 8; 0: a text that does not say */
	struct crash_number pae; /* x86 kernel dumps: 1 with PAE */

	/* Kernel addresses stated by the header; 0 = unset. */
	uint64_t directory_table; /* physical, low 12 bits as written */
	uint64_t module_list;	  /* PsLoadedModuleList, the list head */
	uint64_t process_list;	  /* PsActiveProcessHead */
	uint64_t debugger_data;	  /* KDBG */

	/* Parts of the image; failed (bytes_absent()) where not stated. */
	struct bytes
		context; /* CONTEXT of the header, or of the crashed thread */
	/*
	 * EXCEPTION_RECORD of the same.  Of a kernel dump in the header's width
	 * (a bugcheck's is synthetic, a breakpoint in KeBugCheckEx); of a
	 * minidump always EXCEPTION_RECORD64, also on x86.
	 */
	struct bytes exception;
	struct bytes kdbg;	/* triage: a copy of KDDEBUGGER_DATA64 */
	struct bytes process;	/* triage: EPROCESS */
	struct bytes secondary; /* "DumpBlob" data, from its header on */

	/* The raw stack saved by name: triage call stack, minidump thread. */
	uint64_t stack_start; /* lowest virtual address */
	struct bytes stack;

	struct dump_ranges physical;
	struct dump_ranges virtual;

	struct dump_thread *threads; /* minidumps only */
	size_t thread_count;
	uint32_t crashed_thread; /* id; meaningful with exception */

	/* A log states the whole crash as text; target/ has nothing to add. */
	bool is_text;
};

struct dump_format {
	const char *name; /* "64-bit kernel dump", put in front of errors */
	/* Looks at the first bytes only; never fails. */
	bool (*claims)(struct bytes image);
	/*
	 * Fill dump and dump->crash.  A part that is missing or wrong is a
	 * problem of the crash; an error is for an image that yields nothing:
	 * its very header cut short (STATUS_TRUNCATED), contradicting itself
	 * (STATUS_CORRUPT), of a foreign system (STATUS_UNSUPPORTED).
	 */
	enum status (*read)(struct dump *dump, struct error *err);
	/* As dump_split(); NULL where an image is never more than one. */
	size_t (*split)(struct bytes image, struct arena *arena,
			struct bytes parts[], size_t max);
	/* As dump_stated_bytes(); NULL where images do not say. */
	uint64_t (*stated_bytes)(struct bytes head);
};

/* One line per format; the first that claims the image reads it. */
extern const struct dump_format kernel64_format;
extern const struct dump_format kernel32_format;
extern const struct dump_format minidump_format;
extern const struct dump_format userdump_format; /* recognised and refused */
extern const struct dump_format evtx_format;	 /* likewise */
extern const struct dump_format event_log_format;
extern const struct dump_format wer_report_format;
extern const struct dump_format wer_system_format;
extern const struct dump_format windbg_log_format;

/* Bytes enough for every claims() to see what it needs. */
#define DUMP_CLAIM_BYTES 4096

/*
 * Would dump_open() know this image?  head is its first DUMP_CLAIM_BYTES, or
 * all of it.  Archives ask this to pass over what is not a dump.
 */
bool dump_is_claimed(struct bytes head);

/*
 * How large an image may be by what its own header says, 0 where that does not
 * say or the image is none.  head is its first DUMP_CLAIM_BYTES.
 */
uint64_t dump_stated_bytes(struct bytes head);

/*
 * Text has no first bytes to know it by.  Is this unclaimed head text, so that
 * dump_is_claimed() should be asked again with DUMP_TEXT_BYTES of the image?
 */
bool dump_may_be_claimed(struct bytes head);

/* A text that shows no crash in its first 4 MiB is taken for something else. */
#define DUMP_TEXT_BYTES (4ul * 1024 * 1024)

/*
 * Could this claimed image hold more than one?  What is known by its first
 * bytes does not, and has no need to be looked at as text.
 */
bool dump_may_have_parts(struct bytes image);

/*
 * The images in a claimed image that holds more than one: the crashes of a
 * debugger log, the events of an event log.  Returns how many there are, of
 * which parts gets the first max (borrowed from image, or living in arena); 1
 * or less: image is to be opened as it is.
 */
size_t dump_split(struct bytes image, struct arena *arena, struct bytes parts[],
		  size_t max);

/*
 * Fill ret and crash from image.  ret borrows all three.  On failure both are
 * unspecified.  STATUS_UNSUPPORTED when no format claims the image.
 * The caller has set crash->image.bytes and .content.
 */
enum status dump_open(struct bytes image, struct arena *arena,
		      struct crash *crash, struct dump *ret,
		      struct error *err) MUST_CHECK;

/* The bytes from start on in one range, at most size; failed when none. */
struct bytes dump_view(const struct dump *dump,
		       const struct dump_ranges *ranges, uint64_t start,
		       uint64_t size);

#endif
