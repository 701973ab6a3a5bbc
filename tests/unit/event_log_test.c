#include <stdio.h>
#include <string.h>

#include "indexer/dump/dump.h"
#include "indexer/dump/event.h"
#include "tests/unit.h"

#define STOP                                                                   \
	"0x000000d1 (0x0000000000000029, 0x0000000000000002,\r\n   "           \
	"0x0000000000000000, 0xfffff80100001ae9)"

static struct arena arena;

static int begin(void **state)
{
	(void)state;
	arena_init(&arena);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_deinit(&arena);
	return 0;
}

static struct bytes bytes_of_text(const char *text)
{
	return bytes_of(text, strlen(text));
}

static void a_stop_is_found_in_any_words(void **state)
{
	const char *start, *after;
	struct event event;

	(void)state;
	assert_true(event_find("code (not 0x1) was: " STOP ".", &event, &start,
			       &after));
	assert_int_equal(event.code, 0xd1);
	assert_int_equal(event.args[0], 0x29);
	assert_int_equal(event.args[3], 0xfffff80100001ae9u);
	assert_string_equal(after, ".");
	assert_false(
		event_find("0xd1 (0x1, 0x2, 0x3)", &event, &start, &after));
	assert_false(
		event_find("d1 (0x1, 0x2, 0x3, 0x4)", &event, &start, &after));
	assert_false(event_find("0x123456789 (0x1, 0x2, 0x3, 0x4)", &event,
				&start, &after));
	assert_false(event_find("", &event, &start, &after));
	assert_false(event_find("(", &event, &start, &after));
}

static void an_event_survives_being_taken_out(void **state)
{
	struct event event = { .code = 0x1000007e,
			       .args = { UINT64_MAX, 0, 1, 2 },
			       .has_time = true,
			       .time = { 133642508410000000u, true, false },
			       .machine = CRASH_NUMBER(0xfedcba9876543210u) };
	struct event again;
	struct bytes image;

	(void)state;
	image = event_encode(&event, &arena);
	assert_true(event_decode(image, &arena, &again));
	assert_int_equal(again.code, event.code);
	assert_memory_equal(again.args, event.args, sizeof(event.args));
	assert_true(again.has_time && again.time.is_local);
	assert_int_equal(again.time.ticks, event.time.ticks);
	assert_int_equal(again.machine.value, event.machine.value);
	event.has_time = event.machine.known = false;
	image = event_encode(&event, &arena);
	assert_true(event_decode(image, &arena, &again));
	assert_false(again.has_time || again.machine.known);
	assert_false(event_decode(bytes_part(image, 0, 60), &arena, &again));
}

static void the_same_event_is_the_same_bytes(void **state)
{
	static const char *const logs[] = {
		"<Events><Event><System><EventID>1001</EventID><TimeCreated "
		"SystemTime=\"2024-06-30T19:54:01Z\"/><Computer>a.b</Computer>"
		"</System><EventData><Data>" STOP "</Data></EventData></Event>"
		"<Event><System><EventID>1001</EventID></System><EventData>"
		"<Data>" STOP "</Data></EventData></Event></Events>",
		"Date: 2024-06-30T19:54:01Z\nComputer: A\n" STOP " C:\\x.dmp\n"
		"\n" STOP " C:\\x.DMP\n",
		"Id,TimeCreated,MachineName,Message\n"
		"1001,2024-06-30T19:54:01Z,A.c,\"" STOP "\"\n"
		"1000,2024-06-30T19:54:01Z,A.c,\"" STOP "\"\n"
		"1001,,,\"" STOP "\"\n",
	};
	struct bytes first[2];

	(void)state;
	for (size_t i = 0; i < sizeof(logs) / sizeof(logs[0]); i++) {
		struct bytes parts[2];

		assert_true(dump_is_claimed(bytes_of_text(logs[i])));
		assert_int_equal(
			dump_split(bytes_of_text(logs[i]), &arena, parts, 2),
			2);
		for (size_t n = 0; n < 2; n++) {
			assert_true(dump_is_claimed(parts[n]));
			if (i == 0)
				first[n] = parts[n];
			assert_int_equal(bytes_left(&parts[n]),
					 bytes_left(&first[n]));
			assert_memory_equal(parts[n].next, first[n].next,
					    bytes_left(&first[n]));
		}
	}
}

static void a_table_in_another_language_is_read(void **state)
{
	const char *log = "Ebene;Datum und Uhrzeit;Quelle;Ereignis-ID;"
			  "Aufgabenkategorie\r\nFehler;30.06.2024 19:54:01;"
			  "BugCheck;1001;Keine;\"Fehlercode: " STOP "\"\r\n";
	struct crash crash = { 0 };
	struct dump dump;
	struct error err;

	(void)state;
	assert_int_equal(
		dump_open(bytes_of_text(log), &arena, &crash, &dump, &err),
		STATUS_OK);
	assert_int_equal(crash.image.kind, CRASH_EVENT);
	assert_int_equal(crash.bugcheck.code.value, 0xd1);
	assert_true(crash.time.known);
	assert_true(crash_has_flag(&crash, CRASH_TIME_LOCAL));
	assert_false(crash.machine.id.known);
}

static void a_name_is_known_by_its_first_part(void **state)
{
	(void)state;
	assert_int_equal(crash_machine_of_name("pc17").value,
			 crash_machine_of_name("PC17.example.org").value);
	assert_int_not_equal(crash_machine_of_name("pc17").value,
			     crash_machine_of_name("pc18").value);
	assert_false(crash_machine_of_name("").known);
}

static void logs_of_other_things_are_left_alone(void **state)
{
	static const char *const texts[] = {
		"name,size,date\na,1,2024-06-30 10:00:00\n",
		"<html><body>" STOP "</body></html>........",
		"*** STOP: " STOP "\nsee C:\\Windows\\MEMORY.DMP\n",
		"Loading Dump File [C:\\a.dmp]\nthe bugcheck was: " STOP
		" C:\\a.dmp\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(event_log_format.claims(bytes_of_text(texts[i])));
}

static void no_cut_of_a_log_is_read_beyond_its_end(void **state)
{
	static const char *const logs[] = {
		"<Events><Event a='b'><System><EventID>1001</EventID>"
		"<Data>&lt;&#x41;" STOP "</Data></Event><![CDATA[x]]></Events>",
		"Id,Message,TimeCreated\n1001,\"" STOP " \"\" \",6/7/2024 1:2",
		"Date: 2024-06-30T19:54:01Z\nComputer: A\n" STOP " C:\\x.dmp\n",
	};
	struct bytes parts[2];

	(void)state;
	for (size_t i = 0; i < sizeof(logs) / sizeof(logs[0]); i++)
		for (size_t size = 16; size <= strlen(logs[i]); size++) {
			char *cut = test_malloc(size);

			memcpy(cut, logs[i], size);
			event_log_format.claims(bytes_of(cut, size));
			event_log_format.split(bytes_of(cut, size), &arena,
					       parts, 2);
			test_free(cut);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stop_is_found_in_any_words),
		cmocka_unit_test(an_event_survives_being_taken_out),
		cmocka_unit_test(the_same_event_is_the_same_bytes),
		cmocka_unit_test(a_table_in_another_language_is_read),
		cmocka_unit_test(a_name_is_known_by_its_first_part),
		cmocka_unit_test(logs_of_other_things_are_left_alone),
		cmocka_unit_test(no_cut_of_a_log_is_read_beyond_its_end),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
