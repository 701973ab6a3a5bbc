#include "signatures/record.h"

#include <stdlib.h>

#include "tests/unit/any_crash.h"

/* The record that tests/records/v1.hex has been from its first day on. */
static struct record_file golden(struct arena *arena)
{
	uint64_t seed = 2008;
	struct record_file file = { "march.7z/07.dmp", 133000000000000000u,
				    any_crash(&seed, arena) };

	while (!file.crash.pool_count || file.crash.stack.count < 5 ||
	       !file.crash.candidate_count)
		file.crash = any_crash(&seed, arena);
	return file;
}

static void assert_same_bytes(struct bytes a, struct bytes b)
{
	assert_int_equal(bytes_left(&a), bytes_left(&b));
	assert_memory_equal(a.next, b.next, bytes_left(&a));
}

static void what_is_encoded_is_decoded(void **state)
{
	uint64_t seed = 1;
	struct arena arena;
	struct error err;

	(void)state;
	arena_init(&arena);
	for (int i = 0; i < 300; i++) {
		struct record_file file = { "a/b.dmp", 77,
					    any_crash(&seed, &arena) };
		struct record_file again;
		struct bytes bytes = record_encode(&file, &arena);

		assert_int_equal(record_decode(bytes, &arena, &again, &err),
				 STATUS_OK);
		assert_same_bytes(bytes, record_encode(&again, &arena));
		assert_string_equal(again.source, "a/b.dmp");
		assert_int_equal(again.ingested, 77);
		assert_int_equal(again.crash.module_count,
				 file.crash.module_count);
		for (size_t n = 0; n < file.crash.stack.count; n++)
			assert_int_equal(again.crash.stack.frames[n].address,
					 file.crash.stack.frames[n].address);
		assert_int_equal(again.crash.processor_count,
				 file.crash.processor_count);
		for (size_t n = 0; n < again.crash.processor_count; n++) {
			const struct crash_processor *it =
				&again.crash.processors[n];
			const struct crash_processor *was =
				&file.crash.processors[n];
			assert_int_equal(it->number, was->number);
			assert_int_equal(it->stack.count, was->stack.count);
		}
		assert_int_equal(again.crash.trail_count,
				 file.crash.trail_count);
		for (size_t n = 0; n < again.crash.trail_count; n++) {
			assert_int_equal(again.crash.trail[n].entry,
					 file.crash.trail[n].entry);
			assert_int_equal(again.crash.trail[n].end,
					 file.crash.trail[n].end);
		}
		arena_reset(&arena);
	}
	arena_deinit(&arena);
}

static void a_cut_or_changed_record_is_refused_or_another(void **state)
{
	struct arena arena, scratch;
	struct record_file file, again;
	struct bytes bytes;
	struct error err;

	(void)state;
	arena_init(&arena);
	arena_init(&scratch);
	file = golden(&arena);
	bytes = record_encode(&file, &arena);
	for (size_t size = 0; size < bytes_left(&bytes); size++)
		assert_int_equal(record_decode(bytes_of(bytes.next, size),
					       &scratch, &again, &err),
				 STATUS_CORRUPT);
	for (size_t bit = 0; bit < 8 * bytes_left(&bytes); bit++) {
		uint8_t *copy = arena_take(&scratch, bytes_left(&bytes), 1);

		memcpy(copy, bytes.next, bytes_left(&bytes));
		copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (!record_decode(bytes_of(copy, bytes_left(&bytes)), &scratch,
				   &again, &err))
			record_encode(&again, &scratch);
		arena_reset(&scratch);
	}
	arena_deinit(&scratch);
	arena_deinit(&arena);
}

/* Set RECORD_HEX to a file to write the record of a new version there. */
static void the_first_version_can_be_read(void **state)
{
	const char *out = getenv("RECORD_HEX");
	struct record_file file, again;
	uint8_t raw[8192];
	struct arena arena;
	struct error err;
	struct bytes bytes;
	unsigned int byte;
	size_t size = 0;
	FILE *hex;

	(void)state;
	arena_init(&arena);
	file = golden(&arena);
	/* Not known then. */
	file.crash.value_count = 0;
	file.crash.processor_count = 0;
	file.crash.trail_count = 0;
	bytes = record_encode(&file, &arena);
	hex = out ? fopen(out, "w") : NULL;
	for (size_t i = 0; hex && i < bytes_left(&bytes); i++)
		fprintf(hex, "%02x%s", bytes.next[i], i % 32 == 31 ? "\n" : "");
	if (hex) {
		fprintf(hex, "\n");
		fclose(hex);
	}
	hex = fopen("tests/records/v1.hex", "r");
	assert_non_null(hex);
	while (size < sizeof(raw) && fscanf(hex, "%2x", &byte) == 1)
		raw[size++] = (uint8_t)byte;
	fclose(hex);
	assert_int_equal(
		record_decode(bytes_of(raw, size), &arena, &again, &err),
		STATUS_OK);
	assert_same_bytes(bytes_of(raw, size), record_encode(&again, &arena));
	assert_string_equal(again.source, "march.7z/07.dmp");
	assert_int_equal(again.ingested, 133000000000000000u);
	arena_deinit(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_encoded_is_decoded),
		cmocka_unit_test(a_cut_or_changed_record_is_refused_or_another),
		cmocka_unit_test(the_first_version_can_be_read),
	};

	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
