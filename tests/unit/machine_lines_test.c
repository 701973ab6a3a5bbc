#include "corpus-tools/machine_lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "corpus-tools/literal.h"
#include "corpus-tools/machine_complete.h"
#include "corpus-tools/machine_say.h"

struct fixture {
	struct arena arena;
	struct machine machine;
	struct error err;
};

static int set_up(void **state)
{
	static struct fixture fixture;

	arena_init(&fixture.arena);
	machine_init(&fixture.machine, &fixture.arena, "test");
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	arena_deinit(&f->arena);
	return 0;
}

static enum status say(struct fixture *f, const char *line)
{
	return machine_lines_take(&f->machine, line, &f->err);
}

static void comments_and_blank_lines_say_nothing(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(say(f, ""), STATUS_OK);
	assert_int_equal(say(f, "   "), STATUS_OK);
	assert_int_equal(say(f, "# format full"), STATUS_OK);
	assert_int_equal(f->machine.format, MACHINE_TRIAGE_B);
	assert_int_equal(say(f, "format full # the lot"), STATUS_OK);
	assert_int_equal(f->machine.format, MACHINE_FULL);
}

static void times_keep_their_last_digit(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(say(f, "time 2024-06-30T19:52:23.1234567Z"),
			 STATUS_OK);
	assert_int_equal(f->machine.time % 10000000, 1234567);
	assert_int_equal(say(f, "uptime 4711.5"), STATUS_OK);
	assert_int_equal(f->machine.uptime, 47115000000);
	assert_int_equal(say(f, "uptime soon"), STATUS_USAGE);
}

static void words_follow_their_frame_or_their_block(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(say(f, "frame nt+0x10"), STATUS_OK);
	assert_int_equal(say(f, "word 1 2"), STATUS_OK);
	assert_int_equal(say(f, "pool 0xffffe00000001000"), STATUS_OK);
	assert_int_equal(say(f, "block 0x40 Tag1"), STATUS_OK);
	assert_int_equal(say(f, "word 3"), STATUS_OK);
	assert_int_equal(f->machine.stacks[0].items[0].word_count, 2);
	assert_int_equal(f->machine.piece_count, 3);
	assert_int_equal(f->machine.pieces[2].kind, MACHINE_BLOCK_WORDS);
}

static void unknown_words_are_refused_by_name(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(say(f, "colour blue"), STATUS_USAGE);
	assert_non_null(strstr(f->err.text, "colour"));
	assert_int_equal(say(f, "arch vax"), STATUS_USAGE);
}

static void hexadecimal_must_come_in_pairs(void **state)
{
	uint8_t to[4];
	size_t size;

	(void)state;
	assert_true(literal_hex("01 02ff", to, sizeof(to), &size));
	assert_int_equal(size, 3);
	assert_int_equal(to[2], 0xff);
	assert_false(literal_hex("0 1", to, sizeof(to), &size));
	assert_false(literal_hex("0102030405", to, sizeof(to), &size));
}

static void lists_grow_past_their_first_room(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 100; i++)
		machine_say(&f->machine, "module m%d.sys", i);
	assert_int_equal(f->machine.module_count, 100);
	assert_string_equal(f->machine.modules[99].name, "m99.sys");
	machine_complete(&f->machine);
	assert_string_equal(f->machine.modules[0].name, "ntoskrnl.exe");
	assert_string_equal(f->machine.modules[2].name, "m0.sys");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(comments_and_blank_lines_say_nothing),
		TEST(times_keep_their_last_digit),
		TEST(words_follow_their_frame_or_their_block),
		TEST(unknown_words_are_refused_by_name),
		TEST(hexadecimal_must_come_in_pairs),
		TEST(lists_grow_past_their_first_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
