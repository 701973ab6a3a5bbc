#include "query/title.h"

#include <inttypes.h>
#include <string.h>

#include "signatures/base/text.h"
#include "signatures/knowledge/osmodule.h"

static const struct crash_frame *first_in(const struct crash *crash,
					  const char *module, size_t *at)
{
	for (size_t i = 0; i < crash->stack.count; i++) {
		const struct crash_frame *frame = &crash->stack.frames[i];

		if (crash_frame_is_sure(frame) &&
		    strcmp(frame->module, module) == 0) {
			*at = i;
			return frame;
		}
	}
	return NULL;
}

/* The next module out from frame at that is worth naming; NULL if none is. */
static const char *behind(const struct crash *crash, size_t at,
			  const char *fault)
{
	const char *system = NULL;
	const char *last = NULL;

	for (size_t i = at; i < crash->stack.count; i++) {
		const struct crash_frame *frame = &crash->stack.frames[i];

		if (!crash_frame_is_sure(frame) || frame->module == last ||
		    (fault && strcmp(frame->module, fault) == 0))
			continue;
		last = frame->module;
		switch (osmodule_tier(frame->module)) {
		case OSMODULE_ABSENT:
			return frame->module;
		case OSMODULE_OS:
			system = system ? system : frame->module;
			break;
		case OSMODULE_FRAMEWORK:
		case OSMODULE_NEVER:
			break;
		}
	}
	return system;
}

/* Nobody is blamed: the innermost function that has a name; NULL if none. */
static const struct crash_frame *named(const struct crash *crash)
{
	for (size_t i = 0; i < crash->stack.count; i++) {
		const struct crash_frame *frame = &crash->stack.frames[i];

		if (crash_frame_is_sure(frame) && frame->symbol)
			return frame;
	}
	return NULL;
}

/* As people write it, "0xD1". */
static const char *code(uint64_t number, char buf[TEXT_HEX_BYTES])
{
	text_hex(number, buf);
	for (char *digit = buf + 2; *digit; digit++)
		if (*digit >= 'a')
			*digit += 'A' - 'a';
	return buf;
}

static const char *what_of(const struct title_facts *facts,
			   const struct crash *crash, struct arena *arena,
			   char buf[TEXT_HEX_BYTES])
{
	if (facts->bugcheck.known)
		return code(facts->bugcheck.value, buf);
	if (crash->bugcheck.text)
		return crash->bugcheck.text;
	if (crash->exception.code.known)
		return text_printf(arena, "exception 0x%08" PRIx64,
				   crash->exception.code.value);
	return "crash";
}

/* What a title is made of, at most: what, in, where, !, what, under, whom. */
enum {
	PARTS = 7
};

struct parts {
	const char *at[PARTS + 1]; /* ends with NULL */
	size_t count;
};

static void add(struct parts *parts, const char *word, const char *text)
{
	parts->at[parts->count++] = word;
	parts->at[parts->count++] = text;
}

const char *title_of(const struct title_facts *facts, const struct crash *crash,
		     struct arena *arena)
{
	char number[TEXT_HEX_BYTES], offset[TEXT_HEX_BYTES];
	struct parts parts = { { what_of(facts, crash, arena, number) }, 1 };
	const struct crash_frame *frame = NULL;
	size_t at = 0;

	if (!facts->fault)
		frame = named(crash);
	if (frame) {
		add(&parts, " at ", frame->module);
		add(&parts, "!", frame->symbol);
		return text_joined(arena, parts.at);
	}
	if (facts->fault) {
		frame = first_in(crash, facts->fault, &at);
		add(&parts, " in ", facts->fault);
	}
	if (frame && frame->symbol)
		add(&parts, "!", frame->symbol);
	else if (facts->fault && facts->offset.known)
		add(&parts, "+", text_hex(facts->offset.value, offset));

	const char *outer = behind(crash, at, facts->fault);

	if (outer)
		add(&parts, " under ", outer);
	return text_joined(arena, parts.at);
}
