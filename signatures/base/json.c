#include "signatures/base/json.h"

#include <assert.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "signatures/base/arena.h"
#include "signatures/base/bytes.h"
#include "signatures/base/must.h"
#include "signatures/base/text.h"

/* struct json is jansson's json_t under a name of ours. */
static json_t *theirs(const struct json *value)
{
	union {
		const struct json *ours;
		json_t *theirs;
	} same = { .ours = value };

	return same.theirs;
}

static struct json *ours(json_t *value)
{
	return (struct json *)value;
}

static struct json *made(json_t *value)
{
	if (!value)
		must_end();
	return ours(value);
}

struct json *json_new_object(void)
{
	return made(json_object());
}

struct json *json_new_array(void)
{
	return made(json_array());
}

struct json *json_new_null(void)
{
	return made(json_null());
}

struct json *json_new_bool(bool value)
{
	return made(json_boolean(value));
}

struct json *json_new_integer(int64_t value)
{
	return made(json_integer(value));
}

struct json *json_new_real(double value)
{
	json_t *real = json_real(value);

	return real ? ours(real) : json_new_null(); /* not a number */
}

struct json *json_new_text(const char *text)
{
	if (!text)
		return json_new_null();

	json_t *string = json_string(text);

	if (string)
		return ours(string);

	struct arena arena;

	arena_init(&arena);
	string = json_string(
		text_from_bytes(&arena, bytes_of(text, strlen(text))));
	arena_deinit(&arena);
	return made(string);
}

struct json *json_new_hex(uint64_t value)
{
	char text[20];

	snprintf(text, sizeof(text), "0x%" PRIx64, value);
	return made(json_string(text));
}

struct json *json_new_hash(uint64_t value)
{
	char text[20];

	snprintf(text, sizeof(text), "%016" PRIx64, value);
	return made(json_string(text));
}

void json_set(struct json *object, const char *key, struct json *value)
{
	if (json_object_set_new(theirs(object), key, theirs(value)))
		must_end();
}

void json_append(struct json *array, struct json *value)
{
	if (json_array_append_new(theirs(array), theirs(value)))
		must_end();
}

void json_destroy(struct json *root)
{
	json_decref(theirs(root));
}

/*
 * Valid JSON all the same: what a terminal obeys, which of UTF-8 are DEL, the
 * C1 controls (c2 80 to c2 9f) and what turns the direction of writing (e2 80
 * aa to ae, e2 81 a6 to a9), is written as \u with its number.
 */
static size_t take_obeyed(const unsigned char *c, unsigned int *ret)
{
	if (c[0] == 0x7f) {
		*ret = c[0];
		return 1;
	}
	if (c[0] == 0xc2 && c[1] >= 0x80 && c[1] <= 0x9f) {
		*ret = c[1];
		return 2;
	}
	if (c[0] == 0xe2 && ((c[1] == 0x80 && c[2] >= 0xaa && c[2] <= 0xae) ||
			     (c[1] == 0x81 && c[2] >= 0xa6 && c[2] <= 0xa9))) {
		*ret = 0x2000u | (c[1] & 0x3fu) << 6 | (c[2] & 0x3fu);
		return 3;
	}
	return 0;
}

static void print(const struct json *root, FILE *out, size_t flags)
{
	char *text = json_dumps(theirs(root), flags | JSON_ENCODE_ANY |
						      JSON_REAL_PRECISION(10));
	const char *next = text;

	assert(text);
	for (;;) {
		const size_t plain = strcspn(next, "\x7f\xc2\xe2");
		unsigned int number;
		size_t size;

		fwrite(next, 1, plain, out);
		next += plain;
		if (!*next)
			break;
		size = take_obeyed((const unsigned char *)next, &number);
		if (size)
			fprintf(out, "\\u%04x", number);
		else
			fputc(*next, out);
		next += size ? size : 1;
	}
	free(text);
}

void json_print(const struct json *root, FILE *out)
{
	print(root, out, JSON_COMPACT);
}

enum status json_parse(const char *text, size_t size, struct json **ret,
		       struct error *err)
{
	json_error_t why;
	json_t *root = json_loadb(
		text, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);

	if (!root)
		return error_set(err, STATUS_CORRUPT, "json: line %d: %s",
				 why.line, why.text);
	*ret = ours(root);
	return STATUS_OK;
}

struct json *json_get(const struct json *object, const char *key)
{
	return object ? ours(json_object_get(theirs(object), key)) : NULL;
}

size_t json_count(const struct json *array)
{
	return json_array_size(theirs(array));
}

struct json *json_at(const struct json *array, size_t index)
{
	return array ? ours(json_array_get(theirs(array), index)) : NULL;
}

const char *json_text_of(const struct json *value)
{
	return value ? json_string_value(theirs(value)) : NULL;
}

bool json_integer_of(const struct json *value, int64_t *ret)
{
	if (!value || !json_is_integer(theirs(value)))
		return false;
	*ret = json_integer_value(theirs(value));
	return true;
}

bool json_hex_of(const struct json *value, uint64_t *ret)
{
	const char *text = json_text_of(value);

	return text && text_parse_hex(text, ret);
}
