#include "signatures/record_beside.h"

#include <stdlib.h>

#include "tests/unit/any_crash.h"

enum {
	RAW_BYTES = 8192
};

/* Whose bytes tests/records/v2.hex has been from its first day on. */
static struct record_file golden(struct arena *arena)
{
	uint64_t seed = 2012;
	struct record_file file = { "07.dmp", 0, any_crash(&seed, arena) };

	while (!file.crash.pool_count || file.crash.stack.count < 5 ||
	       !file.crash.candidate_count || !file.crash.buckets.exact)
		file.crash = any_crash(&seed, arena);
	return file;
}

static void assert_same_bytes(struct bytes a, struct bytes b)
{
	assert_int_equal(bytes_left(&a), bytes_left(&b));
	assert_memory_equal(a.next, b.next, bytes_left(&a));
}

static void assert_same_crash(const struct record_file *a,
			      const struct record_file *b, struct arena *arena)
{
	assert_same_bytes(record_encode(a, arena), record_encode(b, arena));
}

static void what_is_encoded_is_decoded(void **state)
{
	uint64_t seed = 3;
	struct arena arena;
	struct error err;
	size_t own = 0;

	(void)state;
	arena_init(&arena);
	for (int i = 0; i < 300; i++) {
		struct record_file file = { "b.dmp", 77,
					    any_crash(&seed, &arena) };
		struct record_file again;
		const struct record_beside record =
			record_beside_encode(&file, &arena);

		own += bytes_left(&record.own);
		assert_int_equal(record_beside_decode(&record, &file.crash,
						      &arena, &again, &err),
				 STATUS_OK);
		assert_same_crash(&file, &again, &arena);
		arena_reset(&arena);
	}
	assert_true(own / 300 < 150);
	arena_deinit(&arena);
}

/* As far as it is said there: own has the rest. */
static void a_stack_tells_by_itself_what_and_where(void **state)
{
	uint64_t seed = 5;
	struct arena arena;
	struct error err;

	(void)state;
	arena_init(&arena);
	for (int i = 0; i < 300; i++) {
		const struct record_file file = { "b.dmp", 77,
						  any_crash(&seed, &arena) };
		const struct crash_stack *stack = &file.crash.stack;
		const struct record_beside record =
			record_beside_encode(&file, &arena);
		struct crash alone;

		assert_int_equal(
			record_beside_stack(record.stack, &arena, &alone, &err),
			STATUS_OK);
		assert_true(alone.bugcheck.code.value ==
			    file.crash.bugcheck.code.value);
		assert_true(alone.fault.offset.value ==
			    file.crash.fault.offset.value);
		assert_int_equal(alone.stack.count, stack->count);
		assert_int_equal(alone.walked.count, file.crash.walked.count);
		for (size_t n = 0; n < stack->count; n++) {
			const struct crash_frame *a = &stack->frames[n];
			const struct crash_frame *b = &alone.stack.frames[n];

			assert_int_equal(!a->module, !b->module);
			assert_int_equal(a->how, b->how);
			if (!a->module)
				continue;
			assert_string_equal(a->module, b->module);
			assert_true(a->offset == b->offset);
			assert_true(a->build == b->build);
		}
		arena_reset(&arena);
	}
	arena_deinit(&arena);
}

/* The same bug after another boot, at another time, in other arguments. */
static void crashes_of_one_bug_have_one_stack(void **state)
{
	struct record_file file, other;
	struct record_beside a, b;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	file = golden(&arena);
	other = file;
	other.crash.modules = arena_take(&arena, file.crash.module_count,
					 sizeof(*other.crash.modules));
	for (size_t i = 0; i < file.crash.module_count; i++) {
		other.crash.modules[i] = file.crash.modules[i];
		other.crash.modules[i].base += 0x7f0000;
	}
	other.crash.stack.frames = arena_take(&arena, file.crash.stack.count,
					      sizeof(struct crash_frame));
	for (size_t i = 0; i < file.crash.stack.count; i++) {
		struct crash_frame *frame = &other.crash.stack.frames[i];

		*frame = file.crash.stack.frames[i];
		frame->address +=
			frame->module && frame->address ? 0x7f0000 : 0;
		frame->slot += frame->slot ? 0x40 : 0;
	}
	other.crash.time = CRASH_NUMBER(1);
	other.crash.bugcheck.args[1] = CRASH_NUMBER(2);
	other.crash.process = "other.exe";
	a = record_beside_encode(&file, &arena);
	b = record_beside_encode(&other, &arena);
	assert_same_bytes(a.stack, b.stack);
	assert_true(bytes_left(&a.own) != bytes_left(&b.own) ||
		    memcmp(a.own.next, b.own.next, bytes_left(&a.own)) != 0);
	other.crash.stack.frames[0].offset++;
	b = record_beside_encode(&other, &arena);
	assert_true(bytes_left(&a.stack) != bytes_left(&b.stack) ||
		    memcmp(a.stack.next, b.stack.next, bytes_left(&a.stack)));
	arena_deinit(&arena);
}

