#include "signatures/identity.h"

#include <string.h>

#include "signatures/base/pack.h"
#include "signatures/base/text.h"
#include "signatures/record.h"

#define SECOND TEXT_TICKS_PER_SECOND
#define MILLISECOND (SECOND / 1000)

/* The low end of kernel space on any machine; what a pointer exceeds. */
#define POINTER_FLOOR UINT64_C(0x80000000)

/* Words apart, so that a stop code is never taken for an exception code. */
enum cause_kind {
	CAUSE_UNKNOWN,
	CAUSE_BUGCHECK,
	CAUSE_EXCEPTION
};

static enum cause_kind cause_kind(const struct crash *crash)
{
	if (crash->bugcheck.code.known)
		return CAUSE_BUGCHECK;
	return crash->exception.code.known ? CAUSE_EXCEPTION : CAUSE_UNKNOWN;
}

static uint64_t cause(const struct crash *crash)
{
	const enum cause_kind kind = cause_kind(crash);

	if (kind == CAUSE_BUGCHECK)
		return hash_mix(kind, crash->bugcheck.code.value);
	if (kind == CAUSE_EXCEPTION)
		return hash_mix(kind, crash->exception.code.value);
	return 0;
}

/*
 * Can another file be told to be the same crash?  Where it cannot, each file is
 * a crash of its own, and its bytes are part of what it is called; so is each
 * row of an imported table.
 */
static bool is_linkable(const struct crash *crash)
{
	return crash->time.known && cause_kind(crash) != CAUSE_UNKNOWN &&
	       crash->image.kind != CRASH_IMPORTED;
}

static void put_number(struct pack *out, struct crash_number number)
{
	pack_u8(out, number.known);
	if (number.known)
		pack_u64(out, number.value);
}

/* What is left to tell crashes apart by when no clock does. */
static void put_content(struct pack *out, const struct crash *crash,
			struct arena *arena)
{
	put_number(out, crash->exception.code);
	put_number(out, crash->exception.address);
	pack_text(out, crash->fault.module);
	put_number(out, crash->fault.offset);
	pack_text(out, crash->process);
	pack_hash(out, record_modules_hash(crash, arena));
	pack_varint(out, crash->stack.count);
	for (size_t i = 0; i < crash->stack.count; i++) {
		pack_text(out, crash->stack.frames[i].module);
		pack_text(out, crash->stack.frames[i].symbol);
		pack_u64(out, crash->stack.frames[i].offset);
	}
}

/* A name may lie beside one copy of a dump and be missing beside the next. */
static struct crash_number machine_of(const struct crash *crash)
{
	if (crash->image.kind != CRASH_EVENT &&
	    crash_has_flag(crash, CRASH_MACHINE_BY_NAME))
		return CRASH_UNKNOWN;
	return crash->machine.id;
}

bool identity_is_of_content(const struct crash *crash)
{
	return !crash->time.known || !crash->bugcheck.code.known;
}

struct hash128 identity_of(const struct crash *crash)
{
	struct hash128 identity;
	struct arena arena;
	struct pack out;

	arena_init(&arena);
	out = pack_into(&arena);
	if (!is_linkable(crash))
		pack_hash(&out, crash->image.content);
	put_number(&out, crash->time);
	put_number(&out, crash->uptime);
	put_number(&out, machine_of(crash));
	put_number(&out, crash->bugcheck.code);
	for (size_t i = 0; i < 4; i++)
		put_number(&out, crash->bugcheck.args[i]);
	if (identity_is_of_content(crash))
		put_content(&out, crash, &arena);
	identity = hash_128(out.data, out.size);
	arena_deinit(&arena);
	return identity;
}

void identity_text(struct hash128 identity, char text[IDENTITY_TEXT_BYTES])
{
	char whole[33];

	hash_128_text(identity, whole);
	memcpy(text, whole, IDENTITY_TEXT_BYTES - 1);
	text[IDENTITY_TEXT_BYTES - 1] = '\0';
}

/* A clock that stands on a whole second was set by a program, not read. */
static bool is_read(uint64_t time)
{
	return time % SECOND != 0;
}

/* A log of it would stand on a whole second, were it of one. */
static bool is_on_second(const struct crash *crash)
{
	return crash->time.value % SECOND < MILLISECOND;
}

static uint64_t mix_arguments(uint64_t key, const struct crash *crash)
{
	for (size_t i = 0; i < 4; i++)
		key = hash_mix(key, crash->bugcheck.args[i].known
					    ? crash->bugcheck.args[i].value
					    : 0);
	return key;
}

