#include "signatures/settle/corpus_memory.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/hash.h"
#include "signatures/base/pack.h"
#include "signatures/settle/memory.h"
#include "signatures/store/store_settled.h"

enum {
	KEY_BYTES = 5,
	FRAME_BARE = 1,
	FRAME_AGAIN = 2,
	FRAME_END = 4,
	NAMED = 1,
	NAMED_AS_BEFORE = 2, /* in the first round; those after it follow */
	NAMED_END = 16,
	LINKS_KEY_BYTES = 17
};

#define LINKS 'l'

static size_t make_key(uint8_t ret[KEY_BYTES], char kind, uint32_t chunk)
{
	ret[0] = (uint8_t)kind;
	for (unsigned int i = 0; i < 4; i++)
		ret[1 + i] = (uint8_t)(chunk >> 8 * (3 - i));
	return KEY_BYTES;
}

static bool get(struct store *store, char kind, size_t chunk, struct bytes *ret)
{
	uint8_t key[KEY_BYTES];

	return store_settled_get(store, key,
				 make_key(key, kind, (uint32_t)chunk), ret);
}

static void pack_u32(struct pack *out, uint32_t value)
{
	for (unsigned int i = 0; i < 4; i++)
		pack_u8(out, (uint8_t)(value >> 8 * i));
}

/* Of a list: how its i-th thing is packed and taken. */
struct kind {
	char name;
	size_t chunk; /* things in one */
	void (*pack)(struct pack *out, const struct corpus *corpus, size_t i);
	bool (*take)(struct bytes *in, struct corpus *corpus, size_t i);
};

static void put_changed(struct store *store, const uint8_t *key, size_t size,
			struct bytes value)
{
	struct bytes there;

	if (!store_settled_get(store, key, size, &there) ||
	    bytes_left(&there) != bytes_left(&value) ||
	    memcmp(there.next, value.next, bytes_left(&value)) != 0)
		store_settled_put(store, key, size, value);
}

/* Those before from are as they were when they were loaded. */
static void save(struct store *store, const struct corpus *corpus,
		 const struct kind *kind, size_t from, size_t count)
{
	uint8_t key[KEY_BYTES];
	struct arena arena;
	struct bytes there;
	size_t chunk = from / kind->chunk;

	arena_init(&arena);
	for (size_t i = chunk * kind->chunk; i < count; chunk++) {
		const size_t size = make_key(key, kind->name, (uint32_t)chunk);
		struct pack out = pack_into(&arena);

		for (size_t k = 0; k < kind->chunk && i < count; k++, i++)
			kind->pack(&out, corpus, i);
		put_changed(store, key, size, pack_done(&out));
		arena_reset(&arena);
	}
	arena_deinit(&arena);
	for (; get(store, kind->name, chunk, &there); chunk++)
		store_settled_erase(store, key,
				    make_key(key, kind->name, (uint32_t)chunk));
}

static bool load(struct store *store, struct corpus *corpus,
		 const struct kind *kind, size_t count)
{
	size_t chunk = 0;

	for (size_t i = 0; i < count; chunk++) {
		struct bytes in;

		if (!get(store, kind->name, chunk, &in))
			return false;
		for (size_t k = 0; k < kind->chunk && i < count; k++, i++)
			if (!kind->take(&in, corpus, i) || in.failed)
				return false;
	}
	return true;
}

/* Are there as many as is said, before room is made for them? */
static bool has_last(struct store *store, const struct kind *kind, size_t count)
{
	struct bytes in;

	return count == 0 ||
	       get(store, kind->name, (count - 1) / kind->chunk, &in);
}

static void pack_row(struct pack *out, const struct corpus *corpus, size_t i)
{
	const struct member *member = &corpus->members[i];

	pack_varint(out, member->stack == NO_STACK
				 ? (uint64_t)member->why
				 : (uint64_t)member->stack + STREAM_WHYS);
}

static bool take_row(struct bytes *in, struct corpus *corpus, size_t i)
{
	const uint64_t told = pack_take_varint(in);
	struct member *member = &corpus->members[i];

	*member = (struct member){ .row = (uint32_t)i, .stack = NO_STACK };
	if (told < STREAM_WHYS)
		member->why = (enum stream_why)told;
	else
		member->stack = (uint32_t)(told - STREAM_WHYS);
	return told != STREAM_FINE && told < STREAM_WHYS + corpus->stack_count;
}

static void pack_first(struct pack *out, const struct corpus *corpus, size_t i)
{
	const struct stack *stack = &corpus->stacks[i];

	pack_u64(out, stack->time);
	pack_hash(out, stack->identity);
	pack_varint(out, stack->row);
	pack_varint(out, stack->count);
	/* Of one that is none's nobody looks after the names. */
	pack_u64(out, stack->count ? stack->key : 0);
}

