#include "query/choose.h"
#include "query/group.h"

#include "query/count.h"
#include "tests/unit/made_store.h"

static struct made_store made;

/* The slow way: does the crash have a value that is grouped under text? */
struct sought {
	const struct field *field;
	const char *text;
	bool found;
};

static void look(void *closure, struct field_value value)
{
	struct sought *sought = closure;
	const struct field_value grouped = group_value(sought->field, value);

	sought->found |=
		strcmp(group_value_text(&made.arena, sought->field, grouped),
		       sought->text) == 0;
}

static bool has(const struct field *field, const char *text, uint32_t row)
{
	struct sought sought = { .field = field, .text = text };

	choose_values(field, &made.crashes[row], look, &sought);
	return sought.found;
}

static void check_row(const struct field *field, const struct plan *plan,
		      const struct group_row *row)
{
	const char *text = group_value_text(&made.arena, field, row->value);
	bool met[256] = { false };
	uint64_t crashes = 0;
	uint64_t machines = 0;

	for (uint32_t i = 0; i < made.count; i++) {
		const struct crash_number id = made.crashes[i].crash.machine.id;

		if (!count_bit(plan->bits, i) || !has(field, text, i))
			continue;
		crashes++;
		if (id.known) {
			machines += !met[id.value];
			met[id.value] = true;
		}
	}
	if (row->crashes != crashes || row->machines != machines)
		fail_msg("%s=%s: %d crashes on %d machines, want %d on %d",
			 field->name, text, (int)row->crashes,
			 (int)row->machines, (int)crashes, (int)machines);
}

static void check(const char *name, const char *word, uint64_t min)
{
	const struct field *field = field_find(name);
	struct where where;
	struct plan plan;
	struct group group;
	struct error err;
	uint64_t sum = 0;

	if (where_parse(&word, word ? 1 : 0, &made.arena, &where, &err) ||
	    choose_rows(made.store, &where, &plan, &err) ||
	    group_make(made.store, field, &plan, min, 0, &made.arena, &group,
		       &err))
		fail_msg("%s", err.text);
	for (size_t i = 0; i < group.count; i++) {
		assert_true(group.rows[i].crashes >= min);
		if (i)
			assert_true(group_compare(&group.rows[i - 1],
						  &group.rows[i]) < 0);
		if (group.count < 40 || i % 97 == 0)
			check_row(field, &plan, &group.rows[i]);
		sum += group.rows[i].crashes;
	}
	if (field->index == FIELD_COLUMN || field->index == FIELD_RAW)
		assert_int_equal(sum + group.cut_crashes, group.with_value);
	else
		assert_true(sum + group.cut_crashes >= group.with_value);
	plan_deinit(&plan);
}

static void every_field_is_counted_as_the_records_say(void **state)
{
	static const char *const names[] = {
		"bugcheck", "stopcode", "fault",   "time",
		"uptime",   "arg2",	"driver",  "frame",
		"arch",	    "machine",	"source",  "driverbuild",
		"build",    "class",	"pooltag", "kind",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		check(names[i], NULL, 0);
		check(names[i], "kind=kernel-triage", 0);
		check(names[i], "bugcheck=d1", 10);
		check(names[i], "bugcheck=99", 0);
	}
}

static void same_row(const struct group_row *a, const struct group_row *b)
{
	assert_int_equal(a->crashes, b->crashes);
	assert_int_equal(a->machines, b->machines);
	assert_int_equal(!a->value.text, !b->value.text);
	if (a->value.text)
		assert_string_equal(a->value.text, b->value.text);
	else
		assert_true(a->value.number == b->value.number);
}

static void check_first(const struct field *field, uint64_t min, size_t first)
{
	struct plan plan = plan_all(made.store);
	struct group all, few;
	struct error err;

	plan_take_out(&plan, 0);
	plan_count(&plan);
	if (group_make(made.store, field, &plan, min, 0, &made.arena, &all,
		       &err) ||
	    group_make(made.store, field, &plan, min, first, &made.arena, &few,
		       &err))
		fail_msg("%s", err.text);
	assert_int_equal(all.more, 0);
	assert_int_equal(few.count + few.more, all.count);
	assert_true(few.count >= first || few.more == 0);
	for (size_t i = 0; i < first && i < all.count; i++)
		same_row(&few.rows[i], &all.rows[i]);
	assert_int_equal(few.with_value, all.with_value);
	assert_int_equal(few.cut_rows, all.cut_rows);
	assert_int_equal(few.cut_crashes, all.cut_crashes);
	plan_deinit(&plan);
}

static void the_first_rows_are_those_of_the_whole_table(void **state)
{
	static const char *const names[] = {
		"bugcheck", "fault", "time", "machine", "driver", "source",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		check_first(field_find(names[i]), 0, 1);
		check_first(field_find(names[i]), 0, 5);
		check_first(field_find(names[i]), 3, 7);
		check_first(field_find(names[i]), 0, 100000);
	}
}

static void uptimes_have_bands_and_times_have_days(void **state)
{
	const struct field *uptime = field_find("uptime");
	const struct field *time = field_find("time");

	(void)state;
	assert_string_equal(
		group_value_text(&made.arena, uptime,
				 (struct field_value){ .number = 0 }),
		"under 1 minute");
	assert_string_equal(
		group_value_text(
			&made.arena, time,
			(struct field_value){ .number = 133000000000000000 }),
		"2022-06-18");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_is_counted_as_the_records_say),
		cmocka_unit_test(the_first_rows_are_those_of_the_whole_table),
		cmocka_unit_test(uptimes_have_bands_and_times_have_days),
	};

	made_store_create(&made);

	const int failed = cmocka_run_group_tests(tests, NULL, NULL);

	made_store_destroy(&made);
	return failed;
}
