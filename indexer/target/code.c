#include "indexer/target/code.h"

#include "indexer/target/images.h"
#include "indexer/target/space.h"

enum {
	HEADER_BYTES = 0x1000
};

struct code {
	const struct target *target;
	struct code_module **module; /* one per crash->modules, lazily */
	const struct crash_module **by_base; /* sorted */
	size_t count;
};

/* Module lists are short and nearly in order: insertion sort. */
struct code *code_create(const struct target *target)
{
	const struct crash *crash = target->crash;
	struct code *code = arena_take(target->arena, 1, sizeof(*code));

	code->target = target;
	code->module = arena_take(target->arena, crash->module_count + 1,
				  sizeof(*code->module));
	code->by_base = arena_take(target->arena, crash->module_count + 1,
				   sizeof(*code->by_base));
	for (size_t i = 0; i < crash->module_count; i++) {
		size_t at = code->count++;
		for (; at > 0 &&
		       code->by_base[at - 1]->base > crash->modules[i].base;
		     at--)
			code->by_base[at] = code->by_base[at - 1];
		code->by_base[at] = &crash->modules[i];
	}
	return code;
}

static const struct crash_module *find(const struct code *code, uint64_t va)
{
	size_t low = 0, high = code->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (code->by_base[middle]->base <= va)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 ||
	    va - code->by_base[low - 1]->base >= code->by_base[low - 1]->bytes)
		return NULL;
	return code->by_base[low - 1];
}

const struct code_module *code_module(struct code *code, uint64_t va)
{
	const struct crash_module *found = find(code, va);

	if (found == NULL)
		return NULL;
	struct code_module **slot =
		&code->module[found - code->target->crash->modules];
	if (*slot == NULL) {
		struct code_module *module =
			arena_take(code->target->arena, 1, sizeof(*module));
		module->module = found;
		module->has_memory =
			image_at(code->target, found->base, &module->memory);
		struct bytes file = images_find(code->target->images,
						found->name, found->build);
		/* Is it what its folder says?  Frames will rest on it. */
		module->has_file =
			!file.failed &&
			image_of(file, code->target->arena, &module->file) &&
			module->file.timestamp == found->build >> 32;
		*slot = module;
	}
	return *slot;
}

struct bytes code_view(struct code *code, uint64_t va, uint64_t size)
{
	struct bytes view = space_view(code->target, va, size);

	if (!view.failed || code->target->images == NULL)
		return view;
	const struct code_module *module = code_module(code, va);
	if (module == NULL || !module->has_file)
		return view;
	return image_view(&module->file, (uint32_t)(va - module->module->base),
			  size > UINT32_MAX ? UINT32_MAX : (uint32_t)size);
}

bool code_read(struct code *code, const struct code_module *module,
	       uint32_t rva, void *buf, uint32_t size)
{
	if (space_read(code->target, module->module->base + rva, buf, size))
		return true;
	return module->has_file && image_read(&module->file, rva, buf, size);
}

bool code_is_possible(struct code *code, uint64_t va)
{
	const struct crash_module *found = find(code, va);

	if (found == NULL || va - found->base < HEADER_BYTES)
		return false;
	const struct code_module *module = code_module(code, va);
	const struct image *image = module->has_memory ? &module->memory
				    : module->has_file ? &module->file
						       : NULL;
	return image == NULL || image->section_count == 0 ||
	       image_is_code(image, (uint32_t)(va - found->base));
}

bool code_pdata(const struct code_module *module, struct image_part *ret)
{
	if (module->has_memory && module->memory.pdata.bytes != 0)
		*ret = module->memory.pdata;
	else if (module->has_file && module->file.pdata.bytes != 0)
		*ret = module->file.pdata;
	else
		return false;
	return true;
}
