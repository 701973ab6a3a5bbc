#include "query/stand_in.h"

#include "tests/unit/matched.h"

enum {
	CRASHES = 40
};

static struct place place;
static struct arena arena;

/* Crash i; what is told apart here are its buckets and its BIOS. */
static void put_crash(unsigned int i, uint64_t exact, uint64_t portable,
		      const char *vendor, const char *version)
{
	char source[32];
	const struct record_file file = {
		.crash = {
			.image = { .bytes = 1000 + i,
				   .content = { i + 1, ~(uint64_t)i },
				   .kind = CRASH_KERNEL_TRIAGE },
			.bugcheck.code = CRASH_NUMBER(i % 4 ? 0xd1 : 0x7e),
			.bugcheck.minidump_form = i % 8 == 0,
			.bugcheck.args[0] = CRASH_NUMBER(i),
			.time = CRASH_NUMBER(133000000000000000 + i),
			.buckets = { .exact = exact, .portable = portable },
			.machine = { .bios_vendor = vendor,
				     .bios_version = version },
		},
		.source = source,
		.ingested = 1000,
	};

	snprintf(source, sizeof(source), "a.zip/%u.dmp", i);
	put(&place, &file);
}

static int fill(void **state)
{
	(void)state;
	arena_init(&arena);
	open_place(&place);
	for (unsigned int i = 0; i < CRASHES; i++)
		put_crash(i, 0x100 + i % 7, 0x200 + i % 3,
			  i % 2 ? "Dell" : "Xen", i % 5 ? "1.0" : "2.0");
	/* These are an exact bucket here, and a portable one there. */
	put_crash(CRASHES, 0x777, 0x888, "Xen", "1.0");
	put_crash(CRASHES + 1, 0x100, 0x777, "4.5", "Dell");
	commit(&place);
	return 0;
}

static int empty(void **state)
{
	(void)state;
	close_place(&place);
	arena_deinit(&arena);
	return 0;
}

static bool stands_in(const char *word, const char *by)
{
	const struct where where = parsed(&place, &arena, &word, 1);
	struct where_test other;

	if (!stand_in_find(place.store, &where.tests[0], &other))
		return false;
	assert_string_equal(other.field->name, by);
	assert_int_equal(other.count, where.tests[0].count);
	return true;
}

static void a_value_is_in_another_field(void **state)
{
	(void)state;
	assert_true(stands_in("exact=101", "bucket"));
	assert_true(stands_in("exact=101,102", "bucket"));
	assert_true(stands_in("portable=200", "bucket"));
	assert_true(stands_in("biosversion=2.0", "bios"));
	assert_true(stands_in("biosvendor=x*", "bios"));
	assert_true(stands_in("stopcode=d1", "bugcheck"));
	/* Nobody has it, here or there. */
	assert_true(stands_in("exact=9999", "bucket"));
}

static void what_others_have_too_is_not(void **state)
{
	(void)state;
	assert_false(stands_in("exact=777", "bucket"));
	assert_false(stands_in("portable=777,200", "bucket"));
	assert_false(stands_in("biosvendor=dell", "bios"));
	assert_false(stands_in("exact!=101", "bucket"));
	assert_false(stands_in("exact=101,", "bucket"));
	assert_false(stands_in("bugcheck=d1", "bucket"));
	assert_false(stands_in("stopcode=7e", "bugcheck"));
	assert_false(stands_in("stopcode=1000007e", "bugcheck"));
	assert_false(stands_in("stopcode=d*", "bugcheck"));
}

static uint64_t count(const char *word)
{
	return matched(&place, &arena, &word, 1);
}

static void the_same_rows_are_chosen(void **state)
{
	(void)state;
	assert_int_equal(count("exact=101"), 6);
	assert_int_equal(count("exact=100"), 7);
	assert_int_equal(count("exact=777"), 1);
	assert_int_equal(count("exact!=777"), CRASHES + 1);
	assert_int_equal(count("portable=777"), 1);
	assert_int_equal(count("portable=777,200"), 15);
	assert_int_equal(count("biosvendor=dell"), 20);
	assert_int_equal(count("biosversion=dell"), 1);
	assert_int_equal(count("biosversion=2.0"), 8);
	assert_int_equal(count("bios=dell"), 21);
	assert_int_equal(count("stopcode=d1"), 31);
	assert_int_equal(count("stopcode=7e"), 5);
	assert_int_equal(count("stopcode=1000007e"), 6);
	assert_int_equal(count("bugcheck=7e"), 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_is_in_another_field),
		cmocka_unit_test(what_others_have_too_is_not),
		cmocka_unit_test(the_same_rows_are_chosen),
	};

	return cmocka_run_group_tests_name("stand_in", tests, fill, empty);
}
