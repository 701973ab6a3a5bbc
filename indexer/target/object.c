/*
 * Objects of the I/O manager, as documented in wdm.h:
 *
 *				x64	x86
 *	DRIVER_OBJECT		150	a8	bytes
 *	  Type 4, Size		0, 2	0, 2	u16
 *	  DriverStart		18	0c
 *	  FastIoDispatch	50	28
 *	  DriverInit, StartIo,
 *	  Unload		58	2c	three pointers, then
 *	  MajorFunction		70	38	28 pointers
 *	FAST_IO_DISPATCH		u32 bytes of the whole, then pointers
 *	DEVICE_OBJECT
 *	  Type 3		0	0	u16
 *	  DriverObject		08	08
 *	  AttachedDevice	18	10
 *	IRP
 *	  Type 6		0	0	u16
 *	  CurrentStackLocation	b8	60
 *	IO_STACK_LOCATION
 *	  DeviceObject		28	14
 */
#include "indexer/target/object.h"

#include "indexer/target/disasm.h"
#include "indexer/target/space.h"
#include "signatures/knowledge/osmodule.h"
#include "signatures/meaning.h"

enum {
	DEVICE_TYPE = 3,
	DRIVER_TYPE = 4,
	IRP_TYPE = 6,
	ATTACHED_MOST = 16,   /* devices on top of each other */
	ROUTINES = 3 + 28,    /* of a driver object */
	FAST_IO_MOST = 64,    /* 27 routines are documented */
	TRAMPOLINE_INSNS = 8, /* load an address, jump to it */
	MOVE_BYTES = 10
};

struct layout {
	unsigned driver_size, driver_start, fast_io, routines;
	unsigned attached;
	unsigned location, location_device;
};

static const struct layout wide = { 0x150, 0x18, 0x50, 0x58, 0x18, 0xb8, 0x28 };
static const struct layout small = { 0xa8, 0x0c, 0x28, 0x2c, 0x10, 0x60, 0x14 };

static const struct layout *layout_of(const struct target *target)
{
	return target->dump->pointer_bytes == 8 ? &wide : &small;
}

static bool is_type(const struct target *target, uint64_t va, unsigned type)
{
	uint16_t found;

	return space_is_kernel(target, va) && space_u16(target, va, &found) &&
	       found == type;
}

static bool is_driver(const struct target *target, uint64_t va)
{
	uint16_t size;

	return is_type(target, va, DRIVER_TYPE) &&
	       space_u16(target, va + 2, &size) &&
	       size == layout_of(target)->driver_size;
}

const struct crash_module *object_of_driver(const struct target *target,
					    uint64_t va)
{
	uint64_t base;

	if (!is_driver(target, va) ||
	    !space_pointer(target, va + layout_of(target)->driver_start, &base))
		return NULL;
	return crash_module_at(target->crash, base);
}

const struct crash_module *object_of_device(const struct target *target,
					    uint64_t va)
{
	uint64_t driver;

	if (!is_type(target, va, DEVICE_TYPE) ||
	    !space_pointer(target, va + 8, &driver))
		return NULL;
	return object_of_driver(target, driver);
}

const struct crash_module *object_of_irp(const struct target *target,
					 uint64_t va)
{
	const struct layout *layout = layout_of(target);
	uint64_t location, device;

	if (!is_type(target, va, IRP_TYPE) ||
	    !space_pointer(target, va + layout->location, &location) ||
	    !space_is_kernel(target, location) ||
	    !space_pointer(target, location + layout->location_device, &device))
		return NULL;
	return object_of_device(target, device);
}

static enum osmodule_tier tier_of(const struct crash_module *module)
{
	return osmodule_tier(crash_module_canonical(module->name));
}

/* The one to be blamed of two; second may be NULL, first too. */
static const struct crash_module *better(const struct crash_module *first,
					 const struct crash_module *second)
{
	if (second == NULL || tier_of(second) == OSMODULE_NEVER)
		return first;
	return first == NULL || tier_of(second) < tier_of(first) ? second
								 : first;
}

/* The device's driver, or that of one stacked upon it. */
static const struct crash_module *of_stack(const struct target *target,
					   uint64_t va)
{
	const struct crash_module *found = NULL;

	for (unsigned i = 0; i < ATTACHED_MOST; i++) {
		found = better(found, object_of_device(target, va));
		if (!is_type(target, va, DEVICE_TYPE) ||
		    !space_pointer(target, va + layout_of(target)->attached,
				   &va) ||
		    va == 0)
			break;
	}
	return found;
}

static const struct crash_module *of_driver(const struct target *target,
					    uint64_t va)
{
	return better(NULL, object_of_driver(target, va));
}

static const struct crash_module *of_irp(const struct target *target,
					 uint64_t va)
{
	return better(NULL, object_of_irp(target, va));
}

