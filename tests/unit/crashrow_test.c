#include "signatures/clickhouse/crashrow.h"

#include "signatures/clickhouse/tables.h"
#include "tests/unit.h"
#include "tests/unit/any_crash.h"

/* Behind id, ids, links and contents. */
static void skip_to_records(struct bytes *in)
{
	crashrow_take_string(in);
	for (int array = 0; array < 3; array++)
		bytes_skip(in, 8 * pack_take_varint(in));
	/* fields, records_hash, list_hash, file_count */
	bytes_skip(in, 3 * 8 + 1);
}

static void skip_field(struct bytes *in, const struct field *field)
{
	uint64_t number;

	if (tables_is_array(field)) {
		for (uint64_t n = pack_take_varint(in); n && !in->failed; n--) {
			if (field->type == FIELD_TEXT)
				crashrow_take_string(in);
			else
				bytes_u64(in);
		}
	} else if (field->type == FIELD_TEXT) {
		crashrow_take_string(in);
	} else {
		crashrow_take_nullable(in, &number);
	}
}

static void a_row_has_every_column_and_gives_the_crash_back(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (uint64_t seed = 1; seed < 50; seed++) {
		uint64_t number = seed;
		const struct record_file file = {
			.source = "march.7z/07.dmp",
			.crash = any_crash(&number, &arena),
		};
		struct crashrow row = { .given = { NULL } };
		struct store_crash back;
		struct error err;

		store_crash_of_files(&file, 1, &arena, &row.crash);
		row.given[field_find("cluster")->number] = "3f9a1b2c4d5e";

		const struct crashrow_bytes bytes =
			crashrow_encode(&row, &arena);
		struct bytes in = bytes.rest;

		skip_to_records(&in);
		assert_int_equal(
			crashrow_take_records(&in, &arena, &back, &err),
			STATUS_OK);
		assert_true(hash_128_equal(back.identity, row.crash.identity));
		assert_string_equal(back.files[0].source, file.source);
		for (const struct field *field = field_table; field->name;
		     field++)
			skip_field(&in, field);
		assert_false(in.failed);
		assert_int_equal(bytes_left(&in), 0);
		arena_reset(&arena);
	}
	arena_deinit(&arena);
}

static void what_is_cut_short_is_no_row(void **state)
{
	struct arena arena;
	struct store_crash crash;
	struct error err;

	(void)state;
	arena_init(&arena);
	for (size_t size = 0; size < 4; size++) {
		struct bytes in = bytes_of("\1\xff\x7f", size);

		assert_int_not_equal(
			crashrow_take_records(&in, &arena, &crash, &err),
			STATUS_OK);
	}
	arena_deinit(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_row_has_every_column_and_gives_the_crash_back),
		cmocka_unit_test(what_is_cut_short_is_no_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
