/* Filter words, one a line, asked about a few values. */
#include "query/where.h"

#include <string.h>

#include "signatures/base/text.h"
#include "tests/fuzz/fuzz.h"

#define WORDS 16

static void ask(const struct where_test *test)
{
	static const char *const texts[] = { "", "nt", "ks.sys", "a,b*\xff" };

	(void)where_accepts_absent(test);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		(void)where_accepts(test,
				    (struct field_value){ .text = texts[i],
							  .number = i << 30 });
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *words[WORDS];
	struct arena arena;
	struct where where;
	struct error err;
	size_t count = 0;

	arena_init(&arena);

	char *text = arena_take(&arena, size + 1, 1);

	if (size)
		memcpy(text, data, size);
	while (text && count < WORDS)
		words[count++] = strsep(&text, "\n");
	if (!where_parse(words, count, &arena, &where, &err))
		for (size_t i = 0; i < where.count; i++)
			ask(&where.tests[i]);
	arena_deinit(&arena);
	return 0;
}
