/*
 * stack_real_test.c - published true stacks, and the instruction pointers that
 * real bugchecks name.  The dumps lie beside the project where somebody put
 * them; the test is passed over where nobody did.
 */
#include "tests/unit/real.h"

#include "signatures/base/text.h"

static FILE *table_open(const char *name)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), DUMPS "%s", name);
	file = fopen(path, "r");
	if (file == NULL)
		skip();
	return file;
}

static size_t split(char *line, char *columns[], size_t most)
{
	size_t count = 0;
	char *rest = line;

	line[strcspn(line, "\n")] = '\0';
	while (count < most && rest != NULL)
		columns[count++] = strsep(&rest, "\t");
	return count;
}

/* True frames of name below the exception, in order, and wrong ones. */
static void check_stack(const char *name, size_t above, size_t want,
			bool has_code)
{
	enum {
		MOST = 64
	};
	FILE *table = table_open("TRUE-STACKS.tsv");
	uint64_t truth[MOST];
	size_t count = 0, found = 0, at = 0;
	char line[1024], *columns[7];
	struct real real;

	while (fgets(line, sizeof(line), table) != NULL)
		if (line[0] != '#' && split(line, columns, 7) == 7 &&
		    strcmp(columns[0], name) == 0 && count < MOST)
			assert_true(
				text_parse_hex(columns[2], &truth[count++]));
	fclose(table);
	real_open(&real, name, has_code);
	for (size_t i = 0; i < real.crash.stack.count; i++) {
		const uint64_t address = real.crash.stack.frames[i].address;
		size_t k = at;
		while (k + above < count && truth[k + above] != address)
			k++;
		/* every frame shown is true, in its place */
		assert_true(k + above < count);
		at = k + 1;
		found++;
	}
	assert_int_equal(found, want);
	real_close(&real);
}

static void the_x64_stack_is_the_published_one(void **state)
{
	(void)state;
	check_stack("kernel/triage_x64.dmp", 8, 28, true);
}

/* The machine's own unwinder kept the first twelve functions. */
static void its_trail_gives_as_much_as_it_has_without_code(void **state)
{
	(void)state;
	check_stack("kernel/triage_x64.dmp", 8, 12, false);
}

static void the_arm64_stack_is_the_published_one(void **state)
{
	(void)state;
	check_stack("kernel/triage_arm64.dmp", 0, 5, true);
}

static void walks_begin_where_the_arguments_say(void **state)
{
	enum {
		IP_MODULE = 13,
		IP_OFFSET,
		COLUMNS
	};
	FILE *table = table_open("EXPECTED.tsv");
	char line[1024], *columns[COLUMNS];
	unsigned checked = 0;

	(void)state;
	while (fgets(line, sizeof(line), table) != NULL) {
		struct real real;
		uint64_t offset;
		if (split(line, columns, COLUMNS) < COLUMNS ||
		    !text_parse_hex(columns[IP_OFFSET], &offset))
			continue;
		real_open(&real, columns[0], true);
		/* 116 names a place in the driver, not where it faulted */
		if (real.crash.bugcheck.code.value == 0x116) {
			assert_string_equal(real.crash.fault.module,
					    columns[IP_MODULE]);
		} else {
			const struct crash_frame *first =
				&real.crash.stack.frames[0];
			assert_true(real.crash.stack.count > 0);
			assert_string_equal(first->module, columns[IP_MODULE]);
			assert_int_equal(first->offset, offset);
		}
		checked++;
		real_close(&real);
	}
	fclose(table);
	assert_true(checked > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_x64_stack_is_the_published_one),
		cmocka_unit_test(
			its_trail_gives_as_much_as_it_has_without_code),
		cmocka_unit_test(the_arm64_stack_is_the_published_one),
		cmocka_unit_test(walks_begin_where_the_arguments_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
