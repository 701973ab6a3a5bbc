/*
 * made_nights.h - crashes out of a seed that come in over nights, and what a
 * store says of them after each: to be compared with one pass over them all.
 */
#ifndef TESTS_MADE_NIGHTS_H
#define TESTS_MADE_NIGHTS_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "signatures/base/hash.h"
#include "signatures/identity.h"
#include "signatures/settle/corpus_again.h"
#include "signatures/settle/night.h"
#include "signatures/settle/search.h"
#include "signatures/settle/settle.h"
#include "signatures/signature.h"
#include "signatures/store/store_settled.h"
#include "signatures/store/store_write.h"
#include "tests/unit.h"

enum {
	FILES = 420,
	FIRST = 270, /* files of the first night */
	BUGS = 30,
	ALIKE = 12, /* crashes asked for */
	LINE_BYTES = 2048
};

struct place {
	char folder[64];
	struct store *store;
	struct error err;
};

static inline void must(enum status status, const struct error *err)
{
	if (status)
		fail_msg("%s", err->text);
}

static inline void place_open(struct place *place)
{
	strcpy(place->folder, "/tmp/settle_test-XXXXXX");
	assert_non_null(mkdtemp(place->folder));
	must(store_open(place->folder, STORE_WRITE, &place->store, &place->err),
	     &place->err);
}

static inline void place_close(struct place *place)
{
	char command[128];

	store_close(place->store);
	snprintf(command, sizeof(command), "rm -rf %s", place->folder);
	assert_int_equal(system(command), 0);
}

static inline void list_noise(const struct place *place, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/noise", place->folder);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static inline uint32_t number(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % below;
}

/* Crashes out of a seed: bugs, each with stacks that are nearly alike. */
struct made {
	struct arena arena;
	struct record_file files[FILES];
	bool bare;     /* frames of some modules have no symbol */
	bool evidence; /* stacks end early, the words behind are there */
};

static inline struct crash_frame make_frame(struct made *made, uint32_t bug,
					    uint32_t depth, uint64_t *seed)
{
	static const char *const modules[] = { "ks.sys", "ntfs.sys", "a.sys",
					       "b.sys",	 "nt",	     "c.sys" };
	const bool odd = number(seed, 5) == 0;
	char *symbol = arena_take(&made->arena, 32, 1);
	struct crash_frame frame = { .module = modules[(bug + depth) % 6] };

	/* Bugs of one family have their callers in common. */
	snprintf(symbol, 32, "F%u_%u%s", depth > 3 ? bug % 7 : bug, depth,
		 odd && number(seed, 2) ? "b"
		 : odd			? "c"
					: "");
	if (made->bare && (bug + depth) % 6 < 3) {
		frame.build = 1 + number(seed, 3);
		frame.offset = bug * 0x1000 + depth * 0x100 + odd * 0x40 +
			       frame.build * 0x10;
	} else {
		frame.symbol = symbol;
	}
	return frame;
}

/* The module and build of a crash, from its seed. */
static inline struct crash_module make_module(uint32_t i, uint64_t *seed)
{
	static const char *const names[] = { "ntoskrnl.exe", "ks.sys",
					     "ntfs.sys" };

	return (struct crash_module){ .name = names[i],
				      .base = 0xfffff80000000000u +
					      0x10000000u * i +
					      0x10000u * number(seed, 99),
				      .bytes = 0x200000,
				      .build = 1 + number(seed, 3) };
}

/* A function of a module, where its callee returns to. */
static inline uint32_t offset_of(const struct crash_module *module,
				 uint32_t function)
{
	return 0x1000 + function * 0x100 + (uint32_t)module->build * 0x10;
}

static inline uint32_t frame_bytes(uint32_t function)
{
	return 0x20 + function * 7 % 11 * 8;
}

