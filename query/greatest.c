#include "query/greatest.h"

#include <stdlib.h>

#include "signatures/base/must.h"

void greatest_init(struct greatest *greatest, size_t most)
{
	*greatest = (struct greatest){ .most = most };
	greatest->at = must(calloc(most + 1, sizeof(*greatest->at)));
}

void greatest_deinit(struct greatest *greatest)
{
	free(greatest->at);
	greatest->at = NULL;
}

/* In place of the least. */
static void sift_down(struct greatest *greatest, uint64_t number)
{
	size_t i = 0;

	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= greatest->count)
			break;
		if (child + 1 < greatest->count &&
		    greatest->at[child + 1] < greatest->at[child])
			child++;
		if (greatest->at[child] >= number)
			break;
		greatest->at[i] = greatest->at[child];
		i = child;
	}
	greatest->at[i] = number;
}

void greatest_add(struct greatest *greatest, uint64_t number)
{
	size_t i = greatest->count;

	if (i == greatest->most) {
		if (i && number > greatest->at[0])
			sift_down(greatest, number);
		return;
	}
	greatest->count++;
	for (; i && greatest->at[(i - 1) / 2] > number; i = (i - 1) / 2)
		greatest->at[i] = greatest->at[(i - 1) / 2];
	greatest->at[i] = number;
}

uint64_t greatest_least(const struct greatest *greatest)
{
	return greatest->most && greatest->count == greatest->most
		       ? greatest->at[0]
		       : 0;
}
