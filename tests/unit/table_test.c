#include "query/table.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit.h"

static const struct table_column columns[] = {
	{ "key", "", TABLE_WORD, TABLE_PROGRAMS },
	{ "name", "name", TABLE_TEXT, TABLE_ALL },
	{ "crashes", "crashes", TABLE_COUNT, TABLE_ALL },
	{ "share", "share", TABLE_SHARE, TABLE_ALL },
	{ "bar", "", TABLE_BAR, TABLE_PEOPLE },
};

static char *printed;

static void row(struct table *table, const char *key, const char *name,
		uint64_t count, double share)
{
	const struct table_cell cells[] = {
		table_text_cell(key),	 table_text_cell(name),
		table_count_cell(count), table_real_cell(share),
		table_real_cell(share),
	};

	table_row(table, cells);
}

/* One row with name, as format prints it. */
static const char *print(const char *format, const char *name)
{
	size_t size;

	free(printed);

	FILE *out = open_memstream(&printed, &size);
	struct table *table = table_create(table_find_printer(format), out,
					   "Title", columns, 5);

	row(table, "D1", name, 3, 0.75);
	row(table, "-1", NULL, 10, 0.25);
	table_fact(table, "total", json_new_integer(4));
	table_note(table, "%d in all", 4);
	table_end(table);
	table_destroy(table);
	fclose(out);
	return printed;
}

static void text_is_aligned_with_bars_and_notes(void **state)
{
	(void)state;
	assert_string_equal(print("text", "ks.sys"),
			    "name    crashes   share\n"
			    "ks.sys        3  75.00%  ███████████████\n"
			    "-            10  25.00%  █████\n"
			    "\n"
			    "4 in all\n");
}

static void json_is_one_object_with_facts(void **state)
{
	(void)state;
	assert_string_equal(
		print("json", "a\"b\x1b"),
		"{\"format\":1,\"rows\":[\n"
		"{\"key\":\"D1\",\"name\":\"a\\\"b\\u001B\",\"crashes\":3,"
		"\"share\":0.75},\n"
		"{\"key\":\"-1\",\"name\":null,\"crashes\":10,"
		"\"share\":0.25}\n"
		"],\n"
		"\"total\":4}\n");
}

static void csv_quotes_and_disarms_foreign_text_only(void **state)
{
	static const char *const pairs[][2] = {
		{ "plain", "plain" },
		{ "a,b", "\"a,b\"" },
		{ "say \"x\"", "\"say \"\"x\"\"\"" },
		{ "=cmd()", "'=cmd()" },
		{ "+1", "'+1" },
		{ "-1", "'-1" },
		{ "@SUM(A1)", "'@SUM(A1)" },
		{ "=1,2", "\"'=1,2\"" },
		{ "\tx", "'\\x09x" },
		{ "a\nb", "a\\x0ab" },
		{ "-", "-" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		char want[256];

		snprintf(want, sizeof(want),
			 "key,name,crashes,share\r\n"
			 "D1,%s,3,0.750000\r\n"
			 "-1,,10,0.250000\r\n",
			 pairs[i][1]);
		assert_string_equal(print("csv", pairs[i][0]), want);
	}
}

static void html_and_markdown_escape_their_marks(void **state)
{
	(void)state;
	assert_non_null(strstr(print("html", "<b>&'\""),
			       "<td>&lt;b&gt;&amp;&#39;&quot;</td>"));
	assert_null(strstr(printed, "://"));
	assert_non_null(strstr(print("markdown", "a|b<i>"), "a\\|b&lt;i>"));
	assert_non_null(strstr(printed, "| ---: |"));
}

static void control_characters_never_reach_a_terminal(void **state)
{
	static const char *const pairs[][2] = {
		{ "a\x1b[31m", "a\\x1b[31m" },
		{ "\xc2\x9b", "\\x9b" },
		{ "\xe2\x80\xae", "\\u202e" },
		{ "\xff\xc0\x80", "\\xff\\xc0\\x80" },
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },
		{ "caf\xc3\xa9 \xf0\x9f\x98\x80",
		  "caf\xc3\xa9 \xf0\x9f\x98\x80" },
	};
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		assert_string_equal(table_visible(&arena, pairs[i][0]),
				    pairs[i][1]);
	arena_deinit(&arena);
}

/* Names out of dumps stand in notes too, and may be long. */
static void notes_are_whole_and_obeyed_by_nobody(void **state)
{
	static const char *const printers[][2] = {
		{ "text", "\\x1b[31m<b>" },
		{ "html", "\\x1b[31m&lt;b&gt;" },
		{ "markdown", "\\\\x1b\\[31m&lt;b>" },
	};
	char name[1001];

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (size_t i = 0; i < sizeof(printers) / sizeof(printers[0]); i++) {
		size_t size;

		free(printed);

		FILE *out = open_memstream(&printed, &size);
		struct table *table =
			table_create(table_find_printer(printers[i][0]), out,
				     "Title", columns, 5);

		table_note(table, "goes with %s\x1b[31m<b>", name);
		table_end(table);
		table_destroy(table);
		fclose(out);
		assert_non_null(strstr(printed, name));
		assert_non_null(strstr(printed, printers[i][1]));
		assert_null(strchr(printed, '\x1b'));
	}
}

static void bars_go_by_eighths(void **state)
{
	char bar[TABLE_BAR_BYTES];

	(void)state;
	table_bar(0, 20, bar);
	assert_string_equal(bar, "");
	table_bar(1e-9, 20, bar);
	assert_string_equal(bar, "▏");
	table_bar(0.5, 1, bar);
	assert_string_equal(bar, "▌");
	table_bar(7, 2, bar);
	assert_string_equal(bar, "██");
}

static void many_rows_flow_with_the_widths_of_the_first(void **state)
{
	size_t size;
	size_t lines = 0;

	(void)state;
	free(printed);

	FILE *out = open_memstream(&printed, &size);
	struct table *table = table_create(table_find_printer("text"), out,
					   "Title", columns, 5);

	for (size_t i = 0; i < 10000; i++)
		row(table, "k", i < 5000 ? "short" : "a longer name", i, 0);
	table_end(table);
	table_destroy(table);
	fclose(out);
	for (const char *at = printed; *at; at++)
		lines += *at == '\n';
	assert_int_equal(lines, 10001);
	assert_non_null(strstr(printed, "a longer name"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_aligned_with_bars_and_notes),
		cmocka_unit_test(json_is_one_object_with_facts),
		cmocka_unit_test(csv_quotes_and_disarms_foreign_text_only),
		cmocka_unit_test(html_and_markdown_escape_their_marks),
		cmocka_unit_test(control_characters_never_reach_a_terminal),
		cmocka_unit_test(notes_are_whole_and_obeyed_by_nobody),
		cmocka_unit_test(bars_go_by_eighths),
		cmocka_unit_test(many_rows_flow_with_the_widths_of_the_first),
	};
	const int failed = cmocka_run_group_tests(tests, NULL, NULL);

	free(printed);
	return failed;
}
