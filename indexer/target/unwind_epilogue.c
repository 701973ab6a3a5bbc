/*
 * A frame's size needs no unwind data: decode on from the return address to
 * the function's own epilogue, and the stack pointer at its `ret` is where the
 * next return address lies.  Branches are followed both ways, calls stepped
 * over; a path counts only when it ends at a word that could be code.
 */
#include "indexer/target/space.h"
#include "indexer/target/unwind.h"

#include "signatures/base/limits.h"
#include <string.h>

enum {
	PATHS = 48,	   /* branches waiting to be followed */
	LANDINGS = 8,	   /* different answers kept */
	ENOUGH = 3,	   /* paths that agree before we stop looking */
	SEEN = 1024,	   /* places visited, a power of two */
	HOME_BYTES = 0x20, /* x64: the callee's four home slots */
	POPS = 8,	   /* registers that a function may have to restore */
	CLEARED_LEAST = 0x20, /* smaller ones are cleared by instructions */
	CLEARED_MOST = 0x2000 /* no frame is larger than a third of a stack */
};

struct path {
	struct cpu cpu;
	uint64_t local; /* the address in cx is this local's; 0 = none */
	uint8_t pops;
	bool in_epilogue; /* it has begun to give the stack back */
};

struct search {
	struct unwind *unwind;
	unsigned width;
	uint64_t from_sp;
	struct path waiting[PATHS];
	size_t waiting_count;
	uint64_t seen[SEEN];
	unsigned steps;
	struct unwind_step landing[LANDINGS];
	size_t landing_count;
	struct path beside[PATHS]; /* code after a jump that leads nowhere */
	size_t beside_count;
	struct path cut; /* the path that got furthest into an epilogue */
	bool is_cut;
	uint64_t floor;
};

static bool visit(struct search *search, uint64_t ip, uint64_t sp)
{
	uint64_t key = (ip * UINT64_C(0x9e3779b97f4a7c15)) ^ sp;

	key |= 1;
	for (size_t i = (size_t)(key >> 40), tries = 0; tries < 16;
	     i++, tries++) {
		uint64_t *slot = &search->seen[i % SEEN];
		if (*slot == key)
			return false;
		if (*slot == 0) {
			*slot = key;
			return true;
		}
	}
	return false;
}

/* The path came to a return: does a return address lie there? */
static void land(struct search *search, const struct path *path, uint64_t drop)
{
	const uint64_t slot = path->cpu.reg[CPU_SP];
	struct unwind_step step = { .slot = slot,
				    .how = CRASH_HOW_EPILOGUE,
				    .cpu = path->cpu };
	const struct target *target = search->unwind->target;
	uint64_t goal;

	if (!cpu_knows(&path->cpu, CPU_SP) || slot < search->from_sp ||
	    slot % search->width != 0)
		return;
	if (search->width == 8 && slot % 16 != 8)
		return; /* the ABI keeps calls aligned */
	if (!space_pointer(target, slot, &step.cpu.ip) ||
	    !code_is_possible(search->unwind->code, step.cpu.ip) ||
	    disasm_call_before(search->unwind->disasm, step.cpu.ip, &goal) ==
		    DISASM_NO)
		return;
	cpu_set(&step.cpu, CPU_SP, slot + search->width + drop);
	cpu_forget(&step.cpu, search->width == 8 ? UNWIND_VOLATILE_X64
						 : UNWIND_VOLATILE_X86);
	for (size_t i = 0; i < search->landing_count; i++) {
		if (search->landing[i].slot == slot) {
			search->landing[i].agreeing++;
			return;
		}
	}
	if (search->landing_count < LANDINGS) {
		step.agreeing = 1;
		search->landing[search->landing_count++] = step;
	}
}

static bool is_done(const struct search *search)
{
	if (search->steps >= LIMIT_DECODE_STEPS)
		return true;
	for (size_t i = 0; i < search->landing_count; i++)
		if (search->landing[i].agreeing >= ENOUGH)
			return true;
	return false;
}

static void load(struct search *search, struct cpu *cpu, unsigned reg,
		 uint64_t va)
{
	uint64_t value;

	if (reg == DISASM_NONE)
		return;
	if (va >= search->unwind->low && va < search->unwind->high &&
	    space_pointer(search->unwind->target, va, &value))
		cpu_set(cpu, reg, value);
	else
		cpu_forget(cpu, UINT32_C(1) << reg);
}

/*
 * Locals lie below the next return address, its callee's home area above.  A
 * frame pointer with locals below it lies inside the frame itself.
 */
