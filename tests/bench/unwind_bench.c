/*
 * unwind_bench.c - stacks of compiler-made Windows code, known exactly.
 *
 *	unwind_bench stacks FILE.dll		frames found, with .pdata and
 *						without, and with nothing but
 *						what a dispatcher leaves
 *	unwind_bench portable A.dll B.dll	functions whose fingerprint is
 *						the same in both builds, pairs
 *						of different ones that collide
 *
 * The code of unwind_code.c is mapped where it wants to be and run; its
 * innermost call leads back here, where registers and stack are copied.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "indexer/target/fingerprint.h"
#include "indexer/target/image.h"
#include "indexer/target/stack.h"
#include "signatures/base/file.h"
#include "signatures/base/limits.h"

enum {
	SHAPES = 24,
	RUNS = 400,
	DEPTH = 12,
	STACK_BYTES = 256 * 1024,
	BELOW_BYTES = 0x200, /* kept below the stack pointer */
	TABLE_AT = 0x80,     /* there */
	ENTRY_BYTES = 12,    /* RUNTIME_FUNCTION */
	CONTEXT_BYTES = 0x4d0
};

typedef uint64_t __attribute__((ms_abi))
run_call(const uint8_t *order, uint64_t *trace, void (*leaf)(void));
typedef const uint64_t *__attribute__((ms_abi)) shapes_call(void);

struct library {
	struct file_view file;
	struct bytes raw; /* of the file */
	struct arena arena;
	struct image image;
	uint8_t *base;
	size_t bytes;
};

/* What capture() saves: rax .. r15, then rip. */
uint64_t unwind_bench_registers[17];
void unwind_bench_snapshot(void);
void unwind_bench_capture(void);

static uint64_t stack_top; /* where the run began */
static uint8_t *saved;	   /* module image, what lies below, then stack */
static size_t saved_stack;
static const struct library *running;

/* Called by Windows code: rdi, rsi and rbx, rbp, r12-r15 stay. */
__asm__(".text\n"
	".globl unwind_bench_capture\n"
	"unwind_bench_capture:\n"
	"	mov %rbx, 24+unwind_bench_registers(%rip)\n"
	"	lea 8(%rsp), %rax\n"
	"	mov %rax, 32+unwind_bench_registers(%rip)\n"
	"	mov %rbp, 40+unwind_bench_registers(%rip)\n"
	"	mov %rsi, 48+unwind_bench_registers(%rip)\n"
	"	mov %rdi, 56+unwind_bench_registers(%rip)\n"
	"	mov %r12, 96+unwind_bench_registers(%rip)\n"
	"	mov %r13, 104+unwind_bench_registers(%rip)\n"
	"	mov %r14, 112+unwind_bench_registers(%rip)\n"
	"	mov %r15, 120+unwind_bench_registers(%rip)\n"
	"	mov (%rsp), %rax\n"
	"	mov %rax, 128+unwind_bench_registers(%rip)\n"
	"	push %rsi\n"
	"	push %rdi\n"
	"	sub $8, %rsp\n"
	"	call unwind_bench_snapshot\n"
	"	add $8, %rsp\n"
	"	pop %rdi\n"
	"	pop %rsi\n"
	"	ret\n");

void unwind_bench_snapshot(void)
{
	const uint64_t sp = unwind_bench_registers[4];

	saved_stack = stack_top - sp;
	memcpy(saved + running->bytes + BELOW_BYTES,
	       (const void *)(uintptr_t)sp, saved_stack);
}

static void fail(const char *what)
{
	fprintf(stderr, "unwind_bench: %s\n", what);
	exit(3);
}

