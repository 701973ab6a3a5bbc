#include "signatures/settle/learn.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/hash.h"
#include "signatures/base/limits.h"
#include "signatures/cluster/keymap.h"

enum {
	WINDOW = 12,	/* words looked at behind an address */
	WITNESSES = 16, /* observations kept of each address */
	SIZE_MAX_BYTES = 8192,
	WITNESSES_MIN = 3, /* different stacks that must agree */
	DISSENT = 8	   /* one witness in so many may see it otherwise */
};

/* What stood behind an address in one stack. */
struct witness {
	uint64_t identity;
	uint64_t layout; /* what lies around it; equal ones count once */
	uint32_t distance[WINDOW]; /* 0 = no more */
};

struct address {
	uint64_t key;
	uint32_t size;	  /* as dumps with code tell it; 0 = none did */
	bool disputed;	  /* two dumps with code disagreed */
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

/* Keep the witnesses with the smallest identities. */
static void add_witness(struct address *address, const struct witness *witness)
{
	struct witness *last = NULL;

	if (!address->witnesses) {
		address->witnesses =
			calloc(WITNESSES, sizeof(*address->witnesses));
		if (!address->witnesses)
			abort();
	}
	for (uint32_t i = 0; i < address->count; i++) {
		struct witness *other = &address->witnesses[i];

		if (other->layout == witness->layout) {
			if (witness->identity < other->identity)
				other->identity = witness->identity;
			return;
		}
		if (!last || other->identity > last->identity)
			last = other;
	}
	if (address->count < WITNESSES)
		address->witnesses[address->count++] = *witness;
	else if (witness->identity < last->identity)
		*last = *witness;
}

static void take_candidate(struct learn *learn, uint64_t identity,
			   const struct crash *crash, size_t at)
{
	const struct crash_candidate *candidate = &crash->candidates[at];
	const struct crash_module *module = &crash->modules[candidate->module];
	struct address *address = address_of(
		learn, key_of(module->name, module->build, candidate->offset));
	struct witness witness = { .identity = identity };
	uint32_t count = 0;

	if (candidate->landing > candidate->slot) {
		const uint32_t size = candidate->landing - candidate->slot;

		address->disputed |= address->size && address->size != size;
		address->size = size;
		return;
	}
	for (size_t i = at + 1; i < crash->candidate_count && count < WINDOW;
	     i++) {
		const uint32_t distance =
			crash->candidates[i].slot - candidate->slot;

		if (distance == 0 || distance > SIZE_MAX_BYTES)
			break;
		witness.distance[count++] = distance;
	}
	if (count == 0)
		return;
	witness.layout = hash_64(witness.distance, sizeof(witness.distance));
	if (at > 0) {
		const struct crash_candidate *above = candidate - 1;

		witness.layout = hash_mix(
			witness.layout,
			hash_mix(above->offset, candidate->slot - above->slot));
	}
	add_witness(address, &witness);
}

void learn_add(struct learn *learn, struct hash128 identity,
	       const struct crash *crash)
{
	for (size_t i = 0; i < crash->candidate_count; i++)
		if (crash->candidates[i].module < crash->module_count &&
		    crash->modules[crash->candidates[i].module].build)
			take_candidate(learn, identity.high, crash, i);
}

/* How many witnesses saw a word at this distance. */
static uint32_t support_of(const struct address *address, uint32_t distance)
{
	uint32_t support = 0;

	for (uint32_t i = 0; i < address->count; i++)
		for (uint32_t k = 0; k < WINDOW; k++)
			support +=
				address->witnesses[i].distance[k] == distance;
	return support;
}

/*
 * The nearest distance at which nearly all witnesses saw a word, or 0.  The
 * caller's return address always is such a word; what lies nearer are locals
 * and leftovers, which differ from stack to stack.
 */
static uint32_t agreed_size(const struct address *address)
{
	const uint32_t enough = address->count - address->count / DISSENT;
	uint32_t nearest = 0;

	if (address->count < WITNESSES_MIN)
		return 0;
	for (uint32_t i = 0; i <= address->count / DISSENT; i++) {
		const uint32_t *distance = address->witnesses[i].distance;

		for (uint32_t k = 0; k < WINDOW && distance[k]; k++)
			if ((!nearest || distance[k] < nearest) &&
			    support_of(address, distance[k]) >= enough)
				nearest = distance[k];
	}
	return nearest;
}

void learn_finish(struct learn *learn)
{
	for (size_t i = 0; i < learn->count; i++) {
		struct address *address = &learn->addresses[i];

		if (address->size && !address->disputed)
			address->learned = address->size;
		else if (!address->size)
			address->learned = agreed_size(address);
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

/* The candidate at a slot, or candidate_count. */
static size_t candidate_at(const struct crash *crash, uint64_t slot)
{
	size_t low = 0;
	size_t high = crash->candidate_count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (crash->candidates[middle].slot < slot)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < crash->candidate_count && crash->candidates[low].slot == slot)
		return low;
	return crash->candidate_count;
}

/* The candidate that learning says called this one, or candidate_count. */
static size_t caller_of(const struct learn *learn, const struct crash *crash,
			size_t at)
{
	const struct crash_candidate *candidate = &crash->candidates[at];
	const struct crash_module *module;
	uint32_t size;

	if (candidate->landing > candidate->slot)
		return candidate_at(crash, candidate->landing);
	if (candidate->module >= crash->module_count)
		return crash->candidate_count;
	module = &crash->modules[candidate->module];
	if (!learn_size(learn, module->name, module->build, candidate->offset,
			&size))
		return crash->candidate_count;
	return candidate_at(crash, (uint64_t)candidate->slot + size);
}

/* Where evidence slots begin in the address space of the stack. */
static bool find_origin(const struct crash *crash, uint64_t *ret)
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

static struct crash_frame frame_of(const struct crash *crash, size_t at,
				   uint64_t origin)
{
	const struct crash_candidate *candidate = &crash->candidates[at];
	const struct crash_module *module = &crash->modules[candidate->module];

	return (struct crash_frame){
		.module = crash_module_canonical(module->name),
		.build = module->build,
		.offset = candidate->offset,
		.address = module->base + candidate->offset,
		.slot = origin + candidate->slot,
		.how = CRASH_HOW_LEARNED,
	};
}

/* The first frame from i on that stands at slot or above. */
static size_t frame_at(const struct crash_stack *stack, size_t i, uint64_t slot)
{
	while (i < stack->count &&
	       (!stack->frames[i].slot || stack->frames[i].slot < slot))
		i++;
	return i;
}

struct path {
	struct crash_frame *frames;
	size_t count;
	size_t rejoins; /* index into the old stack */
};

/*
 * Follow callers from the candidate under frame i until the path meets a
 * trusted frame again or knows no further.  False when it contradicts one.
 */
static bool follow(const struct learn *learn, const struct crash *crash,
		   uint64_t origin, size_t i, struct path *ret)
{
	const struct crash_stack *stack = &crash->stack;
	size_t at = candidate_at(crash, stack->frames[i].slot - origin);
	size_t next = i + 1;

	ret->count = 0;
	while (at < crash->candidate_count && ret->count < LIMIT_FRAMES) {
		at = caller_of(learn, crash, at);
		if (at >= crash->candidate_count)
			break;

		const uint64_t slot = origin + crash->candidates[at].slot;
		size_t k = next;

		for (; k < stack->count && stack->frames[k].slot < slot; k++)
			if (stack->frames[k].how != CRASH_HOW_SCAN)
				return false;
		next = k;
		if (k < stack->count && stack->frames[k].slot == slot &&
		    stack->frames[k].how != CRASH_HOW_SCAN)
			break;
		ret->frames[ret->count++] = frame_of(crash, at, origin);
	}
	ret->rejoins = ret->count
			       ? frame_at(stack, i + 1,
					  ret->frames[ret->count - 1].slot + 1)
			       : i + 1;
	return ret->count > 0;
}

bool learn_apply(const struct learn *learn, struct arena *arena,
		 struct crash *crash)
{
	struct crash_stack *stack = &crash->stack;
	struct crash_frame *frames =
		arena_take(arena, LIMIT_FRAMES, sizeof(*frames));
	struct path path = {
		arena_take(arena, LIMIT_FRAMES, sizeof(*path.frames)), 0, 0
	};
	uint64_t origin;
	size_t count = 0;
	bool changed = false;

	if (!find_origin(crash, &origin))
		return false;
	for (size_t i = 0; i < stack->count && count < LIMIT_FRAMES;) {
		const struct crash_frame *frame = &stack->frames[i];
		const bool is_weak = i + 1 == stack->count ||
				     stack->frames[i + 1].how == CRASH_HOW_SCAN;

		frames[count++] = *frame;
		if (!is_weak || !frame->slot || frame->how == CRASH_HOW_SCAN ||
		    !follow(learn, crash, origin, i, &path)) {
			i++;
			continue;
		}
		for (size_t k = 0; k < path.count && count < LIMIT_FRAMES; k++)
			frames[count++] = path.frames[k];
		changed = true;
		i = path.rejoins;
	}
	if (!changed)
		return false;
	stack->frames = frames;
	stack->count = count;
	return true;
}
