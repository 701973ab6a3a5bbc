#include "signatures/signature.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "signatures/base/hash.h"
#include "signatures/knowledge/osmodule.h"
#include "signatures/knowledge/osprocess.h"
#include "signatures/meaning.h"

enum {
	/*
	 * Frames that are hashed, from the fault on.  Few: how far down a walk
	 * gets depends on what code a dump happens to carry, and two dumps of
	 * one bug must not part over that.  Two places in the code tell bugs
	 * apart; names of modules alone take a few more.
	 */
	EXACT_FRAMES = 2,
	PORTABLE_FRAMES = 3,
	MODULES = 4,	  /* different ones in a row */
	DEEPER = 8,	  /* frames in which a check looks for its caller */
	ENOUGH = 2,	  /* frames, or one and a module named outright */
	BOTTOM = 2,	  /* the kernel's frames that start every thread */
	TEXT_BYTES = 2048 /* room for all of it: names are bounded */
};

enum strictness {
	STRICT_EXACT,
	STRICT_PORTABLE,
	STRICT_MODULES
};

struct writer {
	char text[TEXT_BYTES];
	size_t used;
};

static void put(struct writer *writer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void put(struct writer *writer, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	const int size = vsnprintf(writer->text + writer->used,
				   TEXT_BYTES - writer->used, format, args);
	va_end(args);
	if (size > 0)
		writer->used += (size_t)size;
	if (writer->used >= TEXT_BYTES)
		writer->used = TEXT_BYTES - 1;
}

static bool is_kernel_frame(const struct crash_frame *frame)
{
	return frame->module != NULL && strcmp(frame->module, "nt") == 0;
}

/* The instruction pointer that the arguments or the exception state. */
static bool is_fault(const struct crash *crash, const struct crash_frame *frame)
{
	if (crash->exception.address.known &&
	    crash->exception.address.value == frame->address)
		return true;
	for (unsigned i = 0; i < 4 && crash->bugcheck.code.known; i++)
		if (crash->bugcheck.args[i].known &&
		    crash->bugcheck.args[i].value == frame->address &&
		    meaning_argument(&crash->bugcheck, i) == ROLE_IP)
			return true;
	return frame->how == CRASH_HOW_TRAP_FRAME;
}

/* Names of the functions that stop the machine, where a debugger had them. */
static bool is_stopping(const struct crash_frame *frame)
{
	static const char *const names[] = { "KeBugCheck", "KiBugCheck",
					     "KeBugCheckEx", "KeBugCheck2",
					     "KiBugCheckDispatch" };

	if (frame->symbol == NULL)
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(frame->symbol, names[i]) == 0)
			return true;
	return false;
}

/*
 * A processor that hangs was found by a clock, wherever it was just then: what
 * hangs is who called that.  Frames of the clock are the same for all of them.
 */
static bool find_hang(const struct crash *crash, size_t *begin)
{
	const size_t at = meaning_interrupted(crash);
	size_t sure = 0;

	if (!meaning_is_hang(&crash->bugcheck))
		return false;
	for (size_t i = at + 1; i < crash->stack.count; i++)
		sure += crash->stack.frames[i].how != CRASH_HOW_SCAN;
	if (at == 0 && sure < ENOUGH)
		return false;
	*begin = sure < ENOUGH ? at : at + 1;
	return true;
}

/*
 * The part of the stack worth hashing: without the kernel's own context at the
 * stop above, which is no part of the bug, and without the frames that start
 * every thread below.
 */
static void find_part(const struct crash *crash, size_t *first, size_t *last)
{
	const struct crash_stack *stack = &crash->stack;
	size_t begin = 0, end = stack->count;

	while (begin < end && is_stopping(&stack->frames[begin]))
		begin++;
	if (begin == 0 && !find_hang(crash, &begin) && end > 0 &&
	    crash->bugcheck.code.known && is_kernel_frame(&stack->frames[0]) &&
	    stack->frames[0].how == CRASH_HOW_CONTEXT &&
	    !is_fault(crash, &stack->frames[0]))
		begin = 1;
	for (unsigned i = 0;
	     i < BOTTOM && stack->end == CRASH_STACK_COMPLETE &&
	     end > begin + ENOUGH && is_kernel_frame(&stack->frames[end - 1]);
	     i++)
		end--;
	*first = begin;
	*last = end;
}