static bool take_first(struct bytes *in, struct corpus *corpus, size_t i)
{
	struct stack *stack = &corpus->stacks[i];

	stack->time = bytes_u64(in);
	stack->identity = pack_take_hash(in);
	stack->row = (uint32_t)pack_take_varint(in);
	stack->count = (uint32_t)pack_take_varint(in);
	stack->key = bytes_u64(in);
	return true;
}

static void pack_body(struct pack *out, const struct corpus *corpus, size_t i)
{
	const struct stack *stack = &corpus->stacks[i];
	const uint32_t *frames = corpus->stacked + stack->first_frame;
	uint32_t last = 0;

	pack_varint(out, stack->frame_count);
	for (uint32_t k = 0; k < stack->frame_count; k++) {
		pack_signed(out,
			    (uint64_t)((int64_t)frames[k] - (int64_t)last));
		last = frames[k];
	}
	pack_varint(out, stack->code_count);
	for (uint32_t k = 0; k < stack->code_count; k++)
		pack_u64(out, corpus->codes[stack->first_code + k]);
}

static bool take_body(struct bytes *in, struct corpus *corpus, size_t i)
{
	const struct stack stack = { .first_frame = corpus->stacked_count,
				     .first_code = corpus->code_count };
	size_t count = pack_take_count(in, FEATURE_FRAMES_MAX);
	uint64_t frame = 0;

	(void)i;
	for (size_t k = 0; k < count; k++) {
		frame += pack_take_signed(in);
		if (frame >= corpus->frame_count)
			return false;
		corpus_push_frame(corpus, (uint32_t)frame);
	}
	count = pack_take_count(in, STREAM_CODES_MAX);
	for (size_t k = 0; k < count; k++)
		corpus_push_code(corpus, bytes_u64(in));
	corpus_put_stack(corpus, stack);
	return true;
}

/* The frame before, in the same chunk, or NULL: mostly of the same module. */
static const struct frame *before(const struct corpus *corpus, size_t i)
{
	return i % CORPUS_MEMORY_FRAMES ? &corpus->frames[i - 1] : NULL;
}

static void pack_frame(struct pack *out, const struct corpus *corpus, size_t i)
{
	const struct frame *frame = &corpus->frames[i];
	const struct frame *last = before(corpus, i);
	const bool again = last && last->place.build == frame->place.build &&
			   !strcmp(last->feature.module, frame->feature.module);

	pack_u64(out, frame->id);
	pack_u8(out, (uint8_t)((frame->bare ? FRAME_BARE : 0) |
			       (again ? FRAME_AGAIN : 0)));
	pack_varint(out, frame->place.offset);
	pack_text(out, frame->feature.function);
	if (again)
		return;
	pack_u64(out, frame->place.build);
	pack_text(out, frame->feature.module);
}

static bool take_frame(struct bytes *in, struct corpus *corpus, size_t i)
{
	const struct frame *last = before(corpus, i);
	struct frame frame = { .id = bytes_u64(in) };
	const unsigned int bits = pack_take_enum(in, FRAME_END);

	frame.feature.id = frame.id;
	frame.bare = bits & FRAME_BARE;
	frame.place.offset = (uint32_t)pack_take_varint(in);
	frame.feature.function = pack_take_text(in, &corpus->arena);
	if (bits & FRAME_AGAIN && last) {
		frame.place.module = last->place.module;
		frame.place.build = last->place.build;
		frame.feature.module = last->feature.module;
	} else {
		frame.place.build = bytes_u64(in);
		frame.feature.module = pack_take_text(in, &corpus->arena);
		if (frame.feature.module)
			frame.place.module =
				hash_64(frame.feature.module,
					strlen(frame.feature.module));
	}
	if (in->failed || !frame.id || !frame.feature.module)
		return false;
	corpus_put_frame(corpus, &frame);
	return true;
}

static void pack_named(struct pack *out, const struct corpus *corpus, size_t i)
{
	const uint32_t *named = corpus->learned.named[i];
	uint32_t before = (uint32_t)i;
	uint8_t bits = named[0] == ALIAS_NOBODY ? 0 : NAMED;

	for (unsigned int r = 0; bits && r < ALIAS_ROUNDS; r++) {
		if (named[r] == before)
			bits |= (uint8_t)(NAMED_AS_BEFORE << r);
		before = named[r];
	}
	pack_u8(out, bits);
	for (unsigned int r = 0; bits && r < ALIAS_ROUNDS; r++)
		if (!(bits & NAMED_AS_BEFORE << r))
			pack_signed(out,
				    (uint64_t)((int64_t)named[r] - (int64_t)i));
}

