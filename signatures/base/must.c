#include "signatures/base/must.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

_Noreturn void must_end(void)
{
	fprintf(stderr, "%s: out of memory\n", program_invocation_short_name);
	exit(3);
}
