#include "signatures/crash.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "signatures/base/limits.h"
#include "signatures/base/text.h"
#include "signatures/knowledge/bugcheck.h"

#define WORD(names, index)                                                     \
	(assert((size_t)(index) < sizeof(names) / sizeof((names)[0])),         \
	 (names)[index])

void crash_set_code(struct crash_bugcheck *bugcheck, struct crash_number raw)
{
	bugcheck->code = raw;
	bugcheck->minidump_form = false;
	if (raw.known && raw.value <= UINT32_MAX)
		bugcheck->code.value = bugcheck_fold((uint32_t)raw.value,
						     &bugcheck->minidump_form);
}

const char *crash_kind_name(enum crash_kind kind)
{
	static const char *const names[CRASH_KINDS] = {
		[CRASH_KIND_UNKNOWN] = "unknown",
		[CRASH_KERNEL_FULL] = "kernel-full",
		[CRASH_KERNEL_SUMMARY] = "kernel-summary",
		[CRASH_KERNEL_BITMAP] = "kernel-bitmap",
		[CRASH_KERNEL_ACTIVE] = "kernel-active",
		[CRASH_KERNEL_TRIAGE] = "kernel-triage",
		[CRASH_KERNEL_HEADER] = "kernel-header",
		[CRASH_KERNEL_LIVE] = "kernel-live",
		[CRASH_USER_MINI] = "user-mini",
		[CRASH_DEBUGGER_LOG] = "debugger-log",
		[CRASH_IMPORTED] = "imported",
		[CRASH_EVENT] = "event-1001",
	};

	return WORD(names, kind);
}

const char *crash_arch_name(enum crash_arch arch)
{
	static const char *const names[CRASH_ARCHS] = {
		[CRASH_X86] = "x86",
		[CRASH_X64] = "x64",
		[CRASH_ARM64] = "arm64",
	};

	return WORD(names, arch);
}

const char *crash_product_name(enum crash_product product)
{
	static const char *const names[CRASH_PRODUCTS] = {
		[CRASH_WORKSTATION] = "workstation",
		[CRASH_DOMAIN_CONTROLLER] = "domain-controller",
		[CRASH_SERVER] = "server",
	};

	return WORD(names, product);
}

const char *crash_how_name(enum crash_how how)
{
	static const char *const names[CRASH_HOWS] = {
		[CRASH_HOW_CONTEXT] = "context",
		[CRASH_HOW_TRAP_FRAME] = "trap-frame",
		[CRASH_HOW_UNWIND] = "unwind",
		[CRASH_HOW_EPILOGUE] = "epilogue",
		[CRASH_HOW_FRAME_POINTER] = "frame-pointer",
		[CRASH_HOW_LEARNED] = "learned",
		[CRASH_HOW_SCAN] = "scan",
		[CRASH_HOW_STATED] = "stated",
	};

	return WORD(names, how);
}

const char *crash_stack_end_name(enum crash_stack_end end)
{
	static const char *const names[CRASH_STACK_ENDS] = {
		[CRASH_STACK_ABSENT] = "absent",
		[CRASH_STACK_COMPLETE] = "complete",
		[CRASH_STACK_CUT] = "cut",
		[CRASH_STACK_LOST] = "lost",
		[CRASH_STACK_LOOP] = "loop",
		[CRASH_STACK_LIMIT] = "limit",
	};

	return WORD(names, end);
}

const char *crash_fault_how_name(enum crash_fault_how how)
{
	static const char *const names[CRASH_FAULT_HOWS] = {
		[CRASH_FAULT_ARGUMENT] = "argument",
		[CRASH_FAULT_EXCEPTION] = "exception",
		[CRASH_FAULT_TRAP_FRAME] = "trap-frame",
		[CRASH_FAULT_STACK] = "stack",
		[CRASH_FAULT_POOL_TAG] = "pool-tag",
		[CRASH_FAULT_OBJECT] = "object",
		[CRASH_FAULT_RESIDUE] = "residue",
	};

	return WORD(names, how);
}

