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

	for (size_t i = at; i < crash->stack.count; i++) {
		const struct crash_frame *frame = &crash->stack.frames[i];

		if (!crash_frame_is_sure(frame) ||
		    (fault && strcmp(frame->module, fault) == 0))
			continue;
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
static const char *named(const struct crash *crash, struct arena *arena)
{
	for (size_t i = 0; i < crash->stack.count; i++) {
		const struct crash_frame *frame = &crash->stack.frames[i];

		if (crash_frame_is_sure(frame) && frame->symbol)
			return text_printf(arena, " at %s!%s", frame->module,
					   frame->symbol);
	}
	return NULL;
}

static const char *what_of(const struct title_facts *facts,
			   const struct crash *crash, struct arena *arena)
{
	if (facts->bugcheck.known)
		return text_printf(arena, "0x%" PRIX64, facts->bugcheck.value);
	if (crash->bugcheck.text)
		return crash->bugcheck.text;
	if (crash->exception.code.known)
		return text_printf(arena, "exception 0x%08" PRIx64,
				   crash->exception.code.value);
	return "crash";
}

const char *title_of(const struct title_facts *facts, const struct crash *crash,
		     struct arena *arena)
{
	const char *what = what_of(facts, crash, arena);
	const struct crash_frame *frame = NULL;
	size_t at = 0;

	if (!facts->fault) {
		const char *place = named(crash, arena);

		if (place)
			return text_printf(arena, "%s%s", what, place);
	}
	if (facts->fault)
		frame = first_in(crash, facts->fault, &at);

	const char *outer = behind(crash, at, facts->fault);
	const char *place = "";

	if (facts->fault && frame && frame->symbol)
		place = text_printf(arena, " in %s!%s", facts->fault,
				    frame->symbol);
	else if (facts->fault && facts->offset.known)
		place = text_printf(arena, " in %s+0x%" PRIx64, facts->fault,
				    facts->offset.value);
	else if (facts->fault)
		place = text_printf(arena, " in %s", facts->fault);
	if (!outer)
		return text_printf(arena, "%s%s", what, place);
	return text_printf(arena, "%s%s under %s", what, place, outer);
}
