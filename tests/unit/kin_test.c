#include "signatures/store/kin.h"

#include "tests/unit/store_place.h"

enum {
	CROWD = 700
};

/* One of many that crashed at one time of one cause, by a clock that stands. */
static struct record_file at_one_time(uint64_t machine, uint64_t content)
{
	struct record_file file = { .source = "a.dmp" };

	file.crash.image.kind = CRASH_KERNEL_TRIAGE;
	file.crash.image.complete = true;
	file.crash.image.content.high = content;
	file.crash.time = CRASH_NUMBER(133600000001234567);
	file.crash.uptime = CRASH_NUMBER(machine * 10000019);
	file.crash.machine.id = CRASH_NUMBER(machine);
	file.crash.bugcheck.code = CRASH_NUMBER(0xd1);
	for (size_t i = 0; i < 4; i++)
		file.crash.bugcheck.args[i] = CRASH_NUMBER(i);
	return file;
}

static void a_clock_that_stands_joins_what_is_one(void **state)
{
	const uint64_t asked[] = { 1, 2, CROWD / 2, CROWD };
	struct record_file file;
	struct place place;

	(void)state;
	open_place(&place);
	for (uint64_t i = 1; i <= CROWD; i++) {
		file = at_one_time(i, i << 40);
		assert_int_equal(put(&place, &file), STORE_INDEXED);
	}
	for (size_t flushed = 0; flushed < 3; flushed++) {
		for (size_t i = 0; i < 4; i++) {
			file = at_one_time(asked[i],
					   asked[i] << 40 | (flushed + 1) << 8);
			assert_int_equal(put(&place, &file), STORE_SAME_CRASH);
		}
		/* Whose row has changed, or moved, since it was compared. */
		file = at_one_time(7, UINT64_C(1) << 60 | flushed);
		file.crash.machine.id.known = false;
		file.crash.uptime.known = false;
		file.crash.bugcheck.args[0].value = 0x80 + flushed;
		assert_int_equal(put(&place, &file), STORE_INDEXED);
		commit(&place);
	}
	assert_int_equal(store_row_count(place.store), CROWD + 3);
	assert_int_equal(verify(&place), 0);
	close_place(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clock_that_stands_joins_what_is_one),
	};

	return cmocka_run_group_tests_name("kin", tests, NULL, NULL);
}
