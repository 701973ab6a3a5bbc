#include "indexer/target/blame.h"

#include <string.h>

#include "indexer/target/object.h"
#include "indexer/target/space.h"
#include "indexer/target/start.h"
#include "signatures/base/limits.h"
#include "signatures/base/text.h"
#include "signatures/knowledge/osmodule.h"
#include "signatures/knowledge/pooltag.h"
#include "signatures/meaning.h"

struct blame {
	struct target *target;
	bool is_fault;
};

typedef bool blame_rule(const struct blame *blame, struct crash_fault *ret);

/* Modules of a process that carry other people's faults. */
static const char *const user_carriers[] = {
	"ntdll.dll",	"kernel32.dll",	 "kernelbase.dll",
	"ucrtbase.dll", "ucrtbased.dll", "msvcrt.dll",
	"wow64.dll",	"wow64cpu.dll",	 "win32u.dll",
};

static enum osmodule_tier tier_of(const struct crash *crash, const char *name)
{
	if (crash->image.kind != CRASH_USER_MINI)
		return osmodule_tier(name);
	for (size_t i = 0; i < sizeof(user_carriers) / sizeof(*user_carriers);
	     i++)
		if (strcmp(name, user_carriers[i]) == 0)
			return OSMODULE_NEVER;
	return OSMODULE_ABSENT;
}

static struct crash_fault of_frame(const struct crash_frame *frame,
				   enum crash_fault_how how,
				   enum crash_trust trust)
{
	return (struct crash_fault){ .module = frame->module,
				     .offset = CRASH_NUMBER(frame->offset),
				     .build = frame->build,
				     .how = how,
				     .trust = trust };
}

/* The module that va lies in, as somebody to blame. */
static bool of_address(const struct crash *crash, uint64_t va,
		       struct crash_fault *ret)
{
	const struct crash_module *module = crash_module_at(crash, va);

	if (module == NULL || tier_of(crash, module->name) == OSMODULE_NEVER)
		return false;
	*ret = (struct crash_fault){ .module = crash_module_canonical(
					     module->name),
				     .offset = CRASH_NUMBER(va - module->base),
				     .build = module->build,
				     .how = CRASH_FAULT_ARGUMENT,
				     .trust = CRASH_STATED };
	return true;
}

/* How the first frame was come by, where that is the fault. */
static enum crash_fault_how how_of_fault(const struct crash *crash)
{
	uint64_t ip;

	if (start_argument_ip(crash, &ip) &&
	    ip == crash->stack.frames[0].address)
		return CRASH_FAULT_ARGUMENT;
	return crash->stack.frames[0].how == CRASH_HOW_TRAP_FRAME
		       ? CRASH_FAULT_TRAP_FRAME
		       : CRASH_FAULT_EXCEPTION;
}

static bool by_instruction(const struct blame *blame, struct crash_fault *ret)
{
	const struct crash *crash = blame->target->crash;

	if (!blame->is_fault || crash->stack.count == 0 ||
	    crash->stack.frames[0].module == NULL ||
	    tier_of(crash, crash->stack.frames[0].module) == OSMODULE_NEVER)
		return false;
	*ret = of_frame(&crash->stack.frames[0], how_of_fault(crash),
			CRASH_STATED);
	return true;
}

/* A UNICODE_STRING with the name of a loaded module. */
static bool of_name(const struct target *target, uint64_t va,
		    struct crash_fault *ret)
{
	const struct crash *crash = target->crash;
	uint16_t units[LIMIT_NAME_BYTES], size;
	uint64_t buffer;

	if (!space_u16(target, va, &size) || size == 0 ||
	    size > sizeof(units) ||
	    !space_pointer(target, va + target->dump->pointer_bytes, &buffer) ||
	    !space_read(target, buffer, units, size))
		return false;
	const char *name = text_file_name(
		target->arena,
		text_from_utf16(target->arena, bytes_of(units, size)));
	for (size_t i = 0; i < crash->module_count; i++)
		if (strcmp(crash->modules[i].name, name) == 0)
			return of_address(crash, crash->modules[i].base, ret);
	return false;
}