static void note_local(struct search *search, const struct cpu *cpu,
		       const struct disasm_insn *insn)
{
	if (insn->base == CPU_BP && insn->value < 0 && cpu_knows(cpu, CPU_BP) &&
	    cpu->reg[CPU_BP] < search->unwind->high &&
	    cpu->reg[CPU_BP] > search->from_sp + search->floor)
		search->floor = cpu->reg[CPU_BP] - search->from_sp;
	if (insn->base != CPU_SP || !cpu_knows(cpu, CPU_SP) ||
	    insn->value < 0 || insn->kind == DISASM_LOAD)
		return;
	const uint64_t at =
		cpu->reg[CPU_SP] - search->from_sp + (uint64_t)insn->value;
	if (at > HOME_BYTES && at - HOME_BYTES > search->floor)
		search->floor = at - HOME_BYTES;
}

/*
 * memset(&local, 0, bytes) on x64: all of the local lies in the frame, though
 * perhaps only its first words are ever named.
 */
static void note_cleared(struct search *search, const struct path *path)
{
	const struct cpu *cpu = &path->cpu;
	const uint64_t bytes = cpu->reg[CPU_R8];
	const uint64_t end = cpu->reg[CPU_CX] + bytes;

	if (search->width == 8 && cpu_knows(cpu, CPU_CX) &&
	    cpu_knows(cpu, CPU_DX) && cpu_knows(cpu, CPU_R8) &&
	    path->local != 0 && cpu->reg[CPU_CX] == path->local &&
	    cpu->reg[CPU_DX] == 0 && bytes >= CLEARED_LEAST &&
	    bytes <= CLEARED_MOST && bytes % 4 == 0 &&
	    end <= search->unwind->high &&
	    end - search->from_sp > search->floor)
		search->floor = end - search->from_sp;
}

/* Carry out an instruction that goes on to the next. */
static void apply(struct search *search, struct path *path,
		  const struct disasm_insn *insn)
{
	struct cpu *cpu = &path->cpu;
	const unsigned width = search->width;
	const bool knows_base =
		insn->base < CPU_REGISTERS && cpu_knows(cpu, insn->base);
	const uint64_t at =
		knows_base ? cpu->reg[insn->base] + (uint64_t)insn->value : 0;

	switch (insn->kind) {
	case DISASM_PUSH:
		cpu->reg[CPU_SP] -= width;
		break;
	case DISASM_POP:
		if (insn->reg != CPU_SP)
			load(search, cpu, insn->reg, cpu->reg[CPU_SP]);
		cpu->reg[CPU_SP] += width;
		path->in_epilogue = true;
		path->pops++;
		break;
	case DISASM_LEAVE:
		if (cpu_knows(cpu, CPU_BP))
			cpu_set(cpu, CPU_SP, cpu->reg[CPU_BP] + width);
		else
			cpu_forget(cpu, 1 << CPU_SP);
		load(search, cpu, CPU_BP, cpu->reg[CPU_SP] - width);
		path->in_epilogue = true;
		break;
	case DISASM_ADD:
		cpu->reg[insn->reg] += (uint64_t)insn->value;
		if (insn->reg == CPU_SP)
			path->in_epilogue = insn->value > 0;
		break;
	case DISASM_ADDRESS:
		if (knows_base)
			cpu_set(cpu, insn->reg, at);
		else
			cpu_forget(cpu, UINT32_C(1) << insn->reg);
		if (insn->reg == CPU_SP)
			path->in_epilogue = true;
		else if (insn->value != 0)
			note_local(search, cpu, insn);
		if (insn->reg == CPU_CX)
			path->local = insn->base == CPU_SP ? at : 0;
		break;
	case DISASM_LOAD:
		note_local(search, cpu, insn);
		if (knows_base)
			load(search, cpu, insn->reg, at);
		else
			cpu_forget(cpu, UINT32_C(1) << insn->reg);
		break;
	case DISASM_STORE:
		note_local(search, cpu, insn);
		break;
	case DISASM_SET:
		cpu_set(cpu, insn->reg, (uint64_t)insn->value);
		break;
	case DISASM_CALL:
		note_cleared(search, path);
		cpu_forget(cpu, width == 8 ? UNWIND_VOLATILE_X64
					   : UNWIND_VOLATILE_X86);
		break;
	default:
		cpu_forget(cpu, insn->writes);
		break;
	}
}

static void wait(struct search *search, const struct path *path, uint64_t goal)
{
	if (search->waiting_count == PATHS)
		return;
	struct path *other = &search->waiting[search->waiting_count++];
	*other = *path;
	other->cpu.ip = goal;
}

/*
 * A jump to where no code is saved: what stands behind it is likely the same
 * function, whose body keeps one stack pointer throughout (x64).
 */
