/*
 * rows_bench.c - the columns that the questions of bench.py are about, one CSV
 * line a crash, for the programs that ours is measured against.
 *
 * Numbers are decimal and signed, times in seconds since 1970: what those
 * programs keep best.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "signatures/base/must.h"
#include "signatures/store/store_read.h"

#define FILETIME_1970 UINT64_C(11644473600)
#define TICKS UINT64_C(10000000)

static const char *const names[] = { "bugcheck",  "machine", "exact",
				     "portable",  "modules", "fault",
				     "hypervisor" };

enum {
	COLUMNS = sizeof(names) / sizeof(names[0])
};

/* What a term of a column is in a line. */
struct words {
	const char **list;
	size_t room;
	struct arena arena;
};

static bool take_term(void *closure, const struct store_term *term)
{
	struct words *words = closure;
	char *text = arena_take(&words->arena, 64, 1);

	if (term->value.text)
		snprintf(text, 64, "%s", term->value.text);
	else
		snprintf(text, 64, "%" PRId64, (int64_t)term->value.number);
	if (term->term < words->room)
		words->list[term->term] = text;
	return true;
}

static void read_words(struct store *store, const struct field *field,
		       struct words *words)
{
	struct error err;

	words->room = (size_t)store_column_last_term(store, field) + 1;
	words->list = must(calloc(words->room, sizeof(*words->list)));
	arena_init(&words->arena);
	words->list[0] = field->type == FIELD_TEXT ? "" : "0";
	if (store_walk_terms(store, field, take_term, words, &err))
		exit(3);
}

static void print_row(uint32_t row, uint64_t time, const struct words *words,
		      const struct store_column *columns, size_t i)
{
	printf("%" PRIu32 ",%" PRId64, row,
	       (int64_t)(time / TICKS) - (int64_t)FILETIME_1970);
	for (size_t n = 0; n < COLUMNS; n++)
		printf(",%s", words[n].list[columns[n].terms[i]]);
	putchar('\n');
}

static void print_all(struct store *store)
{
	const struct field *time = field_find("time");
	struct words words[COLUMNS];
	struct store_column times, columns[COLUMNS];
	uint32_t row = 0;

	for (size_t n = 0; n < COLUMNS; n++)
		read_words(store, field_find(names[n]), &words[n]);
	printf("id,time");
	for (size_t n = 0; n < COLUMNS; n++)
		printf(",%s", names[n]);
	putchar('\n');
	for (uint32_t chunk = 0; store_column_read(store, time, chunk, &times);
	     chunk++) {
		for (size_t n = 0; n < COLUMNS; n++)
			if (!store_column_read(store, field_find(names[n]),
					       chunk, &columns[n]))
				exit(3);
		for (size_t i = 0; i < times.count; i++)
			print_row(row++, times.numbers[i], words, columns, i);
	}
	for (size_t n = 0; n < COLUMNS; n++) {
		free(words[n].list);
		arena_deinit(&words[n].arena);
	}
}

int main(int argc, char **argv)
{
	struct store *store;
	struct error err;

	if (argc != 2) {
		fprintf(stderr, "usage: rows_bench STORE\n");
		return 2;
	}
	if (store_open(argv[1], STORE_READ, &store, &err) ||
	    store_begin(store, &err)) {
		fprintf(stderr, "rows_bench: %s\n", err.text);
		return 3;
	}
	print_all(store);
	store_end(store);
	store_close(store);
	return 0;
}
