/*
 * json.h - JSON out and in: the door to jansson.
 *
 * (jansson owns the plain names json_object() and so on, hence json_new_.)
 * Values are built as trees and printed whole; objects keep the order of
 * insertion, so the same facts print the same bytes.  json_set() and
 * json_append() take the value over; whoever holds the root destroys it.
 * Addresses, codes and hashes go out as strings: a JSON number loses bits past
 * 2^53.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "signatures/base/error.h"

struct json;

struct json *json_new_object(void);
struct json *json_new_array(void);
struct json *json_new_null(void);
struct json *json_new_bool(bool value);
struct json *json_new_integer(int64_t value);
struct json *json_new_real(double value);
/* NULL becomes null; bytes that are no UTF-8 become U+FFFD. */
struct json *json_new_text(const char *text);
struct json *json_new_hex(uint64_t value);  /* "0x29" */
struct json *json_new_hash(uint64_t value); /* 16 digits without 0x */

void json_set(struct json *object, const char *key, struct json *value);
void json_append(struct json *array, struct json *value);
void json_destroy(struct json *root);

/*
 * One line without a newline, or indented for people.  Control characters and
 * those that turn the direction of writing are printed by their numbers.
 */
void json_print(const struct json *root, FILE *out);

/* caller destroys; STATUS_CORRUPT says where. */
enum status json_parse(const char *text, size_t size, struct json **ret,
		       struct error *err) MUST_CHECK;
/* Borrowed from the root; NULL or false for what is not there or not that. */
struct json *json_get(const struct json *object, const char *key);
size_t json_count(const struct json *array);
struct json *json_at(const struct json *array, size_t index);
const char *json_text_of(const struct json *value);
bool json_integer_of(const struct json *value, int64_t *ret);
bool json_hex_of(const struct json *value, uint64_t *ret);

#endif
