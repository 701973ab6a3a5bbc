/*
 * made_store.h - a store in a temporary folder, filled with crashes out of a
 * seed, and the same crashes in memory: the second way to each answer.
 */
#ifndef TESTS_MADE_STORE_H
#define TESTS_MADE_STORE_H

#include <stdio.h>
#include <stdlib.h>

#include "signatures/identity.h"
#include "signatures/store/store_read.h"
#include "signatures/store/store_write.h"
#include "tests/unit.h"

enum {
	MADE_CRASHES = 4000
};

struct made_store {
	char folder[64];
	struct store *store; /* in a reading transaction */
	struct arena arena;
	struct store_crash *crashes; /* by row */
	uint32_t count;
};

static uint32_t made_random(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % below;
}

static struct crash made_crash(uint32_t i, uint64_t *seed, struct arena *arena)
{
	static const char *const names[] = {
		"ks.sys", "ntfs.sys", "a.sys", "b.sys", "nt", "xenvbd.sys"
	};
	static const uint32_t codes[] = { 0xd1, 0xa, 0x7e, 0x50, 0x9f };
	struct crash crash = { .image = { .bytes = 1000 + i,
					  .content = { i + 1, ~i } } };

	crash.image.kind =
		made_random(seed, 9) ? CRASH_KERNEL_TRIAGE : CRASH_KERNEL_LIVE;
	crash.image.complete = true;
	crash.time = CRASH_NUMBER(133000000000000000 +
				  made_random(seed, 40) * 400000000000ull);
	if (made_random(seed, 20) == 0)
		crash.time = CRASH_UNKNOWN;
	crash.uptime = CRASH_NUMBER(made_random(seed, 100000) * 10000000ull);
	if (made_random(seed, 30))
		crash.bugcheck.code = CRASH_NUMBER(codes[made_random(seed, 5)]);
	crash.bugcheck.minidump_form = crash.bugcheck.code.known &&
				       crash.bugcheck.code.value == 0x7e &&
				       made_random(seed, 2);
	crash.bugcheck.args[0] = CRASH_NUMBER(i); /* makes each one another */
	crash.bugcheck.args[1] = CRASH_NUMBER(made_random(seed, 4));
	if (made_random(seed, 10))
		crash.machine.id = CRASH_NUMBER(1 + made_random(seed, 200));
	crash.machine.arch = made_random(seed, 2) ? CRASH_X64 : CRASH_X86;
	crash.machine.os_build = CRASH_NUMBER(19041 + made_random(seed, 3));
	if (made_random(seed, 3))
		crash.fault.module = names[made_random(seed, 6)];
	crash.stack.count = made_random(seed, 4);
	crash.stack.frames = arena_take(arena, 4, sizeof(struct crash_frame));
	for (size_t f = 0; f < crash.stack.count; f++) {
		crash.stack.frames[f].module = names[made_random(seed, 6)];
		crash.stack.frames[f].offset = made_random(seed, 16);
	}
	crash.module_count = made_random(seed, 4);
	crash.modules = arena_take(arena, 4, sizeof(struct crash_module));
	for (size_t m = 0; m < crash.module_count; m++) {
		crash.modules[m].name = names[(made_random(seed, 2) + m) % 6];
		crash.modules[m].base = 0x1000 * (m + 1);
		crash.modules[m].bytes = 0x1000;
		crash.modules[m].build = 7 + m;
	}
	return crash;
}

static void made_store_fill(struct store *store, struct arena *arena)
{
	uint64_t seed = 1;
	struct error err;
	struct arena scratch;

	arena_init(&scratch);
	for (uint32_t i = 0; i < MADE_CRASHES; i++) {
		char source[32];
		struct record_file file = {
			.ingested = 133000000000000000,
			.source = source,
			.crash = made_crash(i, &seed, arena),
		};
		enum store_outcome outcome;

		snprintf(source, sizeof(source), "night%u.zip/%u.dmp", i % 7,
			 i);
		arena_reset(&scratch);
		assert_int_equal(
			store_put(store, &file, &scratch, &outcome, &err),
			STATUS_OK);
	}
	arena_deinit(&scratch);
}

static void made_store_create(struct made_store *made)
{
	struct error err;

	arena_init(&made->arena);
	snprintf(made->folder, sizeof(made->folder), "/tmp/made-store-XXXXXX");
	assert_non_null(mkdtemp(made->folder));
	if (store_open(made->folder, STORE_WRITE, &made->store, &err) ||
	    store_begin(made->store, &err))
		fail_msg("%s", err.text);
	made_store_fill(made->store, &made->arena);
	assert_int_equal(store_commit(made->store, &err), STATUS_OK);
	store_close(made->store);
	assert_int_equal(
		store_open(made->folder, STORE_READ, &made->store, &err),
		STATUS_OK);
	assert_int_equal(store_begin(made->store, &err), STATUS_OK);
	made->count = store_row_count(made->store);
	made->crashes =
		arena_take(&made->arena, made->count, sizeof(*made->crashes));
	for (uint32_t row = 0; row < made->count; row++)
		assert_int_equal(store_crash_read(made->store, row,
						  &made->arena,
						  &made->crashes[row], &err),
				 STATUS_OK);
}

static void made_store_destroy(struct made_store *made)
{
	char command[128];

	store_end(made->store);
	store_close(made->store);
	arena_deinit(&made->arena);
	snprintf(command, sizeof(command), "rm -rf %s", made->folder);
	assert_int_equal(system(command), 0);
}

#endif