/* Words of the stack: true callers, and what was left there. */
static inline void make_words(struct crash *crash, struct made *made,
			      uint32_t bug, uint64_t *seed)
{
	const bool has_code = number(seed, 6) == 0;
	const uint32_t depth = 5 + number(seed, 6);
	uint32_t slot = 8 * number(seed, 30);
	struct crash_candidate *word;

	crash->module_count = 3;
	crash->modules = arena_take(&made->arena, 3, sizeof(*crash->modules));
	for (uint32_t i = 0; i < 3; i++)
		crash->modules[i] = make_module(i, seed);
	crash->candidates = arena_take(&made->arena, 4 * depth, sizeof(*word));
	for (uint32_t d = 0; d < depth; d++) {
		/* Callers of one family are the same. */
		const uint32_t function = d > 3 ? 40 + bug % 5 * 8 + d
						: bug + d * number(seed, 2);
		const uint32_t bytes =
			frame_bytes(function) + 8 * (number(seed, 60) == 0);

		word = &crash->candidates[crash->candidate_count++];
		*word = (struct crash_candidate){ (bug + d) % 3, 0, slot, 0,
						  CRASH_HOW_UNWIND };
		word->offset =
			offset_of(&crash->modules[word->module], function);
		if (has_code && number(seed, 8))
			word->landing = slot + bytes;
		else if (number(seed, 150) == 0)
			word->landing = slot;
		for (uint32_t k = 8; k < bytes && number(seed, 3); k += 16) {
			word = &crash->candidates[crash->candidate_count];
			if (crash->candidate_count++ > 3 * depth)
				break;
			*word = (struct crash_candidate){ number(seed, 3), 0,
							  slot + k, 0, 0 };
			word->offset = offset_of(&crash->modules[word->module],
						 number(seed, 80));
		}
		slot += bytes;
	}
}

/* As far as a walk came that knew the first few sizes alone. */
static inline void make_walk(struct crash *crash, struct made *made,
			     uint64_t *seed)
{
	const uint32_t most = 1 + number(seed, 4);
	const uint64_t origin = 0xffffd00000000000u + 0x1000 * number(seed, 99);

	crash->stack.count = 0;
	crash->stack.frames = arena_take(&made->arena, most + 1,
					 sizeof(*crash->stack.frames));
	for (size_t i = 0; i < crash->candidate_count; i++) {
		const struct crash_candidate *word = &crash->candidates[i];
		const struct crash_module *module =
			&crash->modules[word->module];
		const bool lost = crash->stack.count == most;

		if (!word->how && !lost)
			continue;
		crash->stack.frames[crash->stack.count++] =
			(struct crash_frame){
				.module = crash_module_canonical(module->name),
				.build = module->build,
				.offset = word->offset,
				.address = module->base + word->offset,
				.slot = origin + word->slot,
				.how = lost		    ? CRASH_HOW_SCAN
				       : crash->stack.count ? CRASH_HOW_UNWIND
							    : CRASH_HOW_CONTEXT,
			};
		if (lost)
			break;
	}
}

static inline struct crash make_crash(struct made *made, uint32_t i,
				      uint64_t *seed)
{
	static const uint32_t codes[] = { 0xd1, 0xa, 0x7e, 0x50, 0x9f };
	const uint32_t bug = number(seed, BUGS);
	struct crash crash = { .image = { .bytes = 1000 + i,
					  .kind = CRASH_KERNEL_TRIAGE,
					  .complete = true,
					  .content = { hash_mix(i, 1), i } } };

	crash.time = CRASH_NUMBER(133000000000000007 +
				  number(seed, 1 << 20) * 400000000ull);
	crash.bugcheck.code = CRASH_NUMBER(codes[bug % 5]);
	crash.bugcheck.args[0] = CRASH_NUMBER(0xfffff80010000000u + i * 0x1111);
	crash.stack.count = number(seed, 20) ? 3 + number(seed, 6) : 0;
	crash.stack.frames =
		arena_take(&made->arena, 16, sizeof(struct crash_frame));
	for (uint32_t f = 0; f < crash.stack.count; f++)
		crash.stack.frames[f] = make_frame(made, bug, f, seed);
	if (made->evidence && number(seed, 10)) {
		make_words(&crash, made, bug, seed);
		make_walk(&crash, made, seed);
	}
	signature_make(&crash, &made->arena);
	return crash;
}

/*
 * Every eighth crash has a twin that looks like another crash, and a third file
 * that shows the two to be one.
 */
static inline struct made *make(uint64_t seed, bool bare, bool evidence)
{
	struct made *made = calloc(1, sizeof(*made));

	assert_non_null(made);
	arena_init(&made->arena);
	made->bare = bare;
	made->evidence = evidence;
	for (uint32_t i = 0; i < FILES; i++) {
		struct record_file *file = &made->files[i];
		char *source = arena_take(&made->arena, 32, 1);

		snprintf(source, 32, "%u.dmp", i);
		*file = (struct record_file){ .ingested = 133000000000000000,
					      .source = source };
		file->crash = make_crash(made, i, &seed);
		if (i % 8 != 1 && i % 8 != 2)
			continue;
		file->crash.time = file[-1].crash.time;
		file->crash.bugcheck.code = file[-1].crash.bugcheck.code;
		if (i % 8 == 2)
			file->crash.bugcheck.args[0] = CRASH_UNKNOWN;
	}
	return made;
}

