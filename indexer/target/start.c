#include "indexer/target/start.h"

#include "indexer/target/processor.h"
#include "indexer/target/space.h"
#include "indexer/target/trap.h"
#include "signatures/base/limits.h"
#include "signatures/meaning.h"

enum {
	NEAR_BYTES = 16,   /* a context may stand behind its breakpoint */
	HOME_AT = 8,	   /* above the stack pointer at a function's entry */
	HOME_SLOTS = 5,	   /* the code and four parameters */
	CONTEXT_IP = 0xf8, /* x64 CONTEXT.Rip */
	RECORD_BYTES = 0x28
};

/* Value of the first argument that plays the role. */
static bool argument(const struct crash *crash, enum role role, uint64_t *ret)
{
	for (unsigned i = 0; i < 4; i++) {
		if (crash->bugcheck.code.known &&
		    crash->bugcheck.args[i].known &&
		    meaning_argument(&crash->bugcheck, i) == role) {
			*ret = crash->bugcheck.args[i].value;
			return true;
		}
	}
	return false;
}

bool start_stopped(const struct target *target, uint64_t *ret)
{
	struct cpu cpu;

	if (!target->dump->stack.failed) {
		*ret = target->dump->stack_start;
		return true;
	}
	if (!cpu_from_context(target->crash->machine.arch,
			      target->dump->context, &cpu))
		return false;
	*ret = cpu_sp(&cpu, target->crash->machine.arch);
	return true;
}

bool start_argument_ip(const struct crash *crash, uint64_t *ret)
{
	uint64_t ip;

	if (!argument(crash, ROLE_IP, &ip) || ip < 0x10000)
		return false;
	*ret = ip;
	return true;
}

/* Does a context agree with the arguments?  Its ip becomes the argument's. */
static bool agrees(const struct crash *crash, struct cpu *cpu)
{
	uint64_t ip;

	if (!start_argument_ip(crash, &ip))
		return true;
	if (cpu->ip - ip + NEAR_BYTES > 2 * NEAR_BYTES)
		return false;
	cpu->ip = ip;
	return true;
}

static bool accept(struct unwind *unwind, struct cpu cpu, enum crash_how how,
		   struct start *ret)
{
	if (!agrees(unwind->target->crash, &cpu))
		return false;
	*ret = (struct start){ .cpu = cpu, .how = how, .is_fault = true };
	return true;
}

static bool by_context(struct unwind *unwind, struct start *ret)
{
	const struct target *target = unwind->target;
	struct cpu cpu;
	uint64_t va;

	return argument(target->crash, ROLE_CONTEXT_RECORD, &va) &&
	       cpu_from_context_at(target, va, &cpu) &&
	       accept(unwind, cpu, CRASH_HOW_CONTEXT, ret);
}

static bool by_exception_pointers(struct unwind *unwind, struct start *ret)
{
	const struct target *target = unwind->target;
	struct cpu cpu;
	uint64_t va, context;

	return argument(target->crash, ROLE_EXCEPTION_POINTERS, &va) &&
	       space_pointer(target, va + target->dump->pointer_bytes,
			     &context) &&
	       cpu_from_context_at(target, context, &cpu) &&
	       accept(unwind, cpu, CRASH_HOW_CONTEXT, ret);
}

static bool by_trap_frame(struct unwind *unwind, struct start *ret)
{
	const struct target *target = unwind->target;
	struct trap trap;
	uint64_t va;

	return argument(target->crash, ROLE_TRAP_FRAME, &va) &&
	       trap_at(target, unwind->code, va, &trap) &&
	       accept(unwind, trap.cpu, CRASH_HOW_TRAP_FRAME, ret);
}

/*
 * x64: KeBugCheckEx keeps what it was called with in its caller's home area;
 * the header may show something else (50: the trap frame becomes an ip).
 */
static bool by_passed_trap_frame(struct unwind *unwind, struct start *ret)
{
	const struct target *target = unwind->target;
	uint64_t sp, ip, va;
	struct trap trap;

	if (target->crash->machine.arch != CRASH_X64 ||
	    !start_argument_ip(target->crash, &ip) ||
	    !start_stopped(target, &sp))
		return false;
	for (unsigned i = 0; i < HOME_SLOTS; i++) {
		const uint64_t slot = sp + HOME_AT + 8 * i;
		if (space_u64(target, slot, &va) &&
		    trap_at(target, unwind->code, va, &trap) &&
		    accept(unwind, trap.cpu, CRASH_HOW_TRAP_FRAME, ret))
			return true;
	}
	return false;
}

static bool by_stack_trap_frame(struct unwind *unwind, struct start *ret)
{
	const struct target *target = unwind->target;
	uint64_t ip = 0, address = 0;
	struct trap trap;

	if (!start_argument_ip(target->crash, &ip) &&
	    !argument(target->crash, ROLE_BAD_ADDRESS, &address))
		return false;
	if (ip == 0 && address == 0)
		return false;
	return trap_find(target, unwind->code, unwind->low, unwind->high, ip,
			 address, &trap) &&
	       accept(unwind, trap.cpu, CRASH_HOW_TRAP_FRAME, ret);
}

