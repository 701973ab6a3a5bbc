#include "query/known_fix.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "query/choose.h"
#include "signatures/base/list.h"
#include "signatures/base/must.h"
#include "signatures/base/text.h"
#include "signatures/knowledge/osmodule.h"
#include "signatures/store/store_side.h"

enum {
	BUILD_DIGITS = 16,
	DAY_SECONDS = 86400,
	FIRST_LINK = 0x30000000, /* July 1995: no driver of NT 4 is older */
};

#define WINDOWS_10 "10.0."

bool known_fix_is_later(uint64_t fix, uint64_t link, uint64_t crashed)
{
	return fix >= FIRST_LINK && link > fix &&
	       link <= text_unix_of_ticks(crashed) + DAY_SECONDS;
}

enum status known_fix_words(struct store *store, const char *text,
			    struct arena *arena, struct plan *ret,
			    struct error *err)
{
	const char *words[LIST_WORDS_MAX];
	struct where where;
	size_t count;

	if (list_words(arena, text, words, &count, err) ||
	    where_parse(words, count, arena, &where, err))
		return err->status;
	for (size_t i = 0; i < where.count; i++) {
		const struct field *field = where.tests[i].field;

		if (field->number >= FIELD_ADDED &&
		    !store_side_base(store, field))
			return error_set(err, STATUS_USAGE,
					 "%s: what follows from the list "
					 "cannot be asked for in it",
					 field->name);
	}
	return choose_rows(store, &where, ret, err);
}

/* What is known of a term, once it has been asked for. */
enum {
	NOT_ASKED,
	OF_WINDOWS,
	OF_OTHERS
};

/* Rows with a build of a higher number, one after the other. */
struct looking {
	struct store *store;
	struct arena *arena;
	const struct field *build, *fault, *time;
	uint64_t fix;
	struct plan *later; /* rows that are not are taken out */
	uint32_t chunk;
	struct store_column builds, faults, times;
	uint64_t *links; /* by term of build; 0 = not asked yet */
	uint8_t *makers; /* by term of fault */
};

static void *one_a_term(struct store *store, const struct field *field,
			size_t size)
{
	void *room = must(
		calloc((size_t)store_column_last_term(store, field) + 1, size));

	return room;
}

static uint64_t link_of(struct looking *at, uint32_t term)
{
	struct store_term build;

	if (!at->links[term] &&
	    store_term_value(at->store, at->build, term, at->arena, &build))
		at->links[term] = build.value.number >> 32;
	return at->links[term];
}

static bool is_of_windows(struct looking *at, uint32_t term)
{
	struct store_term fault;

	if (at->makers[term] == NOT_ASKED) {
		const bool found = store_term_value(at->store, at->fault, term,
						    at->arena, &fault);

		at->makers[term] = found && osmodule_tier(fault.value.text) ==
							   OSMODULE_ABSENT
					   ? OF_OTHERS
					   : OF_WINDOWS;
	}
	return at->makers[term] == OF_WINDOWS;
}

static bool read_chunk(struct looking *at, uint32_t chunk)
{
	if (chunk == at->chunk)
		return true;
	at->chunk = chunk;
	return store_column_read(at->store, at->build, chunk, &at->builds) &&
	       store_column_read(at->store, at->fault, chunk, &at->faults) &&
	       store_column_read(at->store, at->time, chunk, &at->times);
}

static bool look(void *closure, uint32_t row)
{
	struct looking *at = closure;
	const size_t i = row % STORE_CHUNK_ROWS;

	if (!read_chunk(at, row / STORE_CHUNK_ROWS))
		return false; /* a failure of the store sticks to it */
	if (at->times.numbers[i] == STORE_NO_NUMBER ||
	    is_of_windows(at, at->faults.terms[i]) ||
	    !known_fix_is_later(at->fix, link_of(at, at->builds.terms[i]),
				at->times.numbers[i]))
		plan_take_out(at->later, row);
	return true;
}

/* Leave in later what is later by its link time. */
static void keep_later(struct store *store, uint64_t fix, struct arena *arena,
		       struct plan *later)
{
	struct looking at = { .store = store,
			      .arena = arena,
			      .build = field_find("faultbuild"),
			      .fault = field_find("fault"),
			      .time = field_find("time"),
			      .fix = fix,
			      .later = later,
			      .chunk = UINT32_MAX };

	at.links = one_a_term(store, at.build, sizeof(*at.links));
	at.makers = one_a_term(store, at.fault, sizeof(*at.makers));
	plan_walk(later, look, &at);
	free(at.links);
	free(at.makers);
}

/* This build of the module to blame, and those that were linked after it. */
static enum status rows_of_build(struct store *store, uint64_t build,
				 const struct plan *issue, struct arena *arena,
				 struct plan *ret, struct error *err)
{
	const uint64_t fix = build >> 32;
	struct plan same, later;

	if (known_fix_words(store,
			    text_printf(arena, "faultbuild=%016" PRIx64, build),
			    arena, &same, err))
		return err->status;
	if (known_fix_words(
		    store,
		    text_printf(arena, "faultbuild=%016" PRIx64 "..", build),
		    arena, &later, err)) {
		plan_deinit(&same);
		return err->status;
	}
	plan_keep(&later, issue);
	keep_later(store, fix, arena, &later);
	plan_join(&same, &later);
	plan_keep(&same, issue);
	plan_deinit(&later);
	*ret = same;
	return STATUS_OK;
}

/* 22631, 10.0.22631, or filter words. */
static enum status words_of(const char *text, struct arena *arena,
			    const char **ret, struct error *err)
{
	const char *number = text_starts_nocase(text, WINDOWS_10)
				     ? text + strlen(WINDOWS_10)
				     : text;
	uint64_t build;

	if (strchr(text, '=')) {
		*ret = text;
		return STATUS_OK;
	}
	if (text_parse_u64(number, &build)) {
		*ret = text_printf(arena, "build=%" PRIu64 "..", build);
		return STATUS_OK;
	}
	if (strspn(text, "0123456789.") == strlen(text))
		return error_set(err, STATUS_USAGE,
				 "fixed in %s: dumps tell the build of Windows "
				 "alone, as 22631 is",
				 text);
	return error_set(err, STATUS_USAGE,
			 "fixed in %s: neither a build of a module (16 "
			 "digits), nor one of Windows, nor filter words",
			 text);
}

enum status known_fix_rows(struct store *store, const char *text,
			   const struct plan *issue, struct arena *arena,
			   struct plan *ret, struct error *err)
{
	const char *words = NULL;
	uint64_t build;

	if (strlen(text) == BUILD_DIGITS && text_parse_hex(text, &build))
		return rows_of_build(store, build, issue, arena, ret, err);
	if (words_of(text, arena, &words, err) ||
	    known_fix_words(store, words, arena, ret, err))
		return err->status;
	plan_keep(ret, issue);
	return STATUS_OK;
}