static inline void make_end(struct made *made)
{
	arena_deinit(&made->arena);
	free(made);
}

static inline int by_time(const void *left, const void *right)
{
	const struct record_file *a = left;
	const struct record_file *b = right;

	return (a->crash.time.value > b->crash.time.value) -
	       (a->crash.time.value < b->crash.time.value);
}

/* Into the order of arrival: by time, but for one in so many. */
static inline void arrive(struct made *made, uint64_t seed, uint32_t late_in)
{
	qsort(made->files, FILES, sizeof(made->files[0]), by_time);
	for (uint32_t i = 0; i < FILES; i++) {
		const uint32_t j = number(&seed, FILES);
		const struct record_file file = made->files[i];

		if (number(&seed, late_in))
			continue;
		made->files[i] = made->files[j];
		made->files[j] = file;
	}
}

static inline void put(struct place *place, const struct made *made,
		       uint32_t from, uint32_t to)
{
	enum store_outcome outcome;
	struct arena arena;

	arena_init(&arena);
	must(store_begin(place->store, &place->err), &place->err);
	for (uint32_t i = from; i < to; i++) {
		must(store_put(place->store, &made->files[i], &arena, &outcome,
			       &place->err),
		     &place->err);
		arena_reset(&arena);
	}
	must(store_commit(place->store, &place->err), &place->err);
	arena_deinit(&arena);
}

static inline void settle(struct place *place)
{
	must(settle_store(place->store, SETTLE_ALWAYS, &place->err),
	     &place->err);
}

/* Could the next pass go on where the last one stopped?  Changes nothing. */
static inline bool goes_on(struct place *place)
{
	struct overrides *overrides;
	struct corpus *corpus = NULL;
	struct night_places night;
	struct memory_head head;
	bool ret;

	must(overrides_read(place->folder, &overrides, &place->err),
	     &place->err);
	must(store_begin(place->store, &place->err), &place->err);
	ret = night_pass(place->store, overrides, &night);
	free(night.at);
	if (!ret && memory_head(place->store, &head) && head.bare &&
	    head.lists == overrides_hash(overrides))
		corpus = corpus_again(place->store, overrides, &head);
	ret |= corpus != NULL;
	corpus_destroy(corpus);
	store_end(place->store);
	overrides_destroy(overrides);
	return ret;
}

static inline void append_value(struct store *store, const char *name,
				uint32_t row, struct arena *arena, char *line)
{
	const struct field *field = field_find(name);
	struct store_column column;
	struct store_term term;
	const size_t used = strlen(line);

	assert_non_null(field);
	assert_true(store_column_read(store, field, row / STORE_CHUNK_ROWS,
				      &column));
	assert_true(row < column.count);
	snprintf(line + used, LINE_BYTES - used, " %s",
		 column.terms[row] && store_term_value(store, field,
						       column.terms[row], arena,
						       &term)
			 ? term.value.text
			 : "-");
}

static inline void append_stacks(const struct store_crash *crash, char *line)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < crash->file_count; i++) {
		const struct crash_stack *stack = &crash->files[i].crash.stack;

		for (size_t f = 0; f < stack->count; f++)
			hash = hash_mix(hash_mix(hash, stack->frames[f].how),
					hash_mix(stack->frames[f].slot,
						 stack->frames[f].address));
	}
	snprintf(line + strlen(line), LINE_BYTES - strlen(line), " %016" PRIx64,
		 hash);
}

/* Of one group, of one cluster. */
static inline void assert_same_clusters(struct store *store,
					const struct search_hit *hits, size_t i)
{
	struct arena arena;

	arena_init(&arena);
	for (size_t k = 0; k < i; k++) {
		char one[LINE_BYTES] = "";
		char other[LINE_BYTES] = "";

		if (!hits[k].group || hits[k].group != hits[i].group)
			continue;
		append_value(store, "cluster", hits[k].row, &arena, one);
		append_value(store, "cluster", hits[i].row, &arena, other);
		assert_string_equal(one, other);
	}
	arena_deinit(&arena);
}

