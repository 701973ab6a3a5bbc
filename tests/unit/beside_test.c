#include "indexer/ingest/beside.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit.h"

/* What was given, in order: "source:machine source:machine ..." */
struct given {
	char text[65536];
};

static struct arena arena;

static enum status give(void *closure, void *about, struct record_file *file,
			struct error *err)
{
	struct given *given = closure;
	const size_t size = strlen(given->text);

	(void)about;
	(void)err;
	snprintf(given->text + size, sizeof(given->text) - size, "%s:%u ",
		 file->source, (unsigned)file->crash.machine.id.value);
	return STATUS_OK;
}

static struct crash dump_of(uint64_t code)
{
	struct crash crash = { 0 };

	crash.image.kind = CRASH_KERNEL_TRIAGE;
	crash.bugcheck.code = CRASH_NUMBER(code);
	crash_flag(&crash, &arena, "tool-made");
	return crash;
}

static struct crash report_of(uint64_t code)
{
	struct crash crash = dump_of(code);

	crash.image.kind = CRASH_EVENT;
	crash_flag(&crash, &arena, CRASH_REPORT);
	return crash;
}

static struct crash fact_of(uint64_t machine)
{
	struct crash crash = { 0 };

	crash.machine.id = CRASH_NUMBER(machine);
	crash_flag(&crash, &arena, CRASH_MACHINE_BY_NAME);
	return crash;
}

static void take(struct beside *beside, const char *source, struct crash crash,
		 bool may_follow)
{
	struct record_file file = { .source = "", .crash = crash };
	const struct bytes record = record_encode(&file, &arena);
	struct record_file again;
	struct error err;

	assert_int_equal(record_decode(record, &arena, &again, &err),
			 STATUS_OK);
	again.source = source;
	assert_int_equal(beside_take(beside, may_follow ? beside : NULL, record,
				     &again, may_follow, &err),
			 STATUS_OK);
}

static struct beside *begin(struct given *given)
{
	given->text[0] = '\0';
	arena_init(&arena);
	return beside_create((struct beside_sink){ given, give });
}

static void end(struct beside *beside)
{
	struct error err;

	assert_int_equal(beside_finish(beside, &err), STATUS_OK);
	beside_destroy(beside);
	arena_deinit(&arena);
}

static void a_fact_is_for_the_dumps_of_its_folder(void **state)
{
	struct given given;
	struct beside *beside = begin(&given);

	(void)state;
	take(beside, "a/sysdata.xml", fact_of(7), false);
	take(beside, "a/1.dmp", dump_of(1), false);
	take(beside, "a/b/2.dmp", dump_of(1), false);
	take(beside, "a/3.dmp", dump_of(1), false);
	take(beside, "ab/4.dmp", dump_of(1), false);
	assert_string_equal(given.text,
			    "a/1.dmp:7 a/b/2.dmp:0 a/3.dmp:7 ab/4.dmp:0 ");
	end(beside);
}

static void what_follows_in_an_archive_counts_too(void **state)
{
	struct given given;
	struct beside *beside = begin(&given);
	struct error err;

	(void)state;
	take(beside, "z.zip/a/1.dmp", dump_of(1), true);
	take(beside, "z.zip/a/sysdata.xml", fact_of(7), true);
	take(beside, "z.zip/b/2.dmp", dump_of(1), true);
	assert_string_equal(given.text, "z.zip/a/1.dmp:7 ");
	assert_int_equal(beside_end(beside, beside, &err), STATUS_OK);
	assert_string_equal(given.text, "z.zip/a/1.dmp:7 z.zip/b/2.dmp:0 ");
	end(beside);
}

static void a_report_counts_where_no_dump_does(void **state)
{
	struct given given;
	struct beside *beside = begin(&given);
	struct error err;

	(void)state;
	take(beside, "a/1.wer", report_of(1), false);
	take(beside, "a/2.wer", report_of(2), false);
	take(beside, "a/3.dmp", dump_of(1), false);
	take(beside, "b/4.dmp", dump_of(2), false);
	assert_string_equal(given.text, "a/3.dmp:0 a/2.wer:0 b/4.dmp:0 ");
	take(beside, "z/5.dmp", dump_of(5), true);
	take(beside, "z/6.wer", report_of(5), true);
	take(beside, "z/7.wer", report_of(6), true);
	assert_int_equal(beside_end(beside, beside, &err), STATUS_OK);
	assert_string_equal(given.text, "a/3.dmp:0 a/2.wer:0 b/4.dmp:0 "
					"z/5.dmp:0 z/7.wer:0 ");
	end(beside);
}

static void what_is_held_is_bounded_and_keeps_its_order(void **state)
{
	struct given given;
	struct beside *beside = begin(&given);
	char wanted[sizeof(given.text)] = "";

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		const size_t size = strlen(wanted);
		char *source = arena_take(&arena, 16, 1);

		snprintf(source, 16, "a/%u", i);
		take(beside, source, dump_of(1), true);
		snprintf(wanted + size, sizeof(wanted) - size, "%s:%d ", source,
			 i < 1000 - 256 ? 0 : 7);
	}
	assert_non_null(strstr(given.text, "a/743:0 "));
	take(beside, "a/sysdata.xml", fact_of(7), true);
	take(beside, "b/last", dump_of(1), false);
	strcat(wanted, "b/last:0 ");
	assert_string_equal(given.text, wanted);
	end(beside);
}

static void names_are_known(void **state)
{
	(void)state;
	assert_true(beside_is_named("Report.wer"));
	assert_true(beside_is_named("WER-1234-0.SYSDATA.XML"));
	assert_true(beside_is_named("WER1.tmp.WERInternalMetadata.xml"));
	assert_false(beside_is_named("sysdata.xml.dmp"));
	assert_false(beside_is_named(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fact_is_for_the_dumps_of_its_folder),
		cmocka_unit_test(what_follows_in_an_archive_counts_too),
		cmocka_unit_test(a_report_counts_where_no_dump_does),
		cmocka_unit_test(what_is_held_is_bounded_and_keeps_its_order),
		cmocka_unit_test(names_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
