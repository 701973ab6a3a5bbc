#include <stdbool.h>
#include <stdlib.h>

#include "query/contrast.h"
#include "tests/unit.h"

enum {
	UNITS = 120,
	WORDS = (UNITS + 63) / 64,
	ATTRIBUTES = 80,
	CORPORA = 1000
};

struct fixture {
	struct arena arena;
	struct contrast_table table;
	struct contrast_attribute attributes[ATTRIBUTES];
	uint64_t bits[ATTRIBUTES][WORDS];
	uint64_t group[WORDS];
};

static uint32_t random_below(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % below;
}

static void begin(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	arena_init(&f->arena);
	f->table.units = UNITS;
	f->table.group = f->group;
	f->table.attributes = f->attributes;
}

/* The units from first up to last have it. */
static void add(struct fixture *f, const char *field, unsigned rank,
		size_t first, size_t last)
{
	const size_t at = f->table.count++;

	f->attributes[at] =
		(struct contrast_attribute){ field, "x", rank, f->bits[at] };
	for (size_t unit = first; unit < last; unit++)
		contrast_set(f->bits[at], unit);
	f->table.candidates = f->table.count;
}

static void group(struct fixture *f, size_t last)
{
	for (size_t unit = 0; unit < last; unit++)
		contrast_set(f->group, unit);
}

static const char *name(const struct fixture *f,
			const struct contrast_finding *finding)
{
	return f->attributes[finding->attribute].field;
}

static void a_cause_is_found_with_its_shares(void **state)
{
	struct fixture f;
	struct contrast_finding *found;

	(void)state;
	begin(&f);
	group(&f, 20);
	add(&f, "bios", 0, 1, 22);
	add(&f, "other", 0, 15, 100);
	assert_int_equal(contrast_find(&f.table, &f.arena, &found), 1);
	assert_string_equal(name(&f, found), "bios");
	assert_int_equal(found->counts.k1, 19);
	assert_int_equal(found->counts.n1, 20);
	assert_int_equal(found->counts.k2, 2);
	assert_int_equal(found->counts.n2, 100);
	assert_true(found->p < 1e-9);
	arena_deinit(&f.arena);
}

static void what_rides_on_a_cause_is_explained_by_it(void **state)
{
	struct fixture f;
	struct contrast_finding *found;

	(void)state;
	begin(&f);
	group(&f, 12);
	add(&f, "driver", 1, 0, 24); /* comes with the model */
	add(&f, "bios", 2, 0, 12);
	assert_int_equal(contrast_find(&f.table, &f.arena, &found), 2);
	assert_string_equal(name(&f, &found[0]), "bios");
	assert_int_equal(found[0].explained, CONTRAST_NONE);
	assert_int_equal(found[1].explained, 0);
	assert_true(found[1].given > CONTRAST_ALPHA);
	arena_deinit(&f.arena);
}

static void a_model_is_named_before_its_driver(void **state)
{
	struct fixture f;
	struct contrast_finding *found;

	(void)state;
	begin(&f);
	group(&f, 20);
	add(&f, "driver", 5, 0, 21);
	add(&f, "product", 1, 0, 21);
	assert_int_equal(contrast_find(&f.table, &f.arena, &found), 1);
	assert_string_equal(name(&f, found), "product");
	assert_int_equal(found->same, 2);
	/* One machine of the model has lost its driver: as good as the same. */
	arena_deinit(&f.arena);
	begin(&f);
	group(&f, 20);
	add(&f, "driver", 5, 0, 20);
	add(&f, "product", 1, 0, 21);
	assert_int_equal(contrast_find(&f.table, &f.arena, &found), 2);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(found[i].explained == CONTRAST_NONE,
				 strcmp(name(&f, &found[i]), "product") == 0);
	arena_deinit(&f.arena);
}

static void a_pair_is_found_where_neither_alone_is_it(void **state)
{
	struct fixture f;
	struct contrast_finding *found;
	size_t count;

	(void)state;
	begin(&f);
	group(&f, 20);
	add(&f, "driver", 1, 0, 70);
	add(&f, "bios", 2, 0, 20);
	for (size_t unit = 70; unit < UNITS; unit++)
		contrast_set(f.bits[1], unit);
	count = contrast_find(&f.table, &f.arena, &found);
	assert_true(count >= 1);
	assert_true(found[0].other != CONTRAST_NONE);
	assert_int_equal(found[0].counts.k1, 20);
	assert_int_equal(found[0].counts.k2, 0);
	arena_deinit(&f.arena);
}

/* Units are numbered as they came in. */
static void what_says_as_much_stands_by_its_name(void **state)
{
	struct fixture f;
	struct contrast_finding *found;

	(void)state;
	for (size_t other = 0; other < 2; other++) {
		begin(&f);
		group(&f, 20);
		add(&f, "bios", 0, 8 * other, 8 * other + 8);
		add(&f, "board", 0, 8 * !other, 8 * !other + 8);
		assert_int_equal(contrast_find(&f.table, &f.arena, &found), 2);
		assert_true(found[0].phi == found[1].phi);
		assert_string_equal(name(&f, &found[0]), "bios");
		assert_string_equal(name(&f, &found[1]), "board");
		arena_deinit(&f.arena);
	}
}

static void a_few_machines_prove_nothing(void **state)
{
	struct fixture f;
	struct contrast_finding *found;

	(void)state;
	begin(&f);
	group(&f, CONTRAST_LEAST - 1);
	add(&f, "bios", 0, 0, CONTRAST_LEAST - 1);
	assert_int_equal(contrast_find(&f.table, &f.arena, &found), 0);
	arena_deinit(&f.arena);
}

/* Attributes of every frequency, some tied to others, and a group at random. */
static void make_noise(struct fixture *f, uint64_t *seed)
{
	const uint32_t size = 10 + random_below(seed, 50);

	for (size_t unit = 0; unit < UNITS; unit++)
		if (random_below(seed, UNITS) < size)
			contrast_set(f->group, unit);
	for (size_t i = 0; i < ATTRIBUTES; i++) {
		const uint32_t share = 2 + random_below(seed, 96);
		const size_t like = random_below(seed, ATTRIBUTES);

		add(f, "noise", (unsigned)i, 0, 0);
		for (size_t unit = 0; unit < UNITS; unit++) {
			const bool follows =
				like < i && random_below(seed, 100) < 90;
			const bool has =
				follows ? f->bits[like][unit / 64] >>
							  (unit % 64) &
						  1
					: random_below(seed, 100) < share;

			if (has)
				contrast_set(f->bits[i], unit);
		}
	}
}

static void chance_is_named_no_more_often_than_promised(void **state)
{
	uint64_t seed = 20240701;
	unsigned alarms = 0;

	(void)state;
	for (unsigned i = 0; i < CORPORA; i++) {
		struct fixture f;
		struct contrast_finding *found;

		begin(&f);
		make_noise(&f, &seed);
		alarms += contrast_find(&f.table, &f.arena, &found) > 0;
		arena_deinit(&f.arena);
	}
	assert_true(alarms <= CORPORA * CONTRAST_ALPHA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cause_is_found_with_its_shares),
		cmocka_unit_test(what_rides_on_a_cause_is_explained_by_it),
		cmocka_unit_test(a_model_is_named_before_its_driver),
		cmocka_unit_test(a_pair_is_found_where_neither_alone_is_it),
		cmocka_unit_test(what_says_as_much_stands_by_its_name),
		cmocka_unit_test(a_few_machines_prove_nothing),
		cmocka_unit_test(chance_is_named_no_more_often_than_promised),
	};

	return cmocka_run_group_tests_name("contrast", tests, NULL, NULL);
}