const char *crash_trust_name(enum crash_trust trust)
{
	static const char *const names[CRASH_TRUSTS] = {
		[CRASH_STATED] = "stated",
		[CRASH_WALKED] = "walked",
		[CRASH_GUESSED] = "guessed",
	};

	return WORD(names, trust);
}

const char *crash_pool_role_name(enum crash_pool_role role)
{
	static const char *const names[CRASH_POOL_ROLES] = {
		[CRASH_POOL_CORRUPT] = "corrupt",
		[CRASH_POOL_NEIGHBOUR] = "neighbour",
		[CRASH_POOL_ARGUMENT] = "argument",
		[CRASH_POOL_TOP] = "top",
	};

	return WORD(names, role);
}

bool crash_is_crash(const struct crash *crash)
{
	return crash->image.kind != CRASH_KERNEL_LIVE &&
	       !crash_has_flag(crash, "tool-made");
}

bool crash_has_flag(const struct crash *crash, const char *flag)
{
	for (size_t i = 0; i < crash->flag_count; i++)
		if (strcmp(crash->flags[i], flag) == 0)
			return true;
	return false;
}

struct crash_number crash_machine_of_name(const char *name)
{
	char text[LIMIT_NAME_BYTES] = "computer ";
	size_t size = strlen(text);

	if (!strcspn(name, "."))
		return CRASH_UNKNOWN;
	for (; *name && *name != '.' && size < sizeof(text); name++)
		text[size++] = *name >= 'A' && *name <= 'Z'
				       ? (char)(*name - 'A' + 'a')
				       : *name;
	return CRASH_NUMBER(hash_64(text, size));
}

bool crash_frame_is_sure(const struct crash_frame *frame)
{
	return frame->module && frame->how != CRASH_HOW_SCAN;
}

void crash_flag(struct crash *crash, struct arena *arena, const char *flag)
{
	if (crash_has_flag(crash, flag) || crash->flag_count == LIMIT_FLAGS)
		return;
	if (!crash->flags)
		crash->flags =
			arena_take(arena, LIMIT_FLAGS, sizeof(*crash->flags));

	size_t i = crash->flag_count++;

	for (; i > 0 && strcmp(crash->flags[i - 1], flag) > 0; i--)
		crash->flags[i] = crash->flags[i - 1];
	crash->flags[i] = flag;
}

void crash_problem(struct crash *crash, struct arena *arena, const char *format,
		   ...)
{
	char text[LIMIT_TEXT_BYTES];
	va_list args;

	if (crash->problem_count == LIMIT_PROBLEMS)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (!crash->problems)
		crash->problems = arena_take(arena, LIMIT_PROBLEMS,
					     sizeof(*crash->problems));
	crash->problems[crash->problem_count++] = text_copy(arena, text);
}

const struct crash_module *crash_module_at(const struct crash *crash,
					   uint64_t va)
{
	for (size_t i = 0; i < crash->module_count; i++) {
		const struct crash_module *module = &crash->modules[i];

		if (va >= module->base && va - module->base < module->bytes)
			return module;
	}
	return NULL;
}

const char *crash_module_canonical(const char *name)
{
	static const char *const kernels[] = {
		"ntoskrnl.exe", "ntkrnlpa.exe", "ntkrnlmp.exe", "ntkrpamp.exe",
		"ntoskrnl",	"ntkrnlpa",	"ntkrnlmp",	"ntkrpamp",
	};

	for (size_t i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++)
		if (text_compare_nocase(name, kernels[i]) == 0)
			return "nt";
	return name;
}

bool crash_stack_origin(const struct crash *crash, uint64_t *ret)
{
	for (size_t i = 0; i < crash->stack.count; i++) {
		const struct crash_frame *frame = &crash->stack.frames[i];

		for (size_t k = 0;
		     frame->slot && frame->module && k < crash->candidate_count;
		     k++) {
			const struct crash_candidate *candidate =
				&crash->candidates[k];

			if (candidate->module >= crash->module_count ||
			    candidate->offset != frame->offset ||
			    crash->modules[candidate->module].base +
					    candidate->offset !=
				    frame->address)
				continue;
			*ret = frame->slot - candidate->slot;
			return true;
		}
	}
	return false;
}
