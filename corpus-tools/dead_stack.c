#include "corpus-tools/dead_stack.h"

#include <string.h>

#include "corpus-tools/dead_code.h"
#include "corpus-tools/dead_spot.h"
#include "signatures/base/hash.h"

/* Where a processor's stack begins, and its registers before any item. */
struct top {
	const struct machine_stack *stack;
	struct dead_cpu *cpu;
	uint64_t ip, sp;
	uint32_t stop; /* frame of the function ip is in; 0 = at its entry */
	bool home;     /* the bug check's arguments lie at sp */
};

/* The address of the first item above sp. */
static uint64_t first_slot(const struct dead *dead, const struct top *top)
{
	if (!top->stop)
		return top->sp;
	return top->sp + top->stop + (dead->pointer == 4 ? 4 : 0);
}

static uint64_t end_of(const struct dead *dead, const struct top *top)
{
	uint64_t at = first_slot(dead, top);

	for (size_t i = 0; i < top->stack->item_count; i++) {
		struct dead_spot spot;

		dead_spot_measure(dead, &top->stack->items[i],
				  i == 0 && top->home, at, &spot);
		at = spot.next;
	}
	return at;
}

static enum status begin(struct dead *dead, const struct machine_stack *stack,
			 struct top *top, struct error *err)
{
	const bool kernel = dead->machine->format != MACHINE_MINIDUMP;
	const uint64_t nt = dead->machine->modules[0].base;
	const uint64_t quarter = dead->machine->modules[0].size / 4 & ~0xffu;

	top->stack = stack;
	top->cpu = &dead->cpus[stack->cpu];
	top->stop =
		(uint32_t)machine_option_number(&stack->ip_options, "size", 0);
	if (layout_family(dead->arch) == LAYOUT_X64 && top->stop)
		top->stop = (uint32_t)(dead_spot_up(top->stop + 8, 16) - 8);
	top->home = kernel && !stack->ip && stack->cpu == dead->crashing;
	top->ip = nt + quarter + (stack->cpu == dead->crashing ? 0xb0 : 0x7d0);
	if (stack->ip && dead_value(dead, stack->ip, &top->ip, err))
		return error_within(err, "ip");
	return STATUS_OK;
}

/* Stack pointers stand at 8 modulo 16 where a function begins on x64. */
static uint64_t chosen_sp(const struct dead *dead, const struct top *top,
			  uint64_t room, uint64_t size)
{
	const uint64_t sp = room - size;

	switch (layout_family(dead->arch)) {
	case LAYOUT_X86:
		return sp & ~(uint64_t)3;
	case LAYOUT_X64:
		return (sp & ~(uint64_t)15) - (top->stop ? 0 : 8);
	default:
		return sp & ~(uint64_t)15;
	}
}

static void place_cpu(struct dead *dead, struct top *top, size_t index)
{
	const uint64_t usual = dead->pointer == 4 ? 0x3000 : 0x6000;
	const uint64_t above = dead->pointer == 4 ? 0x2a0 : 0x250;
	struct dead_cpu *cpu = top->cpu;

	top->sp = dead->arch == LAYOUT_X86 ? 0x10000 : 0x10008;
	const uint64_t size = end_of(dead, top) - top->sp + 0x40;
	uint64_t room = top->stack->room ? top->stack->room : usual;

	room = dead_spot_up(size + above > room ? size + above : room,
			    CANVAS_PAGE);
	if (top->stack->sp) {
		top->sp = top->stack->sp;
		cpu->stack_base =
			dead_spot_up(top->sp + size + above, CANVAS_PAGE);
		cpu->stack_limit = cpu->stack_base - room;
	} else {
		cpu->stack_limit = dead->map->stacks + index * 0x20000;
		if (dead->machine->format == MACHINE_MINIDUMP)
			cpu->stack_limit =
				dead->pointer == 4 ? 0x19c000 : 0x5f3c1f8000;
		cpu->stack_base = cpu->stack_limit + room;
		top->sp = chosen_sp(dead, top, cpu->stack_base - above, size);
	}
	cpu->stack_initial = cpu->stack_base - above;
	*regs_sp(dead->arch, &cpu->regs) = top->sp;
	*regs_ip(dead->arch, &cpu->regs) = top->ip;
}