/*
 * Time and code tell crashes apart, but for those whose clock tells nothing
 * below the second: a fleet, or a converter, may have any number of them at
 * once.  Nothing but the same arguments will do for these, or the same address
 * (see identity_same()), which is all they seek - and those that are not so
 * exact, which have a key for this.
 */
enum clock {
	CLOCK_TIME,  /* of all */
	CLOCK_LOOSE, /* of those that are not exact */
	CLOCK_EXACT
};

static uint64_t clock_key(const struct crash *crash, enum clock clock)
{
	uint64_t key = hash_mix(crash->time.value / MILLISECOND, cause(crash));

	if (clock != CLOCK_TIME)
		key = hash_mix(key, clock);
	if (clock != CLOCK_EXACT)
		return key;
	if (cause_kind(crash) == CAUSE_EXCEPTION)
		return hash_mix(key, crash->exception.address.value);
	return mix_arguments(key, crash);
}

static bool is_exact(const struct crash *crash)
{
	if (cause_kind(crash) == CAUSE_EXCEPTION)
		return true;
	for (size_t i = 0; i < 4; i++)
		if (!crash->bugcheck.args[i].known)
			return false;
	return !is_read(crash->time.value);
}

/* Can it be told apart by its boot, or did a program set how long it was up? */
static bool has_boot(struct crash_number machine, struct crash_number uptime)
{
	return machine.known && uptime.known && uptime.value % SECOND != 0;
}

/* The same boot of a machine, see same_boot(). */
static size_t boot_keys(const struct crash *crash, uint64_t *keys)
{
	uint64_t key;

	if (!has_boot(machine_of(crash), crash->uptime))
		return 0;
	key = hash_mix(crash->uptime.value, cause(crash));
	key = hash_mix(crash->machine.id.value, key);
	keys[0] = mix_arguments(key, crash);
	return 1;
}

size_t identity_keys(const struct crash *crash, uint64_t keys[IDENTITY_KEYS])
{
	size_t count = 0;

	if (!is_linkable(crash))
		return 0;
	keys[count++] = clock_key(crash, CLOCK_TIME);
	if (is_exact(crash))
		keys[count++] = clock_key(crash, CLOCK_EXACT);
	else if (is_on_second(crash))
		keys[count++] = clock_key(crash, CLOCK_LOOSE);
	count += boot_keys(crash, keys + count);
	return count + identity_event_keys(crash, keys + count);
}

size_t identity_seeks(const struct crash *crash, uint64_t keys[IDENTITY_SEEKS])
{
	size_t count = 0;

	if (!is_linkable(crash))
		return 0;
	if (is_exact(crash)) {
		keys[count++] = clock_key(crash, CLOCK_EXACT);
		keys[count++] = clock_key(crash, CLOCK_LOOSE);
	} else {
		keys[count++] = clock_key(crash, CLOCK_TIME);
	}
	count += boot_keys(crash, keys + count);
	return count + identity_event_seeks(crash, keys + count);
}

static unsigned int bits_apart(uint64_t a, uint64_t b)
{
	return (unsigned int)__builtin_popcountll(a ^ b);
}

static bool equal(struct crash_number a, struct crash_number b)
{
	return a.known == b.known && a.value == b.value;
}

