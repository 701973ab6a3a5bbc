#include "signatures/settle/settle.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "signatures/base/hash.h"
#include "signatures/identity.h"
#include "signatures/settle/corpus_again.h"
#include "signatures/settle/disputes.h"
#include "signatures/settle/night.h"
#include "signatures/settle/search.h"
#include "signatures/signature.h"
#include "signatures/store/btree.h"
#include "signatures/store/store_admin.h"
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

static void must(enum status status, const struct error *err)
{
	if (status)
		fail_msg("%s", err->text);
}

static void place_open(struct place *place)
{
	strcpy(place->folder, "/tmp/settle_test-XXXXXX");
	assert_non_null(mkdtemp(place->folder));
	must(store_open(place->folder, STORE_WRITE, false, &place->store,
			&place->err),
	     &place->err);
}

static void place_close(struct place *place)
{
	char command[128];

	store_close(place->store);
	snprintf(command, sizeof(command), "rm -rf %s", place->folder);
	assert_int_equal(system(command), 0);
}

static void list_noise(const struct place *place, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/noise", place->folder);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static uint32_t number(uint64_t *seed, uint32_t below)
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

static struct crash_frame make_frame(struct made *made, uint32_t bug,
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
static struct crash_module make_module(uint32_t i, uint64_t *seed)
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
static uint32_t offset_of(const struct crash_module *module, uint32_t function)
{
	return 0x1000 + function * 0x100 + (uint32_t)module->build * 0x10;
}

static uint32_t frame_bytes(uint32_t function)
{
	return 0x20 + function * 7 % 11 * 8;
}

/* Words of the stack: true callers, and what was left there. */
static void make_words(struct crash *crash, struct made *made, uint32_t bug,
		       uint64_t *seed)
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
static void make_walk(struct crash *crash, struct made *made, uint64_t *seed)
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

static struct crash make_crash(struct made *made, uint32_t i, uint64_t *seed)
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
static struct made *make(uint64_t seed, bool bare, bool evidence)
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

static void make_end(struct made *made)
{
	arena_deinit(&made->arena);
	free(made);
}

static int by_time(const void *left, const void *right)
{
	const struct record_file *a = left;
	const struct record_file *b = right;

	return (a->crash.time.value > b->crash.time.value) -
	       (a->crash.time.value < b->crash.time.value);
}

/* Into the order of arrival: by time, but for one in so many. */
static void arrive(struct made *made, uint64_t seed, uint32_t late_in)
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

static void put(struct place *place, const struct made *made, uint32_t from,
		uint32_t to)
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

static void settle(struct place *place)
{
	must(settle_store(place->store, SETTLE_ALWAYS, &place->err),
	     &place->err);
}

/* Could the next pass go on where the last one stopped?  Changes nothing. */
static bool goes_on(struct place *place)
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

static void append_value(struct store *store, const char *name, uint32_t row,
			 struct arena *arena, char *line)
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

static void append_stacks(const struct store_crash *crash, char *line)
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

static void append_alike(struct store *store, struct search *search,
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
		identity_text(other.identity, id);
		snprintf(line + used, LINE_BYTES - used, " %s %.6f", id,
			 (double)hits[i].likeness);
	}
}

static int by_text(const void *left, const void *right)
{
	return strcmp(left, right);
}

/* Where each crash is, and what is like it: by id, whatever its row. */
static char *describe(struct place *place)
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

static void forget(struct place *place)
{
	must(store_begin(place->store, &place->err), &place->err);
	store_settled_clear(place->store);
	must(store_commit(place->store, &place->err), &place->err);
}

/* The first line that differs says more than all of them. */
static void assert_same_lines(const char *a, const char *b)
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
static char *at_once(const struct made *made, uint32_t count, const char *noise)
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

static void assert_as_at_once(struct place *place, const struct made *made,
			      uint32_t count, const char *noise)
{
	char *one = describe(place);
	char *other = at_once(made, count, noise);

	assert_same_lines(one, other);
	free(one);
	free(other);
}

/* Nights of up to most files; returns how many went on. */
static uint32_t nights(struct place *place, const struct made *made,
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

static void nights_are_one_pass(void **state)
{
	static const uint32_t late_in[] = { 1, 3, 20, 1000 };

	(void)state;
	for (uint64_t seed = 1; seed <= 4; seed++) {
		struct made *made = make(seed, false, false);
		struct place place;

		arrive(made, seed, late_in[seed % 4]);
		place_open(&place);
		assert_true(nights(&place, made, seed, 40) >= 3);
		assert_as_at_once(&place, made, FILES, NULL);
		place_close(&place);
		make_end(made);
	}
}

static void so_are_those_without_symbols(void **state)
{
	static const uint32_t late_in[] = { 1, 3, 20, 1000 };

	(void)state;
	for (uint64_t seed = 1; seed <= 4; seed++) {
		struct made *made = make(seed, true, false);
		struct place place;

		arrive(made, seed, late_in[seed % 4]);
		place_open(&place);
		assert_true(nights(&place, made, seed, 40) >= 3);
		assert_as_at_once(&place, made, FILES, NULL);
		place_close(&place);
		make_end(made);
	}
}

/* Rows whose stacks the corpus of all made others. */
static uint32_t learned_rows(struct place *place)
{
	uint32_t ret = 0;

	must(store_begin(place->store, &place->err), &place->err);
	for (uint32_t row = 0; row < store_row_count(place->store); row++) {
		struct store_crash crash;
		struct arena arena;

		arena_init(&arena);
		must(store_crash_read(place->store, row, &arena, &crash,
				      &place->err),
		     &place->err);
		ret += crash.files[0].crash.walked.count > 0;
		arena_deinit(&arena);
	}
	store_end(place->store);
	return ret;
}

static void so_are_those_with_evidence(void **state)
{
	static const uint32_t late_in[] = { 1, 3, 20, 1000 };

	(void)state;
	for (uint64_t seed = 1; seed <= 8; seed++) {
		struct made *made = make(seed, true, true);
		struct place place;

		arrive(made, seed, late_in[seed % 4]);
		place_open(&place);
		assert_true(nights(&place, made, seed, 40) >= 3);
		assert_in_range(learned_rows(&place), FILES / 4, FILES);
		assert_as_at_once(&place, made, FILES, NULL);
		place_close(&place);
		make_end(made);
	}
}

static void a_night_without_news_goes_on(void **state)
{
	struct made *made = make(3, false, false);
	struct place place;
	char *before, *behind;

	(void)state;
	place_open(&place);
	put(&place, made, 0, FILES);
	settle(&place);
	before = describe(&place);
	assert_true(goes_on(&place));
	settle(&place);
	/* The very same files again. */
	put(&place, made, 0, 50);
	assert_true(goes_on(&place));
	settle(&place);
	behind = describe(&place);
	assert_same_lines(before, behind);
	free(before);
	free(behind);
	place_close(&place);
	make_end(made);
}

static void other_lists_are_another_pass(void **state)
{
	static const char noise[] = "ks.sys!F1*\nnt!F2_2*\n";
	struct made *made = make(5, false, false);
	struct place place;

	(void)state;
	arrive(made, 5, 4);
	place_open(&place);
	put(&place, made, 0, FIRST);
	settle(&place);
	put(&place, made, FIRST, FIRST + 20);
	list_noise(&place, noise);
	assert_false(goes_on(&place));
	settle(&place);
	assert_as_at_once(&place, made, FIRST + 20, noise);
	put(&place, made, FIRST + 20, FILES - 20);
	assert_true(goes_on(&place));
	settle(&place);
	assert_as_at_once(&place, made, FILES - 20, noise);
	list_noise(&place, "");
	put(&place, made, FILES - 20, FILES);
	settle(&place);
	assert_as_at_once(&place, made, FILES, NULL);
	place_close(&place);
	make_end(made);
}

/* The entry that a walk ends at. */
struct picked {
	uint64_t left;
	struct btree_key key;
	uint8_t value[1 << 17];
	size_t bytes;
};

static bool pick(void *closure, struct bytes key, struct bytes value)
{
	struct picked *picked = closure;

	if (picked->left--)
		return true;
	picked->key = btree_key();
	btree_key_bytes(&picked->key, key.next, bytes_left(&key));
	picked->bytes = bytes_left(&value);
	assert_true(picked->bytes <= sizeof(picked->value));
	memcpy(picked->value, value.next, picked->bytes);
	return false;
}

/* One bit of one entry, its end, or all of it. */
static void damage(struct place *place, uint64_t *seed)
{
	static struct picked picked;
	const struct btree_key all = btree_key();
	uint64_t count;

	must(store_begin(place->store, &place->err), &place->err);
	count = store_settled_count(place->store);
	assert_true(count > 100);
	picked.left = number(seed, (uint32_t)count);
	/* The few that are not of one signature or feature are at the end. */
	if (number(seed, 4) == 0)
		picked.left = number(seed, 2) ? 0 : count - 1;
	btree_walk(place->store, SCHEMA_SETTLED, &all, pick, &picked);
	switch (number(seed, 3)) {
	case 0:
		btree_delete(place->store, SCHEMA_SETTLED, &picked.key);
		break;
	case 1:
		picked.bytes -= picked.bytes ? 1 : 0;
		btree_put(place->store, SCHEMA_SETTLED, &picked.key,
			  bytes_of(picked.value, picked.bytes));
		break;
	default:
		picked.value[number(seed, (uint32_t)picked.bytes)] ^=
			(uint8_t)(1u << number(seed, 8));
		btree_put(place->store, SCHEMA_SETTLED, &picked.key,
			  bytes_of(picked.value, picked.bytes));
	}
	must(store_commit(place->store, &place->err), &place->err);
}

static void damage_and_go_on(struct made *made, uint64_t seed)
{
	char *wanted[2];

	arrive(made, 7, 10);
	wanted[0] = at_once(made, FIRST, NULL);
	wanted[1] = at_once(made, FIRST + 30, NULL);
	for (uint32_t i = 0; i < 24; i++) {
		struct place place;
		char *said;

		place_open(&place);
		put(&place, made, 0, FIRST);
		settle(&place);
		damage(&place, &seed);
		said = describe(&place);
		assert_same_lines(said, wanted[0]);
		free(said);
		put(&place, made, FIRST, FIRST + 30);
		settle(&place);
		said = describe(&place);
		assert_same_lines(said, wanted[1]);
		free(said);
		place_close(&place);
	}
	free(wanted[0]);
	free(wanted[1]);
}

static void what_is_damaged_is_made_anew(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 2; seed++) {
		struct made *made = make(7, seed == 2, seed == 2);

		damage_and_go_on(made, seed);
		make_end(made);
	}
}

static void count_line(void *closure, const char *text)
{
	assert_true(strlen(text) > 0);
	++*(uint64_t *)closure;
}

static uint64_t verify(struct place *place)
{
	uint64_t differences = 0;
	uint64_t lines = 0;

	must(store_verify(place->store, place->folder, count_line, &lines,
			  &differences, &place->err),
	     &place->err);
	assert_int_equal(lines, differences);
	return differences;
}

static void verify_sees_it_and_rebuild_drops_it(void **state)
{
	static struct picked picked;
	const struct btree_key all = btree_key();
	struct made *made = make(9, false, false);
	struct place place;
	char *before, *behind;

	(void)state;
	place_open(&place);
	put(&place, made, 0, FIRST);
	settle(&place);
	before = describe(&place);
	must(store_begin(place.store, &place.err), &place.err);
	assert_int_equal(verify(&place), 0);
	picked.left = 100;
	btree_walk(place.store, SCHEMA_SETTLED, &all, pick, &picked);
	picked.value[0] ^= 1;
	btree_put(place.store, SCHEMA_SETTLED, &picked.key,
		  bytes_of(picked.value, picked.bytes));
	assert_int_equal(verify(&place), 1);
	must(store_rebuild(place.store, &place.err), &place.err);
	assert_int_equal(verify(&place), 0);
	must(store_commit(place.store, &place.err), &place.err);
	assert_false(goes_on(&place));
	settle(&place);
	assert_true(goes_on(&place));
	behind = describe(&place);
	assert_same_lines(before, behind);
	free(before);
	free(behind);
	place_close(&place);
	make_end(made);
}

static void a_search_says_what_it_does_not_know_of(void **state)
{
	struct made *made = make(11, false, false);
	struct search *search;
	struct place place;
	uint32_t rows;

	(void)state;
	place_open(&place);
	put(&place, made, 0, FIRST);
	settle(&place);
	must(store_begin(place.store, &place.err), &place.err);
	rows = store_row_count(place.store);
	store_end(place.store);
	/* The first of a new eight is a crash, its twin another. */
	put(&place, made, FIRST + 2, FIRST + 4);
	must(store_begin(place.store, &place.err), &place.err);
	assert_int_equal(store_row_count(place.store), rows + 2);
	must(search_open(place.store, &search, &place.err), &place.err);
	assert_int_equal(search_behind(search), 2);
	search_close(search);
	store_end(place.store);
	settle(&place);
	must(store_begin(place.store, &place.err), &place.err);
	must(search_open(place.store, &search, &place.err), &place.err);
	assert_int_equal(search_behind(search), 0);
	search_close(search);
	store_end(place.store);
	place_close(&place);
	make_end(made);
}

/* The frames of all files, eight each. */
static const struct crash_frame *frame_at(const struct made *made, uint32_t i)
{
	const struct crash_stack *stack = &made->files[i / 8].crash.stack;

	return i % 8 < stack->count ? &stack->frames[i % 8] : NULL;
}

/* Two frames of two builds that go by one name; false if there are none. */
static bool find_one_function(const struct made *made, struct search *search,
			      const struct crash_frame *ret[2])
{
	for (uint32_t i = 0; i < FILES * 8; i++) {
		for (uint32_t k = 0; k < i; k++) {
			const struct crash_frame *a, *b;
			bool alone[2];

			a = frame_at(made, i);
			b = frame_at(made, k);
			if (!a || !b || a->symbol || b->symbol ||
			    a->build == b->build ||
			    strcmp(a->module, b->module) != 0 ||
			    search_name(search, a, &alone[0]) !=
				    search_name(search, b, &alone[1]))
				continue;
			ret[0] = a;
			ret[1] = b;
			return true;
		}
	}
	return false;
}

static size_t disputes_of(struct search *search,
			  const struct crash_frame *const frames[2],
			  uint64_t left, uint64_t right, bool *one_by_code)
{
	struct crash_frame copies[2] = { *frames[0], *frames[1] };
	const struct crash a = { .stack = { .frames = &copies[0],
					    .count = 1 } };
	const struct crash b = { .stack = { .frames = &copies[1],
					    .count = 1 } };
	struct disputes_pair pair = { 0 };
	size_t count;

	copies[0].fingerprint = left;
	copies[1].fingerprint = right;
	count = disputes_find(search, &a, &b, &pair, 1);
	*one_by_code = pair.one_by_code;
	return count;
}

static void code_and_company_may_disagree(void **state)
{
	struct made *made = make(13, true, false);
	const struct crash_frame *frames[2] = { NULL, NULL };
	const struct crash_frame *apart[2];
	struct crash_frame other;
	bool is_alone;
	struct search *search;
	struct place place;
	bool one_by_code;

	(void)state;
	place_open(&place);
	put(&place, made, 0, FILES);
	settle(&place);
	must(store_begin(place.store, &place.err), &place.err);
	must(search_open(place.store, &search, &place.err), &place.err);
	assert_true(find_one_function(made, search, frames));
	assert_int_equal(disputes_of(search, frames, 5, 5, &one_by_code), 0);
	assert_int_equal(disputes_of(search, frames, 0, 6, &one_by_code), 0);
	assert_int_equal(disputes_of(search, frames, 5, 6, &one_by_code), 1);
	assert_false(one_by_code);
	/* One that is known by another's name, and what nobody has met. */
	search_name(search, frames[0], &is_alone);
	other = *frames[is_alone ? 0 : 1];
	other.offset += 0x800000;
	apart[0] = frames[is_alone ? 1 : 0];
	apart[1] = &other;
	assert_int_equal(disputes_of(search, apart, 5, 6, &one_by_code), 0);
	assert_int_equal(disputes_of(search, apart, 5, 5, &one_by_code), 1);
	assert_true(one_by_code);
	search_close(search);
	store_end(place.store);
	place_close(&place);
	make_end(made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nights_are_one_pass),
		cmocka_unit_test(so_are_those_without_symbols),
		cmocka_unit_test(so_are_those_with_evidence),
		cmocka_unit_test(a_night_without_news_goes_on),
		cmocka_unit_test(other_lists_are_another_pass),
		cmocka_unit_test(what_is_damaged_is_made_anew),
		cmocka_unit_test(verify_sees_it_and_rebuild_drops_it),
		cmocka_unit_test(a_search_says_what_it_does_not_know_of),
		cmocka_unit_test(code_and_company_may_disagree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
