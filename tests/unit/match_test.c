#include "query/match.h"

#include "signatures/base/hash.h"
#include "tests/unit/matched.h"

enum {
	CRASHES = STORE_CHUNK_ROWS + 500
};

static struct place place;
static struct arena arena;

static uint64_t uptime_of(uint32_t i)
{
	return (uint64_t)i * 7919 % CRASHES * 10000000 + i;
}

/* Uptimes and first arguments are each crash's own, second ones are few. */
static int fill(void **state)
{
	(void)state;
	arena_init(&arena);
	open_place(&place);
	for (uint32_t i = 0; i < CRASHES; i++) {
		char source[32];
		const struct record_file file = {
			.crash = {
				.image = { .bytes = 1000 + i,
					   .content = { hash_mix(i, 1), i },
					   .kind = CRASH_KERNEL_TRIAGE },
				.bugcheck.code = CRASH_NUMBER(0xd1),
				.bugcheck.args = { CRASH_NUMBER(i),
						   CRASH_NUMBER(i % 3) },
				.time = CRASH_NUMBER(133000000000000000 +
						     i * 6000000000ull),
				.machine.id = CRASH_NUMBER(1 + i),
				.uptime = CRASH_NUMBER(uptime_of(i)),
			},
			.source = source,
			.ingested = 1000,
		};

		snprintf(source, sizeof(source), "a.zip/%u.dmp", i);
		put(&place, &file);
	}
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

static bool is_rare(const char *word)
{
	const struct where where = parsed(&place, &arena, &word, 1);

	return match_is_rare(place.store, &where.tests[0]);
}

static void what_hardly_a_row_has_is_rare(void **state)
{
	(void)state;
	assert_true(is_rare("arg1=20"));
	assert_true(is_rare("arg1=fffff800"));
	assert_true(is_rare("uptime=5s"));
	assert_false(is_rare("arg1=20.."));
	assert_false(is_rare("arg2=1"));
	assert_false(is_rare("arg1!=20"));
	assert_false(is_rare("arg1=*0"));
	assert_false(is_rare("arg1="));
}

static void the_order_does_not_change_what_is_found(void **state)
{
	const char *words[] = { "arg2=1", "uptime=..1h", "arg1=10..1000" };
	const char *one[] = { "arg2=1", "arg1=22", "uptime=0.." };
	uint64_t want = 0;

	(void)state;
	for (uint32_t i = 0x10; i <= 0x1000; i++)
		want += i % 3 == 1 && uptime_of(i) < 36010000000;
	assert_true(want > 100);
	assert_int_equal(matched(&place, &arena, words, 3), want);
	assert_int_equal(matched(&place, &arena, one, 3), 1);
	one[0] = "arg2=2";
	assert_int_equal(matched(&place, &arena, one, 3), 0);
	one[0] = "arg2!=2";
	assert_int_equal(matched(&place, &arena, one, 3), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_hardly_a_row_has_is_rare),
		cmocka_unit_test(the_order_does_not_change_what_is_found),
	};

	return cmocka_run_group_tests_name("match", tests, fill, empty);
}
