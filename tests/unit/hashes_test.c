#include "signatures/store/hashes.h"

#include <stdlib.h>
#include <unistd.h>

#include "signatures/base/text.h"
#include "tests/unit.h"

enum {
	KIND = SCHEMA_FIND_CONTENT,
	HASHES = 3000
};

#define SEVEN (UINT64_C(7) << 40)

static bool take(void *closure, uint32_t number)
{
	uint64_t *sum = closure;

	*sum += number;
	return true;
}

static uint64_t sum_of(struct store *store, uint64_t hash)
{
	uint64_t sum = 0;

	hashes_find(store, KIND, hash, take, &sum);
	return sum;
}

static struct store *made(char *folder)
{
	struct store *store;
	struct error err;

	assert_non_null(mkdtemp(folder));
	assert_int_equal(store_open(folder, STORE_WRITE, false, &store, &err),
			 STATUS_OK);
	assert_int_equal(store_begin(store, &err), STATUS_OK);
	return store;
}

static void unmake(struct store *store, const char *folder)
{
	static const char *const names[] = { "data.mdb", "lock.mdb",
					     "writer.lock", "open.lock" };
	struct arena arena;

	store_close(store);
	arena_init(&arena);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(text_printf(&arena, "%s/%s", folder, names[i]));
	rmdir(folder);
	arena_deinit(&arena);
}

static void of_a_pair_the_last_word_counts(void **state)
{
	char folder[] = "/tmp/hashes-XXXXXX";
	struct store *store = made(folder);

	(void)state;
	hashes_add(store, KIND, SEVEN, 1);
	hashes_add(store, KIND, SEVEN, 20);
	assert_int_equal(sum_of(store, SEVEN), 21);
	hashes_remove(store, KIND, SEVEN, 1);
	assert_int_equal(sum_of(store, SEVEN), 20);
	hashes_add(store, KIND, SEVEN, 1);
	hashes_add(store, KIND, SEVEN, 1);
	assert_int_equal(sum_of(store, SEVEN), 21);
	assert_int_equal(sum_of(store, SEVEN << 1), 0);
	unmake(store, folder);
}

static void what_is_flushed_is_found_beside_what_is_not(void **state)
{
	char folder[] = "/tmp/hashes-XXXXXX";
	struct store *store = made(folder);

	(void)state;
	for (uint32_t i = 1; i <= HASHES; i++)
		hashes_add(store, KIND, i * UINT64_C(0x9e3779b97f4a7c15), i);
	hashes_flush(store);
	for (uint32_t i = 1; i <= HASHES; i += 2)
		hashes_remove(store, KIND, i * UINT64_C(0x9e3779b97f4a7c15), i);
	hashes_add(store, KIND, 2 * UINT64_C(0x9e3779b97f4a7c15), 40);
	for (unsigned int flushed = 0; flushed < 2; flushed++) {
		for (uint32_t i = 1; i <= HASHES; i++)
			assert_int_equal(
				sum_of(store, i * UINT64_C(0x9e3779b97f4a7c15)),
				i % 2	 ? 0
				: i == 2 ? 42
					 : i);
		hashes_flush(store);
	}
	unmake(store, folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_a_pair_the_last_word_counts),
		cmocka_unit_test(what_is_flushed_is_found_beside_what_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
