#include "signatures/settle/stream.h"

#include <assert.h>
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
	CODE_POOL_TAG
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
	return hash_mix(hash_mix(kind, detail), value);
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

size_t stream_codes(const struct crash *crash, uint64_t codes[STREAM_CODES_MAX])
{
	const struct crash_bugcheck *bugcheck = &crash->bugcheck;
	size_t count = 0;

	if (bugcheck->code.known)
		codes[count++] =
			code_of(CODE_BUGCHECK, 0, bugcheck->code.value);
	if (bugcheck->text)
		codes[count++] = code_of(
			CODE_WORDS, 0,
			hash_64(bugcheck->text, strlen(bugcheck->text)));
	for (unsigned i = 0; bugcheck->code.known && i < 4; i++)
		if (bugcheck->args[i].known &&
		    tells_kind(meaning_argument(bugcheck, i)))
			codes[count++] = code_of(
				CODE_ARGUMENT, bugcheck->code.value << 2 | i,
				bugcheck->args[i].value & UINT32_MAX);
	if (!bugcheck->code.known && crash->exception.code.known)
		codes[count++] =
			code_of(CODE_EXCEPTION, 0, crash->exception.code.value);
	for (size_t i = 0; i < crash->pool_count && count < STREAM_CODES_MAX;
	     i++)
		if (crash->pool[i].role == CRASH_POOL_CORRUPT &&
		    crash->pool[i].tag[0])
			codes[count++] =
				code_of(CODE_POOL_TAG, 0,
					hash_64(crash->pool[i].tag, 4));
	return count;
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
