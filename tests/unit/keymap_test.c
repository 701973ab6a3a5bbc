#include "signatures/cluster/keymap.h"

#include "tests/unit.h"

enum {
	KEYS = 5000
};

static uint64_t key_of(uint32_t i)
{
	return (uint64_t)(i + 1) * 0x10001;
}

static void fill(struct keymap *map, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++) {
		bool is_new;

		*keymap_put(map, key_of(i), &is_new) = i;
		assert_true(is_new);
	}
}

static void check(const struct keymap *map, uint32_t count)
{
	uint32_t value;

	for (uint32_t i = 0; i < count; i++) {
		assert_true(keymap_find(map, key_of(i), &value));
		assert_int_equal(value, i);
	}
	assert_false(keymap_find(map, key_of(count), &value));
	assert_false(keymap_find(map, 0, &value));
}

static void what_was_put_is_found_however_it_grew(void **state)
{
	struct keymap map;
	bool is_new;

	(void)state;
	keymap_init(&map);
	check(&map, 0);
	fill(&map, 0, KEYS);
	check(&map, KEYS);
	assert_int_equal(*keymap_put(&map, key_of(7), &is_new), 7);
	assert_false(is_new);
	keymap_deinit(&map);
}

static void room_is_made_once_and_loses_nothing(void **state)
{
	struct keymap map;
	size_t mask;

	(void)state;
	keymap_init(&map);
	fill(&map, 0, 10);
	keymap_room(&map, KEYS);
	mask = map.mask;
	check(&map, 10);
	fill(&map, 10, KEYS);
	assert_int_equal(map.mask, mask);
	keymap_room(&map, 3);
	assert_int_equal(map.mask, mask);
	check(&map, KEYS);
	keymap_deinit(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_put_is_found_however_it_grew),
		cmocka_unit_test(room_is_made_once_and_loses_nothing),
	};

	return cmocka_run_group_tests_name("keymap", tests, NULL, NULL);
}
