/*
 * dead.h - a dead machine in memory, ready to be written as any kind of dump.
 *
 * Built from a description: its virtual memory (kernel structures, images,
 * stacks with code that calls what is on them, pool) and where everything is.
 * The writers only choose what of it goes into their files.
 */
#ifndef CORPUS_TOOLS_DEAD_H
#define CORPUS_TOOLS_DEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "corpus-tools/canvas.h"
#include "corpus-tools/layout.h"
#include "corpus-tools/machine.h"
#include "corpus-tools/regs.h"
#include "signatures/base/arena.h"
#include "signatures/base/error.h"

#define DEAD_CPUS 64	 /* processors with memory of their own */
#define DEAD_PIECES 4096 /* ranges a triage dump takes along */
#define DEAD_SPECIAL 64	 /* pages not mapped the usual way */
#define DEAD_FUNCTIONS 1024

struct dead_cpu {
	struct regs regs;
	bool idle;    /* context left zero */
	bool resting; /* the thread is the idle one */
	uint64_t pcr, prcb, thread;
	uint64_t context; /* a CONTEXT in memory; 0 = none */
	uint64_t stack_limit, stack_initial, stack_base;
};

/* A range worth taking along in a small dump. */
struct dead_piece {
	uint64_t va;
	uint32_t size;
	bool rich_only; /* only by the writer that takes much */
};

struct dead_special {
	uint64_t va;
	enum dead_mapping {
		DEAD_TRANSITION,
		DEAD_PROTOTYPE,
		DEAD_LARGE,
		DEAD_ABSENT,
	} mapping;
};

/* A function that stands in an image's code. */
struct dead_function {
	uint64_t start, end;
	uint32_t frame;	   /* bytes its prolog takes */
	uint8_t prolog;	   /* bytes of it */
	bool machine_trap; /* ends in a return from interrupt */
};

struct dead {
	const struct machine *machine;
	enum layout_arch arch;
	size_t pointer;
	const struct layout *layout;
	struct layout_map *map; /* moved as this boot has it */
	struct arena *arena;
	struct canvas canvas;
	uint64_t pool_next;
	/* kernel variables */
	uint64_t data, ps_loaded, ps_active, kdbg, bugcheck_data;
	uint64_t processor_block, build_lab, unloaded, last_unloaded;
	uint64_t pool_track, pfn_database;
	uint64_t process; /* of the crashing thread */
	uint64_t dtb;	  /* physical: the root of the page tables */
	struct dead_cpu cpus[DEAD_CPUS];
	size_t cpu_count; /* of them */
	size_t crashing;
	/* the moment of death */
	struct regs header;
	uint64_t args[4];
	uint64_t context, exception, trap; /* on the stack; 0 = none */
	uint64_t fault_ip;
	struct dead_piece *pieces;
	size_t piece_count;
	struct dead_special special[DEAD_SPECIAL];
	size_t special_count;
	struct dead_function *functions;
	size_t function_count;
};

/* What a VALUE of the description stands for. */
enum status dead_value(const struct dead *dead, const char *text, uint64_t *ret,
		       struct error *err) MUST_CHECK;

/* Some pool for a kernel structure. */
uint64_t dead_take(struct dead *dead, size_t size, size_t align);

/* Remember a range for small dumps. */
void dead_piece(struct dead *dead, uint64_t va, size_t size, bool rich_only);

/* A pointer of the machine's size. */
void dead_pointer(struct dead *dead, uint64_t va, uint64_t value);

/* UNICODE_STRING at va with its text in pool. */
void dead_string(struct dead *dead, uint64_t va, const char *text);

/* The path Windows gives an image: \SystemRoot\system32\... */
const char *dead_image_path(struct dead *dead, const char *name);

/* The module that holds va, or NULL. */
const struct machine_module *dead_module_at(const struct dead *dead,
					    uint64_t va);

#endif
