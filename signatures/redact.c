#include "signatures/redact.h"

#include <string.h>

#include "signatures/base/text.h"
#include "signatures/knowledge/osprocess.h"

static const char slashes[] = "/\\";

/* Does the part hold one folder for each user? */
static bool holds_users(const char *part, size_t length)
{
	static const char *const names[] = { "users", "home", "profiles",
					     "documents and settings" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (length == strlen(names[i]) &&
		    text_starts_nocase(part, names[i]))
			return true;
	return false;
}

const char *redact_path(struct arena *arena, const char *path)
{
	/* Each part may become longer by as much as the word that is put. */
	char *text =
		arena_take(arena, (strlen(path) + 1) * sizeof(REDACT_USER), 1);
	bool is_user = false;
	char *end = text;

	for (;;) {
		const size_t length = strcspn(path, slashes);
		const bool is_last = path[length] == '\0';

		if (is_user && length && !is_last) {
			end = stpcpy(end, REDACT_USER);
		} else {
			memcpy(end, path, length);
			end += length;
		}
		/* "home//bob": nothing between two slashes is no part. */
		if (length)
			is_user = !is_user && holds_users(path, length);
		if (is_last)
			break;
		*end++ = path[length];
		path += length + 1;
	}
	*end = '\0';
	return text;
}

static void replace(const char **name, const char *program)
{
	if (*name && text_compare_nocase(*name, program) == 0)
		*name = REDACT_PROGRAM;
}

static void redact_stack(struct crash_stack *stack, const char *program)
{
	for (size_t i = 0; i < stack->count; i++)
		replace(&stack->frames[i].module, program);
}

void redact_crash(struct crash *crash)
{
	const char *program = crash->process;

	if (!program || osprocess_is_own(program))
		return;
	for (size_t i = 0; i < crash->module_count; i++)
		replace(&crash->modules[i].name, program);
	for (size_t i = 0; i < crash->unloaded_count; i++)
		replace(&crash->unloaded[i].name, program);
	for (size_t i = 0; i < crash->residue_count; i++)
		replace(&crash->residue[i].module, program);
	for (size_t i = 0; i < crash->value_count; i++)
		replace(&crash->values[i].module, program);
	for (size_t i = 0; i < crash->trail_count; i++)
		replace(&crash->trail[i].module, program);
	redact_stack(&crash->stack, program);
	redact_stack(&crash->walked, program);
	for (size_t i = 0; i < crash->processor_count; i++)
		redact_stack(&crash->processors[i].stack, program);
	replace(&crash->fault.module, program);
	crash->process = NULL;
}
