/*
 * learn_real_test.c - what real dumps with code teach about those without.
 *
 * Each kernel dump beside the project is read twice, as it is and with all its
 * code taken away; the former teach, the latter learn.  What they learn is held
 * against what the code says.
 */
#include "tests/unit/real.h"

#include <dirent.h>

#include "signatures/settle/learn.h"

enum {
	MOST = 32,
	LEARNED_LEAST = 20 /* of the ones that lie there */
};

struct both {
	struct real code, bare;
};

static struct both dumps[MOST];
static size_t count;

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int open_all(void **state)
{
	struct dirent **names;
	const int found = scandir(DUMPS "kernel", &names, NULL, by_name);

	(void)state;
	for (int i = 0; i < found; i++) {
		char path[300];

		snprintf(path, sizeof(path), "kernel/%s", names[i]->d_name);
		if (names[i]->d_name[0] != '.' && count < MOST) {
			real_open(&dumps[count].code, path, true);
			real_open(&dumps[count].bare, path, false);
			count++;
		}
		free(names[i]);
	}
	if (found >= 0)
		free(names);
	return 0;
}

static int close_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < count; i++) {
		real_close(&dumps[i].code);
		real_close(&dumps[i].bare);
	}
	return 0;
}

static bool has(const struct crash_stack *stack,
		const struct crash_frame *frame)
{
	for (size_t i = 0; i < stack->count; i++)
		if (stack->frames[i].address == frame->address &&
		    stack->frames[i].slot == frame->slot)
			return true;
	return false;
}

/* Learned frames of one stack; all of them, and those that were sure, true. */
static size_t check(struct learn *learn, struct both *both)
{
	const struct crash_stack *truth = &both->code.crash.stack;
	const struct crash_stack walked = both->bare.crash.stack;
	const struct crash_stack *stack = &both->bare.crash.stack;
	size_t learned = 0;

	learn_apply(learn, &both->bare.arena, &both->bare.crash);
	for (size_t i = 0; i < stack->count; i++) {
		if (stack->frames[i].how != CRASH_HOW_LEARNED)
			continue;
		assert_true(has(truth, &stack->frames[i]));
		learned++;
	}
	for (size_t i = 0; i < walked.count; i++)
		assert_true(walked.frames[i].how == CRASH_HOW_SCAN ||
			    has(stack, &walked.frames[i]));
	return learned;
}

/* What the dumps as they are tell. */
static struct learn *taught(void)
{
	struct learn *learn;

	if (count == 0)
		skip();
	learn = learn_create();
	for (size_t i = 0; i < count; i++)
		learn_add(learn, (struct hash128){ i, 0 },
			  &dumps[i].code.crash);
	learn_finish(learn);
	return learn;
}

static void stacks_without_code_gain_true_frames(void **state)
{
	struct learn *learn = taught();
	size_t learned = 0;

	(void)state;
	for (size_t i = 0; i < count; i++)
		learned += check(learn, &dumps[i]);
	printf("%zu frames learned for %zu dumps\n", learned, count);
	assert_true(learned >= LEARNED_LEAST);
	learn_destroy(learn);
}

/*
 * Windows 11 writes small dumps with hardly any code.  Those that lie there are
 * of one build and share no address; how threads begin is told by others.
 */
static void small_dumps_as_they_are_gain_frames(void **state)
{
	struct learn *learn = taught();
	size_t learned = 0;

	(void)state;
	for (size_t i = 0; i < count; i++) {
		struct crash *crash = &dumps[i].code.crash;
		const struct crash_stack walked = crash->stack;

		learn_apply(learn, &dumps[i].code.arena, crash);
		for (size_t k = 0; k < crash->stack.count; k++)
			learned +=
				crash->stack.frames[k].how == CRASH_HOW_LEARNED;
		for (size_t k = 0; k < walked.count; k++)
			assert_true(walked.frames[k].how == CRASH_HOW_SCAN ||
				    has(&crash->stack, &walked.frames[k]));
	}
	printf("%zu frames learned for dumps as they are\n", learned);
	assert_true(learned > 0);
	learn_destroy(learn);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stacks_without_code_gain_true_frames),
		cmocka_unit_test(small_dumps_as_they_are_gain_frames),
	};
	return cmocka_run_group_tests_name("learn_real", tests, open_all,
					   close_all);
}