static bool by_argument(const struct blame *blame, struct crash_fault *ret)
{
	const struct target *target = blame->target;
	const struct crash *crash = target->crash;

	for (unsigned i = 0; i < 4 && crash->bugcheck.code.known; i++) {
		const uint64_t value = crash->bugcheck.args[i].value;
		if (!crash->bugcheck.args[i].known)
			continue;
		switch (meaning_argument(&crash->bugcheck, i)) {
		case ROLE_MODULE_ADDR:
		case ROLE_MODULE_BASE:
		case ROLE_CALLER_IP:
		case ROLE_CODE_PTR:
			if (of_address(crash, value, ret))
				return true;
			break;
		case ROLE_MODULE_NAME_PTR:
			if (of_name(target, value, ret))
				return true;
			break;
		default:
			break;
		}
	}
	return false;
}

/*
 * What an interrupt or a deferred call found running, on another stack, has no
 * part in what they do; but it may be what keeps a processor busy.
 */
static bool is_bystander(const struct crash *crash, size_t i)
{
	const uint64_t above = i > 0 ? crash->stack.frames[i - 1].slot : 0;
	const uint64_t slot = crash->stack.frames[i].slot;

	return above != 0 && slot != 0 &&
	       (slot < above || slot - above > LIMIT_STACK_BYTES) &&
	       !meaning_is_hang(&crash->bugcheck);
}

/* The nearest framework, or else, that the machine's own unwinder passed. */
static bool of_trail(const struct crash *crash, bool is_framework,
		     struct crash_fault *ret)
{
	for (size_t i = 0; i < crash->trail_count; i++) {
		const struct crash_function *function = &crash->trail[i];
		const enum osmodule_tier tier =
			tier_of(crash, function->module);

		if (tier == OSMODULE_NEVER ||
		    (tier == OSMODULE_FRAMEWORK) != is_framework)
			continue;
		*ret = (struct crash_fault){ .module = function->module,
					     .build = function->build,
					     .how = CRASH_FAULT_STACK,
					     .trust = CRASH_WALKED };
		return true;
	}
	return false;
}

/*
 * The nearest frame outside of the carriers.  Frameworks run other people's
 * code: they are blamed when nobody else is on the stack, nor on the part of it
 * that the machine's own unwinder saw and we do not.
 */
static bool by_stack(const struct blame *blame, struct crash_fault *ret)
{
	const struct crash *crash = blame->target->crash;
	const struct crash_frame *framework = NULL;
	enum crash_trust framework_trust = CRASH_WALKED;
	enum crash_trust trust = CRASH_WALKED;

	for (size_t i = 0; i < crash->stack.count; i++) {
		const struct crash_frame *frame = &crash->stack.frames[i];
		if (is_bystander(crash, i))
			break;
		if (frame->how == CRASH_HOW_SCAN)
			trust = CRASH_GUESSED;
		if (frame->module == NULL)
			continue;
		const enum osmodule_tier tier = tier_of(crash, frame->module);
		if (tier == OSMODULE_NEVER)
			continue;
		if (tier != OSMODULE_FRAMEWORK) {
			/* a guess deep down outweighs no frame that is sure */
			if (framework != NULL && trust > framework_trust)
				break;
			*ret = of_frame(frame, CRASH_FAULT_STACK, trust);
			return true;
		}
		if (framework == NULL) {
			framework = frame;
			framework_trust = trust;
		}
	}
	if (of_trail(crash, false, ret))
		return true;
	if (framework == NULL)
		return of_trail(crash, true, ret);
	*ret = of_frame(framework, CRASH_FAULT_STACK, framework_trust);
	return true;
}

/*
 * File systems break when a filter hands them what is not theirs.  Where one
 * of Windows' own faulted, the driver that the filter manager called is the
 * first suspect, whatever it called in turn; without the filter manager, the
 * nearest driver that is nobody of Windows.  Frames that are merely scanned
 * accuse nobody.
 */
