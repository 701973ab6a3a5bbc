#include "signatures/clickhouse/sql.h"

#include "tests/unit.h"

static void a_literal_cannot_end_before_its_end(void **state)
{
	static const struct {
		const char *text, *literal;
	} values[] = {
		{ "", "''" },
		{ "ks.sys", "'ks.sys'" },
		{ "it's", "'it\\'s'" },
		{ "\\", "'\\\\'" },
		{ "\\' OR 1 --", "'\\\\\\' OR 1 --'" },
		{ "%s%n", "'%s%n'" },
		{ "a\nb", "'a\nb'" },
		{ "d\xc3\xa9j\xc3\xa0", "'d\xc3\xa9j\xc3\xa0'" },
	};
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct sql sql = sql_begin(&arena);

		sql_text(&sql, values[i].text);
		assert_string_equal(sql_done(&sql), values[i].literal);
	}
	arena_deinit(&arena);
}

static void pieces_follow_each_other(void **state)
{
	struct arena arena;
	struct sql sql;

	(void)state;
	arena_init(&arena);
	sql = sql_begin(&arena);
	assert_string_equal(sql_done(&sql), "");
	sql_add(&sql, "SELECT %d, ", 7);
	sql_text(&sql, "x");
	assert_string_equal(sql_done(&sql), "SELECT 7, 'x'");
	sql_add(&sql, " FORMAT RowBinary");
	assert_string_equal(sql_done(&sql), "SELECT 7, 'x' FORMAT RowBinary");
	arena_deinit(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_literal_cannot_end_before_its_end),
		cmocka_unit_test(pieces_follow_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
