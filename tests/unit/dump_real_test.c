/*
 * dump_real_test.c - real dumps against what was decoded from them apart from
 * this program.  They lie beside the project where somebody put them, and are
 * passed over where nobody did.
 */
#include <stdio.h>

#include "signatures/base/file.h"
#include "signatures/base/text.h"
#include "tests/unit/image.h"

#define DUMPS "../shared/dumps/"

/* The columns of EXPECTED.tsv that the image itself states. */
enum {
	FILE_NAME,
	CODE,
	MINIDUMP_FORM,
	ARG1,
	ARCH = 7,
	OS_BUILD,
	CPUS,
	TIME,
	UPTIME,
	MODULES
};

static void check_numbers(const struct crash *crash, char *columns[])
{
	uint64_t number;

	assert_true(text_parse_hex(columns[CODE], &number));
	assert_int_equal(crash->bugcheck.code.value, number);
	assert_int_equal(crash->bugcheck.minidump_form,
			 strcmp(columns[MINIDUMP_FORM], "true") == 0);
	for (size_t i = 0; i < 4; i++) {
		assert_true(text_parse_hex(columns[ARG1 + i], &number));
		assert_int_equal(crash->bugcheck.args[i].value, number);
	}
	assert_true(text_parse_u64(columns[OS_BUILD], &number));
	assert_int_equal(crash->machine.os_build.value, number);
	assert_true(text_parse_u64(columns[CPUS], &number));
	assert_int_equal(crash->machine.cpus.value, number);
	assert_true(text_parse_u64(columns[UPTIME], &number));
	assert_int_equal(crash->uptime.value / 10000000, number);
	assert_true(text_parse_u64(columns[MODULES], &number));
	assert_int_equal(crash->module_count, number);
}

static void check_dump(char *columns[])
{
	char path[512];
	char time[TEXT_TIME_BYTES];
	struct file_view file;
	struct arena arena;
	struct crash crash = { 0 };
	struct dump dump;
	struct error err;

	snprintf(path, sizeof(path), DUMPS "%s", columns[FILE_NAME]);
	assert_int_equal(file_map(path, &file, &err), STATUS_OK);
	arena_init(&arena);
	assert_int_equal(dump_open(bytes_of(file.data, file.size), &arena,
				   &crash, &dump, &err),
			 STATUS_OK);
	assert_int_equal(crash.image.kind, CRASH_KERNEL_TRIAGE);
	assert_true(crash.image.complete);
	assert_int_equal(crash.problem_count, 0);
	check_numbers(&crash, columns);
	assert_string_equal(crash_arch_name(crash.machine.arch), columns[ARCH]);
	assert_string_equal(text_time(crash.time.value, time), columns[TIME]);
	assert_non_null(crash.process);
	assert_false(dump.secondary.failed);
	assert_true(dump.virtual.count > 20);
	arena_deinit(&arena);
	file_unmap(&file);
}

static void real_dumps_say_what_they_say(void **state)
{
	FILE *list = fopen(DUMPS "EXPECTED.tsv", "r");
	char line[2048];
	size_t rows = 0;

	(void)state;
	if (!list)
		skip();
	while (fgets(line, sizeof(line), list)) {
		char *columns[MODULES + 1];
		char *rest = line;
		size_t count = 0;

		while (count <= MODULES && rest)
			columns[count++] = strsep(&rest, "\t\n");
		assert_int_equal(count, MODULES + 1);
		if (rows++ > 0)
			check_dump(columns);
	}
	fclose(list);
	assert_true(rows > 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_dumps_say_what_they_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
