#include "indexer/jobs.h"

#include <errno.h>
#include <sched.h>

#include "tests/unit.h"

/* What the system says: so many processors, or that it cannot. */
static int processors;

int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set)
{
	(void)pid;
	CPU_ZERO_S(size, set);
	for (int i = 0; i < processors; i++)
		CPU_SET_S(i, size, set);
	if (processors)
		return 0;
	errno = EINVAL;
	return -1;
}

static void there_is_a_job_for_each_processor(void **state)
{
	(void)state;
	processors = 1;
	assert_int_equal(jobs_default(), 1);
	processors = 255;
	assert_int_equal(jobs_default(), 255);
}

static void many_processors_are_no_mistake_of_who_starts_it(void **state)
{
	(void)state;
	processors = 384;
	assert_int_equal(jobs_default(), JOBS_MAX);
	processors = 0;
	assert_in_range(jobs_default(), 1, JOBS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_is_a_job_for_each_processor),
		cmocka_unit_test(
			many_processors_are_no_mistake_of_who_starts_it),
	};

	return cmocka_run_group_tests_name("jobs", tests, NULL, NULL);
}
