/*
 * code.h - the code of the dead machine's modules, wherever it can be had:
 * memory saved in the dump first, PE images given beside it next.
 */
#ifndef TARGET_CODE_H
#define TARGET_CODE_H

#include "indexer/target/image.h"
#include "indexer/target/target.h"

struct code_module {
	const struct crash_module *module;
	bool has_memory; /* its headers are in the dump */
	bool has_file;
	struct image memory;
	struct image file;
};

struct code;

/* Lives in target->arena. */
struct code *code_create(const struct target *target);

/* The module that va lies in with what is known of its image, or NULL. */
const struct code_module *code_module(struct code *code, uint64_t va);

/* The bytes present at va, at most size; failed when there are none. */
struct bytes code_view(struct code *code, uint64_t va, uint64_t size);

/* All size bytes at an offset of a module, or false with buf zeroed. */
bool code_read(struct code *code, const struct code_module *module,
	       uint32_t rva, void *buf, uint32_t size);

/*
 * Could code be at va?  False outside of modules, in a module's first page and
 * in sections known not to be executable.
 */
bool code_is_possible(struct code *code, uint64_t va);

/* The module's exception directory; false where nothing is known of it. */
bool code_pdata(const struct code_module *module, struct image_part *ret);

#endif
