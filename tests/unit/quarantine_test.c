#include "indexer/ingest/quarantine.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "signatures/base/file.h"
#include "tests/unit.h"

static char folder[] = "/tmp/quarantine_test.XXXXXX";

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

static void add(struct quarantine *quarantine, uint64_t offset,
		const char *text)
{
	struct error err;

	assert_int_equal(quarantine_add(quarantine, offset,
					bytes_of(text, strlen(text)), &err),
			 STATUS_OK);
}

static void keep(struct quarantine *quarantine)
{
	struct error err;

	assert_int_equal(quarantine_keep(quarantine, "march.7z/07.dmp",
					 STATUS_CORRUPT, "why", &err),
			 STATUS_OK);
}

/* That of these bytes is there, with a note; and goes. */
static void take(const char *text)
{
	char path[96], name[33];
	struct file_view view;
	struct error err;

	hash_128_text(hash_128(text, strlen(text)), name);
	snprintf(path, sizeof(path), "%s/%s.bin", folder, name);
	assert_int_equal(file_map(path, &view, &err), STATUS_OK);
	assert_int_equal(view.size, strlen(text));
	assert_memory_equal(view.data, text, view.size);
	file_unmap(&view);
	assert_int_equal(unlink(path), 0);
	snprintf(path, sizeof(path), "%s/%s.txt", folder, name);
	assert_int_equal(unlink(path), 0);
}

static struct quarantine *open_one(void)
{
	struct quarantine *quarantine;
	struct error err;

	assert_int_equal(quarantine_open(folder, &quarantine, &err), STATUS_OK);
	return quarantine;
}

static void what_comes_in_pieces_is_kept_whole(void **state)
{
	struct quarantine *quarantine = open_one();

	(void)state;
	add(quarantine, 0, "given up");
	add(quarantine, 0, "one ");
	add(quarantine, 4, "two");
	add(quarantine, 99, "skipped to");
	keep(quarantine);
	take("one two");
	/* Nothing was added since. */
	keep(quarantine);
	add(quarantine, 0, "never kept");
	quarantine_close(quarantine);
}

static void two_runs_may_keep_things_at_one_place(void **state)
{
	struct quarantine *one = open_one();
	struct quarantine *other = open_one();

	(void)state;
	add(one, 0, "of one");
	add(other, 0, "of the other");
	keep(one);
	keep(other);
	take("of one");
	take("of the other");
	quarantine_close(one);
	quarantine_close(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comes_in_pieces_is_kept_whole),
		cmocka_unit_test(two_runs_may_keep_things_at_one_place),
	};

	return cmocka_run_group_tests_name("quarantine", tests, make_folder,
					   remove_folder);
}
