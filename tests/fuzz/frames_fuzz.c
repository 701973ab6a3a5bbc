/* A table of crashes known by text: its first line, then its rows. */
#include "corpus-tools/frames_table.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct frames_table table;
	struct record_file file;
	struct arena arena;
	struct error err;

	arena_init(&arena);

	char *text = arena_take(&arena, size + 1, 1);

	if (size)
		memcpy(text, data, size);
	if (!frames_table_head(strsep(&text, "\n"), &table, &err))
		while (text)
			if (!frames_table_row(&table, strsep(&text, "\n"),
					      &arena, &file, &err))
				(void)record_encode(&file, &arena);
	arena_deinit(&arena);
	return 0;
}
