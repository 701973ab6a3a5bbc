#include "signatures/base/json.h"

#include <stdlib.h>

#include "tests/unit.h"

static char *printed(struct json *root)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	json_print(root, out);
	fclose(out);
	json_destroy(root);
	return text;
}

static void what_a_terminal_obeys_is_printed_by_number(void **state)
{
	char *text = printed(json_new_text(
		"\x1b[2J\x7f\xc2\x80\xc2\x9f\xc2\xa0\xe2\x80\xaa\xe2\x80\xae"
		"\xe2\x81\xa9\xe2\x80\xa6\xc3\xa9"));

	(void)state;
	assert_string_equal(text,
			    "\"\\u001B[2J\\u007f\\u0080\\u009f\xc2\xa0\\u202a"
			    "\\u202e\\u2069\xe2\x80\xa6\xc3\xa9\"");
	free(text);
}

static void objects_keep_their_order(void **state)
{
	struct json *object = json_new_object();

	(void)state;
	json_set(object, "z", json_new_hex(0x29));
	json_set(object, "a", json_new_null());
	json_set(object, "h", json_new_hash(0xabc));

	char *text = printed(object);

	assert_string_equal(
		text, "{\"z\":\"0x29\",\"a\":null,\"h\":\"0000000000000abc\"}");
	free(text);
}

static void foreign_bytes_still_print(void **state)
{
	char *text = printed(json_new_text("a\xff"));

	(void)state;
	assert_string_equal(text, "\"a\xc3\xbf\"");
	free(text);
}

static void what_is_not_json_is_corrupt(void **state)
{
	struct json *root = NULL;
	struct error err;

	(void)state;
	assert_int_equal(json_parse("{\"a\":", 5, &root, &err), STATUS_CORRUPT);
	assert_null(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_terminal_obeys_is_printed_by_number),
		cmocka_unit_test(objects_keep_their_order),
		cmocka_unit_test(foreign_bytes_still_print),
		cmocka_unit_test(what_is_not_json_is_corrupt),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
