/*
 * kernel_header.h - what the headers of 32- and 64-bit kernel dumps share.
 *
 * The two differ in where the fields lie, so a format is a table of offsets.
 * Whoever writes a dump first fills the header with the text "PAGE"; a field
 * that still reads so was never set and is absent.
 */
#ifndef DUMP_KERNEL_HEADER_H
#define DUMP_KERNEL_HEADER_H

#include "indexer/dump/dump.h"

/* Offsets into the image. */
struct kernel_layout {
	uint32_t header_bytes; /* the payload begins here */
	unsigned pointer_bytes;
	uint32_t minor_version;
	uint32_t directory_table;
	uint32_t module_list;
	uint32_t process_list;
	uint32_t machine;
	uint32_t processors;
	uint32_t bugcheck_code;
	uint32_t bugcheck_args;
	uint32_t pae; /* one byte; 0 = no such field */
	uint32_t debugger_data;
	uint32_t runs;
	uint32_t context;
	uint32_t exception;
	uint32_t exception_bytes;
	uint32_t comment;
	uint32_t dump_type;
	uint32_t required_space;
	uint32_t system_time;
	uint32_t up_time;
	uint32_t parts; /* MiniDumpFields */
	uint32_t product_type;
	uint32_t attributes;
};

#define KERNEL_HEADER_RUNS_BYTES 700 /* PhysicalMemoryBlock */

/* What the payload's readers need beyond struct dump. */
struct kernel_header {
	const struct kernel_layout *layout;
	struct crash_number type; /* DumpType */
	uint32_t attributes;	  /* 0 = unset */
	struct crash_number required_space;
	struct crash_number parts; /* MiniDumpFields */
	struct bytes runs;	   /* PhysicalMemoryBlock */
	bool is_encrypted;
};

/*
 * Fill dump and dump->crash from the header, and ret.  A header that is cut
 * behind the bugcheck's arguments gives what it has.
 */
enum status kernel_header_read(struct dump *dump,
			       const struct kernel_layout *layout,
			       struct kernel_header *ret,
			       struct error *err) MUST_CHECK;

/*
 * As dump_stated_bytes(): the larger of RequiredDumpSpace, which is the file's
 * size in triage dumps alone, and of the memory the machine had.
 */
uint64_t kernel_header_stated_bytes(struct bytes head,
				    const struct kernel_layout *layout);

/* A number of width 4 or 8 anywhere in image; unknown if outside or unset. */
struct crash_number kernel_header_number(struct bytes image, uint64_t offset,
					 unsigned width);

#endif
