#include "signatures/settle/learn.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/hash.h"
#include "signatures/base/limits.h"
#include "signatures/base/must.h"
#include "signatures/settle/learn_agree.h"
#include "signatures/settle/learn_memory.h"
#include "signatures/settle/learn_start.h"

struct learn *learn_create(void)
{
	struct learn *learn = must(calloc(1, sizeof(*learn)));

	keymap_init(&learn->numbers);
	keymap_init(&learn->stacks);
	return learn;
}

struct learn *learn_open(struct store *store)
{
	struct learn *learn = learn_create();

	learn->store = store;
	learn_memory_open(learn);
	return learn;
}

void learn_destroy(struct learn *learn)
{
	if (!learn)
		return;
	for (size_t i = 0; i < learn->count; i++) {
		free(learn->addresses[i].witnesses);
		free(learn->addresses[i].rows.bytes);
	}
	for (size_t i = 0; i < learn->words_count; i++)
		free(learn->words[i]);
	free(learn->words);
	free(learn->addresses);
	free(learn->asked);
	keymap_deinit(&learn->numbers);
	keymap_deinit(&learn->stacks);
	free(learn);
}

static uint64_t key_of(const char *module, crash_build build, uint64_t offset)
{
	const char *name = crash_module_canonical(module);
	const uint64_t key =
		hash_mix(hash_64(name, strlen(name)), hash_mix(build, offset));

	return key ? key : 1;
}

static uint32_t number_of(struct learn *learn, uint64_t key)
{
	bool is_new;
	uint32_t *number = keymap_put(&learn->numbers, key, &is_new);

	if (!is_new)
		return *number;
	*number = (uint32_t)learn->count;
	if (learn->count == learn->room) {
		learn->room = learn->room ? learn->room * 2 : 1024;
		learn->addresses =
			must(realloc(learn->addresses,
				     learn->room * sizeof(*learn->addresses)));
	}
	learn->addresses[learn->count] = (struct address){ .key = key };
	if (learn->store)
		learn_memory_load(learn, &learn->addresses[learn->count]);
	return (uint32_t)learn->count++;
}

static struct address *address_of(struct learn *learn, uint64_t key)
{
	const uint32_t number = number_of(learn, key);

	return &learn->addresses[number];
}

static void look(const struct witness *witness, struct surroundings *ret)
{
	learn_words_look(witness->words->at, witness->words->count, witness->at,
			 ret);
}

/* Of one stack the same one always comes first. */
static int compare(const struct witness *a, const struct witness *b)
{
	struct surroundings x, y;

	if (a->words->identity != b->words->identity)
		return a->words->identity < b->words->identity ? -1 : 1;
	if (a->layout != b->layout)
		return a->layout < b->layout ? -1 : 1;
	look(a, &x);
	look(b, &y);
	return memcmp(&x, &y, sizeof(x));
}

static void use(const struct witness *witness, int uses)
{
	witness->words->uses += (uint32_t)uses;
	witness->words->is_changed = true;
}

static void replace(struct address *address, struct witness *old,
		    const struct witness *witness)
{
	use(witness, 1);
	use(old, -1);
	*old = *witness;
	address->is_grown = true;
}

/* One layout's first witness; of different layouts those that come first. */
static void add_witness(struct address *address, const struct witness *witness)
{
	struct witness *last = NULL;

	for (uint32_t i = 0; i < address->count; i++) {
		struct witness *other = &address->witnesses[i];

		if (other->layout == witness->layout) {
			if (compare(witness, other) < 0)
				replace(address, other, witness);
			return;
		}
		if (!last || compare(other, last) > 0)
			last = other;
	}
	if (address->count == LEARN_WITNESSES) {
		if (compare(witness, last) < 0)
			replace(address, last, witness);
		return;
	}
	learn_state_room(address);
	address->witnesses[address->count++] = *witness;
	use(witness, 1);
	address->is_grown = true;
}

/* Nothing that witnesses say matters any more. */
static void dismiss(struct address *address)
{
	for (uint32_t i = 0; i < address->count; i++)
		use(&address->witnesses[i], -1);
	free(address->witnesses);
	address->witnesses = NULL;
	address->count = 0;
	address->is_grown = true;
}

