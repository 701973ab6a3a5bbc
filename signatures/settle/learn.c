#include "signatures/settle/learn.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/hash.h"
#include "signatures/base/limits.h"
#include "signatures/cluster/keymap.h"

enum {
	WINDOW = 12,	/* words looked at behind an address */
	BEFORE = 4,	/* and in front of it */
	NEAREST = 4,	/* words whose equality makes two stacks one */
	WITNESSES = 16, /* observations kept of each address */
	SIZE_MAX_BYTES = 8192,
	WITNESSES_MIN = 3, /* different stacks that must agree */
	PAIR_MIN = 2,	   /* or so few, at the end of the stack */
	DISSENT = 8	   /* one witness in so many may see it otherwise */
};

/* A word beside an address: how far away it lies, and which it is. */
struct sight {
	uint16_t distance; /* 0 = no more */
	uint16_t word;
};

/* What stood around an address in one stack. */
struct witness {
	uint64_t identity;
	uint64_t layout; /* of the nearest words; equal ones count once */
	struct sight after[WINDOW];
	struct sight before[BEFORE];
};

struct address {
	uint64_t key;
	uint32_t size;	  /* as dumps with code tell it; 0 = none did */
	bool disputed;	  /* two dumps with code disagreed */
	bool is_entry;	  /* nobody called: a trap frame lies above */
	uint32_t learned; /* the outcome; 0 = nothing sure */
	struct witness *witnesses;
	uint32_t count;
};

struct learn {
	struct keymap numbers;
	struct address *addresses;
	size_t count, room;
};

struct learn *learn_create(void)
{
	struct learn *learn = calloc(1, sizeof(*learn));

	if (!learn)
		abort();
	keymap_init(&learn->numbers);
	return learn;
}

void learn_destroy(struct learn *learn)
{
	if (!learn)
		return;
	for (size_t i = 0; i < learn->count; i++)
		free(learn->addresses[i].witnesses);
	free(learn->addresses);
	keymap_deinit(&learn->numbers);
	free(learn);
}

static uint64_t key_of(const char *module, crash_build build, uint64_t offset)
{
	const char *name = crash_module_canonical(module);
	const uint64_t key =
		hash_mix(hash_64(name, strlen(name)), hash_mix(build, offset));

	return key ? key : 1;
}

static struct address *address_of(struct learn *learn, uint64_t key)
{
	bool is_new;
	uint32_t *number = keymap_put(&learn->numbers, key, &is_new);

	if (!is_new)
		return &learn->addresses[*number];
	*number = (uint32_t)learn->count;
	if (learn->count == learn->room) {
		learn->room = learn->room ? learn->room * 2 : 1024;
		learn->addresses =
			realloc(learn->addresses,
				learn->room * sizeof(*learn->addresses));
		if (!learn->addresses)
			abort();
	}
	learn->addresses[learn->count] = (struct address){ .key = key };
	return &learn->addresses[learn->count++];
}

/* Of one stack the same one always comes first. */
static int compare(const struct witness *a, const struct witness *b)
{
	if (a->identity != b->identity)
		return a->identity < b->identity ? -1 : 1;
	if (a->layout != b->layout)
		return a->layout < b->layout ? -1 : 1;

	const int after = memcmp(a->after, b->after, sizeof(a->after));

	return after ? after : memcmp(a->before, b->before, sizeof(a->before));
}

/* One layout's first witness; of different layouts those that come first. */
static void add_witness(struct address *address, const struct witness *witness)
{
	struct witness *last = NULL;

	for (uint32_t i = 0; i < address->count; i++) {
		struct witness *other = &address->witnesses[i];

		if (other->layout == witness->layout) {
			if (compare(witness, other) < 0)
				*other = *witness;
			return;
		}
		if (!last || compare(other, last) > 0)
			last = other;
	}
	if (address->count == WITNESSES) {
		if (compare(witness, last) < 0)
			*last = *witness;
		return;
	}
	/* most addresses are seen once or twice */
	if ((address->count & (address->count - 1)) == 0) {
		const size_t room = address->count ? address->count * 2 : 1;

		address->witnesses = realloc(
			address->witnesses, room * sizeof(*address->witnesses));
		if (!address->witnesses)
			abort();
	}
	address->witnesses[address->count++] = *witness;
}

