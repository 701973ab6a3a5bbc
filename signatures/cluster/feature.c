#include "signatures/cluster/feature.h"

#include <string.h>

#include "signatures/base/hash.h"

enum {
	WORD_LETTERS_MIN = 3,
	CODED_FRAMES = 12 /* from the top: those held against the code */
};

struct stream {
	struct engine_feature *at;
	struct feature_origin *origins; /* NULL: not asked for */
	size_t count;
	struct feature_origin now; /* of what is added next */
};

static void add(struct stream *stream, enum feature_class class, uint64_t hash)
{
	if (stream->count == ENGINE_FEATURES_MAX)
		return;

	uint64_t feature = hash_mix((uint64_t) class + 1, hash);

	if (stream->origins)
		stream->origins[stream->count] = stream->now;
	stream->at[stream->count++] =
		(struct engine_feature){ feature ? feature : 1,
					 (uint8_t) class };
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The runs of letters of a name: "KiPageFault", "read", "cache". */
static void add_words(struct stream *stream, const char *name)
{
	while (*name) {
		size_t length = 0;

		while (is_letter(name[length]))
			length++;
		stream->now.word = name;
		stream->now.letters = (uint16_t)length;
		if (length >= WORD_LETTERS_MIN)
			add(stream, FEATURE_WORD, hash_64(name, length));
		name += length ? length : 1;
	}
}

static uint64_t module_hash(const char *module)
{
	return hash_64(module, strlen(module));
}

/* The module before the first frame from k on whose module differs. */
static size_t next_module(const struct feature_frame *frames, size_t count,
			  size_t k)
{
	size_t next = k;

	while (next < count &&
	       strcmp(frames[next].module, frames[k].module) == 0)
		next++;
	return next;
}

static void add_modules(struct stream *stream,
			const struct feature_frame *frames, size_t count,
			size_t k)
{
	const size_t second = next_module(frames, count, k);
	uint64_t run = module_hash(frames[k].module);

	if (second >= count)
		return;
	run = hash_mix(run, module_hash(frames[second].module));
	add(stream, FEATURE_MODULES, run);

	const size_t third = next_module(frames, count, second);

	if (third >= count)
		return;
	run = hash_mix(run, module_hash(frames[third].module));
	add(stream, FEATURE_MODULES, run);
}

size_t feature_stream(const struct feature_frame *frames, size_t frame_count,
		      const uint64_t *codes, size_t code_count,
		      struct engine_feature *ret)
{
	return feature_trace(frames, frame_count, codes, code_count, ret, NULL);
}

size_t feature_trace(const struct feature_frame *frames, size_t frame_count,
		     const uint64_t *codes, size_t code_count,
		     struct engine_feature *ret, struct feature_origin *origins)
{
	struct stream stream = { .at = ret, .origins = origins };

	if (frame_count > FEATURE_FRAMES_MAX)
		frame_count = FEATURE_FRAMES_MAX;
	for (size_t i = 0; i < code_count; i++) {
		stream.now.from = (uint16_t)i;
		add(&stream,
		    codes[i] & FEATURE_CODE_IS_WORD ? FEATURE_CODE_WORD
						    : FEATURE_CODE,
		    codes[i]);
	}
	for (size_t k = 0; k < frame_count; k++) {
		const struct feature_frame *frame = &frames[k];

		stream.now = (struct feature_origin){ .from = (uint16_t)k };
		add(&stream, FEATURE_FRAME, frame->id);
		if (k < CODED_FRAMES && code_count > 0)
			add(&stream, FEATURE_FRAME_CODE,
			    hash_mix(frame->id, codes[0]));
		add(&stream, FEATURE_MODULE, module_hash(frame->module));
		if (k == 0 || strcmp(frames[k - 1].module, frame->module) != 0)
			add_modules(&stream, frames, frame_count, k);
		if (frame->function)
			add_words(&stream, frame->function);
		if (k + 1 < frame_count)
			add(&stream, FEATURE_PAIR,
			    hash_mix(frame->id, frames[k + 1].id));
	}
	return stream.count;
}
