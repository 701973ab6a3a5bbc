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

bool meaning_is_hang(const struct crash_bugcheck *bugcheck)
{
	static const uint16_t codes[] = { 0x101, 0x102, 0x133,
					  0x1ca, 0x1cf, 0x1db };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (bugcheck->code.known && bugcheck->code.value == codes[i])
			return true;
	return false;
}

size_t meaning_interrupted(const struct crash *crash)
{
	const struct crash_stack *stack = &crash->stack;
	size_t found = 0;

	/*
	 * Interrupts run on a stack of their own: the machine frame at its end
	 * and the trap frame proper are two frames apart.
	 */
	for (size_t i = 1; i < stack->count && (!found || i <= found + 2); i++)
		if (stack->frames[i].how == CRASH_HOW_TRAP_FRAME)
			found = i;
	return found;
}

const char *meaning_class(uint32_t code)
{
	const struct bugcheck *row = bugcheck_find(code);

	return row ? row->class : NULL;
}
