/*
 * real.h - a real dump beside the project, examined; with its code, or as the
 * kernel writes small dumps since Windows 8: with hardly any.
 */
#ifndef TESTS_UNIT_REAL_H
#define TESTS_UNIT_REAL_H

#include <stdio.h>
#include <stdlib.h>

#include "indexer/target/target.h"
#include "signatures/base/file.h"
#include "tests/unit.h"

#define DUMPS "../shared/dumps/"

struct real {
	struct file_view file;
	struct arena arena;
	struct crash crash;
	struct dump dump;
};

/* Of what lies in modules, which is code and its directories, nothing stays. */
static inline void take_code_away(struct real *real)
{
	struct dump_ranges *ranges = &real->dump.virtual;
	size_t count = 0;

	for (size_t i = 0; i < ranges->count; i++)
		if (crash_module_at(&real->crash, ranges->range[i].start) ==
		    NULL)
			ranges->range[count++] = ranges->range[i];
	assert_true(count < ranges->count);
	ranges->count = count;
}

static inline void real_open(struct real *real, const char *name, bool has_code)
{
	char path[512];
	struct error err;

	memset(real, 0, sizeof(*real));
	snprintf(path, sizeof(path), DUMPS "%s", name);
	assert_int_equal(file_map(path, &real->file, &err), STATUS_OK);
	arena_init(&real->arena);
	assert_int_equal(dump_open(bytes_of(real->file.data, real->file.size),
				   &real->arena, &real->crash, &real->dump,
				   &err),
			 STATUS_OK);
	if (!has_code)
		take_code_away(real);
	target_examine(&real->dump, NULL);
}

static inline void real_close(struct real *real)
{
	arena_deinit(&real->arena);
	file_unmap(&real->file);
}

#endif
