#include "signatures/base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit.h"

static char folder[] = "/tmp/file_test.XXXXXX";
static char path[sizeof(folder) + 8];

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/page", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

static mode_t mode_of(void)
{
	struct stat facts;

	assert_int_equal(stat(path, &facts), 0);
	return facts.st_mode & 0777;
}

static void write_text(const char *text)
{
	struct error err;

	assert_int_equal(file_write(path, text, strlen(text), &err), STATUS_OK);
}

static void what_is_written_is_read(void **state)
{
	struct file_view view;
	struct error err;

	(void)state;
	write_text("first");
	write_text("second");
	assert_int_equal(file_map(path, &view, &err), STATUS_OK);
	assert_int_equal(view.size, 6);
	assert_memory_equal(view.data, "second", 6);
	file_unmap(&view);
}

static void a_file_is_for_whom_the_umask_says(void **state)
{
	const mode_t before = umask(077);

	(void)state;
	unlink(path);
	write_text("mine");
	assert_int_equal(mode_of(), 0600);
	umask(before);
}

static void who_could_read_it_still_can(void **state)
{
	(void)state;
	write_text("first");
	assert_int_equal(chmod(path, 0640), 0);
	write_text("second");
	assert_int_equal(mode_of(), 0640);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(a_file_is_for_whom_the_umask_says),
		cmocka_unit_test(who_could_read_it_still_can),
	};

	return cmocka_run_group_tests_name("file", tests, make_folder,
					   remove_folder);
}