/* What an instruction loads into a register; 0 = nothing known. */
static uint64_t constant_of(const struct target *target,
			    const struct disasm_insn *insn)
{
	uint64_t value;

	if (insn->kind == DISASM_SET)
		return (uint64_t)insn->value;
	/* only a load of all 64 bits is so long: prefix, opcode, constant */
	if (insn->size == MOVE_BYTES &&
	    space_u64(target, insn->address + MOVE_BYTES - 8, &value))
		return value;
	return 0;
}

/*
 * The module a routine ends up in.  Code outside of all modules may only load
 * the address of the true routine and jump there.
 */
static const struct crash_module *module_of_routine(const struct target *target,
						    struct disasm *disasm,
						    uint64_t va)
{
	const struct crash_module *module = crash_module_at(target->crash, va);
	const struct crash_module *loaded = NULL;

	if (module != NULL)
		return module;
	for (unsigned i = 0; i < TRAMPOLINE_INSNS; i++) {
		const struct disasm_insn *insn = disasm_at(disasm, va);
		if (insn == NULL)
			return NULL;
		module = crash_module_at(target->crash,
					 constant_of(target, insn));
		if (module != NULL)
			loaded = module;
		if (insn->kind == DISASM_JUMP)
			return insn->goal == 0 ? loaded
					       : crash_module_at(target->crash,
								 insn->goal);
		va += insn->size;
	}
	return NULL;
}

struct hooks {
	const struct target *target;
	struct disasm *disasm;
	const struct crash_module *owner;
	const struct crash_module *found;
};

static void look_at(struct hooks *hooks, uint64_t slot)
{
	const struct crash_module *module;
	uint64_t routine;

	if (!space_pointer(hooks->target, slot, &routine) ||
	    !space_is_kernel(hooks->target, routine))
		return;
	module = module_of_routine(hooks->target, hooks->disasm, routine);
	if (module == NULL || module == hooks->owner)
		return;
	/* port and class drivers do serve others: not a hook */
	if (tier_of(module) == OSMODULE_ABSENT && hooks->found == NULL)
		hooks->found = module;
}

/* Another driver among the routines of a driver object, or NULL. */
static const struct crash_module *hook_of(const struct target *target,
					  uint64_t va)
{
	const struct layout *layout = layout_of(target);
	const unsigned width = target->dump->pointer_bytes;
	struct hooks hooks = { .target = target,
			       .owner = object_of_driver(target, va) };
	uint64_t table;
	uint32_t bytes;

	hooks.disasm = disasm_create(target, code_create(target));
	for (unsigned i = 0; i < ROUTINES; i++)
		look_at(&hooks, va + layout->routines + i * width);
	if (space_pointer(target, va + layout->fast_io, &table) &&
	    space_is_kernel(target, table) &&
	    space_u32(target, table, &bytes) && bytes <= FAST_IO_MOST * width)
		for (uint64_t at = width; at + width <= bytes; at += width)
			look_at(&hooks, table + at);
	return hooks.found;
}

/* 109 with 1c: argument 3 is the place in a driver object that was changed. */
static const struct crash_module *of_changed(const struct target *target)
{
	const struct crash_bugcheck *bugcheck = &target->crash->bugcheck;
	const unsigned width = target->dump->pointer_bytes;

	if (bugcheck->code.value != 0x109 || !bugcheck->args[3].known ||
	    bugcheck->args[3].value != 0x1c || !bugcheck->args[2].known)
		return NULL;
	const uint64_t place = bugcheck->args[2].value;
	for (uint64_t at = 0; at < layout_of(target)->driver_size; at += width)
		if (object_of_driver(target, place - at) != NULL)
			return hook_of(target, place - at);
	return NULL;
}

static void blame(const struct crash_module *module, struct crash_fault *ret)
{
	*ret = (struct crash_fault){ .module = crash_module_canonical(
					     module->name),
				     .build = module->build,
				     .how = CRASH_FAULT_OBJECT,
				     .trust = CRASH_STATED };
}

bool object_find(const struct target *target, struct crash_fault *ret)
{
	static const struct {
		enum role role;
		const struct crash_module *(*of)(const struct target *target,
						 uint64_t va);
	} kinds[] = { { ROLE_IRP, of_irp },
		      { ROLE_DRIVER_OBJECT, of_driver },
		      { ROLE_DEVICE_OBJECT, of_stack } };
	const struct crash_bugcheck *bugcheck = &target->crash->bugcheck;
	const struct crash_module *found;

	if (!bugcheck->code.known || target->dump->is_text)
		return false;
	found = of_changed(target);
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
		for (unsigned i = 0; i < 4 && found == NULL; i++)
			if (bugcheck->args[i].known &&
			    meaning_argument(bugcheck, i) == kinds[k].role)
				found = kinds[k].of(target,
						    bugcheck->args[i].value);
	if (found == NULL)
		return false;
	blame(found, ret);
	return true;
}

void object_examine(struct target *target)
{
	struct crash_fault *fault = &target->crash->fault;
	struct crash_fault found;

	if ((fault->module == NULL || fault->how == CRASH_FAULT_OBJECT ||
	     osmodule_tier(fault->module) == OSMODULE_NEVER) &&
	    object_find(target, &found))
		*fault = found;
}
