#include "query/known.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "query/count.h"
#include "query/known_fix.h"
#include "signatures/base/list.h"
#include "signatures/base/text.h"

enum {
	PARTS = 4
};

struct reading {
	struct store *store;
	struct arena *arena;
	struct known *known;
};

/* words | title | ticket | fixed in */
static enum status take_line(void *closure, char *line, struct error *err)
{
	struct reading *reading = closure;
	struct known *known = reading->known;
	struct known_issue *issue = &known->issues[known->count];
	const char *parts[PARTS] = { "", "", "", "" };

	for (size_t i = 0; i < PARTS && line; i++) {
		char *part = strsep(&line, i + 1 < PARTS ? "|" : "");
		const char *text = text_trimmed(reading->arena, part);

		parts[i] = text ? text : "";
	}
	if (!*parts[0] || !*parts[1])
		return error_set(err, STATUS_USAGE,
				 "want: filter words | title | ticket | fixed "
				 "in");
	issue->title = parts[1];
	issue->ticket = parts[2];
	if (known_fix_words(reading->store, parts[0], reading->arena,
			    &issue->plan, err))
		return err->status;
	issue->after = plan_none(reading->store);
	known->count++; /* from here on known_deinit() ends both plans */
	if (!*parts[3])
		return STATUS_OK;

	struct plan fixed;

	if (known_fix_rows(reading->store, parts[3], &issue->plan,
			   reading->arena, &fixed, err))
		return err->status;
	plan_deinit(&issue->after);
	issue->after = fixed;
	return STATUS_OK;
}

enum status known_read(struct store *store, const char *path,
		       struct arena *arena, struct known *ret,
		       struct error *err)
{
	struct known known = {
		.issues = arena_take(arena, LIST_LINES_MAX,
				     sizeof(*known.issues)),
	};
	struct reading reading = { store, arena, &known };
	const char *file = text_printf(arena, "%s/known-issues", path);

	if (list_read(file, take_line, &reading, err)) {
		known_deinit(&known);
		return err->status;
	}
	*ret = known;
	return STATUS_OK;
}

void known_deinit(struct known *known)
{
	for (size_t i = 0; i < known->count; i++) {
		plan_deinit(&known->issues[i].plan);
		plan_deinit(&known->issues[i].after);
	}
	known->count = 0;
}

_Static_assert(LIST_LINES_MAX < UINT16_MAX, "an issue's place fits");

struct labelling {
	uint16_t *issues;
	uint16_t issue;
};

static bool label(void *closure, uint32_t row)
{
	const struct labelling *labelling = closure;

	labelling->issues[row] = labelling->issue;
	return true;
}

void known_label(const struct known *known, uint16_t *issues)
{
	/* The last first: of several issues the first has the crash. */
	for (size_t i = known->count; i > 0; i--) {
		struct labelling labelling = { issues, (uint16_t)i };

		plan_walk(&known->issues[i - 1].plan, label, &labelling);
	}
}

const struct known_issue *known_find(const struct known *known, uint32_t row,
				     bool *regressed)
{
	for (size_t i = 0; i < known->count; i++) {
		const struct known_issue *issue = &known->issues[i];

		if (!count_bit(issue->plan.bits, row))
			continue;
		*regressed = count_bit(issue->after.bits, row);
		return issue;
	}
	*regressed = false;
	return NULL;
}
