#include "indexer/jobs.h"

#include <sched.h>
#include <unistd.h>

unsigned jobs_default(void)
{
	cpu_set_t set;
	/* A machine may have more than such a set can tell. */
	const long count = sched_getaffinity(0, sizeof(set), &set)
				   ? sysconf(_SC_NPROCESSORS_ONLN)
				   : CPU_COUNT(&set);

	if (count < 1)
		return 1;
	return count < JOBS_MAX ? (unsigned)count : JOBS_MAX;
}
