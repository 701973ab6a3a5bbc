#include <stdlib.h>

#include "query/clump.h"
#include "tests/unit.h"

enum {
	CLUMPS = 3000,
	ID_BYTES = 13
};

static struct clump clumps[CLUMPS];
static char ids[CLUMPS][ID_BYTES];

static uint64_t chance(uint64_t *seed, uint64_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (*seed >> 33) % below;
}

/* Many are equal in all but their ids, and some ids begin alike. */
static void make(void)
{
	uint64_t seed = 11;

	for (size_t i = 0; i < CLUMPS; i++) {
		snprintf(ids[i], ID_BYTES, "%06x%06zx",
			 (unsigned int)chance(&seed, 50), i * 7919 % CLUMPS);
		clumps[i] = (struct clump){
			.term = (uint32_t)i + 1,
			.id = ids[i],
			.machines = chance(&seed, 3),
			.crashes = 1 + chance(&seed, 4),
			.rise = (double)chance(&seed, 5) - 2,
		};
	}
}

static int falling(uint64_t a, uint64_t b)
{
	return (a < b) - (a > b);
}

static int compare(const struct clump *a, const struct clump *b,
		   enum clump_order order)
{
	const int machines = falling(a->machines, b->machines);
	const int crashes = falling(a->crashes, b->crashes);
	const bool by_crashes = order == CLUMP_CRASHES;

	if (order == CLUMP_RISE && a->rise != b->rise)
		return a->rise > b->rise ? -1 : 1;
	if (machines && !(by_crashes && crashes))
		return machines;
	return crashes ? crashes : strcmp(a->id, b->id);
}

static void rows_come_in_the_order_asked_for(void **state)
{
	(void)state;
	for (enum clump_order order = 0; order <= CLUMP_RISE; order++) {
		struct clumps all = { .at = clumps, .count = CLUMPS };
		bool met[CLUMPS + 1] = { false };

		make();
		clump_sort(NULL, &all, order, 50);
		for (size_t i = 0; i < CLUMPS; i++) {
			assert_false(met[clumps[i].term]);
			met[clumps[i].term] = true;
			assert_ptr_equal(clumps[i].id, ids[clumps[i].term - 1]);
			if (i)
				assert_true(compare(&clumps[i - 1], &clumps[i],
						    order) < 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_come_in_the_order_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