static bool by_filter(const struct blame *blame, struct crash_fault *ret)
{
	const struct crash *crash = blame->target->crash;
	const struct crash_frame *nearest = NULL;
	bool is_above = false; /* the frame above is third-party */

	for (size_t i = 0; i < crash->stack.count; i++) {
		const struct crash_frame *frame = &crash->stack.frames[i];
		if (frame->module == NULL || frame->how == CRASH_HOW_SCAN)
			break;
		const enum osmodule_tier tier = tier_of(crash, frame->module);
		if (is_above && strcmp(frame->module, "fltmgr.sys") == 0) {
			*ret = of_frame(&crash->stack.frames[i - 1],
					CRASH_FAULT_STACK, CRASH_WALKED);
			return true;
		}
		is_above = tier == OSMODULE_ABSENT;
		if (is_above && i == 0)
			return false; /* it faulted itself */
		if (is_above && nearest == NULL)
			nearest = frame;
	}
	if (nearest == NULL)
		return false;
	*ret = of_frame(nearest, CRASH_FAULT_STACK, CRASH_WALKED);
	return true;
}

/* Where third-party code was run, by frames that are sure; or NULL. */
static const struct crash_frame *third_party(const struct crash *crash,
					     const struct crash_stack *stack)
{
	for (size_t i = 0; i < stack->count; i++)
		if (crash_frame_is_sure(&stack->frames[i]) &&
		    tier_of(crash, stack->frames[i].module) == OSMODULE_ABSENT)
			return &stack->frames[i];
	return NULL;
}

/*
 * The kernel alone waits on a processor: for whoever keeps another one busy.
 * Where several are, nobody can tell.
 */
static bool by_others(const struct blame *blame, struct crash_fault *ret)
{
	const struct crash *crash = blame->target->crash;
	const struct crash_frame *found = NULL;

	for (size_t i = 0; i < crash->processor_count; i++) {
		const struct crash_frame *frame =
			third_party(crash, &crash->processors[i].stack);
		if (frame == NULL)
			continue;
		if (found != NULL && strcmp(found->module, frame->module) != 0)
			return false;
		found = found == NULL ? frame : found;
	}
	if (found == NULL)
		return false;
	*ret = of_frame(found, CRASH_FAULT_STACK, CRASH_GUESSED);
	return true;
}

static bool by_object(const struct blame *blame, struct crash_fault *ret)
{
	return object_find(blame->target, ret);
}

static bool of_tag(const struct crash *crash, const char tag[4],
		   struct crash_fault *ret)
{
	const char *owner = pooltag_owner(tag);

	if (owner == NULL || tier_of(crash, owner) == OSMODULE_NEVER)
		return false;
	*ret = (struct crash_fault){ .module = owner,
				     .how = CRASH_FAULT_POOL_TAG,
				     .trust = CRASH_GUESSED };
	for (size_t i = 0; i < crash->module_count; i++)
		if (strcmp(crash->modules[i].name, owner) == 0)
			ret->build = crash->modules[i].build;
	return true;
}

static bool by_pool_tag(const struct blame *blame, struct crash_fault *ret)
{
	const struct crash *crash = blame->target->crash;
	const struct crash_bugcheck *bugcheck = &crash->bugcheck;

	for (unsigned i = 0; i < 4 && bugcheck->code.known; i++) {
		char tag[4];
		if (!bugcheck->args[i].known ||
		    meaning_argument(bugcheck, i) != ROLE_POOL_TAG)
			continue;
		for (unsigned k = 0; k < 4; k++)
			tag[k] = (char)(bugcheck->args[i].value >> 8 * k);
		if (of_tag(crash, tag, ret))
			return true;
	}
	for (size_t i = 0; i < crash->pool_count; i++)
		if (crash->pool[i].tag[0] != '\0' &&
		    (crash->pool[i].role == CRASH_POOL_CORRUPT ||
		     crash->pool[i].role == CRASH_POOL_ARGUMENT) &&
		    of_tag(crash, crash->pool[i].tag, ret))
			return true;
	return false;
}