static inline void append_alike(struct store *store, struct search *search,
				const struct crash *crash, struct arena *arena,
				char *line)
{
	struct search_hit hits[ALIKE];
	const size_t count = search_similar(search, crash, hits, ALIKE);
	struct error err;

	for (size_t i = 0; i < count; i++) {
		const size_t used = strlen(line);
		char id[IDENTITY_TEXT_BYTES];
		struct store_crash other;

		must(store_crash_read(store, hits[i].row, arena, &other, &err),
		     &err);
		/* What is said of it without reading it. */
		assert_true(hash_128_equal(hits[i].identity, other.identity));
		assert_int_equal(hits[i].time, other.crash.time.known
						       ? other.crash.time.value
						       : 0);
		assert_same_clusters(store, hits, i);
		identity_text(other.identity, id);
		snprintf(line + used, LINE_BYTES - used, " %s %.6f", id,
			 (double)hits[i].likeness);
	}
}

static inline int by_text(const void *left, const void *right)
{
	return strcmp(left, right);
}

/* Where each crash is, and what is like it: by id, whatever its row. */
static inline char *describe(struct place *place)
{
	char(*lines)[LINE_BYTES];
	struct search *search;
	uint32_t rows;
	char *ret;

	must(store_begin(place->store, &place->err), &place->err);
	must(search_open(place->store, &search, &place->err), &place->err);
	assert_int_equal(search_behind(search), 0);
	rows = store_row_count(place->store);
	lines = calloc(rows, sizeof(*lines));
	ret = calloc(rows, sizeof(*lines));
	assert_true(lines && ret);
	for (uint32_t row = 0; row < rows; row++) {
		struct store_crash crash;
		struct arena arena;

		arena_init(&arena);
		must(store_crash_read(place->store, row, &arena, &crash,
				      &place->err),
		     &place->err);
		identity_text(crash.identity, lines[row]);
		append_stacks(&crash, lines[row]);
		append_value(place->store, "cluster", row, &arena, lines[row]);
		append_value(place->store, "family", row, &arena, lines[row]);
		append_value(place->store, "unclustered", row, &arena,
			     lines[row]);
		append_alike(place->store, search, &crash.crash, &arena,
			     lines[row]);
		arena_deinit(&arena);
	}
	search_close(search);
	store_end(place->store);
	qsort(lines, rows, sizeof(*lines), by_text);
	for (uint32_t row = 0; row < rows; row++) {
		strcat(ret, lines[row]);
		strcat(ret, "\n");
	}
	free(lines);
	return ret;
}

static inline void forget(struct place *place)
{
	must(store_begin(place->store, &place->err), &place->err);
	store_settled_clear(place->store);
	must(store_commit(place->store, &place->err), &place->err);
}

/* The first line that differs says more than all of them. */
static inline void assert_same_lines(const char *a, const char *b)
{
	while (*a || *b) {
		const size_t m = strcspn(a, "\n");
		const size_t n = strcspn(b, "\n");

		if (m != n || memcmp(a, b, m) != 0)
			fail_msg("%.*s\n%.*s", (int)m, a, (int)n, b);
		a += m + (a[m] != 0);
		b += n + (b[n] != 0);
	}
}

/* One pass over the first files, and questions to the crashes themselves. */
static inline char *at_once(const struct made *made, uint32_t count,
			    const char *noise)
{
	struct place place;
	char *asked, *ret;

	place_open(&place);
	if (noise)
		list_noise(&place, noise);
	put(&place, made, 0, count);
	settle(&place);
	asked = describe(&place);
	forget(&place);
	ret = describe(&place);
	assert_same_lines(ret, asked);
	free(asked);
	place_close(&place);
	return ret;
}

static inline void assert_as_at_once(struct place *place,
				     const struct made *made, uint32_t count,
				     const char *noise)
{
	char *one = describe(place);
	char *other = at_once(made, count, noise);

	assert_same_lines(one, other);
	free(one);
	free(other);
}

/* Nights of up to most files; returns how many went on. */
static inline uint32_t nights(struct place *place, const struct made *made,
			      uint64_t seed, uint32_t most)
{
	uint32_t from = FIRST;
	uint32_t ret = 0;

	put(place, made, 0, from);
	settle(place);
	while (from < FILES) {
		uint32_t to = from + 1 + number(&seed, most);

		to = to < FILES ? to : FILES;
		put(place, made, from, to);
		ret += goes_on(place);
		settle(place);
		from = to;
	}
	return ret;
}

#endif