static bool agree(struct crash_number a, struct crash_number b)
{
	return !a.known || !b.known || a.value == b.value;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

/* Debuggers print milliseconds; everyone else keeps 100 ns. */
static bool same_time(const struct identity_facts *a,
		      const struct identity_facts *b)
{
	const bool printed =
		a->kind == CRASH_DEBUGGER_LOG || b->kind == CRASH_DEBUGGER_LOG;

	if (a->time == b->time)
		return true;
	return printed && a->time / MILLISECOND == b->time / MILLISECOND;
}

/*
 * Is y what is left of x, or the other way round?  The writer of a small file
 * does not follow every pointer, and writes zero.
 */
static bool is_dropped(uint64_t x, uint64_t y)
{
	return (!x || !y) && (x | y) >= POINTER_FLOOR;
}

/*
 * The arguments and the uptime of one crash in two files.  With a clock that
 * was not read nothing but equality will do.  One flipped bit of an address or
 * of the uptime is forgiven where the machine is the same: crashes of many
 * machines may lie a bit apart.
 */
static bool same_facts(const struct identity_facts *a,
		       const struct identity_facts *b, bool same_machine)
{
	unsigned int flipped = 0;

	if (!agree(a->uptime, b->uptime))
		flipped += bits_apart(a->uptime.value, b->uptime.value);
	for (size_t i = 0; i < 4; i++) {
		const struct crash_number x = a->args[i];
		const struct crash_number y = b->args[i];

		if (agree(x, y) ||
		    (is_read(a->time) && is_dropped(x.value, y.value)))
			continue;
		if (x.value < POINTER_FLOOR || y.value < POINTER_FLOOR)
			return false;
		flipped += bits_apart(x.value, y.value);
	}
	return !flipped || (flipped == 1 && same_machine && is_read(a->time));
}

/* A process has no arguments, and its clock ticks in seconds. */
static bool same_process(const struct crash *a, const struct crash *b)
{
	struct arena arena;
	bool same;

	if (!equal(a->exception.code, b->exception.code) ||
	    !equal(a->exception.address, b->exception.address) ||
	    !same_text(a->process, b->process))
		return false;
	arena_init(&arena);
	same = hash_128_equal(record_modules_hash(a, &arena),
			      record_modules_hash(b, &arena));
	arena_deinit(&arena);
	return same;
}

/* As machine_of(). */
static struct crash_number told_machine(const struct identity_facts *facts)
{
	return facts->kind != CRASH_EVENT && facts->is_by_name ? CRASH_UNKNOWN
							       : facts->machine;
}

/* Ids of different kinds tell nothing of each other. */
static bool agree_machines(const struct identity_facts *a,
			   const struct identity_facts *b)
{
	return a->is_by_name != b->is_by_name || agree(a->machine, b->machine);
}

static bool same_arch(const struct identity_facts *a,
		      const struct identity_facts *b)
{
	return a->arch == b->arch || !a->arch || !b->arch;
}

/* The same boot of the same machine, and one bit of the clock differs. */
static bool same_boot(const struct identity_facts *a,
		      const struct identity_facts *b)
{
	if (!has_boot(told_machine(a), a->uptime) ||
	    !equal(a->uptime, b->uptime))
		return false;
	for (size_t i = 0; i < 4; i++)
		if (!equal(a->args[i], b->args[i]))
			return false;
	return bits_apart(a->time, b->time) == 1;
}

/*
 * Whoever writes a small dump gives a few codes another form in it, and gives
 * it always: two of them with different forms tell of two crashes.
 */
static bool agree_forms(const struct identity_facts *a,
			const struct identity_facts *b)
{
	return a->kind != CRASH_KERNEL_TRIAGE ||
	       b->kind != CRASH_KERNEL_TRIAGE ||
	       a->minidump_form == b->minidump_form;
}

void identity_facts(const struct crash *crash, struct identity_facts *ret)
{
	*ret = (struct identity_facts){
		.kind = crash->image.kind,
		.arch = crash->machine.arch,
		.is_linkable = is_linkable(crash),
		.is_exception = cause_kind(crash) == CAUSE_EXCEPTION,
		.is_by_name = crash_has_flag(crash, CRASH_MACHINE_BY_NAME),
		.minidump_form = crash->bugcheck.minidump_form,
		.cause = cause(crash),
		.time = crash->time.value,
		.uptime = crash->uptime,
		.machine = crash->machine.id,
	};
	memcpy(ret->args, crash->bugcheck.args, sizeof(ret->args));
}

static bool is_event(const struct identity_facts *a,
		     const struct identity_facts *b)
{
	return a->kind == CRASH_EVENT || b->kind == CRASH_EVENT;
}

bool identity_may_be_same(const struct identity_facts *a,
			  const struct identity_facts *b)
{
	const struct crash_number machine = told_machine(a);
	const bool same_machine = equal(machine, told_machine(b));

	if (!a->is_linkable || !b->is_linkable || a->cause != b->cause)
		return false;
	if (!agree_machines(a, b) || !same_arch(a, b) || !agree_forms(a, b))
		return false;
	if (is_event(a, b))
		return true;
	if (!same_time(a, b))
		return same_machine && same_boot(a, b);
	return a->is_exception ||
	       same_facts(a, b, same_machine && machine.known);
}

bool identity_same(const struct crash *a, const struct crash *b)
{
	struct identity_facts x, y;

	identity_facts(a, &x);
	identity_facts(b, &y);
	if (!identity_may_be_same(&x, &y))
		return false;
	if (is_event(&x, &y))
		return identity_event_same(a, b);
	return !x.is_exception || !same_time(&x, &y) || same_process(a, b);
}