static void take_size(struct address *address, uint64_t size)
{
	if (size == 0 || size > UINT32_MAX)
		return;
	address->disputed |= address->size && address->size != size;
	address->size = (uint32_t)size;
}

static struct sight sight_of(const struct crash *crash, size_t at,
			     uint32_t distance)
{
	const struct crash_candidate *candidate = &crash->candidates[at];
	struct sight sight = { .distance = (uint16_t)distance };

	if (candidate->module < crash->module_count) {
		const struct crash_module *module =
			&crash->modules[candidate->module];

		sight.word = (uint16_t)key_of(module->name, module->build,
					      candidate->offset);
	}
	return sight;
}

/* Does a trap frame lie above? */
static bool is_entry(const struct crash_candidate *candidate)
{
	return candidate->landing && candidate->landing == candidate->slot;
}

/* What stands around candidate at; false where nothing stands behind it. */
static bool look_around(const struct crash *crash, size_t at,
			struct witness *ret)
{
	const struct crash_candidate *all = crash->candidates;

	for (size_t i = 0; i < WINDOW && at + i + 1 < crash->candidate_count;
	     i++) {
		const uint32_t distance = all[at + i + 1].slot - all[at].slot;

		if (distance == 0 || distance > SIZE_MAX_BYTES)
			break;
		ret->after[i] = sight_of(crash, at + i + 1, distance);
		if (is_entry(&all[at + i + 1]))
			break; /* what lies above is of another stack */
	}
	for (size_t i = 0; i < BEFORE && i < at; i++) {
		const uint32_t distance = all[at].slot - all[at - i - 1].slot;

		if (distance == 0 || distance > SIZE_MAX_BYTES)
			break;
		ret->before[i] = sight_of(crash, at - i - 1, distance);
	}
	ret->layout =
		hash_mix(hash_64(ret->after, NEAREST * sizeof(struct sight)),
			 hash_64(ret->before, sizeof(struct sight)));
	return ret->after[0].distance != 0;
}

static void take_candidate(struct learn *learn, uint64_t identity,
			   const struct crash *crash, size_t at)
{
	const struct crash_candidate *candidate = &crash->candidates[at];
	const struct crash_module *module = &crash->modules[candidate->module];
	struct address *address = address_of(
		learn, key_of(module->name, module->build, candidate->offset));
	struct witness witness = { .identity = identity };

	if (is_entry(candidate))
		address->is_entry = true;
	else if (candidate->landing > candidate->slot)
		take_size(address, candidate->landing - candidate->slot);
	else if (look_around(crash, at, &witness))
		add_witness(address, &witness);
}

/* A walk that code or unwind data led tells the sizes of its own frames. */
static void take_frames(struct learn *learn, const struct crash_stack *stack)
{
	for (size_t i = 1; i + 1 < stack->count; i++) {
		const struct crash_frame *frame = &stack->frames[i];
		const struct crash_frame *caller = &stack->frames[i + 1];

		if (!frame->module || !frame->build || !frame->slot ||
		    frame->how == CRASH_HOW_TRAP_FRAME ||
		    caller->slot <= frame->slot ||
		    caller->how != CRASH_HOW_UNWIND)
			continue;
		take_size(address_of(learn, key_of(frame->module, frame->build,
						   frame->offset)),
			  caller->slot - frame->slot);
	}
}

void learn_add(struct learn *learn, struct hash128 identity,
	       const struct crash *crash)
{
	take_frames(learn,
		    crash->walked.count ? &crash->walked : &crash->stack);
	for (size_t i = 0; i < crash->candidate_count; i++)
		if (crash->candidates[i].module < crash->module_count &&
		    crash->modules[crash->candidates[i].module].build)
			take_candidate(learn, identity.high, crash, i);
}

/* The word that a witness saw at a distance, or NULL. */
static const struct sight *sight_at(const struct witness *witness,
				    uint32_t distance)
{
	for (size_t k = 0; k < WINDOW && witness->after[k].distance; k++)
		if (witness->after[k].distance == distance)
			return &witness->after[k];
	return NULL;
}

