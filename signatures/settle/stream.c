#include "signatures/settle/stream.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "signatures/base/hash.h"
#include "signatures/base/text.h"
#include "signatures/knowledge/role.h"
#include "signatures/meaning.h"

/* Which fact a code stands for, so that equal numbers stay apart. */
enum code_kind {
	CODE_BUGCHECK,
	CODE_WORDS,
	CODE_EXCEPTION,
	CODE_ARGUMENT,
	CODE_POOL_TAG,
	CODE_WORD
};

enum {
	WORD_LETTERS_MIN = 2
};

const char *stream_why_text(enum stream_why why)
{
	static const char *const texts[STREAM_WHYS] = {
		[STREAM_FINE] = "fine",
		[STREAM_NO_STACK] = "no stack",
		[STREAM_SCANNED] = "stack was only scanned",
		[STREAM_NOT_CRASH] = "not a crash",
	};

	assert(why < STREAM_WHYS);
	return texts[why];
}

bool stream_counts(const struct crash_frame *frame)
{
	return crash_frame_is_sure(frame);
}

static uint64_t code_of(enum code_kind kind, uint64_t detail, uint64_t value)
{
	return hash_mix(hash_mix(kind, detail), value) & ~FEATURE_CODE_IS_WORD;
}

/* Arguments that say what went wrong, not where in this boot. */
static bool tells_kind(enum role role)
{
	switch (role) {
	case ROLE_SUBTYPE:
	case ROLE_POOL_SUBTYPE:
	case ROLE_EXCEPTION_CODE:
	case ROLE_NTSTATUS:
	case ROLE_POOL_TAG:
		return true;
	default:
		return false;
	}
}

/* Codes as they come; in words as well where somebody wants to read them. */
struct codes {
	uint64_t *at;
	const char **texts;
	struct arena *arena;
	size_t count;
};

static void put(struct codes *codes, uint64_t code, const char *what,
		const char *value)
{
	if (codes->count == STREAM_CODES_MAX)
		return;
	if (codes->texts)
		codes->texts[codes->count] =
			text_printf(codes->arena, "%s %s", what, value);
	if (codes->at)
		codes->at[codes->count] = code;
	codes->count++;
}

static void put_number(struct codes *codes, uint64_t code, const char *what,
		       uint64_t number)
{
	char text[32];

	snprintf(text, sizeof(text), "0x%" PRIx64, number);
	put(codes, code, what, text);
}

static bool is_of_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

/* "KASAN: slab-out-of-bounds Read" is like other reads, and other bounds. */
static void put_text(struct codes *codes, const char *text)
{
	put(codes, code_of(CODE_WORDS, 0, hash_64(text, strlen(text))),
	    "bugcheck", text);
	while (*text) {
		char word[32] = "";
		size_t length = 0;

		while (is_of_word(text[length]))
			length++;
		snprintf(word, sizeof(word), "%.*s", (int)length, text);
		if (length >= WORD_LETTERS_MIN && length < sizeof(word))
			put(codes,
			    code_of(CODE_WORD, 0, hash_64(word, length)) |
				    FEATURE_CODE_IS_WORD,
			    "bugcheck word", word);
		text += length ? length : 1;
	}
}

static void put_all(struct codes *codes, const struct crash *crash)
{
	static const char *const arguments[] = { "argument 1", "argument 2",
						 "argument 3", "argument 4" };
	const struct crash_bugcheck *bugcheck = &crash->bugcheck;
	const struct crash_number code = bugcheck->code;

	if (code.known)
		put_number(codes, code_of(CODE_BUGCHECK, 0, code.value),
			   "bugcheck", code.value);
	if (bugcheck->text)
		put_text(codes, bugcheck->text);
	for (unsigned i = 0; code.known && i < 4; i++) {
		const uint64_t value = bugcheck->args[i].value & UINT32_MAX;

		if (bugcheck->args[i].known &&
		    tells_kind(meaning_argument(bugcheck, i)))
			put_number(codes,
				   code_of(CODE_ARGUMENT, code.value << 2 | i,
					   value),
				   arguments[i], value);
	}
	if (!code.known && crash->exception.code.known)
		put_number(
			codes,
			code_of(CODE_EXCEPTION, 0, crash->exception.code.value),
			"exception", crash->exception.code.value);
	for (size_t i = 0; i < crash->pool_count; i++) {
		const struct crash_pool *pool = &crash->pool[i];

		if (pool->role == CRASH_POOL_CORRUPT && pool->tag[0])
			put(codes,
			    code_of(CODE_POOL_TAG, 0, hash_64(pool->tag, 4)),
			    "pool tag", pool->tag);
	}
}

size_t stream_codes(const struct crash *crash, uint64_t codes[STREAM_CODES_MAX])
{
	struct codes put = { .at = codes };

	put_all(&put, crash);
	return put.count;
}

size_t stream_code_texts(const struct crash *crash, struct arena *arena,
			 const char *texts[STREAM_CODES_MAX])
{
	struct codes put = { .texts = texts, .arena = arena };

	put_all(&put, crash);
	return put.count;
}

/* "ntfs" of "NTFS.SYS": symbolised and bare frames name modules alike. */
static const char *module_stem(const char *module, struct arena *arena)
{
	char *stem = text_file_name(arena, module);
	char *dot = strrchr(stem, '.');

	if (strcmp(stem, module) != 0 && strchr(module, '/'))
		return module; /* a source folder of an imported crash */
	if (dot && dot != stem)
		*dot = '\0';
	return stem;
}

/* "f" of "f.part.3": what the compiler split off is still f. */
static const char *function_stem(const char *symbol, struct arena *arena)
{
	static const char *const marks[] = { ".part.", ".isra.", ".cold",
					     ".constprop." };
	char *stem = text_copy(arena, symbol);

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		char *mark = strstr(stem, marks[i]);

		if (mark && mark != stem)
			*mark = '\0';
	}
	return stem;
}

struct feature_frame stream_frame(const struct crash_frame *frame,
				  struct arena *arena, bool *bare)
{
	struct feature_frame ret = {
		.module = module_stem(frame->module, arena),
	};

	*bare = !frame->symbol;
	if (frame->symbol) {
		ret.function = function_stem(frame->symbol, arena);
		ret.id = hash_mix(hash_64(ret.module, strlen(ret.module)),
				  hash_64(ret.function, strlen(ret.function)));
	} else {
		ret.id = hash_mix(hash_64(ret.module, strlen(ret.module)),
				  hash_mix(frame->build, frame->offset));
	}
	return ret;
}

enum stream_why stream_why(const struct crash *crash)
{
	if (!crash_is_crash(crash))
		return STREAM_NOT_CRASH;
	for (size_t i = 0; i < crash->stack.count; i++)
		if (stream_counts(&crash->stack.frames[i]))
			return STREAM_FINE;
	return crash->stack.count ? STREAM_SCANNED : STREAM_NO_STACK;
}
