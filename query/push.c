#include "query/push.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "query/value.h"
#include "signatures/base/text.h"
#include "signatures/clickhouse/tables.h"

/* Is it a column there?  A list beside a store may add fields of its own. */
static bool is_column(const struct field *field)
{
	for (const struct field *row = field_table; row->name; row++)
		if (row == field)
			return true;
	return false;
}

bool push_can(struct store *store, const struct where_test *test)
{
	const struct field *field = test->field;

	if (!remote_is(store) || !is_column(field))
		return false;
	for (size_t i = 0; i < test->count; i++) {
		const enum where_form form = test->values[i].form;

		if (form == WHERE_GLOB && field->type != FIELD_TEXT)
			return false;
		/* Copies have names too. */
		if (form == WHERE_EXACT && field->index == FIELD_NONE)
			return false;
	}
	return true;
}

bool push_can_all(struct store *store, const struct where *where)
{
	for (size_t i = 0; i < where->count; i++)
		if (!push_can(store, &where->tests[i]))
			return false;
	return remote_is(store);
}

bool push_can_group(struct store *store, const struct field *field)
{
	return remote_is(store) && is_column(field) &&
	       field->index != FIELD_MODULES && !value_is_duration(field);
}

const char *push_has_value(const struct field *field, struct arena *arena)
{
	if (tables_is_array(field))
		return text_printf(arena, "notEmpty(`%s`)", field->name);
	if (field->type == FIELD_TEXT)
		return text_printf(arena, "`%s` != ''", field->name);
	return text_printf(arena, "isNotNull(`%s`)", field->name);
}

/*
 * A glob as a regular expression over bytes; ? is one byte.  Punctuation stands
 * behind a backslash: what is written \xNN misleads ClickHouse 18.16, which
 * takes the digits for text that has to be there.
 */
static const char *regex_of(const char *glob, struct arena *arena)
{
	struct sql regex = sql_begin(arena);

	sql_add(&regex, "(?s)^");
	for (; *glob; glob++) {
		if (*glob == '*')
			sql_add(&regex, "\\C*");
		else if (*glob == '?')
			sql_add(&regex, "\\C");
		else
			sql_add(&regex, "%s%c",
				ispunct((unsigned char)*glob) ? "\\" : "",
				*glob);
	}
	sql_add(&regex, "$");
	return sql_done(&regex);
}

/* Does the value v, which is there, pass? */
static void add_value(struct sql *sql, const struct where_test *test,
		      const struct where_value *value, const char *v)
{
	switch (value->form) {
	case WHERE_ABSENT:
		sql_add(sql, "0");
		return;
	case WHERE_ANY:
		sql_add(sql, "1");
		return;
	case WHERE_EXACT:
		/* A module is looked up by its file name. */
		if (where_is_lookup(test)) {
			sql_add(sql, "%s = ", v);
			sql_text(sql, text_file_name(sql->arena, value->text));
		} else {
			sql_add(sql, "lower(%s) = ", v);
			sql_text(sql, text_lowered(sql->arena, value->text));
		}
		return;
	case WHERE_GLOB:
		sql_add(sql, "match(lower(%s), ", v);
		sql_text(sql, regex_of(text_lowered(sql->arena, value->text),
				       sql->arena));
		sql_add(sql, ")");
		return;
	case WHERE_RANGE:
		sql_add(sql, "%s BETWEEN %" PRIu64 " AND %" PRIu64, v,
			value->low, value->high);
		return;
	}
}

static void add_values(struct sql *sql, const struct where_test *test,
		       const char *v)
{
	for (size_t i = 0; i < test->count; i++) {
		sql_add(sql, "%s(", i ? " OR " : "");
		add_value(sql, test, &test->values[i], v);
		sql_add(sql, ")");
	}
}

/* Has the crash a value that passes? */
static const char *passing(const struct where_test *test, struct arena *arena)
{
	const struct field *field = test->field;
	struct sql sql = sql_begin(arena);

	if (tables_is_array(field)) {
		sql_add(&sql, "arrayExists(x -> (");
		add_values(&sql, test, "x");
		sql_add(&sql, "), `%s`)", field->name);
	} else {
		const char *column = text_printf(arena, "`%s`", field->name);
		const char *number =
			text_printf(arena, "assumeNotNull(%s)", column);

		sql_add(&sql, "%s AND (", push_has_value(field, arena));
		add_values(&sql, test,
			   field->type == FIELD_TEXT ? column : number);
		sql_add(&sql, ")");
	}
	return sql_done(&sql);
}

/* Any of the values, or none at all where that passes. */
static void add_test(struct store *store, struct sql *sql,
		     const struct where_test *test)
{
	const char *passes = passing(test, sql->arena);
	const char *has = push_has_value(test->field, sql->arena);

	if (test->field->index == FIELD_MODULES) {
		passes = remote_on_modules(store, passes, sql->arena);
		has = remote_on_modules(store, has, sql->arena);
	}
	sql_add(sql, "%s(%s", test->negated ? "NOT " : "", passes);
	if (where_accepts_absent(test))
		sql_add(sql, " OR NOT (%s)", has);
	sql_add(sql, ")");
}

const char *push_condition(struct store *store, const struct where *where,
			   struct arena *arena)
{
	struct sql sql = sql_begin(arena);
	bool is_any = false;

	for (size_t i = 0; i < where->count; i++) {
		if (!push_can(store, &where->tests[i]))
			continue;
		if (is_any)
			sql_add(&sql, " AND ");
		is_any = true;
		add_test(store, &sql, &where->tests[i]);
	}
	return is_any ? sql_done(&sql) : NULL;
}
