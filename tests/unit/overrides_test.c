#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "signatures/settle/overrides.h"
#include "tests/unit.h"

/* Lists in a folder of their own, read. */
static struct overrides *read_four(const char *innocent, const char *noise,
				   const char *split, const char *merge,
				   struct error *err)
{
	static const char *const names[] = { "noise", "split", "merge",
					     "never-blame" };
	const char *const texts[] = { noise, split, merge, innocent };
	char folder[] = "/tmp/overrides.XXXXXX";
	struct overrides *overrides = NULL;
	char path[64];

	assert_non_null(mkdtemp(folder));
	for (size_t i = 0; i < 4; i++) {
		FILE *file;

		if (!texts[i])
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		file = fopen(path, "w");
		assert_non_null(file);
		fputs(texts[i], file);
		assert_int_equal(fclose(file), 0);
	}
	if (overrides_read(folder, &overrides, err))
		overrides = NULL;
	for (size_t i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	rmdir(folder);
	return overrides;
}

static struct overrides *read_lists(const char *noise, const char *split,
				    const char *merge, struct error *err)
{
	return read_four(NULL, noise, split, merge, err);
}

static void lists_that_are_not_there_change_nothing(void **state)
{
	struct error err;
	struct overrides *overrides = read_lists(NULL, NULL, NULL, &err);

	(void)state;
	assert_non_null(overrides);
	assert_int_equal(overrides_merged(overrides, 0xa1), 0xa1);
	assert_null(overrides_split_by(overrides, 0xa1));
	overrides_destroy(overrides);
}

static void merging_goes_by_the_first_name_through_all_lines(void **state)
{
	struct error err;
	struct overrides *overrides = read_lists(
		NULL, NULL, "b2 c3\n# a remark\na1 b2 d4 # another\n", &err);

	(void)state;
	assert_non_null(overrides);
	assert_int_equal(overrides_merged(overrides, 0xa1), 0xa1);
	assert_int_equal(overrides_merged(overrides, 0xb2), 0xa1);
	assert_int_equal(overrides_merged(overrides, 0xc3), 0xa1);
	assert_int_equal(overrides_merged(overrides, 0xd4), 0xa1);
	assert_int_equal(overrides_merged(overrides, 0xe5), 0xe5);
	overrides_destroy(overrides);
}

static void a_circle_of_merges_has_one_name(void **state)
{
	struct error err;
	struct overrides *overrides =
		read_lists(NULL, NULL, "a1 b2\nb2 a1\n", &err);

	(void)state;
	assert_non_null(overrides);
	assert_int_equal(overrides_merged(overrides, 0xa1),
			 overrides_merged(overrides, 0xb2));
	overrides_destroy(overrides);
}

static void parts_follow_from_cluster_and_value(void **state)
{
	struct error err;
	struct overrides *overrides =
		read_lists(NULL, "a1 fault\n", NULL, &err);
	const struct field *field = overrides_split_by(overrides, 0xa1);
	struct crash ks = { .fault.module = "ks.sys" };
	struct crash nt = { .fault.module = "nt" };
	struct crash none = { .fault.module = NULL };

	(void)state;
	assert_non_null(field);
	assert_null(overrides_split_by(overrides, 0xb2));
	assert_true(overrides_part(0xa1, field, &ks) !=
		    overrides_part(0xa1, field, &nt));
	assert_int_equal(overrides_part(0xa1, field, &ks),
			 overrides_part(0xa1, field, &ks));
	assert_true(overrides_part(0xa1, field, &ks) < UINT64_C(1) << 48);
	assert_int_equal(overrides_part(0xa1, field, &none), 0xa1);
	overrides_destroy(overrides);
}

static void noise_is_taken_out_of_stacks(void **state)
{
	struct error err;
	struct overrides *overrides = read_lists(
		"watchdog.sys\nnt+0x10\nnt!KiPageFault*\n", NULL, NULL, &err);
	struct crash_frame frames[] = {
		{ .module = "watchdog.sys", .offset = 5 },
		{ .module = "nt", .offset = 0x10 },
		{ .module = "nt", .offset = 0x100 },
		{ .module = "nt", .symbol = "KiPageFaultShadow" },
		{ .offset = 0x10 },
	};
	struct crash crash = { .stack = { .frames = frames, .count = 5 } };
	struct arena arena;

	(void)state;
	arena_init(&arena);
	overrides_quiet(overrides, &crash, &arena);
	assert_int_equal(crash.stack.count, 2);
	assert_int_equal(crash.stack.frames[0].offset, 0x100);
	assert_null(crash.stack.frames[1].module);
	arena_deinit(&arena);
	overrides_destroy(overrides);
}

static void blame_walks_on_and_comes_back(void **state)
{
	struct error err;
	struct overrides *overrides =
		read_four("av*.sys\n", NULL, NULL, NULL, &err);
	struct overrides *none = read_four(NULL, NULL, NULL, NULL, &err);
	struct crash_frame frames[] = {
		{ .module = "nt", .offset = 1, .address = 1 },
		{ .module = "avscan.sys", .offset = 2, .address = 2 },
		{ .module = "guess.sys", .how = CRASH_HOW_SCAN },
		{ .module = "filter.sys", .offset = 3, .address = 3 },
	};
	struct crash crash = {
		.fault = { .module = "avscan.sys",
			   .how = CRASH_FAULT_ARGUMENT,
			   .trust = CRASH_STATED },
		.stack = { .frames = frames, .count = 4 },
	};

	(void)state;
	assert_true(overrides_may_blame(overrides, &crash));
	assert_true(overrides_blame(overrides, &crash));
	assert_string_equal(crash.fault.module, "filter.sys");
	assert_int_equal(crash.fault.how, CRASH_FAULT_STACK);
	assert_false(overrides_blame(overrides, &crash));
	assert_string_equal(crash.blamed.module, "avscan.sys");
	assert_true(overrides_blame(none, &crash));
	assert_string_equal(crash.fault.module, "avscan.sys");
	assert_int_equal(crash.fault.trust, CRASH_STATED);
	assert_null(crash.blamed.module);
	assert_false(overrides_may_blame(none, &crash));
	overrides_destroy(overrides);
	overrides_destroy(none);
}

static void a_line_that_makes_no_sense_is_named(void **state)
{
	struct error err;

	(void)state;
	assert_null(read_lists(NULL, NULL, "a1 b2\n\na1\n", &err));
	assert_non_null(strstr(err.text, "/merge: 3: want"));
	assert_null(read_lists(NULL, "a1 nothing\n", NULL, &err));
	assert_non_null(strstr(err.text, "/split: 1: nothing"));
	assert_null(read_lists(NULL, NULL, "xyz a1\n", &err));
	assert_int_equal(err.status, STATUS_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_that_are_not_there_change_nothing),
		cmocka_unit_test(
			merging_goes_by_the_first_name_through_all_lines),
		cmocka_unit_test(a_circle_of_merges_has_one_name),
		cmocka_unit_test(parts_follow_from_cluster_and_value),
		cmocka_unit_test(noise_is_taken_out_of_stacks),
		cmocka_unit_test(blame_walks_on_and_comes_back),
		cmocka_unit_test(a_line_that_makes_no_sense_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