/* How many of a row's words another row has at the same places. */
static size_t shared(const struct sight *a, const struct sight *b, size_t count,
		     size_t *least)
{
	size_t of_a = 0, of_b = 0, same = 0;

	for (size_t i = 0; i < count; i++) {
		of_a += a[i].distance != 0;
		of_b += b[i].distance != 0;
		for (size_t k = 0; k < count; k++)
			same += a[i].distance &&
				a[i].distance == b[k].distance &&
				a[i].word == b[k].word;
	}
	*least += of_a < of_b ? of_a : of_b;
	return same;
}

/*
 * Crashes of one bug leave nearly the same words everywhere, true and stale.
 * Only stacks that came here on different ways say more together than one.
 */
static bool is_other(const struct witness *a, const struct witness *b)
{
	size_t before_least = 0, after_least = 0;
	const size_t before =
		shared(a->before, b->before, BEFORE, &before_least);
	const size_t after = shared(a->after, b->after, WINDOW, &after_least);

	return (before_least > 0 && before * 2 < before_least) ||
	       (before + after) * 2 < before_least + after_least;
}

static int by_order(const void *a, const void *b)
{
	return compare(a, b);
}

/* Leave of the witnesses those that are independent, the first ones first. */
static void thin_out(struct address *address)
{
	uint32_t count = 0;

	if (address->count)
		qsort(address->witnesses, address->count,
		      sizeof(*address->witnesses), by_order);
	for (uint32_t i = 0; i < address->count; i++) {
		bool is_new = true;

		for (uint32_t k = 0; k < count && is_new; k++)
			is_new = is_other(&address->witnesses[k],
					  &address->witnesses[i]);
		if (is_new)
			address->witnesses[count++] = address->witnesses[i];
	}
	address->count = count;
}

/* How many witnesses saw a word at this distance; *same: all of them one. */
static uint32_t support_of(const struct address *address, uint32_t distance,
			   bool *same)
{
	const struct sight *first = NULL;
	uint32_t support = 0;

	*same = true;
	for (uint32_t i = 0; i < address->count; i++) {
		const struct sight *sight =
			sight_at(&address->witnesses[i], distance);

		if (!sight)
			continue;
		support++;
		if (!first)
			first = sight;
		*same &= sight->word == first->word;
	}
	return support;
}

/*
 * The nearest distance at which nearly all witnesses saw a word, or 0.  The
 * caller's return address always is such a word; what lies nearer are locals
 * and leftovers, which differ from stack to stack.  Two witnesses may agree by
 * chance, or on a leftover, but not on the word that all stacks end with.
 */
static uint32_t agreed_size(const struct address *address)
{
	const uint32_t enough = address->count - address->count / DISSENT;
	bool is_sure = address->count >= WITNESSES_MIN;
	uint32_t nearest = 0;

	if (address->count < PAIR_MIN)
		return 0;
	for (uint32_t i = 0; i <= address->count / DISSENT; i++) {
		const struct sight *after = address->witnesses[i].after;

		for (uint32_t k = 0; k < WINDOW && after[k].distance; k++) {
			bool same;

			if ((nearest && after[k].distance >= nearest) ||
			    support_of(address, after[k].distance, &same) <
				    enough)
				continue;
			nearest = after[k].distance;
			if (address->count < WITNESSES_MIN)
				is_sure = same && k + 1 < WINDOW &&
					  after[k + 1].distance == 0;
		}
	}
	return is_sure ? nearest : 0;
}

void learn_finish(struct learn *learn)
{
	for (size_t i = 0; i < learn->count; i++) {
		struct address *address = &learn->addresses[i];

		if (address->is_entry)
			continue;
		if (address->size && !address->disputed) {
			address->learned = address->size;
		} else if (!address->size) {
			thin_out(address);
			address->learned = agreed_size(address);
		}
	}
}

bool learn_size(const struct learn *learn, const char *module,
		crash_build build, uint64_t offset, uint32_t *ret)
{
	uint32_t number;

	if (!keymap_find(&learn->numbers, key_of(module, build, offset),
			 &number) ||
	    !learn->addresses[number].learned)
		return false;
	*ret = learn->addresses[number].learned;
	return true;
}
