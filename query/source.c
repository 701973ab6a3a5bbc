#include "query/source.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/must.h"
#include "signatures/base/text.h"

/* No store has more; a damaged one may say so. */
#define FOLDERS_MAX (64u << 20)

/* May a source in this folder begin as the pattern does, up to a wildcard? */
static bool may_begin(const char *folder, const char *pattern,
		      struct arena *arena)
{
	char *literal = text_copy(arena, pattern);

	literal[strcspn(literal, "*?")] = '\0';
	return text_starts_nocase(folder, literal) ||
	       text_starts_nocase(literal, folder);
}

static enum source_verdict judge_value(const struct where_value *value,
				       const char *folder, struct arena *arena)
{
	const char *text = value->text;

	if (value->form == WHERE_ANY)
		return SOURCE_ALL;
	if (value->form != WHERE_EXACT && value->form != WHERE_GLOB)
		return SOURCE_NONE;
	if (!may_begin(folder, text, arena))
		return SOURCE_NONE;
	/* What ends in a star accepts any name behind what it accepts. */
	return value->form == WHERE_GLOB && text[strlen(text) - 1] == '*' &&
			       text_matches(folder, text)
		       ? SOURCE_ALL
		       : SOURCE_SOME;
}

enum source_verdict source_judge(const struct where_test *test,
				 const char *folder, struct arena *arena)
{
	enum source_verdict verdict = SOURCE_NONE;

	for (size_t i = 0; i < test->count; i++) {
		const enum source_verdict one =
			judge_value(&test->values[i], folder, arena);

		if (one == SOURCE_ALL)
			return SOURCE_ALL;
		if (one == SOURCE_SOME)
			verdict = SOURCE_SOME;
	}
	return verdict;
}

struct source_folders source_folders(struct store *store,
				     const struct where_test *test)
{
	struct source_folders folders = { .store = store, .test = test };

	arena_init(&folders.arena);
	return folders;
}

void source_folders_deinit(struct source_folders *folders)
{
	arena_deinit(&folders->arena);
	free(folders->verdicts);
}

static void widen(struct source_folders *folders, uint32_t folder)
{
	const size_t count = 2 * ((size_t)folder + 1);

	if (folder < folders->count)
		return;
	folders->verdicts = must(realloc(folders->verdicts, count));
	memset(folders->verdicts + folders->count, 0, count - folders->count);
	folders->count = count;
}

enum source_verdict source_of_row(struct source_folders *folders, uint32_t row)
{
	const char *name;
	uint32_t folder;

	if (!store_crash_folder(folders->store, row, &folder) ||
	    folder > FOLDERS_MAX)
		return SOURCE_SOME;
	widen(folders, folder);
	if (!folders->verdicts[folder]) {
		arena_reset(&folders->arena);
		folders->verdicts[folder] =
			store_crash_folder_name(folders->store, folder,
						&folders->arena, &name)
				? (uint8_t)source_judge(folders->test, name,
							&folders->arena)
				: SOURCE_SOME;
	}
	return (enum source_verdict)folders->verdicts[folder];
}