static void name_spots(struct dead *dead, const struct top *top)
{
	uint64_t at = first_slot(dead, top);

	for (size_t i = 0; i < top->stack->item_count; i++) {
		struct dead_spot spot;

		dead_spot_measure(dead, &top->stack->items[i],
				  i == 0 && top->home, at, &spot);
		if (spot.context && !dead->context)
			dead->context = spot.context;
		if (spot.exception && !dead->exception)
			dead->exception = spot.exception;
		if (spot.trap && !dead->trap)
			dead->trap = spot.trap;
		at = spot.next;
	}
}

/* A processor nobody described waits in the kernel. */
static struct machine_stack *waiting(struct dead *dead, uint64_t cpu)
{
	struct machine_stack *stack =
		arena_take(dead->arena, 1, sizeof(*stack));
	const char *const where[] = { "nt+0x18e4f0", "nt+0x1920a4" };

	stack->cpu = cpu;
	stack->ip = "nt+0x18c0d4";
	stack->ip_options.at[0] = "size=0x28";
	stack->ip_options.count = 1;
	stack->items = arena_take(dead->arena, 2, sizeof(*stack->items));
	stack->item_count = 2;
	for (size_t i = 0; i < 2; i++)
		stack->items[i] = (struct machine_item){
			.kind = MACHINE_FRAME,
			.location = where[i],
		};
	return stack;
}

static const struct machine_stack *stack_of(struct dead *dead, uint64_t cpu)
{
	const struct machine *machine = dead->machine;

	for (size_t i = 0; i < machine->stack_count; i++)
		if (machine->stacks[i].cpu == cpu)
			return &machine->stacks[i];
	return waiting(dead, cpu);
}

static size_t stack_count(const struct dead *dead)
{
	return dead->machine->format == MACHINE_MINIDUMP ? 1 : dead->cpu_count;
}

enum status dead_stack_place(struct dead *dead, struct error *err)
{
	for (size_t i = 0; i < stack_count(dead); i++) {
		struct top top;

		if (begin(dead, stack_of(dead, i), &top, err))
			return err->status;
		place_cpu(dead, &top, i);
		if (i == dead->crashing)
			name_spots(dead, &top);
	}
	return STATUS_OK;
}

static enum status set_registers(const struct dead *dead,
				 const struct machine_words *words,
				 struct regs *regs, struct error *err)
{
	for (size_t i = 0; i < words->count; i++) {
		const char *equals = strchr(words->at[i], '=');
		char name[8] = "";

		if (!equals || equals - words->at[i] >= (int)sizeof(name))
			continue;
		memcpy(name, words->at[i], (size_t)(equals - words->at[i]));
		const int index = regs_find(dead->arch, name);

		if (index >= 0 &&
		    dead_value(dead, equals + 1, &regs->value[index], err))
			return err->status;
	}
	return STATUS_OK;
}

/* What the writing pass carries from item to item. */
struct writing {
	struct dead *dead;
	const struct top *top;
	uint64_t callee; /* start of the function the next one called */
	uint64_t link;	 /* where the inner frame keeps a frame pointer */
};

/*
 * Join a frame to the one inside it: its frame pointer and, on ARM64, the
 * return address go where the inner frame keeps them, or into registers.
 */
static void join(struct writing *w, uint64_t fp, uint64_t ra)
{
	struct dead *dead = w->dead;

	if (layout_family(dead->arch) == LAYOUT_X64)
		return;
	if (dead->arch == LAYOUT_ARM64) {
		if (w->link) {
			dead_pointer(dead, w->link, fp);
			dead_pointer(dead, w->link + 8, ra);
			return;
		}
		w->top->cpu->regs.value[regs_find(dead->arch, "lr")] = ra;
	}
	if (w->link)
		dead_pointer(dead, w->link, fp);
	else
		*regs_fp(dead->arch, &w->top->cpu->regs) = fp;
}

static enum status write_words(const struct writing *w,
			       const struct machine_item *item,
			       const struct dead_spot *spot, struct error *err)
{
	for (size_t i = 0; i < item->word_count; i++) {
		uint64_t value;

		if (dead_value(w->dead, item->words[i], &value, err))
			return error_within(err, "word");
		dead_pointer(w->dead, spot->words + i * w->dead->pointer,
			     value);
	}
	return STATUS_OK;
}

