#include "query/push.h"

#include "tests/unit.h"

static struct arena arena;
static struct store *store;

static struct where parsed(const char *word)
{
	struct where where;
	struct error err;

	assert_int_equal(where_parse(&word, 1, &arena, &where, &err),
			 STATUS_OK);
	return where;
}

static const char *condition(const char *word)
{
	const struct where where = parsed(word);

	return push_condition(store, &where, &arena);
}

static void words_become_conditions(void **state)
{
	static const struct {
		const char *word, *sql;
	} values[] = {
		{ "process=System",
		  "(`process` != '' AND ((lower(`process`) = 'system')))" },
		{ "fault=KS.sys,nt",
		  "(`fault` != '' AND ((`fault` = 'ks.sys') OR "
		  "(`fault` = 'nt')))" },
		{ "fault!=ks.*",
		  "NOT (`fault` != '' AND ((match(lower(`fault`), "
		  "'(?s)^ks\\\\.\\\\C*$'))))" },
		{ "frame=nt!KeBugCheckEx",
		  "(arrayExists(x -> ((lower(x) = 'nt!kebugcheckex')), "
		  "`frame`))" },
		/* Of the crashes with one list the first says for all. */
		{ "driver=a?",
		  "(list_hash GLOBAL IN (SELECT list_hash FROM nobody.crashes "
		  "PREWHERE (id_high, id_low, list_hash) GLOBAL IN "
		  "(SELECT min(id_high), argMin(id_low, id_high), list_hash "
		  "FROM nobody.crashes FINAL WHERE file_count > 0 AND "
		  "list_hash != 0 GROUP BY list_hash) WHERE "
		  "arrayExists(x -> ((match(lower(x), '(?s)^a\\\\C$'))), "
		  "`driver`)))" },
		{ "cpus=1..4", "(isNotNull(`cpus`) AND "
			       "((assumeNotNull(`cpus`) BETWEEN 1 AND 4)))" },
		{ "exception=", "(isNotNull(`exception`) AND ((0)) OR NOT "
				"(isNotNull(`exception`)))" },
		{ "process=it's",
		  "(`process` != '' AND ((lower(`process`) = 'it\\'s')))" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		assert_string_equal(condition(values[i].word), values[i].sql);
}

static void what_means_something_else_there_stays_here(void **state)
{
	(void)state;
	assert_null(condition("bugcheck=*TIMEOUT*"));
	assert_null(condition("time=2024-07-*"));
	assert_null(condition("source=a/b.dmp"));
	assert_non_null(condition("source=a/*"));
	assert_null(push_condition(store, &(struct where){ NULL, 0 }, &arena));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_become_conditions),
		cmocka_unit_test(what_means_something_else_there_stays_here),
	};
	struct error err;

	arena_init(&arena);
	/* Nothing is asked, so nobody has to be there. */
	if (remote_open("clickhouse://127.0.0.1:1/nobody", &store, &err))
		return 1;

	const int failed = cmocka_run_group_tests(tests, NULL, NULL);

	store_close(store);
	arena_deinit(&arena);
	return failed;
}