static void pass_by(struct search *search, const struct path *path,
		    uint64_t next)
{
	const struct disasm_insn *insn =
		disasm_at(search->unwind->disasm, next);

	if (search->width != 8 || insn == NULL || insn->kind == DISASM_STOP ||
	    search->beside_count == PATHS)
		return;
	struct path *other = &search->beside[search->beside_count++];
	*other = *path;
	cpu_forget(&other->cpu, UNWIND_VOLATILE_X64);
	other->cpu.ip = next;
}

/* The code ends in the middle of an epilogue: few words are left to pop. */
static void note_cut(struct search *search, const struct path *path)
{
	if (search->width == 8 && path->in_epilogue &&
	    cpu_knows(&path->cpu, CPU_SP) && !search->is_cut) {
		search->cut = *path;
		search->is_cut = true;
	}
}

static void follow(struct search *search, struct path *path)
{
	struct cpu *cpu = &path->cpu;

	while (!is_done(search) && cpu_knows(cpu, CPU_SP) &&
	       visit(search, cpu->ip, cpu->reg[CPU_SP])) {
		const struct disasm_insn *insn =
			disasm_at(search->unwind->disasm, cpu->ip);
		if (insn == NULL) {
			note_cut(search, path);
			return;
		}
		search->steps++;
		const uint64_t next = cpu->ip + insn->size;
		switch (insn->kind) {
		case DISASM_RETURN:
			land(search, path, (uint64_t)insn->value);
			return;
		case DISASM_STOP:
			return;
		case DISASM_JUMP:
			if (insn->goal == 0 || disasm_at(search->unwind->disasm,
							 insn->goal) == NULL) {
				/* a tail call leaves the stack as ret does */
				if (path->in_epilogue)
					land(search, path, 0);
				else
					pass_by(search, path, next);
				return;
			}
			cpu->ip = insn->goal;
			continue;
		case DISASM_BRANCH:
			if (insn->goal != 0)
				wait(search, path, insn->goal);
			break;
		default:
			apply(search, path, insn);
			break;
		}
		cpu->ip = next;
	}
}

/* One return address, and one only, lies where the epilogue must end. */
static void finish_cut(struct search *search)
{
	struct path path = search->cut;
	const uint64_t first = path.cpu.reg[CPU_SP];
	const unsigned left = path.pops < POPS ? POPS - path.pops : 0;

	/* what the missing instructions restore is not known */
	cpu_forget(&path.cpu, ~(UINT32_C(1) << CPU_SP));
	for (unsigned i = 0; i <= left; i++) {
		path.cpu.reg[CPU_SP] = first + 8 * i;
		land(search, &path, 0);
	}
	if (search->landing_count > 1)
		search->landing_count = 0;
}

/* Nothing is there yet; what is behind the counts is nobody's, and large. */
static void start(struct search *search, struct unwind *unwind,
		  const struct cpu *from)
{
	search->unwind = unwind;
	search->width = unwind->target->dump->pointer_bytes;
	search->from_sp = from->reg[CPU_SP];
	search->waiting_count = search->landing_count = 0;
	search->beside_count = 0;
	search->steps = 0;
	search->is_cut = false;
	search->floor = 0;
	memset(search->seen, 0, sizeof(search->seen));
}

static void run(struct search *search, const struct cpu *from)
{
	search->waiting_count = 1;
	search->waiting[0] = (struct path){ .cpu = *from };
	while (search->waiting_count > 0 && !is_done(search)) {
		struct path path = search->waiting[--search->waiting_count];
		follow(search, &path);
		if (search->waiting_count == 0 && search->landing_count == 0 &&
		    search->beside_count > 0)
			search->waiting[search->waiting_count++] =
				search->beside[--search->beside_count];
	}
	if (search->landing_count == 0 && search->is_cut)
		finish_cut(search);
}

/* Leave the answer most paths agree on, the nearest of equals. */
bool unwind_epilogue(struct unwind *unwind, const struct cpu *from,
		     struct unwind_step *ret, uint64_t *floor)
{
	struct search search;
	size_t best = 0;

	start(&search, unwind, from);
	run(&search, from);
	*floor = search.floor;
	if (search.landing_count == 0)
		return false;
	for (size_t i = 1; i < search.landing_count; i++) {
		const struct unwind_step *a = &search.landing[i];
		const struct unwind_step *b = &search.landing[best];
		if (a->agreeing > b->agreeing ||
		    (a->agreeing == b->agreeing && a->slot < b->slot))
			best = i;
	}
	*ret = search.landing[best];
	return true;
}
