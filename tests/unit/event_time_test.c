#include "indexer/dump/event_time.h"

#include "signatures/base/text.h"
#include "tests/unit.h"

static const struct event_order unknown = { false, false };

static const char *read(const char *text, const struct event_order *order,
			struct event_time *time)
{
	static char buf[TEXT_TIME_BYTES];

	return event_time_read(text, order, time) ? text_time(time->ticks, buf)
						  : "none";
}

static void every_way_of_printing_a_time_is_read(void **state)
{
	static const struct {
		const char *text;
		const char *time;
		bool is_local;
	} rows[] = {
		{ "2024-06-30T19:52:23.1234567Z", "2024-06-30T19:52:23Z",
		  false },
		{ "2024-06-30T19:52:23.123", "2024-06-30T19:52:23Z", true },
		{ "2024-06-30 19:52:23+02:00", "2024-06-30T17:52:23Z", false },
		{ "30.06.2024 19:52:23", "2024-06-30T19:52:23Z", true },
		{ "6/30/2024 7:52:23 PM", "2024-06-30T19:52:23Z", true },
		{ "6/30/2024 12:02:23 AM", "2024-06-30T00:02:23Z", true },
		{ "6/30/2024, 7:52\u202fPM", "2024-06-30T19:52:00Z", true },
		{ "2024/06/30 19:52:23", "2024-06-30T19:52:23Z", true },
		{ "\u200e30/06/2024 19:52:23", "2024-06-30T19:52:23Z", true },
		{ "30-6-2024 19:52:23", "2024-06-30T19:52:23Z", true },
		{ "31.06.2024 19:52:23", "none", false },
		{ "30.06.2024", "none", false },
		{ "1001", "none", false },
		{ "", "none", false },
		{ "10.0.19041.2", "none", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct event_order order = unknown;
		struct event_time time = { .is_local = false };

		event_time_learn(&order, rows[i].text);
		assert_string_equal(read(rows[i].text, &order, &time),
				    rows[i].time);
		assert_int_equal(time.is_local, rows[i].is_local);
		assert_false(time.is_guess);
	}
}

static void what_is_below_a_second_is_kept(void **state)
{
	struct event_time time;

	(void)state;
	assert_true(event_time_read("2024-06-30T19:52:23.123456789Z", &unknown,
				    &time));
	assert_int_equal(time.ticks % 10000000, 1234567);
}

static void another_date_of_the_file_tells_day_from_month(void **state)
{
	struct event_order order = unknown;
	struct event_time time;

	(void)state;
	assert_string_equal(read("6/7/2024 9:00:00 AM", &order, &time),
			    "2024-06-07T09:00:00Z");
	assert_true(time.is_guess);
	assert_string_equal(read("6/7/2024 19:00:00", &order, &time),
			    "2024-07-06T19:00:00Z");
	assert_true(time.is_guess);
	event_time_learn(&order, "13/7/2024 19:00:00");
	assert_string_equal(read("6/7/2024 9:00:00 AM", &order, &time),
			    "2024-07-06T09:00:00Z");
	assert_false(time.is_guess);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_way_of_printing_a_time_is_read),
		cmocka_unit_test(what_is_below_a_second_is_kept),
		cmocka_unit_test(another_date_of_the_file_tells_day_from_month),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
