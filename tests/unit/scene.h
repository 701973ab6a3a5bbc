/*
 * scene.h - a dead machine for walks: one module with code, one stack.
 */
#ifndef TESTS_UNIT_SCENE_H
#define TESTS_UNIT_SCENE_H

#include <string.h>

#include "indexer/target/cpu.h"
#include "indexer/target/target.h"

#define SCENE_MODULE UINT64_C(0xfffff80010000000)
#define SCENE_STACK UINT64_C(0xffffa00000001000)
#define SCENE_MODULE32 UINT64_C(0x9a400000)
#define SCENE_STACK32 UINT64_C(0x80401000)
#define SCENE_MODULE_BYTES 0x8000
#define SCENE_STACK_BYTES 0x3000
#define SCENE_CONTEXT_BYTES 0x4d0

struct scene {
	uint8_t raw[SCENE_MODULE_BYTES + SCENE_STACK_BYTES];
	uint8_t context[SCENE_CONTEXT_BYTES];
	uint64_t module_va, stack_va;
	struct arena arena;
	struct crash crash;
	struct crash_module modules[2];
	struct dump_range ranges[2];
	struct dump dump;
	struct target target;
};

static inline void scene_put(uint8_t *to, uint64_t value, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		to[i] = (uint8_t)(value >> 8 * i);
}

/* Begin anew; the stack lies below the module.  scene is static, so the first
 * time its arena is empty. */
static inline void scene_init(struct scene *scene, enum crash_arch arch)
{
	const bool is_narrow = arch == CRASH_X86;

	arena_deinit(&scene->arena);
	memset(scene, 0, sizeof(*scene));
	arena_init(&scene->arena);
	memset(scene->raw, 0xcc, SCENE_MODULE_BYTES);
	scene->module_va = is_narrow ? SCENE_MODULE32 : SCENE_MODULE;
	scene->stack_va = is_narrow ? SCENE_STACK32 : SCENE_STACK;
	scene->modules[0] =
		(struct crash_module){ "driver.sys", scene->module_va,
				       SCENE_MODULE_BYTES, 7 };
	scene->ranges[1] =
		(struct dump_range){ scene->module_va, SCENE_MODULE_BYTES, 0 };
	scene->ranges[0] =
		(struct dump_range){ scene->stack_va, SCENE_STACK_BYTES,
				     SCENE_MODULE_BYTES };
	scene->crash.machine.arch = arch;
	scene->crash.image.kind = CRASH_KERNEL_TRIAGE;
	scene->crash.modules = scene->modules;
	scene->crash.module_count = 1;
	scene->dump.image = bytes_of(scene->raw, sizeof(scene->raw));
	scene->dump.arena = &scene->arena;
	scene->dump.crash = &scene->crash;
	scene->dump.pointer_bytes = is_narrow ? 4 : 8;
	scene->dump.context = bytes_of(scene->context, SCENE_CONTEXT_BYTES);
	scene->dump.exception = scene->dump.kdbg = bytes_absent();
	scene->dump.process = scene->dump.secondary = bytes_absent();
	scene->dump.stack_start = scene->stack_va;
	scene->dump.stack = bytes_part(scene->dump.image, SCENE_MODULE_BYTES,
				       SCENE_STACK_BYTES);
	scene->dump.virtual = (struct dump_ranges){ scene->ranges, 2 };
	scene->target.dump = &scene->dump;
	scene->target.crash = &scene->crash;
	scene->target.arena = &scene->arena;
	scene->target.kdbg = bytes_absent();
}

/* Code at an offset of the module; returns its address. */
static inline uint64_t scene_code(struct scene *scene, uint32_t rva,
				  const char *code, size_t size)
{
	memcpy(scene->raw + rva, code, size);
	return scene->module_va + rva;
}
#define SCENE_CODE(scene, rva, text)                                           \
	scene_code((scene), (rva), (text), sizeof(text) - 1)

/*
 * The module's headers: code from 0x1000 to 0x6000, and the exception
 * directory behind it, entries of which are put there by the test.
 */
#define SCENE_PDATA 0x6000

static inline void scene_headers(struct scene *scene, uint32_t pdata_bytes)
{
	const bool is_wide = scene->dump.pointer_bytes == 8;
	const uint32_t size = is_wide ? 0xf0 : 0xe0;
	uint8_t *nt = scene->raw + 0x80;
	uint8_t *optional = nt + 0x18;
	uint8_t *section = optional + size;
	uint8_t *exceptions = optional + (is_wide ? 0x70 : 0x60) + 3 * 8;

	memset(scene->raw, 0, 0x1000);
	scene_put(scene->raw, 0x5a4d, 2);
	scene_put(scene->raw + 0x3c, 0x80, 4);
	scene_put(nt, 0x4550, 4);
	scene_put(nt + 6, 1, 2);
	scene_put(nt + 0x14, size, 2);
	scene_put(optional, is_wide ? 0x20b : 0x10b, 2);
	scene_put(optional + 0x38, SCENE_MODULE_BYTES, 4);
	scene_put(optional + (is_wide ? 0x6c : 0x5c), 16, 4);
	scene_put(exceptions, SCENE_PDATA, 4);
	scene_put(exceptions + 4, pdata_bytes, 4);
	scene_put(section + 8, 0x5000, 4);
	scene_put(section + 12, 0x1000, 4);
	scene_put(section + 0x24, 0x60000020, 4);
}

/* An entry of x64's exception directory. */
static inline void scene_function(struct scene *scene, unsigned n,
				  uint32_t begin, uint32_t end, uint32_t info)
{
	uint8_t *to = scene->raw + SCENE_PDATA + 12 * n;

	scene_put(to, begin, 4);
	scene_put(to + 4, end, 4);
	scene_put(to + 8, info, 4);
}

/* An entry of ARM64's. */
static inline void scene_function_arm64(struct scene *scene, unsigned n,
					uint32_t begin, uint32_t data)
{
	scene_put(scene->raw + SCENE_PDATA + 8 * n, begin, 4);
	scene_put(scene->raw + SCENE_PDATA + 8 * n + 4, data, 4);
}

/* A word on the stack, offset bytes above its lowest. */
static inline void scene_word(struct scene *scene, uint32_t offset,
			      uint64_t value)
{
	scene_put(scene->raw + SCENE_MODULE_BYTES + offset, value,
		  scene->dump.pointer_bytes);
}

/* The header's context, in the shape of the scene's processor. */
static inline void scene_context(struct scene *scene, uint64_t ip, uint64_t sp,
				 uint64_t bp)
{
	uint8_t *to = scene->context;

	switch (scene->crash.machine.arch) {
	case CRASH_X64:
		scene_put(to + 0x30, 0x10000f, 4);
		scene_put(to + 0x38, 0x10, 2);
		scene_put(to + 0x42, 0x18, 2);
		scene_put(to + 0x98, sp, 8);
		scene_put(to + 0xa0, bp, 8);
		scene_put(to + 0xf8, ip, 8);
		break;
	case CRASH_X86:
		scene_put(to, 0x10007, 4);
		scene_put(to + 0xb4, bp, 4);
		scene_put(to + 0xb8, ip, 4);
		scene_put(to + 0xbc, 8, 4);
		scene_put(to + 0xc4, sp, 4);
		break;
	default:
		scene_put(to, 0x400007, 4);
		scene_put(to + 0xf0, bp, 8);
		scene_put(to + 0x100, sp, 8);
		scene_put(to + 0x108, ip, 8);
		break;
	}
}

#endif