static bool is_same(const struct crash_frame *a, const struct crash_frame *b)
{
	return a->offset == b->offset && a->build == b->build &&
	       (a->module == b->module ||
		(a->module != NULL && b->module != NULL &&
		 strcmp(a->module, b->module) == 0));
}

static void put_frame(struct writer *writer, const struct crash_frame *frame,
		      enum strictness strictness)
{
	const char *module = frame->module ? frame->module : "nowhere";

	if (strictness == STRICT_MODULES)
		put(writer, "%s\n", module);
	else if (strictness == STRICT_EXACT && frame->module != NULL)
		put(writer, "%s/%016llx+0x%llx\n", module,
		    (unsigned long long)frame->build,
		    (unsigned long long)frame->offset);
	else if (frame->symbol != NULL)
		put(writer, "%s!%s\n", module, frame->symbol);
	else if (strictness == STRICT_PORTABLE && frame->fingerprint != 0)
		put(writer, "%s#%016llx\n", module,
		    (unsigned long long)frame->fingerprint);
	else
		put(writer, "%s\n", module);
}

/*
 * What stopped the machine.  Of the arguments only the reason that selects
 * among several: others that often repeat (a status, an access) need not.
 */
static bool is_reason(enum role role)
{
	return role == ROLE_SUBTYPE || role == ROLE_POOL_SUBTYPE;
}

/*
 * A process that the system cannot do without ended: its stack is that of every
 * such end, the bug is the process's.  People's programs are named nowhere.
 */
static bool is_of_process(const struct crash *crash)
{
	return crash->bugcheck.code.known &&
	       (crash->bugcheck.code.value == 0xef ||
		crash->bugcheck.code.value == 0xf4) &&
	       crash->process != NULL && osprocess_is_own(crash->process);
}

static void put_cause(struct writer *writer, const struct crash *crash)
{
	const struct crash_bugcheck *bugcheck = &crash->bugcheck;

	if (bugcheck->code.known) {
		put(writer, "bugcheck %llx",
		    (unsigned long long)bugcheck->code.value);
		for (unsigned i = 0; i < 4; i++)
			if (bugcheck->args[i].known &&
			    is_reason(meaning_argument(bugcheck, i)))
				put(writer, " %u=%llx", i + 1,
				    (unsigned long long)bugcheck->args[i]
					    .value);
		put(writer, "\n");
	}
	if (is_of_process(crash))
		put(writer, "process %s\n", crash->process);
	if (crash->exception.code.known)
		put(writer, "exception %llx\n",
		    (unsigned long long)crash->exception.code.value);
}

/* Whom the dump names, where that is more than a guess. */
static bool put_fault(struct writer *writer, const struct crash *crash,
		      enum strictness strictness)
{
	const struct crash_fault *fault = &crash->fault;

	if (fault->module == NULL || fault->trust == CRASH_GUESSED ||
	    fault->how == CRASH_FAULT_STACK)
		return false;
	put(writer, "fault %s", fault->module);
	if (strictness == STRICT_EXACT && fault->offset.known)
		put(writer, "/%016llx+0x%llx", (unsigned long long)fault->build,
		    (unsigned long long)fault->offset.value);
	put(writer, "\n");
	return osmodule_tier(fault->module) != OSMODULE_NEVER;
}

static bool runs_on(const struct crash_frame *previous,
		    const struct crash_frame *frame, enum strictness strictness)
{
	if (previous == NULL)
		return false;
	if (is_same(previous, frame))
		return true; /* recursion */
	return strictness == STRICT_MODULES && previous->module != NULL &&
	       frame->module != NULL &&
	       strcmp(previous->module, frame->module) == 0;
}