static void write_exception(struct dead *dead, uint64_t at, uint64_t code,
			    uint64_t address, uint64_t touched)
{
	const bool wide = dead->pointer == 8;
	struct canvas *canvas = &dead->canvas;

	canvas_put(canvas, at, code, 4);
	dead_pointer(dead, at + (wide ? 0x10 : 0xc), address);
	if (code != 0xc0000005)
		return;
	canvas_put(canvas, at + (wide ? 0x18 : 0x10), 2, 4);
	dead_pointer(dead, at + (wide ? 0x28 : 0x18), touched);
}

/* Trap frame, CONTEXT and exception record of an interrupted function. */
static enum status write_trap(struct writing *w,
			      const struct machine_item *item,
			      const struct dead_spot *spot, uint64_t ip,
			      struct error *err)
{
	struct dead *dead = w->dead;
	const uint64_t code =
		machine_option_number(&item->options, "code", 0xc0000005);
	const char *touched = machine_option(&item->options, "address");
	struct regs_trap trap = { .error = machine_option_number(&item->options,
								 "error", 0) };
	struct regs regs = dead->cpus[dead->crashing].regs;
	uint8_t raw[REGS_CONTEXT_BYTES];

	if (touched && dead_value(dead, touched, &trap.address, err))
		return error_within(err, "trap");
	regs.value[dead->arch == LAYOUT_ARM64 ? 0 : 1] = trap.address;
	*regs_ip(dead->arch, &regs) = ip;
	*regs_sp(dead->arch, &regs) = spot->resumed;
	*regs_fp(dead->arch, &regs) = dead->arch == LAYOUT_ARM64 ? spot->resumed
				      : dead->pointer == 4
					      ? spot->resumed + spot->stop
					      : 0;
	if (set_registers(dead, &item->options, &regs, err))
		return err->status;
	if (spot->trap) {
		regs_trap_frame(dead->arch, &regs, &trap, raw);
		canvas_write(&dead->canvas, spot->trap, raw,
			     dead->map->trap_size);
	}
	if (spot->context) {
		regs_context(dead->arch, &regs, regs_flags(dead->arch, 0x1f),
			     raw);
		canvas_write(&dead->canvas, spot->context, raw,
			     dead->map->context_size);
		write_exception(dead, spot->exception, code, ip, trap.address);
	}
	if (w->top->cpu == &dead->cpus[dead->crashing] && !dead->fault_ip) {
		dead->fault_ip = ip;
		if (spot->context && dead->machine->code >> 28 == 1)
			dead->header = regs;
	}
	dead_piece(dead, ip & ~(uint64_t)(CANVAS_PAGE - 1), CANVAS_PAGE, false);
	return STATUS_OK;
}

static const char *via_of(const struct dead *dead,
			  const struct machine_item *item)
{
	const char *via = machine_option(&item->options, "via");

	if (via)
		return via;
	if (dead->machine->format == MACHINE_MINIDUMP)
		return dead->machine->modules[0].name;
	return item->kind == MACHINE_TRAP ? "nt+0x20f2c8" : "nt+0x20b17c";
}

static enum status write_interrupted(struct writing *w,
				     const struct machine_item *item,
				     const struct dead_spot *spot, uint64_t ip,
				     struct error *err)
{
	struct dead *dead = w->dead;
	const bool narrow = dead->pointer == 4;
	const bool arm = dead->arch == LAYOUT_ARM64;
	uint64_t via;

	if (dead_value(dead, via_of(dead, item), &via, err))
		return error_within(err, "via");
	if (arm) {
		dead_code_trap(dead, via, spot->frame, w->callee);
		join(w, spot->slot, via);
		dead_pointer(dead, spot->slot, spot->resumed);
		dead_pointer(dead, spot->slot + 8, ip);
		w->link = spot->resumed;
	} else {
		dead_pointer(dead, spot->slot, via);
		join(w, spot->link, via);
		w->link = narrow ? spot->resumed + spot->stop : 0;
	}
	if (spot->back) {
		const uint64_t raised = via;
		const uint64_t handler = via + 0x4160;

		dead_pointer(dead, spot->back, handler);
		w->callee = dead_code_call(dead, raised, spot->frame, w->callee,
					   0x1d8);
		dead_code_trap(dead, handler, 0x168, w->callee);
	} else if (!arm) {
		dead_code_trap(dead, via, spot->frame, w->callee);
	}
	w->callee =
		dead_code_stop(dead, ip, spot->stop,
			       dead_spot_id(item->location, &item->options));
	return write_trap(w, item, spot, ip, err);
}

