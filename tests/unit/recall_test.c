#include <stdlib.h>

#include "query/factor.h"
#include "query/recall.h"
#include "tests/unit/made_store.h"

static void check(struct made_store *made, const char *field)
{
	const uint32_t last =
		store_column_last_term(made->store, field_find(field));
	struct recall recall;
	struct arena arena;

	assert_true(last > 0);
	arena_init(&arena);
	recall_init(&recall, made->store, field);
	for (uint32_t i = 0; i <= 2 * last + 2; i++) {
		const uint32_t term = i * 7 % (last + 2);
		const struct field_value ours = recall_value(&recall, term);
		const struct field_value theirs =
			factor_value(made->store, field, term, &arena);

		assert_int_equal(!ours.text, !theirs.text);
		assert_true(ours.number == theirs.number);
		if (ours.text)
			assert_string_equal(ours.text, theirs.text);
		assert_string_equal(
			recall_text(&recall, term),
			factor_text(made->store, field, term, &arena));
	}
	recall_deinit(&recall);
	arena_deinit(&arena);
}

static void what_was_looked_up_is_what_the_store_says(void **state)
{
	static struct made_store made;

	(void)state;
	made_store_create(&made);
	check(&made, "bugcheck");
	check(&made, "fault");
	made_store_destroy(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_looked_up_is_what_the_store_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