static bool take_named(struct bytes *in, struct corpus *corpus, size_t i)
{
	const unsigned int bits = pack_take_enum(in, NAMED_END);
	uint32_t *named = corpus->learned.named[i];
	uint64_t before = i;

	for (unsigned int r = 0; r < ALIAS_ROUNDS; r++) {
		if (bits & NAMED && !(bits & NAMED_AS_BEFORE << r))
			before = i + pack_take_signed(in);
		if (before >= corpus->frame_count)
			return false;
		named[r] = bits & NAMED ? (uint32_t)before : ALIAS_NOBODY;
	}
	return true;
}

static const struct kind rows = { 't', MEMORY_CHUNK, pack_row, take_row };
static const struct kind firsts = { 'u', CORPUS_MEMORY_STACKS, pack_first,
				    take_first };
static const struct kind bodies = { 'b', CORPUS_MEMORY_STACKS, pack_body,
				    take_body };
static const struct kind frames = { 'v', CORPUS_MEMORY_FRAMES, pack_frame,
				    take_frame };

static const struct kind names = { 'a', CORPUS_MEMORY_FRAMES, pack_named,
				   take_named };

static size_t make_links_key(uint8_t ret[LINKS_KEY_BYTES], uint64_t module,
			     uint64_t build)
{
	ret[0] = LINKS;
	for (unsigned int i = 0; i < 8; i++) {
		ret[1 + i] = (uint8_t)(module >> 8 * (7 - i));
		ret[9 + i] = (uint8_t)(build >> 8 * (7 - i));
	}
	return LINKS_KEY_BYTES;
}

bool corpus_memory_links(void *closure, uint64_t module, uint64_t build,
			 struct bytes *ret)
{
	uint8_t key[LINKS_KEY_BYTES];

	return store_settled_get(closure, key,
				 make_links_key(key, module, build), ret);
}

static bool load_learned(struct store *store, struct corpus *corpus)
{
	struct corpus_learned *learned = &corpus->learned;

	learned->store = store;
	learned->named =
		corpus_zeroed(corpus->frame_count, sizeof(*learned->named));
	learned->named_count = learned->frame_count = corpus->frame_count;
	learned->was_there = corpus_zeroed(corpus->stack_count, sizeof(bool));
	learned->stack_count = corpus->stack_count;
	for (size_t i = 0; i < corpus->stack_count; i++)
		learned->was_there[i] = corpus->stacks[i].count > 0;
	return load(store, corpus, &names, corpus->frame_count);
}

static void save_learned(struct store *store, const struct corpus *corpus)
{
	const struct corpus_learned *learned = &corpus->learned;
	uint8_t key[LINKS_KEY_BYTES];

	save(store, corpus, &names, 0, learned->named_count);
	if (!learned->store)
		store_settled_erase_all(store, LINKS);
	for (size_t i = 0; i < learned->build_count; i++)
		put_changed(store, key,
			    make_links_key(key, learned->builds[i].module,
					   learned->builds[i].build),
			    learned->builds[i].links);
}

struct corpus *corpus_memory_load(struct store *store, uint32_t row_count,
				  uint32_t more)
{
	struct corpus *corpus = corpus_create();
	struct bytes in = bytes_absent();
	size_t stack_count, frame_count;
	bool fine;

	get(store, 'y', 0, &in);
	fine = bytes_u32(&in) == row_count && !in.failed;
	stack_count = bytes_u32(&in);
	frame_count = bytes_u32(&in);
	corpus_rows(corpus, (size_t)row_count + more);
	fine = fine && has_last(store, &frames, frame_count) &&
	       has_last(store, &bodies, stack_count);
	if (fine)
		corpus_room(corpus, frame_count, stack_count);
	fine = fine && load(store, corpus, &frames, frame_count) &&
	       load(store, corpus, &bodies, stack_count) &&
	       corpus_index(corpus) &&
	       load(store, corpus, &firsts, stack_count) &&
	       load(store, corpus, &rows, row_count) &&
	       load_learned(store, corpus);
	if (fine)
		return corpus;
	corpus_destroy(corpus);
	return NULL;
}

void corpus_memory_save(struct store *store, const struct corpus *corpus)
{
	static const struct corpus none = { .count = 0 };
	uint8_t key[KEY_BYTES];
	struct arena arena;
	struct pack out;

	if (!corpus)
		corpus = &none;
	save(store, corpus, &frames, corpus->learned.frame_count,
	     corpus->frame_count);
	save(store, corpus, &bodies, corpus->learned.stack_count,
	     corpus->stack_count);
	save(store, corpus, &firsts, 0, corpus->stack_count);
	save(store, corpus, &rows, 0, corpus->count);
	save_learned(store, corpus);
	arena_init(&arena);
	out = pack_into(&arena);
	pack_u32(&out, (uint32_t)corpus->count);
	pack_u32(&out, (uint32_t)corpus->stack_count);
	pack_u32(&out, (uint32_t)corpus->frame_count);
	store_settled_put(store, key, make_key(key, 'y', 0), pack_done(&out));
	arena_deinit(&arena);
}
