#include "signatures/redact.h"

#include <stdio.h>
#include <string.h>

#include "signatures/base/limits.h"
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

/* The process; stem is "" where names of modules are those of their files. */
struct program {
	const char *name;
	char stem[LIMIT_NAME_BYTES];
	bool is_cut; /* the name, as kernels do */
};

static size_t stem_bytes(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot ? (size_t)(dot - name) : strlen(name);
}

static bool is_program(const char *name, const struct program *program)
{
	const size_t size = strlen(program->stem);

	return text_compare_nocase(name, program->name) == 0 ||
	       (size && (program->is_cut || stem_bytes(name) == size) &&
		text_starts_nocase(name, program->stem));
}

static void replace(const char **name, const struct program *program)
{
	if (*name && is_program(*name, program))
		*name = REDACT_PROGRAM;
}

static void redact_stack(struct crash_stack *stack,
			 const struct program *program)
{
	for (size_t i = 0; i < stack->count; i++)
		replace(&stack->frames[i].module, program);
}

/*
 * A log names modules without their endings: of one that is not on its list of
 * them, what stands there is a guess.  A driver called as the program is stays.
 */
static void know_stem(struct program *program, const struct crash *crash)
{
	if (crash->image.kind != CRASH_DEBUGGER_LOG)
		return;
	program->is_cut = osprocess_may_be_cut(program->name) &&
			  !strchr(program->name, '.');
	snprintf(program->stem, sizeof(program->stem), "%.*s",
		 (int)stem_bytes(program->name), program->name);
	for (size_t i = 0; i < crash->module_count; i++)
		if (is_program(crash->modules[i].name, program) &&
		    text_compare_nocase(crash->modules[i].name, program->name))
			*program->stem = '\0';
}

void redact_crash(struct crash *crash)
{
	struct program told = { .name = crash->process };
	const struct program *program = &told;

	if (!told.name || osprocess_is_own(told.name))
		return;
	know_stem(&told, crash);
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
