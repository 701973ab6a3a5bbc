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
	assert_int_equal(store_open(folder, STORE_WRITE, &store, &err),
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

/* A page says how large its numbers are: it is a function of what it holds. */
static void what_has_come_and_gone_leaves_no_trace(void **state)
{
	static const uint32_t numbers[] = {
		0,	 1,	    255, 256, 65535, 65536, UINT32_C(0xffffff),
		1 << 24, UINT32_MAX
	};
	const size_t count = sizeof(numbers) / sizeof(numbers[0]);
	char folder[] = "/tmp/hashes-XXXXXX";
	struct store *store = made(folder);
	struct btree_key key = btree_key();
	size_t sizes[sizeof(numbers) / sizeof(numbers[0])];
	struct bytes page;
	uint64_t sum = 0;

	(void)state;
	btree_key_u8(&key, KIND);
	btree_key_u16(&key, 0);
	for (size_t i = 0; i < count; i++) {
		hashes_add(store, KIND, SEVEN, numbers[i]);
		hashes_flush(store);
		sum += numbers[i];
		assert_int_equal(sum_of(store, SEVEN), sum);
		assert_true(btree_get(store, SCHEMA_FIND, &key, &page));
		sizes[i] = bytes_left(&page);
	}
	for (size_t i = count; i-- > 1;) {
		assert_true(btree_get(store, SCHEMA_FIND, &key, &page));
		assert_int_equal(bytes_left(&page), sizes[i]);
		hashes_remove(store, KIND, SEVEN, numbers[i]);
		hashes_flush(store);
		sum -= numbers[i];
		assert_int_equal(sum_of(store, SEVEN), sum);
	}
	hashes_remove(store, KIND, SEVEN, numbers[0]);
	hashes_flush(store);
	assert_false(btree_get(store, SCHEMA_FIND, &key, &page));
	unmake(store, folder);
}

/* Pairs of one page, as no hash spreads them: all low, all high, at both ends.
 */
static void pairs_are_found_wherever_they_lie(void **state)
{
	static const uint32_t low[] = { 0, 65535, 32768, 0, 700 };
	char folder[] = "/tmp/hashes-XXXXXX";
	struct store *store = made(folder);
	/* A place is 13 bits, what is kept behind it 16. */
	const unsigned int shift = 64 - 13 - 16;

	(void)state;
	for (size_t k = 0; k < sizeof(low) / sizeof(low[0]); k++)
		for (uint32_t i = 1; i <= 60; i++)
			hashes_add(store, KIND,
				   (uint64_t)(low[k] ^ (k == 3 ? i / 2 : 0))
					   << shift,
				   (uint32_t)k * 1000 + i);
	hashes_flush(store);
	assert_int_equal(sum_of(store, 0), 60 * 61 / 2 + 3000 + 1);
	assert_int_equal(sum_of(store, UINT64_C(65535) << shift),
			 60 * 1000 + 60 * 61 / 2);
	assert_int_equal(sum_of(store, UINT64_C(32768) << shift),
			 60 * 2000 + 60 * 61 / 2);
	assert_int_equal(sum_of(store, UINT64_C(700) << shift),
			 60 * 4000 + 60 * 61 / 2);
	for (uint32_t i = 1; i <= 29; i++)
		assert_int_equal(sum_of(store, (uint64_t)i << shift),
				 2 * 3000 + 4 * i + 1);
	assert_int_equal(sum_of(store, UINT64_C(31) << shift), 0);
	assert_int_equal(sum_of(store, UINT64_C(699) << shift), 0);
	assert_int_equal(sum_of(store, UINT64_C(65534) << shift), 0);
	unmake(store, folder);
}

/* What a transaction remembers of pages is of this transaction alone. */
static void each_transaction_finds_what_the_last_one_left(void **state)
{
	char folder[] = "/tmp/hashes-XXXXXX";
	struct store *store = made(folder);
	struct error err;

	(void)state;
	for (uint32_t round = 1; round <= 4; round++) {
		const uint32_t from = (round - 1) * HASHES;

		for (uint32_t i = 1; i <= from + HASHES; i++)
			assert_int_equal(
				sum_of(store, i * UINT64_C(0x9e3779b97f4a7c15)),
				i <= from ? i : 0);
		for (uint32_t i = from + 1; i <= from + HASHES; i++)
			hashes_add(store, KIND,
				   i * UINT64_C(0x9e3779b97f4a7c15), i);
		hashes_flush(store);
		for (uint32_t i = 1; i <= from + HASHES; i++)
			assert_int_equal(
				sum_of(store, i * UINT64_C(0x9e3779b97f4a7c15)),
				i);
		if (round == 2) /* as if it had not been */
			store_end(store);
		else
			assert_int_equal(store_commit(store, &err), STATUS_OK);
		assert_int_equal(store_begin(store, &err), STATUS_OK);
		if (round == 2) {
			for (uint32_t i = from + 1; i <= from + HASHES; i++)
				hashes_add(store, KIND,
					   i * UINT64_C(0x9e3779b97f4a7c15), i);
			assert_int_equal(store_commit(store, &err), STATUS_OK);
			assert_int_equal(store_begin(store, &err), STATUS_OK);
		}
	}
	unmake(store, folder);
}

struct order {
	uint64_t before;
	size_t count;
};

static bool take_in_order(void *closure, uint64_t hash, uint32_t number)
{
	struct order *order = closure;

	assert_true(hash >= order->before);
	assert_int_equal(hash, number * UINT64_C(0x9e3779b97f4a7c15));
	order->before = hash;
	order->count++;
	return true;
}

static void identities_are_walked_whole_and_in_order(void **state)
{
	char folder[] = "/tmp/hashes-XXXXXX";
	struct store *store = made(folder);
	struct order order = { 0, 0 };

	(void)state;
	for (uint32_t i = 1; i <= HASHES; i++)
		hashes_add(store, SCHEMA_FIND_IDENTITY,
			   i * UINT64_C(0x9e3779b97f4a7c15), i);
	hashes_walk(store, SCHEMA_FIND_IDENTITY, 0, take_in_order, &order);
	assert_int_equal(order.count, HASHES);
	unmake(store, folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_a_pair_the_last_word_counts),
		cmocka_unit_test(what_is_flushed_is_found_beside_what_is_not),
		cmocka_unit_test(what_has_come_and_gone_leaves_no_trace),
		cmocka_unit_test(pairs_are_found_wherever_they_lie),
		cmocka_unit_test(each_transaction_finds_what_the_last_one_left),
		cmocka_unit_test(identities_are_walked_whole_and_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