static void take_size(struct address *address, uint64_t size)
{
	if (size == 0 || size > UINT32_MAX || address->size == size ||
	    address->disputed || address->is_entry)
		return;
	address->disputed = address->size != 0;
	address->size = address->disputed ? 0 : (uint32_t)size;
	dismiss(address);
}

static void take_entry(struct address *address)
{
	if (address->is_entry)
		return;
	address->is_entry = true;
	address->disputed = false;
	address->size = 0;
	dismiss(address);
}

static bool wants_witnesses(const struct address *address)
{
	return !address->is_entry && !address->disputed && !address->size;
}

/* Does a trap frame lie above? */
static bool is_entry(const struct crash_candidate *candidate)
{
	return candidate->landing && candidate->landing == candidate->slot;
}

/* The evidence of a crash: words, and the key of the address that each is. */
struct evidence {
	struct learn *learn;
	const struct crash *crash;
	uint64_t keys[LIMIT_CANDIDATES]; /* 0: in no module */
	struct learn_words *words;
};

static void read_evidence(struct evidence *evidence, uint64_t identity)
{
	const struct crash *crash = evidence->crash;
	const size_t count = learn_start_words(crash);
	struct learn_word at[LIMIT_CANDIDATES];

	for (size_t i = 0; i < count; i++) {
		const struct crash_candidate *candidate = &crash->candidates[i];
		uint64_t key = 0;

		if (candidate->module < crash->module_count) {
			const struct crash_module *module =
				&crash->modules[candidate->module];

			key = key_of(module->name, module->build,
				     candidate->offset);
		}
		at[i] = (struct learn_word){ .slot = candidate->slot,
					     .word = (uint16_t)key,
					     .is_entry = is_entry(candidate) };
		evidence->keys[i] = key;
	}
	evidence->words = learn_words_make(identity, at, count);
}

/* What stands around a word; nothing where nothing stands behind it. */
static void take_witness(struct address *address, struct learn_words *words,
			 size_t at)
{
	struct witness witness = { .words = words, .at = (uint32_t)at };
	struct surroundings around;

	look(&witness, &around);
	if (!around.after[0].distance)
		return;
	witness.layout = learn_words_layout(&around);
	add_witness(address, &witness);
}

static void take_candidate(struct evidence *evidence, size_t at)
{
	const struct crash_candidate *candidate =
		&evidence->crash->candidates[at];
	struct address *address =
		address_of(evidence->learn, evidence->keys[at]);

	if (is_entry(candidate))
		take_entry(address);
	else if (candidate->landing > candidate->slot)
		take_size(address, candidate->landing - candidate->slot);
	else if (wants_witnesses(address))
		take_witness(address, evidence->words, at);
}

/*
 * The routine that system threads begin with has one frame size in all builds
 * of the kernel that are near each other.  Kept as an address of no build, one
 * for each size; a stack that it does not fit asks for another.
 */
static uint64_t start_key(const struct crash *crash, size_t at, uint32_t size)
{
	const struct crash_module *module =
		&crash->modules[crash->candidates[at].module];

	return key_of(module->name, 0, size);
}

static uint32_t start_size(const struct crash *crash, size_t at)
{
	return crash->candidates[learn_start_words(crash) - 1].slot -
	       crash->candidates[at].slot;
}

/* Code that leads from the routine to the first frame tells its size. */
static void take_start(struct learn *learn, const struct crash *crash)
{
	size_t at;
	uint32_t size;

	if (!learn_start_find(crash, &at))
		return;
	size = start_size(crash, at);
	if (crash->candidates[at].landing == crash->candidates[at].slot + size)
		take_size(address_of(learn, start_key(crash, at, size)), size);
}

static void take_evidence(struct learn *learn, uint64_t identity,
			  const struct crash *crash)
{
	struct evidence evidence = { .learn = learn, .crash = crash };

	read_evidence(&evidence, identity);
	take_start(learn, crash);
	for (size_t i = 0; i < evidence.words->count; i++)
		if (evidence.keys[i] &&
		    crash->modules[crash->candidates[i].module].build)
			take_candidate(&evidence, i);
	if (!evidence.words->uses) {
		free(evidence.words);
		return;
	}
	evidence.words->is_new = true;
	evidence.words->number = learn->next_stack++;
	learn_state_keep(learn, evidence.words);
}

