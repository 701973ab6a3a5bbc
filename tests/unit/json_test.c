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
		cmocka_unit_test(objects_keep_their_order),
		cmocka_unit_test(foreign_bytes_still_print),
		cmocka_unit_test(what_is_not_json_is_corrupt),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
