#include "signatures/meaning.h"

#include <assert.h>

#include "signatures/base/text.h"
#include "signatures/knowledge/bugcheck.h"
#include "signatures/knowledge/subtype.h"

static const struct subtype *resolve(const struct crash_bugcheck *bugcheck,
				     struct subtype_arguments *arguments)
{
	for (unsigned i = 0; i < 4; i++) {
		arguments->known[i] = bugcheck->args[i].known;
		arguments->value[i] = bugcheck->args[i].value;
	}
	if (!bugcheck->code.known || bugcheck->code.value > UINT32_MAX)
		return NULL;
	return subtype_find((uint32_t)bugcheck->code.value, arguments);
}

const char *meaning_of(const struct crash_bugcheck *bugcheck,
		       struct arena *arena)
{
	struct subtype_arguments arguments;
	const struct subtype *row = resolve(bugcheck, &arguments);

	if (!row)
		return NULL;

	const char *words = row->label;

	for (row = subtype_also(row, &arguments); row;
	     row = subtype_also(row, &arguments))
		words = text_printf(arena, "%s, %s", words, row->label);
	return words;
}

enum role meaning_argument(const struct crash_bugcheck *bugcheck,
			   unsigned index)
{
	struct subtype_arguments arguments;
	const struct subtype *row = resolve(bugcheck, &arguments);
	enum role role = ROLE_UNKNOWN;

	assert(index < 4);
	if (row) {
		role = row->role[index];
	} else if (bugcheck->code.known && bugcheck->code.value <= UINT32_MAX) {
		const struct bugcheck *plain =
			bugcheck_find((uint32_t)bugcheck->code.value);

		if (plain)
			role = plain->role[index];
	}
	return role == ROLE_VARIES ? ROLE_UNKNOWN : role;
}

const char *meaning_class(uint32_t code)
{
	const struct bugcheck *row = bugcheck_find(code);

	return row ? row->class : NULL;
}
