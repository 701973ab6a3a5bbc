#include "query/window.h"

#include "query/calendar.h"
#include "query/count.h"
#include "query/factor.h"
#include "tests/unit/made_store.h"

static struct made_store made;

/* Where a row's time lies: 1 + day in the windows, 0 before, -1 elsewhere. */
static int place_of(const struct window *window, uint64_t time)
{
	const uint64_t day = calendar_day(time);

	if (time == STORE_NO_NUMBER || day >= window->from + 2 * window->half)
		return -1;
	return day < window->from ? 0 : (int)(day - window->from) + 1;
}

static void check_row(const struct window *window, uint32_t row, int place,
		      uint32_t machine)
{
	const struct window_seen *seen = window->seen[row / STORE_CHUNK_ROWS];
	const size_t at = row % STORE_CHUNK_ROWS;
	const bool has_lists = window->earlier_rows.bits;

	assert_int_equal(count_bit(window->looked_at.bits, row),
			 place > 0 || (place == 0 && !window->ever_before &&
				       !has_lists));
	assert_int_equal(has_lists && count_bit(window->earlier_rows.bits, row),
			 has_lists && place == 0);
	assert_int_equal(seen ? seen->days[at] : 0, place > 0 ? place : 0);
	if (place > 0)
		assert_int_equal(seen->machines[at], machine);
}

struct wanted {
	struct field_value value;
	bool found;
};

static void look(void *closure, struct field_value value)
{
	struct wanted *wanted = closure;

	wanted->found |= value.text
				 ? strcmp(value.text, wanted->value.text) == 0
				 : value.number == wanted->value.number;
}

/* Terms are asked about, records are looked through. */
static void check_earlier(const struct window *window)
{
	const uint32_t last =
		store_column_last_term(window->store, window->field);
	struct error err;

	for (uint32_t term = 1; term <= last; term += 1 + last / 20) {
		struct wanted wanted = { .found = false };
		bool is_there;

		assert_true(store_term_name(window->store, window->field, term,
					    &made.arena, &wanted.value));
		for (uint32_t row = 0; row < made.count; row++)
			if (count_bit(window->earlier_rows.bits, row))
				field_values(window->field,
					     &made.crashes[row].crash, look,
					     &wanted);
		assert_int_equal(
			window_ask_earlier(window, term, &is_there, &err),
			STATUS_OK);
		assert_int_equal(is_there, wanted.found);
	}
}

static void check(const char *field, uint64_t from, uint64_t half)
{
	uint64_t *times = factor_numbers(made.store, "time");
	uint32_t *machines = factor_terms(made.store, "machine");
	struct plan asked = plan_none(made.store);
	struct window window = { .store = made.store,
				 .field = field_find(field),
				 .from = from,
				 .half = half };
	uint64_t inside = 0, earlier = 0;

	for (uint32_t row = 0; row < made.count; row += 2)
		plan_add(&asked, row);
	window_read(&window, &asked);
	for (uint32_t row = 0; row < made.count; row++) {
		const int place = row % 2 ? -1 : place_of(&window, times[row]);

		check_row(&window, row, place, machines[row]);
		inside += place > 0;
		earlier += place == 0;
	}
	assert_int_equal(window.before + window.crashes, inside);
	assert_int_equal(window.earlier, earlier);
	assert_int_equal(inside + earlier + window.later + window.untimed,
			 (made.count + 1) / 2);
	if (window.earlier_rows.bits)
		check_earlier(&window);
	window_deinit(&window);
	plan_deinit(&asked);
	free(machines);
	free(times);
}

/* Days of the store's first crash, of its last one, and some between. */
static void a_row_is_where_its_time_is(void **state)
{
	uint64_t *times = factor_numbers(made.store, "time");
	uint64_t first = UINT64_MAX, last = 0;

	(void)state;
	for (uint32_t row = 0; row < made.count; row++) {
		const uint64_t day = calendar_day(times[row]);

		if (times[row] == STORE_NO_NUMBER)
			continue;
		first = day < first ? day : first;
		last = day > last ? day : last;
	}
	free(times);
	assert_true(first < last);
	for (uint64_t i = 0; i <= 8; i++) {
		const uint64_t from = first + (last - first) * i / 8;

		check("bugcheck", from, 7);
		check("bugcheck", from + 1, 1);
		check("uptime", from, 28);
		check("frame", from, 7);
		check("driverbuild", from, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_is_where_its_time_is),
	};

	made_store_create(&made);

	const int failed = cmocka_run_group_tests(tests, NULL, NULL);

	made_store_destroy(&made);
	return failed;
}
