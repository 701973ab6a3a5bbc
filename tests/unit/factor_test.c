#include "query/count.h"
#include "query/factor.h"
#include "tests/unit/made_store.h"

static int set_up(void **state)
{
	struct made_store *made = calloc(1, sizeof(*made));

	made_store_create(made);
	*state = made;
	return 0;
}

static int tear_down(void **state)
{
	made_store_destroy(*state);
	free(*state);
	return 0;
}

/* The other way: values of the record. */
struct wanted {
	struct field_value value;
	bool found;
};

static void look(void *closure, struct field_value value)
{
	struct wanted *wanted = closure;

	wanted->found |= value.text && wanted->value.text
				 ? strcmp(value.text, wanted->value.text) == 0
				 : !value.text && !wanted->value.text &&
					   value.number == wanted->value.number;
}

struct checking {
	const struct made_store *made;
	const struct field *field;
	size_t pairs;
};

static void check_value(void *closure, const struct store_term *term,
			const uint32_t *rows, size_t count)
{
	struct checking *checking = closure;

	for (size_t i = 0; i < count; i++) {
		struct wanted wanted = { .value = term->value };

		assert_true(i == 0 || rows[i] > rows[i - 1]);
		field_values(checking->field,
			     &checking->made->crashes[rows[i]].crash, look,
			     &wanted);
		assert_true(wanted.found);
	}
	checking->pairs += count;
}

static void count_one(void *closure, struct field_value value)
{
	(void)value;
	++*(size_t *)closure;
}

static void check_plan(struct made_store *made, const struct plan *plan)
{
	static const char *const names[] = { "fault",	    "arg2",  "build",
					     "driverbuild", "frame", "driver" };
	struct error err;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct checking checking = { made, field_find(names[i]), 0 };
		size_t pairs = 0;

		assert_int_equal(factor_each(made->store, checking.field, plan,
					     &made->arena, check_value,
					     &checking, &err),
				 STATUS_OK);
		for (uint32_t row = 0; row < made->count; row++)
			if (count_bit(plan->bits, row))
				field_values(checking.field,
					     &made->crashes[row].crash,
					     count_one, &pairs);
		/* What a crash has twice has the row once. */
		assert_true(checking.pairs > 0 && checking.pairs <= pairs);
		if (checking.field->index == FIELD_COLUMN)
			assert_int_equal(checking.pairs, pairs);
	}
	assert_int_equal(factor_each(made->store, field_find("source"), plan,
				     &made->arena, check_value, NULL, &err),
			 STATUS_USAGE);
}

/* Of few rows the others are not read. */
static void every_value_comes_with_its_rows(void **state)
{
	struct made_store *made = *state;
	struct plan all = plan_all(made->store);
	struct plan few = plan_none(made->store);

	check_plan(made, &all);
	for (uint32_t row = 0; row < made->count; row += 7, few.matched++)
		plan_add(&few, row);
	check_plan(made, &few);
	plan_deinit(&few);
	plan_deinit(&all);
}

static void columns_say_what_records_say(void **state)
{
	struct made_store *made = *state;
	uint32_t *machines = factor_terms(made->store, "machine");
	uint64_t *times = factor_numbers(made->store, "time");

	for (uint32_t row = 0; row < made->count; row++) {
		const struct crash *crash = &made->crashes[row].crash;

		assert_int_equal(machines[row] != 0, crash->machine.id.known);
		if (crash->machine.id.known)
			assert_int_equal(factor_value(made->store, "machine",
						      machines[row],
						      &made->arena)
						 .number,
					 crash->machine.id.value);
		assert_int_equal(times[row], crash->time.known
						     ? crash->time.value
						     : STORE_NO_NUMBER);
	}
	free(machines);
	free(times);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_value_comes_with_its_rows),
		cmocka_unit_test(columns_say_what_records_say),
	};

	return cmocka_run_group_tests_name("factor", tests, set_up, tear_down);
}
