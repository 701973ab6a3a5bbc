#include "signatures/base/folder.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit.h"

static char folder[] = "/tmp/folder_test.XXXXXX";
static const char *const made[] = { "b", "a", ".hidden", "\xff", "c" };

#define MADE (sizeof(made) / sizeof(made[0]))

/* So many names are told before the disk fails; below 0: all are. */
static int healthy = -1;

struct dirent *readdir(DIR *dir)
{
	static struct dirent *(*real)(DIR *);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "readdir");
	if (healthy == 0) {
		errno = EIO;
		return NULL;
	}
	healthy -= healthy > 0;
	return real(dir);
}

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder) || chdir(folder))
		return -1;
	for (size_t i = 0; i < MADE; i++)
		close(open(made[i], O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	for (size_t i = 0; i < MADE; i++)
		unlink(made[i]);
	return chdir("/") || rmdir(folder);
}

static void names_are_in_the_order_of_their_bytes(void **state)
{
	static const char *const want[] = { ".hidden", "a", "b", "c", "\xff" };
	struct folder_names names;
	struct error err;

	(void)state;
	assert_int_equal(folder_read(folder, &names, &err), STATUS_OK);
	assert_int_equal(names.count, MADE);
	for (size_t i = 0; i < MADE; i++)
		assert_string_equal(names.at[i], want[i]);
	folder_free(&names);
	assert_int_equal(names.count, 0);
}

static void a_folder_that_breaks_off_is_none(void **state)
{
	struct folder_names names;
	struct error err;

	(void)state;
	for (int count = 0; count < (int)MADE; count++) {
		healthy = count;
		assert_int_equal(folder_read(folder, &names, &err), STATUS_IO);
	}
	healthy = -1;
	assert_int_equal(folder_read("/nowhere/at/all", &names, &err),
			 STATUS_IO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_in_the_order_of_their_bytes),
		cmocka_unit_test(a_folder_that_breaks_off_is_none),
	};

	return cmocka_run_group_tests_name("folder", tests, make_folder,
					   remove_folder);
}
