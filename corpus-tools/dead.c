#include "corpus-tools/dead.h"

#include <string.h>

#include "corpus-tools/literal.h"
#include "signatures/base/text.h"

uint64_t dead_take(struct dead *dead, size_t size, size_t align)
{
	const uint64_t va = (dead->pool_next + align - 1) / align * align;

	dead->pool_next = va + size;
	canvas_touch(&dead->canvas, va, size);
	return va;
}

void dead_piece(struct dead *dead, uint64_t va, size_t size, bool rich_only)
{
	if (dead->piece_count == DEAD_PIECES)
		return;
	for (size_t i = 0; i < dead->piece_count; i++)
		if (dead->pieces[i].va == va && dead->pieces[i].size >= size &&
		    dead->pieces[i].rich_only <= rich_only)
			return;
	dead->pieces[dead->piece_count++] =
		(struct dead_piece){ va, (uint32_t)size, rich_only };
}

void dead_pointer(struct dead *dead, uint64_t va, uint64_t value)
{
	canvas_put(&dead->canvas, va, value, dead->pointer);
}

void dead_string(struct dead *dead, uint64_t va, const char *text)
{
	const size_t length = strlen(text);
	const uint64_t buffer = dead_take(dead, 2 * length + 2, 8);

	for (size_t i = 0; i < length; i++)
		canvas_put(&dead->canvas, buffer + 2 * i, (uint8_t)text[i], 2);
	canvas_put(&dead->canvas, va, 2 * length, 2);
	canvas_put(&dead->canvas, va + 2, 2 * length + 2, 2);
	dead_pointer(dead, va + dead->pointer, buffer);
}

const char *dead_image_path(struct dead *dead, const char *name)
{
	const size_t length = strlen(name);
	const bool driver =
		length > 4 && !text_compare_nocase(name + length - 4, ".sys");

	return text_printf(dead->arena, "\\SystemRoot\\system32\\%s%s",
			   driver ? "drivers\\" : "", name);
}

const struct machine_module *dead_module_at(const struct dead *dead,
					    uint64_t va)
{
	for (size_t i = 0; i < dead->machine->module_count; i++) {
		const struct machine_module *module =
			&dead->machine->modules[i];

		if (va - module->base < module->size)
			return module;
	}
	return NULL;
}

/* "@context" and its like; false if there is no such name. */
static bool named(const struct dead *dead, const char *name, uint64_t *ret)
{
	const struct dead_cpu *cpu = &dead->cpus[dead->crashing];
	struct regs header = dead->header;
	const struct {
		const char *name;
		uint64_t value;
	} names[] = {
		{ "context", dead->context },
		{ "exception", dead->exception },
		{ "trap", dead->trap },
		{ "stack", *regs_sp(dead->arch, &header) },
		{ "stackbase", cpu->stack_base },
		{ "thread", cpu->thread },
		{ "process", dead->process },
		{ "kdbg", dead->kdbg },
	};
	uint64_t index;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(name, names[i].name) != 0)
			continue;
		*ret = names[i].value;
		return true;
	}
	if (strncmp(name, "prcb", 4) != 0 ||
	    !text_parse_u64(name + 4, &index) || index >= dead->cpu_count)
		return false;
	*ret = dead->cpus[index].prcb;
	return true;
}

enum status dead_value(const struct dead *dead, const char *text, uint64_t *ret,
		       struct error *err)
{
	char *copy = text_copy(dead->arena, text);
	char *plus = strrchr(copy, '+');
	uint64_t base, offset = 0;

	if (plus) {
		*plus = '\0';
		if (!literal_number(plus + 1, &offset))
			return error_set(err, STATUS_USAGE,
					 "%s: no number after +", text);
	}
	const struct machine_module *module =
		machine_module(dead->machine, copy);
	if (literal_number(copy, &base)) {
		*ret = base + offset;
	} else if (copy[0] == '@' && named(dead, copy + 1, &base)) {
		*ret = base + offset;
	} else if (module) {
		*ret = module->base + offset;
	} else {
		return error_set(err, STATUS_USAGE,
				 "%s: no number, module or @name", text);
	}
	if (dead->pointer == 4)
		*ret &= 0xffffffff;
	return STATUS_OK;
}