/* Behind the stop itself, and behind the clock that found a processor hung. */
static size_t first_of_bug(const struct crash *crash)
{
	const size_t interrupted = meaning_is_hang(&crash->bugcheck)
					   ? meaning_interrupted(crash)
					   : 0;

	return interrupted > 0 ? interrupted : 1;
}

/* Nobody but the kernel: say so. */
static bool by_kernel(const struct blame *blame, struct crash_fault *ret)
{
	const struct crash *crash = blame->target->crash;

	if (blame->is_fault && crash->stack.count > 0 &&
	    crash->stack.frames[0].module != NULL) {
		*ret = of_frame(&crash->stack.frames[0], how_of_fault(crash),
				CRASH_STATED);
		return true;
	}
	/* the frame above is the one that stopped the machine */
	for (size_t i = first_of_bug(crash); i < crash->stack.count; i++) {
		const struct crash_frame *frame = &crash->stack.frames[i];
		if (frame->module == NULL)
			continue;
		*ret = of_frame(frame, CRASH_FAULT_STACK,
				frame->how == CRASH_HOW_SCAN ? CRASH_GUESSED
							     : CRASH_WALKED);
		return true;
	}
	return false;
}

#define FILE_SYSTEM_ORDER                                                      \
	{                                                                      \
		by_filter, by_instruction, by_argument, by_stack, by_pool_tag, \
			by_kernel                                              \
	}

#define HUNG_ORDER                                                             \
	{                                                                      \
		by_argument, by_stack, by_others, by_kernel                    \
	}

/* The last row serves every code that has none of its own. */
static const struct {
	uint32_t code;
	blame_rule *rules[6];
} orders[] = {
	/* a timer stops the machine: its stack is not the culprit's */
	{ 0x9f, { by_argument, by_object, by_stack, by_kernel } },
	{ 0x15f, { by_argument, by_object, by_stack, by_kernel } },
	{ 0xa0, { by_argument, by_object, by_stack, by_kernel } },
	/* the display driver's reset, found out by its port driver */
	{ 0x116, { by_argument, by_stack, by_kernel } },
	{ 0x117, { by_argument, by_stack, by_kernel } },
	{ 0xea, { by_argument, by_stack, by_kernel } },
	/* the verifier and the I/O manager name the driver they caught */
	{ 0xc4, { by_argument, by_stack, by_object, by_pool_tag, by_kernel } },
	{ 0xc9, { by_argument, by_object, by_stack, by_kernel } },
	/* processors that do not answer, or run on and on */
	{ 0x101, HUNG_ORDER },
	{ 0x102, HUNG_ORDER },
	{ 0x133, HUNG_ORDER },
	{ 0x1ca, HUNG_ORDER },
	{ 0x1cf, HUNG_ORDER },
	{ 0x1db, HUNG_ORDER },
	/* file systems; what faults in them was often passed in */
	{ 0x23, FILE_SYSTEM_ORDER },
	{ 0x24, FILE_SYSTEM_ORDER },
	{ 0x26, FILE_SYSTEM_ORDER },
	{ 0x27, FILE_SYSTEM_ORDER },
	{ 0x9b, FILE_SYSTEM_ORDER },
	{ 0x12c, FILE_SYSTEM_ORDER },
	{ 0x149, FILE_SYSTEM_ORDER },
	{ UINT32_MAX,
	  { by_instruction, by_argument, by_stack, by_object, by_pool_tag,
	    by_kernel } },
};

void blame_examine(struct target *target, bool is_fault)
{
	const struct crash_number code = target->crash->bugcheck.code;
	const struct blame blame = { .target = target, .is_fault = is_fault };
	size_t row = 0;

	while (orders[row].code != UINT32_MAX &&
	       !(code.known && code.value == orders[row].code))
		row++;
	for (size_t i = 0; i < 6 && orders[row].rules[i] != NULL; i++)
		if (orders[row].rules[i](&blame, &target->crash->fault))
			return;
}