static void load(const char *path, struct library *ret)
{
	struct error err;

	arena_init(&ret->arena);
	if (file_map(path, &ret->file, &err))
		fail(err.text);
	ret->raw = bytes_of(ret->file.data, ret->file.size);
	if (!image_of(ret->raw, &ret->arena, &ret->image))
		fail("no PE image");
	ret->bytes = ret->image.bytes;
	/* the preferred base: PE32+ optional header, at 0x18 */
	struct bytes in = ret->raw;
	bytes_skip(&in, 0x3c);
	const uint32_t nt = bytes_u32(&in);
	in = bytes_part(ret->raw, nt + 0x18 + 0x18, 8);
	const uint64_t base = bytes_u64(&in);
	ret->base =
		mmap((void *)(uintptr_t)base, ret->bytes,
		     PROT_READ | PROT_WRITE | PROT_EXEC,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if (ret->base == MAP_FAILED)
		fail("the image's place is taken");
	in = ret->raw;
	bytes_copy(&in, ret->base, 0x400);
	for (size_t i = 0; i < ret->image.section_count; i++) {
		const struct image_section *s = &ret->image.sections[i];
		in = bytes_part(ret->raw, s->file_offset,
				s->file_bytes < s->bytes ? s->file_bytes
							 : s->bytes);
		bytes_copy(&in, ret->base + s->rva, bytes_left(&in));
	}
}

static void unload(struct library *library)
{
	munmap(library->base, library->bytes);
	arena_deinit(&library->arena);
	file_unmap(&library->file);
}

static void *entry(const struct library *library, const char *name)
{
	for (uint32_t rva = 0x1000; rva < library->bytes; rva++) {
		uint32_t start;
		struct arena arena;
		arena_init(&arena);
		const char *found = image_export_below(&library->image, rva,
						       &arena, &start);
		const bool is_it = found != NULL && start == rva &&
				   strcmp(found, name) == 0;
		arena_deinit(&arena);
		if (is_it)
			return library->base + rva;
	}
	fail("no such export");
	return NULL;
}

/* A machine that holds the module and the stack, and nothing else. */
struct scene {
	struct arena arena;
	struct crash crash;
	struct crash_module module;
	struct dump_range range[2];
	struct dump dump;
	struct target target;
	uint8_t context[CONTEXT_BYTES];
};

static void put(uint8_t *to, uint64_t value, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		to[i] = (uint8_t)(value >> 8 * i);
}

static void set_scene(struct scene *scene, const struct library *library)
{
	const uint64_t base = (uintptr_t)library->base;
	const uint64_t sp = unwind_bench_registers[4];

	memset(scene, 0, sizeof(*scene));
	arena_init(&scene->arena);
	scene->module = (struct crash_module){ "bench.dll", base,
					       (uint32_t)library->bytes, 1 };
	scene->crash.machine.arch = CRASH_X64;
	scene->crash.image.kind = CRASH_USER_MINI;
	scene->crash.modules = &scene->module;
	scene->crash.module_count = 1;
	scene->range[0] = (struct dump_range){ base, library->bytes, 0 };
	scene->range[1] = (struct dump_range){ sp - BELOW_BYTES,
					       BELOW_BYTES + saved_stack,
					       library->bytes };
	put(scene->context + 0x30, 0x10000b, 4);
	put(scene->context + 0x38, 0x33, 2);
	put(scene->context + 0x42, 0x2b, 2);
	for (unsigned i = 0; i < 17; i++)
		put(scene->context + 0x78 + 8 * i, unwind_bench_registers[i],
		    8);
	scene->dump = (struct dump){
		.image = bytes_of(saved,
				  library->bytes + BELOW_BYTES + saved_stack),
		.arena = &scene->arena,
		.crash = &scene->crash,
		.pointer_bytes = 8,
		.context = bytes_of(scene->context, CONTEXT_BYTES),
		.exception = bytes_absent(),
		.kdbg = bytes_absent(),
		.process = bytes_absent(),
		.secondary = bytes_absent(),
		.stack_start = sp - BELOW_BYTES,
		.stack = bytes_of(saved + library->bytes,
				  BELOW_BYTES + saved_stack),
		.virtual = { scene->range, saved_stack > 0 ? 2 : 1 },
	};
	scene->target = (struct target){ .dump = &scene->dump,
					 .crash = &scene->crash,
					 .arena = &scene->arena,
					 .kdbg = bytes_absent() };
}

struct score {
	unsigned frames, exact, by[CRASH_HOWS];
	unsigned wrong, scanned; /* not in the trace; the latter say so */
};

/* Frames in the order of the trace; some of it may be passed over. */
static void score(struct scene *scene, const uint64_t *trace, size_t count,
		  struct score *ret)
{
	const struct crash_stack *stack = &scene->crash.stack;
	size_t left = count;

	stack_examine(&scene->target);
	ret->frames += (unsigned)count;
	/* the context's own frame is no return address */
	for (size_t k = 1; k < stack->count; k++) {
		size_t i = left;

		while (i > 0 && trace[i - 1] != stack->frames[k].address)
			i--;
		if (i > 0) {
			ret->exact++;
			ret->by[stack->frames[k].how]++;
			left = i - 1;
		} else {
			const bool is_scan =
				stack->frames[k].how == CRASH_HOW_SCAN;

			ret->wrong += !is_scan;
			ret->scanned += is_scan;
		}
	}
	arena_deinit(&scene->arena);
}

/* The entry of the function around rva in the exception directory, or 0. */
static uint32_t function_around(const struct library *library, uint32_t rva)
{
	const struct image_part pdata = library->image.pdata;

	for (uint32_t at = pdata.rva; at < pdata.rva + pdata.bytes;
	     at += ENTRY_BYTES) {
		uint32_t begin, end;

		memcpy(&begin, library->base + at, 4);
		memcpy(&end, library->base + at + 4, 4);
		if (rva >= begin && rva < end)
			return at;
	}
	return 0;
}

/*
 * What is left where an exception was offered to the functions of a trace,
 * innermost last, see trail.h; and nothing else of the module.  How many frames
 * of the trace lie before the place where the dispatcher stopped.
 */
static size_t leave_trail(const struct library *library, const uint64_t *trace,
			  size_t count)
{
	const uint64_t base = (uintptr_t)library->base;
	const uint64_t sp = unwind_bench_registers[4];
	uint8_t *context = saved + library->bytes;
	uint8_t *table = context + TABLE_AT;
	uint32_t entries[LIMIT_TRAIL];
	uint64_t ip = unwind_bench_registers[16];
	uint32_t entry;
	size_t known = 0, frames = 0;

	memset(saved, 0, library->bytes + BELOW_BYTES);
	for (;;) {
		size_t i = 0;

		entry = function_around(library, (uint32_t)(ip - base));

		while (i < known && entries[i] != entry)
			i++;
		if (i == known)
			entries[known++] = entry;
		if (known == LIMIT_TRAIL || frames == count)
			break;
		ip = trace[count - ++frames];
	}
	put(context, ip, 8);
	put(context + 0x08, base, 8);
	put(context + 0x10, base + entry, 8);
	put(context + 0x18, sp, 8);
	put(context + 0x40, sp - BELOW_BYTES + TABLE_AT, 8);
	put(table, known, 4);
	put(table + 0x08, base, 8);
	put(table + 0x10, base + library->bytes, 8);
	for (size_t i = 0; i < known; i++) {
		put(table + 0x18 + 16 * i, base, 8);
		put(table + 0x20 + 16 * i, base + entries[i], 8);
	}
	return frames;
}

static void print(const char *path, const char *what, const struct score *s)
{
	printf("%-34s %-12s %5u frames: %5.1f %% found, by unwind %5.1f %%, "
	       "by epilogue %5.1f %%, by scan %5.1f %%, wrong %u, "
	       "scans %u\n",
	       path, what, s->frames, 100.0 * s->exact / s->frames,
	       100.0 * s->by[CRASH_HOW_UNWIND] / s->frames,
	       100.0 * s->by[CRASH_HOW_EPILOGUE] / s->frames,
	       100.0 * s->by[CRASH_HOW_SCAN] / s->frames, s->wrong, s->scanned);
}

/* The frames of this program end the known part. */
static __attribute__((noinline)) void call_run(run_call *run,
					       const uint8_t *order,
					       uint64_t *trace)
{
	stack_top = (uintptr_t)__builtin_frame_address(0);
	run(order, trace, unwind_bench_capture);
}

static void stacks(const char *path)
{
	struct library library = { 0 };
	struct score with = { 0 }, without = { 0 }, trail = { 0 };
	uint64_t trace[2 * DEPTH + 2];
	uint8_t order[DEPTH + 1];
	static struct scene scene;
	uint32_t seed = 1;

	load(path, &library);
	running = &library;
	saved = calloc(1, library.bytes + BELOW_BYTES + STACK_BYTES);
	run_call *run = (run_call *)(uintptr_t)entry(&library, "run");
	uint32_t nt;
	memcpy(&nt, library.base + 0x3c, 4);
	for (unsigned i = 0; i < RUNS; i++) {
		for (unsigned k = 0; k < DEPTH; k++) {
			seed = seed * 1664525 + 1013904223;
			order[k] = (uint8_t)((seed >> 16) % SHAPES);
		}
		order[DEPTH] = 0xff;
		memset(trace, 0, sizeof(trace));
		call_run(run, order, trace);
		/* trace[0] is in run(), outermost that is ours */
		const size_t count = 2 * DEPTH + 1;
		memcpy(saved, library.base, library.bytes);
		set_scene(&scene, &library);
		score(&scene, trace, count, &with);
		/* PE32+: data directory 3, behind 0x18 + 0x70 bytes */
		memset(saved + nt + 0x18 + 0x70 + 3 * 8, 0, 8);
		set_scene(&scene, &library);
		score(&scene, trace, count, &without);
		const size_t frames = leave_trail(&library, trace, count);
		set_scene(&scene, &library);
		scene.range[0] = scene.range[1];
		scene.dump.virtual.count = 1;
		score(&scene, trace + count - frames, frames, &trail);
	}
	print(path, ".pdata", &with);
	print(path, "no .pdata", &without);
	print(path, "a trail", &trail);
	free(saved);
	unload(&library);
}

static void fingerprints(const char *path, uint64_t ret[SHAPES])
{
	struct library library = { 0 };
	static struct scene scene;
	struct unwind unwind;

	load(path, &library);
	saved = calloc(1, library.bytes);
	memcpy(saved, library.base, library.bytes);
	shapes_call *shapes =
		(shapes_call *)(uintptr_t)entry(&library, "shapes");
	const uint64_t *table = shapes();
	saved_stack = 0;
	set_scene(&scene, &library);
	unwind_x64_init(&unwind, &scene.target);
	for (unsigned i = 0; i < SHAPES; i++)
		ret[i] = fingerprint_at(&unwind, table[i] + 1, false);
	arena_deinit(&scene.arena);
	free(saved);
	unload(&library);
}

static void portable(const char *one, const char *other)
{
	uint64_t a[SHAPES], b[SHAPES];
	unsigned agree = 0, collide = 0;

	fingerprints(one, a);
	fingerprints(other, b);
	for (unsigned i = 0; i < SHAPES; i++) {
		agree += a[i] != 0 && a[i] == b[i];
		for (unsigned k = 0; k < SHAPES; k++)
			collide += k != i && a[i] != 0 && a[i] == b[k];
	}
	printf("%s, %s: %u of %u functions agree, %u of %u pairs collide\n",
	       one, other, agree, SHAPES, collide, SHAPES * (SHAPES - 1));
}

int main(int argc, char *argv[])
{
	if (argc == 3 && strcmp(argv[1], "stacks") == 0)
		stacks(argv[2]);
	else if (argc == 4 && strcmp(argv[1], "portable") == 0)
		portable(argv[2], argv[3]);
	else
		return 2;
	return 0;
}
