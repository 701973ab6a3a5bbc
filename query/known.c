#include "query/known.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "query/count.h"
#include "signatures/base/list.h"
#include "signatures/base/text.h"

enum {
	PARTS = 4,
	BUILD_DIGITS = 16,
};

/* "fixed in" as filter words: a build of the module, or of Windows. */
static const char *fixed_words(struct arena *arena, const char *text)
{
	uint64_t number;

	if (strchr(text, '='))
		return text;
	if (strlen(text) == BUILD_DIGITS && text_parse_hex(text, &number))
		return text_printf(arena, "faultbuild=%s", text);
	if (text_parse_u64(text, &number))
		return text_printf(arena, "build=%s..", text);
	return text;
}

static enum status plan_of(struct store *store, const char *text,
			   struct arena *arena, struct plan *ret,
			   struct error *err)
{
	const char *words[LIST_WORDS_MAX];
	struct where where;
	size_t count;

	if (list_words(arena, text, words, &count, err) ||
	    where_parse(words, count, arena, &where, err) ||
	    plan_make(store, &where, ret, err))
		return err->status;
	return STATUS_OK;
}

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
	if (plan_of(reading->store, parts[0], reading->arena, &issue->plan,
		    err))
		return err->status;
	issue->after = plan_none(reading->store);
	known->count++; /* from here on known_deinit() ends both plans */
	if (!*parts[3])
		return STATUS_OK;

	struct plan fixed;

	if (plan_of(reading->store, fixed_words(reading->arena, parts[3]),
		    reading->arena, &fixed, err))
		return err->status;
	plan_join(&issue->after, &fixed);
	plan_keep(&issue->after, &issue->plan);
	plan_deinit(&fixed);
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