static enum status write_item(struct writing *w,
			      const struct machine_item *item,
			      const struct dead_spot *spot, struct error *err)
{
	struct dead *dead = w->dead;
	uint64_t ip;

	if (item->kind == MACHINE_LOOSE)
		return write_words(w, item, spot, err);
	if (dead_value(dead, item->location, &ip, err))
		return error_within(err, "frame");
	if (item->kind != MACHINE_FRAME) {
		if (write_interrupted(w, item, spot, ip, err))
			return err->status;
		return write_words(w, item, spot, err);
	}
	w->callee =
		dead_code_call(dead, ip, spot->frame, w->callee,
			       dead_spot_id(item->location, &item->options));
	if (dead->arch != LAYOUT_ARM64)
		dead_pointer(dead, spot->slot, ip);
	join(w, dead->pointer == 4 ? spot->link : spot->slot, ip);
	w->link = dead->pointer == 4 ? spot->link : spot->slot;
	return write_words(w, item, spot, err);
}

/* The bug check's own arguments, as they were passed. */
static void write_home(struct dead *dead, uint64_t sp)
{
	uint64_t code = dead->machine->code & 0x0fffffff;

	if (code == 0xd1)
		code = 0xa;
	if (dead->arch == LAYOUT_ARM64)
		return;
	dead_pointer(dead, sp + dead->pointer, code);
	for (size_t i = 0; i < 4; i++)
		dead_pointer(dead, sp + (i + 2) * dead->pointer, dead->args[i]);
	if (code == 0x50 && dead->trap && dead->pointer == 8)
		dead_pointer(dead, sp + 0x20, dead->trap);
}

static void begin_writing(struct writing *w)
{
	struct dead *dead = w->dead;
	const struct top *top = w->top;

	canvas_touch(&dead->canvas, top->sp,
		     (size_t)(top->cpu->stack_base - top->sp));
	dead_piece(dead, top->ip & ~(uint64_t)(CANVAS_PAGE - 1), CANVAS_PAGE,
		   top->cpu != &dead->cpus[dead->crashing]);
	if (top->stop) {
		w->callee = dead_code_stop(dead, top->ip, top->stop,
					   hash_64(&top->ip, sizeof(top->ip)));
		if (dead->arch == LAYOUT_ARM64) {
			*regs_fp(dead->arch, &top->cpu->regs) = top->sp;
			w->link = top->sp;
		} else if (dead->pointer == 4) {
			w->link = top->sp + top->stop;
			*regs_fp(dead->arch, &top->cpu->regs) = w->link;
		}
	} else {
		w->callee = top->ip;
	}
	if (top->home) {
		write_home(dead, top->sp);
		canvas_write(&dead->canvas, top->ip,
			     dead->arch == LAYOUT_ARM64
				     ? "\xfd\x7b\xbf\xa9\xfd\x03\x00\x91"
			     : dead->pointer == 4
				     ? "\x8b\xff\x55\x8b\xec\x6a\x00\xff"
				     : "\x48\x89\x4c\x24\x08\x48\x89\x54",
			     8);
	}
}

static enum status write_stack(struct dead *dead, const struct top *top,
			       struct error *err)
{
	struct writing w = { dead, top, 0, 0 };
	uint64_t at = first_slot(dead, top);

	begin_writing(&w);
	for (size_t i = 0; i < top->stack->item_count; i++) {
		const struct machine_item *item = &top->stack->items[i];
		struct dead_spot spot;

		dead_spot_measure(dead, item, i == 0 && top->home, at, &spot);
		if (write_item(&w, item, &spot, err))
			return error_within(err, "stack of processor %u",
					    (unsigned)top->stack->cpu);
		at = spot.next;
	}
	join(&w, 0, 0);
	return set_registers(dead, &top->stack->ip_options, &top->cpu->regs,
			     err);
}

enum status dead_stack_write(struct dead *dead, struct error *err)
{
	for (size_t i = 0; i < stack_count(dead); i++) {
		struct top top;

		if (begin(dead, stack_of(dead, i), &top, err))
			return err->status;
		top.sp = *regs_sp(dead->arch, &top.cpu->regs);
		top.cpu->idle = top.stack->idle;
		top.cpu->resting = top.stack->resting;
		if (write_stack(dead, &top, err))
			return err->status;
	}
	if (!*regs_ip(dead->arch, &dead->header))
		dead->header = dead->cpus[dead->crashing].regs;
	return STATUS_OK;
}
