#include "signatures/base/csv.h"

#include "tests/unit.h"

static void cells_are_what_was_written(void **state)
{
	const char *at = "a,\"b,\"\"c\"\"\n d\",,e\r\n\n\"\";f\n\"open";
	struct arena arena;
	struct csv_row row;

	(void)state;
	arena_init(&arena);
	assert_true(csv_take(&at, ',', &arena, &row));
	assert_int_equal(row.count, 4);
	assert_string_equal(row.cells[0], "a");
	assert_string_equal(row.cells[1], "b,\"c\"\n d");
	assert_string_equal(row.cells[2], "");
	assert_string_equal(row.cells[3], "e");
	assert_true(csv_take(&at, ';', &arena, &row));
	assert_int_equal(row.count, 2);
	assert_string_equal(row.cells[0], "");
	assert_string_equal(row.cells[1], "f");
	assert_true(csv_take(&at, ',', &arena, &row));
	assert_string_equal(row.cells[0], "open");
	assert_false(csv_take(&at, ',', &arena, &row));
	arena_deinit(&arena);
}

static void cells_beyond_the_most_are_left_out(void **state)
{
	char text[3 * CSV_CELLS_MAX];
	const char *at = text;
	struct arena arena;
	struct csv_row row;

	(void)state;
	for (size_t i = 0; i < sizeof(text) - 1; i++)
		text[i] = ',';
	text[sizeof(text) - 1] = '\0';
	arena_init(&arena);
	assert_true(csv_take(&at, ',', &arena, &row));
	assert_int_equal(row.count, CSV_CELLS_MAX);
	assert_false(csv_take(&at, ',', &arena, &row));
	arena_deinit(&arena);
}

static void the_first_line_shows_the_delimiter(void **state)
{
	(void)state;
	assert_int_equal(csv_delimiter("a,b;c;d\n,,,,"), ';');
	assert_int_equal(csv_delimiter("a\tb"), '\t');
	assert_int_equal(csv_delimiter("a"), ',');
}

static void cells_are_put_as_they_are_taken(void **state)
{
	static const struct {
		const char *text, *cell;
	} values[] = {
		{ "ks.sys", "ks.sys" },
		{ "a,b", "\"a,b\"" },
		{ "a\"b", "\"a\"\"b\"" },
		{ "=1+1", "'=1+1" },
		{ "=A(1,2)", "\"'=A(1,2)\"" },
		{ "-", "-" },
		{ "\tx", "'\tx" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		char text[64] = "";
		FILE *out = fmemopen(text, sizeof(text), "w");

		csv_put(out, values[i].text, csv_is_formula(values[i].text));
		fclose(out);
		assert_string_equal(text, values[i].cell);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_are_what_was_written),
		cmocka_unit_test(cells_beyond_the_most_are_left_out),
		cmocka_unit_test(the_first_line_shows_the_delimiter),
		cmocka_unit_test(cells_are_put_as_they_are_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
