#include <stdio.h>
#include <stdlib.h>

#include "signatures/crash_json.h"
#include "signatures/crash_parse.h"
#include "tests/unit.h"

static struct json *printed(const struct crash *crash)
{
	struct json *written = crash_json(crash, NULL);
	struct json *json = NULL;
	struct error err;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	json_print(written, out);
	fclose(out);
	json_destroy(written);
	assert_int_equal(json_parse(text, size, &json, &err), STATUS_OK);
	free(text);
	return json;
}

static void what_was_printed_is_read_back(void **state)
{
	struct crash_module modules[] = {
		{ "ntoskrnl.exe", 0x1000, 0x2000, 0x4f71205100d1c000 },
		{ "ks.sys", 0x5000, 0x1000, 77 },
	};
	struct crash_frame frames[] = {
		{ .module = "ks.sys", .offset = 0x1ae9 },
		{ .module = "nt", .offset = 5, .how = CRASH_HOW_SCAN },
		{ .offset = 0xfffff80000000000, .how = CRASH_HOW_UNWIND },
		{ .module = "fs", .symbol = "f", .how = CRASH_HOW_STATED },
	};
	struct crash_pool pool[] = { { .tag = "Proc",
				       .role = CRASH_POOL_CORRUPT } };
	const char *flags[] = { "tool-made" };
	const struct crash crash = {
		.image = { .kind = CRASH_KERNEL_TRIAGE },
		.time = CRASH_NUMBER(133642656000000000),
		.bugcheck = { .code = CRASH_NUMBER(0xd1),
			      .args = { CRASH_NUMBER(0x29),
					CRASH_NUMBER(UINT64_MAX) } },
		.fault = { .module = "ks.sys",
			   .offset = CRASH_NUMBER(0x1ae9),
			   .how = CRASH_FAULT_ARGUMENT },
		.stack = { frames, 4 },
		.pool = pool,
		.pool_count = 1,
		.modules = modules,
		.module_count = 2,
		.flags = flags,
		.flag_count = 1,
	};
	struct json *json = printed(&crash);
	struct crash read;
	struct arena arena;
	struct error err;

	(void)state;
	arena_init(&arena);
	assert_int_equal(crash_parse(json, &arena, &read, &err), STATUS_OK);
	json_destroy(json);
	assert_int_equal(read.image.kind, CRASH_KERNEL_TRIAGE);
	assert_int_equal(read.time.value, crash.time.value);
	assert_int_equal(read.bugcheck.code.value, 0xd1);
	assert_int_equal(read.bugcheck.args[1].value, UINT64_MAX);
	assert_false(read.bugcheck.args[2].known);
	assert_int_equal(read.fault.how, CRASH_FAULT_ARGUMENT);
	assert_int_equal(read.stack.count, 4);
	assert_int_equal(read.stack.frames[0].build, 77);
	assert_int_equal(read.stack.frames[1].build, modules[0].build);
	assert_int_equal(read.stack.frames[1].how, CRASH_HOW_SCAN);
	assert_null(read.stack.frames[2].module);
	assert_string_equal(read.stack.frames[3].symbol, "f");
	assert_string_equal(read.pool[0].tag, "Proc");
	assert_false(crash_is_crash(&read));
	arena_deinit(&arena);
}

static void nonsense_is_refused_or_passed_over(void **state)
{
	static const struct {
		const char *text;
		enum status status;
	} cases[] = {
		{ "{}", STATUS_CORRUPT },
		{ "{\"bugcheck\":3}", STATUS_OK },
		{ "{\"stack\":{\"frames\":[{\"how\":\"dreamt\"}]}}",
		  STATUS_CORRUPT },
		{ "{\"stack\":{\"frames\":[{\"how\":\"scan\",\"module\":[],"
		  "\"offset\":\"-\"}]},\"modules\":[1,{}],\"pool\":{}}",
		  STATUS_OK },
	};
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct json *json;
		struct crash crash;
		struct error err;

		assert_int_equal(json_parse(cases[i].text,
					    strlen(cases[i].text), &json, &err),
				 STATUS_OK);
		assert_int_equal(crash_parse(json, &arena, &crash, &err),
				 cases[i].status);
		json_destroy(json);
	}
	arena_deinit(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_printed_is_read_back),
		cmocka_unit_test(nonsense_is_refused_or_passed_over),
	};

	return cmocka_run_group_tests_name("crash_parse", tests, NULL, NULL);
}