/* A walk that code or unwind data led tells the sizes of its own frames. */
static void take_frames(struct learn *learn, const struct crash_stack *stack)
{
	for (size_t i = 1; i + 1 < stack->count; i++) {
		const struct crash_frame *frame = &stack->frames[i];
		const struct crash_frame *caller = &stack->frames[i + 1];

		if (!frame->module || !frame->build || !frame->slot ||
		    frame->how == CRASH_HOW_TRAP_FRAME ||
		    frame->how == CRASH_HOW_SCAN ||
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
	/*
	 * Frames on a trail need not be neighbours: one that was called again
	 * between is not on it.  What code and unwind data tell of them is in
	 * the candidates.
	 */
	if (!crash->trail_count)
		take_frames(learn, crash->walked.count ? &crash->walked
						       : &crash->stack);
	if (crash->candidate_count)
		take_evidence(learn, identity.high, crash);
}

static int by_order(const void *a, const void *b)
{
	return compare(a, b);
}

/* Those of the witnesses that are independent, the first ones first. */
static uint32_t thin_out(struct address *address,
			 struct surroundings ret[LEARN_WITNESSES])
{
	uint32_t count = 0;

	if (address->count)
		qsort(address->witnesses, address->count,
		      sizeof(*address->witnesses), by_order);
	for (uint32_t i = 0; i < address->count; i++) {
		struct surroundings *next = &ret[count];
		bool is_new = true;

		look(&address->witnesses[i], next);
		for (uint32_t k = 0; k < count && is_new; k++)
			is_new = learn_agree_is_other(&ret[k], next);
		count += is_new;
	}
	return count;
}

void learn_finish(struct learn *learn)
{
	struct surroundings witnesses[LEARN_WITNESSES];

	for (size_t i = 0; i < learn->count; i++) {
		struct address *address = &learn->addresses[i];

		if (!address->is_grown)
			continue;
		address->learned = address->size;
		if (wants_witnesses(address))
			address->learned = learn_agree_size(
				witnesses, thin_out(address, witnesses));
		address->is_grown = false;
		address->is_changed = true;
	}
}

bool learn_news(const struct learn *learn,
		void (*take)(void *closure, uint32_t row), void *closure)
{
	bool fine = !learn->failed;

	for (size_t i = 0; i < learn->count && fine; i++) {
		const struct address *address = &learn->addresses[i];

		if (address->learned != address->was)
			fine = learn_memory_walk_rows(learn, address, take,
						      closure);
	}
	return fine;
}

void learn_watch(struct learn *learn)
{
	learn->watch++;
	learn->asked_count = 0;
}

void learn_as_was(struct learn *learn, bool as_was)
{
	learn->as_was = as_was;
}

size_t learn_asked(const struct learn *learn)
{
	return learn->asked_count;
}

void learn_asks(struct learn *learn, size_t from, uint32_t row)
{
	for (size_t i = from; i < learn->asked_count; i++)
		learn_memory_add_row(learn, &learn->addresses[learn->asked[i]],
				     row);
}

bool learn_close(struct learn *learn)
{
	const bool fine = !learn->failed;

	if (fine)
		learn_memory_save(learn);
	learn_destroy(learn);
	return fine;
}

static void ask(struct learn *learn, uint32_t number)
{
	if (learn->addresses[number].asked == learn->watch)
		return;
	learn->addresses[number].asked = learn->watch;
	if (learn->asked_count == learn->asked_room) {
		learn->asked_room = learn->asked_room * 2 + 64;
		learn->asked = must(realloc(
			learn->asked, learn->asked_room * sizeof(uint32_t)));
	}
	learn->asked[learn->asked_count++] = number;
}

static bool answer(struct learn *learn, uint64_t key, uint32_t *ret)
{
	uint32_t number;

	if (learn->store)
		number = number_of(learn, key);
	else if (!keymap_find(&learn->numbers, key, &number))
		return false;
	ask(learn, number);
	*ret = learn->as_was ? learn->addresses[number].was
			     : learn->addresses[number].learned;
	return *ret != 0;
}

bool learn_size(struct learn *learn, const char *module, crash_build build,
		uint64_t offset, uint32_t *ret)
{
	return build && answer(learn, key_of(module, build, offset), ret);
}

bool learn_start(struct learn *learn, const struct crash *crash, size_t *ret)
{
	uint32_t size;

	return learn_start_find(crash, ret) &&
	       answer(learn, start_key(crash, *ret, start_size(crash, *ret)),
		      &size);
}