/* x64: the dispatcher of exceptions keeps a CONTEXT on the stack. */
static bool by_stack_context(struct unwind *unwind, struct start *ret)
{
	const struct target *target = unwind->target;
	uint64_t ip, word;
	struct cpu cpu;

	if (target->crash->machine.arch != CRASH_X64 ||
	    !start_argument_ip(target->crash, &ip))
		return false;
	for (uint64_t va = (unwind->low + 15) & ~UINT64_C(15);
	     va < unwind->high; va += 16)
		if (space_u64(target, va + CONTEXT_IP, &word) &&
		    word - ip + 1 <= 2 &&
		    cpu_from_context_at(target, va, &cpu) &&
		    accept(unwind, cpu, CRASH_HOW_CONTEXT, ret))
			return true;
	return false;
}

/* The header's context, when it is the fault itself (7E; user minidumps). */
static bool by_fault_in_header(struct unwind *unwind, struct start *ret)
{
	const struct target *target = unwind->target;
	struct cpu cpu;
	uint64_t ip;

	if (target->crash->image.kind != CRASH_USER_MINI &&
	    !start_argument_ip(target->crash, &ip))
		return false;
	return cpu_from_context(target->crash->machine.arch,
				target->dump->context, &cpu) &&
	       accept(unwind, cpu, CRASH_HOW_CONTEXT, ret);
}

/* The saved stack is another one: the instruction is all that is known. */
static bool by_bare_ip(struct unwind *unwind, struct start *ret)
{
	const struct crash *crash = unwind->target->crash;
	uint64_t ip;

	/* A process says it in its exception record. */
	if (crash->image.kind == CRASH_USER_MINI &&
	    crash->exception.address.known)
		ip = crash->exception.address.value;
	else if (!start_argument_ip(crash, &ip))
		return false;
	*ret = (struct start){ .cpu.ip = ip,
			       .how = CRASH_HOW_CONTEXT,
			       .is_fault = true,
			       .is_bare = true };
	return true;
}

/*
 * The processor that found out is not the one that hangs; where the latter
 * could still be frozen, its context tells what it was doing.
 */
static bool by_hung_processor(struct unwind *unwind, struct start *ret)
{
	const struct target *target = unwind->target;
	struct start start = { .how = CRASH_HOW_CONTEXT };
	struct processor processor;
	uint64_t word;

	if (!processor_hung(target, &processor) ||
	    !cpu_from_context_at(target, processor.context, &start.cpu) ||
	    !code_is_possible(unwind->code, start.cpu.ip) ||
	    !space_pointer(target,
			   cpu_sp(&start.cpu, target->crash->machine.arch),
			   &word))
		return false;
	*ret = start;
	return true;
}

/* Stopped on purpose: the stack of KeBugCheckEx itself. */
static bool by_header(struct unwind *unwind, struct start *ret)
{
	const struct target *target = unwind->target;
	struct start start = { .how = CRASH_HOW_CONTEXT };

	if (!cpu_from_context(target->crash->machine.arch,
			      target->dump->context, &start.cpu))
		return false;
	*ret = start;
	return true;
}

/* The order in which a start is looked for: the surest first. */
static bool (*const rules[])(struct unwind *unwind, struct start *ret) = {
	by_context,	     by_exception_pointers,
	by_trap_frame,	     by_passed_trap_frame,
	by_stack_trap_frame, by_stack_context,
	by_fault_in_header,  by_bare_ip,
	by_hung_processor,   by_header,
};

bool start_find(struct unwind *unwind, struct start *ret)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i](unwind, ret))
			return true;
	return false;
}

/*
 * EXCEPTION_RECORD: u32 code, u32 flags, a pointer to another record, then the
 * pointer-sized address.
 */
static void read_record(struct crash *crash, unsigned width, struct bytes in)
{
	const uint32_t code = bytes_u32(&in);

	bytes_skip(&in, 4 + width);
	const uint64_t address = width == 8 ? bytes_u64(&in) : bytes_u32(&in);
	if (in.failed || code == 0)
		return;
	if (!crash->exception.code.known)
		crash->exception.code = CRASH_NUMBER(code);
	if (!crash->exception.address.known)
		crash->exception.address = CRASH_NUMBER(address);
}

void start_exception(struct target *target)
{
	struct crash *crash = target->crash;
	const unsigned width = target->dump->pointer_bytes;
	uint8_t raw[RECORD_BYTES];
	uint64_t value;

	if (argument(crash, ROLE_EXCEPTION_CODE, &value))
		crash->exception.code = CRASH_NUMBER(value & UINT32_MAX);
	if (argument(crash, ROLE_EXCEPTION_RECORD, &value) &&
	    space_is_kernel(target, value) &&
	    space_read(target, value, raw, sizeof(raw)))
		read_record(crash, width, bytes_of(raw, sizeof(raw)));
	if (crash->exception.code.known && !crash->exception.address.known &&
	    start_argument_ip(crash, &value))
		crash->exception.address = CRASH_NUMBER(value);
}
