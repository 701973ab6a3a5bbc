#include "signatures/base/json.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "signatures/base/arena.h"
#include "signatures/base/bytes.h"
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
		abort(); /* out of memory */
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
		abort();
}

void json_append(struct json *array, struct json *value)
{
	if (json_array_append_new(theirs(array), theirs(value)))
		abort();
}

void json_destroy(struct json *root)
{
	json_decref(theirs(root));
}

void json_print(const struct json *root, FILE *out)
{
	json_dumpf(theirs(root), out,
		   JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(10));
}

void json_print_pretty(const struct json *root, FILE *out)
{
	json_dumpf(theirs(root), out,
		   JSON_INDENT(2) | JSON_ENCODE_ANY | JSON_REAL_PRECISION(10));
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

bool json_real_of(const struct json *value, double *ret)
{
	if (!value || !json_is_number(theirs(value)))
		return false;
	*ret = json_number_value(theirs(value));
	return true;
}

bool json_hex_of(const struct json *value, uint64_t *ret)
{
	const char *text = json_text_of(value);

	return text && text_parse_hex(text, ret);
}