/* Does a frame say whose bug it is: more than the kernel and frameworks? */
static bool tells(const struct crash_frame *frame)
{
	if (frame->module == NULL)
		return true;
	const enum osmodule_tier tier = osmodule_tier(frame->module);

	return tier != OSMODULE_NEVER && tier != OSMODULE_FRAMEWORK;
}

/* The nearest frame from i on that tells, as long as no gap lies before it. */
static void put_caller(struct writer *writer, const struct crash *crash,
		       size_t i, size_t last, enum strictness strictness)
{
	const size_t end = i + DEEPER < last ? i + DEEPER : last;

	while (i < end && crash->stack.frames[i].how != CRASH_HOW_SCAN &&
	       !tells(&crash->stack.frames[i]))
		i++;
	if (i < end && crash->stack.frames[i].how != CRASH_HOW_SCAN)
		put_frame(writer, &crash->stack.frames[i], strictness);
}

/*
 * Frames that were merely scanned are left out.  What follows them may be a
 * little off too: it is used only as long as there is not enough otherwise, and
 * not at all where it was learned: how far it lies from the fault depends on
 * what other dumps happened to teach.
 * The kernel alone, named outright, is not enough: everything names it.
 * Where the kernel or a framework stops the machine over what it was called
 * with, its own frames are the same for everybody: the nearest one of somebody
 * else is added.
 */
static const char *text_of(const struct crash *crash, struct arena *arena,
			   enum strictness strictness)
{
	static const size_t most[] = { EXACT_FRAMES, PORTABLE_FRAMES, MODULES };
	const struct crash_frame *previous = NULL;
	struct writer writer = { .used = 0 };
	size_t first, last, put_count = 0, weight = 0;
	bool is_past_gap = false, is_told = false;

	find_part(crash, &first, &last);
	put_cause(&writer, crash);
	if (put_fault(&writer, crash, strictness)) {
		is_told = true;
		weight++;
	}
	size_t i = first;
	for (; i < last && put_count < most[strictness]; i++) {
		const struct crash_frame *frame = &crash->stack.frames[i];
		if (frame->how == CRASH_HOW_SCAN) {
			if (weight >= ENOUGH)
				break;
			is_past_gap = true;
			continue;
		}
		if (is_past_gap && frame->how == CRASH_HOW_LEARNED)
			break;
		if (previous == NULL || !is_same(previous, frame))
			weight++;
		if (!runs_on(previous, frame, strictness)) {
			put_frame(&writer, frame, strictness);
			put_count++;
		}
		is_told |= tells(frame);
		previous = frame;
	}
	if (first > 0 && !is_told && put_count == most[strictness])
		put_caller(&writer, crash, i, last, strictness);
	if (previous == NULL || weight < ENOUGH)
		return NULL;
	char *text = arena_take(arena, writer.used + 1, 1);
	memcpy(text, writer.text, writer.used);
	return text;
}

const char *signature_exact_text(const struct crash *crash, struct arena *arena)
{
	return text_of(crash, arena, STRICT_EXACT);
}

const char *signature_portable_text(const struct crash *crash,
				    struct arena *arena)
{
	return text_of(crash, arena, STRICT_PORTABLE);
}

const char *signature_modules_text(const struct crash *crash,
				   struct arena *arena)
{
	return text_of(crash, arena, STRICT_MODULES);
}

/* 0 stands for "no bucket", so no text may hash to it. */
static uint64_t bucket_of(const char *text)
{
	if (text == NULL)
		return 0;
	const uint64_t hash = hash_64(text, strlen(text));
	return hash == 0 ? 1 : hash;
}

void signature_make(struct crash *crash, struct arena *arena)
{
	crash->buckets.exact = bucket_of(signature_exact_text(crash, arena));
	crash->buckets.portable =
		bucket_of(signature_portable_text(crash, arena));
	crash->buckets.modules =
		bucket_of(signature_modules_text(crash, arena));
}
