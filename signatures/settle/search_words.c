#include "signatures/settle/search_words.h"

#include <inttypes.h>
#include <string.h>

#include "signatures/base/text.h"

/* The frames that count, as text. */
static void take_frames(const struct crash *crash, struct arena *arena,
			struct search_words *ret)
{
	size_t count = 0;

	for (size_t i = 0; i < crash->stack.count && count < FEATURE_FRAMES_MAX;
	     i++) {
		const struct crash_frame *frame = &crash->stack.frames[i];

		if (!stream_counts(frame))
			continue;
		if (!frame->symbol && frame->build)
			ret->exact[count] = text_printf(
				arena, "%s@%" PRIx64 "+0x%" PRIx64,
				frame->module, frame->build, frame->offset);
		ret->frames[count++] =
			frame->symbol
				? text_printf(arena, "%s!%s", frame->module,
					      frame->symbol)
				: text_printf(arena, "%s+0x%" PRIx64,
					      frame->module, frame->offset);
	}
}

static const char *module_of(struct arena *arena, const char *frame)
{
	char *text = text_copy(arena, frame);

	text[strcspn(text, "!+")] = '\0';
	return text;
}

const char *search_words_of(const struct search_words *words,
			    enum feature_class class,
			    struct feature_origin origin, struct arena *arena)
{
	const char *frame = words->frames[origin.from];
	const char *next = words->frames[origin.from + 1];

	switch (class) {
	case FEATURE_FRAME:
		return frame;
	case FEATURE_MODULE:
		return text_printf(arena, "module %s", module_of(arena, frame));
	case FEATURE_PAIR:
		return text_printf(arena, "%s under %s", frame,
				   next ? next : "nothing");
	case FEATURE_CODE:
	case FEATURE_CODE_WORD:
		return words->codes[origin.from];
	case FEATURE_FRAME_CODE:
		return text_printf(arena, "%s at %s", words->codes[0], frame);
	case FEATURE_WORD:
		return text_printf(arena, "word %.*s", (int)origin.letters,
				   origin.word);
	case FEATURE_MODULES:
		return text_printf(arena, "modules from %s on", frame);
	case FEATURE_UNUSED:
	case FEATURE_CLASSES:
		break;
	}
	return "";
}

const char *search_words_exact(const struct search_words *words,
			       enum feature_class class,
			       struct feature_origin origin,
			       struct arena *arena)
{
	const char *frame = words->exact[origin.from];

	if (!frame || class == FEATURE_FRAME)
		return frame;
	return class == FEATURE_FRAME_CODE
		       ? text_printf(arena, "%s at %s", words->codes[0], frame)
		       : NULL;
}

void search_words_make(const struct crash *crash, struct arena *arena,
		       struct search_words *ret)
{
	*ret = (struct search_words){ .frames = { NULL } };
	take_frames(crash, arena, ret);
	stream_code_texts(crash, arena, ret->codes);
}