static void try_changed(const struct record_beside *record, bool of_stack,
			size_t bit, const struct crash *shared,
			struct arena *scratch)
{
	const struct bytes *from = of_stack ? &record->stack : &record->own;
	const size_t size = bytes_left(from);
	uint8_t *copy = arena_take(scratch, size, 1);
	struct record_beside changed = *record;
	struct record_file again;
	struct error err;

	memcpy(copy, from->next, size);
	copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
	*(of_stack ? &changed.stack : &changed.own) = bytes_of(copy, size);
	if (!record_beside_decode(&changed, shared, scratch, &again, &err))
		record_beside_encode(&again, scratch);
	else
		assert_int_equal(err.status, STATUS_CORRUPT);
}

static void a_cut_or_changed_record_is_refused_or_another(void **state)
{
	struct arena arena, scratch;
	struct record_file file, again;
	struct record_beside record;
	struct error err;

	(void)state;
	arena_init(&arena);
	arena_init(&scratch);
	file = golden(&arena);
	record = record_beside_encode(&file, &arena);
	for (unsigned int of_stack = 0; of_stack < 2; of_stack++) {
		const struct bytes whole = of_stack ? record.stack : record.own;

		for (size_t size = 0; size < bytes_left(&whole); size++) {
			struct record_beside cut = record;

			*(of_stack ? &cut.stack : &cut.own) =
				bytes_of(whole.next, size);
			assert_int_equal(record_beside_decode(&cut, &file.crash,
							      &scratch, &again,
							      &err),
					 STATUS_CORRUPT);
			arena_reset(&scratch);
		}
		for (size_t bit = 0; bit < 8 * bytes_left(&whole); bit++) {
			try_changed(&record, of_stack, bit, &file.crash,
				    &scratch);
			arena_reset(&scratch);
		}
	}
	arena_deinit(&scratch);
	arena_deinit(&arena);
}

static void print_hex(FILE *out, struct bytes bytes)
{
	for (size_t i = 0; i < bytes_left(&bytes); i++)
		fprintf(out, "%02x%s", bytes.next[i], i % 32 == 31 ? "\n" : "");
	fprintf(out, "\n\n");
}

static struct bytes read_hex(FILE *in, size_t size, uint8_t *raw)
{
	unsigned int byte;
	size_t count = 0;

	while (count < size && fscanf(in, "%2x", &byte) == 1)
		raw[count++] = (uint8_t)byte;
	return bytes_of(raw, count);
}

/* Set RECORD_HEX to a file to write the record of a new version there. */
static void version_two_can_be_read(void **state)
{
	const char *out = getenv("RECORD_HEX");
	static uint8_t own[RAW_BYTES], stack[RAW_BYTES];
	struct record_beside record, kept;
	struct record_file file, again;
	struct arena arena;
	struct error err;
	FILE *hex;

	(void)state;
	arena_init(&arena);
	file = golden(&arena);
	/* Not known then. */
	file.crash.processor_count = 0;
	file.crash.trail_count = 0;
	record = record_beside_encode(&file, &arena);
	hex = out ? fopen(out, "w") : NULL;
	if (hex) {
		print_hex(hex, record.own);
		print_hex(hex, record.stack);
		fclose(hex);
	}
	hex = fopen("tests/records/v2.hex", "r");
	assert_non_null(hex);
	kept.own = read_hex(hex, bytes_left(&record.own), own);
	kept.stack = read_hex(hex, sizeof(stack), stack);
	fclose(hex);
	assert_int_equal(
		record_beside_decode(&kept, &file.crash, &arena, &again, &err),
		STATUS_OK);
	assert_same_crash(&file, &again, &arena);
	assert_string_equal(again.source, "07.dmp");
	arena_deinit(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_encoded_is_decoded),
		cmocka_unit_test(a_stack_tells_by_itself_what_and_where),
		cmocka_unit_test(crashes_of_one_bug_have_one_stack),
		cmocka_unit_test(a_cut_or_changed_record_is_refused_or_another),
		cmocka_unit_test(version_two_can_be_read),
	};

	return cmocka_run_group_tests_name("record_beside", tests, NULL, NULL);
}
