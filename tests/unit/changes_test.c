#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signatures/settle/changes.h"
#include "tests/unit.h"

static const struct changes_line *find(const struct changes_line *lines,
				       size_t count, uint64_t from, uint64_t to)
{
	for (size_t i = 0; i < count; i++)
		if (lines[i].from == from && lines[i].to == to)
			return &lines[i];
	fail_msg("nothing went from %d to %d", (int)from, (int)to);
	return NULL;
}

static void each_kind_of_move_has_its_word(void **state)
{
	struct changes_crash crashes[] = {
		/* 1 is called 2 now. */
		{ .before = 1, .after = 2, .id = 9 },
		{ .before = 1, .after = 2, .id = 8 },
		/* 3 went into 4, which was there. */
		{ .before = 3, .after = 4, .id = 10 },
		{ .before = 4, .after = 4, .id = 11 },
		/* 5 lost one to the new 6, and one to the old 4. */
		{ .before = 5, .after = 5, .id = 12 },
		{ .before = 5, .after = 6, .id = 13 },
		{ .before = 5, .after = 4, .id = 14 },
		/* 15 and 16 are one, by a third name. */
		{ .before = 15, .after = 17, .id = 18 },
		{ .before = 16, .after = 17, .id = 19 },
		{ .before = 0, .after = 4, .id = 20 },
		{ .before = 5, .after = 0, .id = 21 },
		{ .before = 0, .after = 30, .id = 22, .is_new = true },
	};
	const size_t count = sizeof(crashes) / sizeof(crashes[0]);
	struct changes_line *lines;
	struct arena arena;
	uint64_t before[sizeof(crashes) / sizeof(crashes[0])];
	uint64_t after[sizeof(crashes) / sizeof(crashes[0])];
	size_t found;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < count; i++) {
		before[i] = crashes[i].before;
		after[i] = crashes[i].after;
	}
	assert_int_equal(changes_clusters(after, count), 6);
	found = changes_find(crashes, count, before, count, &arena, &lines);
	assert_int_equal(found, 8);
	assert_int_equal(find(lines, found, 1, 2)->event, CHANGES_RENAMED);
	assert_int_equal(find(lines, found, 1, 2)->crashes, 2);
	assert_int_equal(find(lines, found, 1, 2)->example.id, 8);
	assert_int_equal(find(lines, found, 3, 4)->event, CHANGES_MERGED);
	assert_int_equal(find(lines, found, 5, 6)->event, CHANGES_SPLIT);
	assert_int_equal(find(lines, found, 5, 4)->event, CHANGES_MOVED);
	assert_int_equal(find(lines, found, 15, 17)->event, CHANGES_MERGED);
	assert_int_equal(find(lines, found, 0, 4)->event, CHANGES_JOINED);
	assert_int_equal(find(lines, found, 5, 0)->event, CHANGES_LEFT);
	arena_deinit(&arena);
}

static void the_log_grows_by_lines(void **state)
{
	char folder[] = "/tmp/changes-XXXXXX";
	char path[64];
	char text[512] = "";
	const struct changes_line line = { .event = CHANGES_MERGED,
					   .from = 1,
					   .to = 2,
					   .crashes = 3,
					   .example = { .id = 4,
							.likeness = 0.5f } };
	struct error err;
	FILE *in;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/%s", folder, CHANGES_FILE);
	for (int pass = 0; pass < 2; pass++) {
		struct changes_log *log = changes_create(133642656000000000);

		if (pass)
			changes_pass(log, 10, 5, 3, 2);
		changes_tell(log, "cluster", &line);
		assert_int_equal(changes_write(log, folder, &err), STATUS_OK);
		changes_destroy(log);
	}
	in = fopen(path, "r");
	assert_non_null(in);
	assert_true(fread(text, 1, sizeof(text) - 1, in) > 0);
	fclose(in);
	assert_string_equal(
		text, "2024-07-01T00:00:00Z\tmerged\tcluster\t000000000001"
		      "\t000000000002\t3\t000000000004\t0.500\t-\n"
		      "2024-07-01T00:00:00Z\tpass\t10\t5\t3\t2\n"
		      "2024-07-01T00:00:00Z\tmerged\tcluster\t000000000001"
		      "\t000000000002\t3\t000000000004\t0.500\t-\n");
	unlink(path);
	rmdir(folder);
}

static void half_a_line_is_not_left_where_the_disk_is_full(void **state)
{
	char folder[] = "/tmp/changes-XXXXXX";
	char path[64];
	struct rlimit before, full;
	struct stat facts;
	struct error err;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/%s", folder, CHANGES_FILE);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	for (int pass = 0; pass < 2; pass++) {
		struct changes_log *log = changes_create(133642656000000000);

		changes_pass(log, 10, 5, 3, 2);
		if (pass) {
			full = before;
			full.rlim_cur = (rlim_t)facts.st_size + 10;
			assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
		}
		assert_int_equal(changes_write(log, folder, &err),
				 pass ? STATUS_IO : STATUS_OK);
		changes_destroy(log);
		if (!pass)
			assert_int_equal(stat(path, &facts), 0);
	}
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);

	const off_t size = facts.st_size;

	assert_int_equal(stat(path, &facts), 0);
	assert_int_equal(facts.st_size, size);
	unlink(path);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_of_move_has_its_word),
		cmocka_unit_test(the_log_grows_by_lines),
		cmocka_unit_test(
			half_a_line_is_not_left_where_the_disk_is_full),
	};

	return cmocka_run_group_tests_name("changes", tests, NULL, NULL);
}
