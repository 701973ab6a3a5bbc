/*
 * layout.h - where the kernels of each build keep what a dump reader looks for.
 *
 * The writer's own tables, apart from the reader's: a wrong offset shared by
 * both would agree with itself.  Offsets come from public PDB types and from
 * real dumps of 19041, 22000 (ARM64) and 26100; sizes of structures of other
 * builds are rounded up, since only their order of magnitude matters.
 */
#ifndef CORPUS_TOOLS_LAYOUT_H
#define CORPUS_TOOLS_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

enum layout_arch {
	LAYOUT_X86,
	LAYOUT_X86_PAE,
	LAYOUT_X64,
	LAYOUT_X64_LA57,
	LAYOUT_ARM64,
	LAYOUT_ARCHS
};

struct layout {
	enum layout_arch arch; /* of the family: x86, x64, ARM64 */
	uint32_t build;	       /* first build it holds for */
	uint16_t kdbg_size;
	uint16_t pcr_size, pcr_current_prcb, pcr_prcb;
	uint16_t prcb_size, prcb_thread, prcb_number, prcb_mhz;
	uint16_t prcb_vendor, prcb_special, prcb_state;
	uint16_t prcb_context; /* 0: the build keeps no pointer */
	uint16_t process_size, process_dtb, process_pid, process_links;
	uint16_t process_name, process_peb, process_parent;
	uint16_t thread_size, thread_initial, thread_limit, thread_base;
	uint16_t thread_kernel, thread_teb, thread_state, thread_process;
	uint16_t thread_trap, thread_irps;
};

/* The newest row that is not newer than build. */
const struct layout *layout_find(enum layout_arch arch, uint64_t build);

/* 4 or 8. */
size_t layout_pointer(enum layout_arch arch);

/* The arch without its paging: x86, x64 or ARM64. */
enum layout_arch layout_family(enum layout_arch arch);

/* First address of the parts a machine is laid out in. */
struct layout_map {
	uint64_t modules;
	uint64_t pool;
	uint64_t stacks;
	uint64_t shared_data; /* KUSER_SHARED_DATA */
	uint64_t pte_base;
	uint64_t pfn_database;
	uint32_t image_type; /* IMAGE_FILE_MACHINE_* */
	uint32_t context_size;
	uint32_t trap_size;
};

const struct layout_map *layout_map(enum layout_arch arch);

/* How far 64-bit systems move everything at each boot; 0 for seed 0. */
uint64_t layout_slide(enum layout_arch arch, uint64_t seed);

#endif
