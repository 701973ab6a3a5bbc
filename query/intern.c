#include "query/intern.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/arena.h"
#include "signatures/base/hash.h"
#include "signatures/base/must.h"
#include "signatures/base/text.h"

/* Open addressing; slots hold the number of a value, 0 if free. */
struct intern {
	uint32_t *slots;
	size_t slot_count; /* a power of two, at least twice the values */
	struct field_value *values;
	size_t count;
	struct arena arena;
};

struct intern *intern_create(void)
{
	struct intern *intern = must(calloc(1, sizeof(*intern)));

	intern->slot_count = 1024;
	intern->slots = must(calloc(intern->slot_count, sizeof(uint32_t)));
	intern->values = must(
		calloc(intern->slot_count / 2 + 1, sizeof(*intern->values)));
	arena_init(&intern->arena);
	return intern;
}

void intern_destroy(struct intern *intern)
{
	if (!intern)
		return;
	arena_deinit(&intern->arena);
	free(intern->slots);
	free(intern->values);
	free(intern);
}

static uint64_t hash_of(struct field_value value)
{
	return value.text ? hash_64(value.text, strlen(value.text))
			  : value.number * UINT64_C(0x9e3779b97f4a7c15);
}

static bool same(struct field_value a, struct field_value b)
{
	if (!a.text || !b.text)
		return !a.text && !b.text && a.number == b.number;
	return strcmp(a.text, b.text) == 0;
}

/* The slot where value is or may be put. */
static uint32_t *slot_of(const struct intern *intern, struct field_value value)
{
	size_t at = (size_t)(hash_of(value) >> 20) & (intern->slot_count - 1);

	while (intern->slots[at] &&
	       !same(intern->values[intern->slots[at] - 1], value))
		at = (at + 1) & (intern->slot_count - 1);
	return &intern->slots[at];
}

static void grow(struct intern *intern)
{
	intern->slot_count *= 2;
	free(intern->slots);
	intern->slots = must(calloc(intern->slot_count, sizeof(uint32_t)));
	intern->values =
		must(realloc(intern->values, (intern->slot_count / 2 + 1) *
						     sizeof(*intern->values)));
	for (size_t i = 0; i < intern->count; i++)
		*slot_of(intern, intern->values[i]) = (uint32_t)i + 1;
}

uint32_t intern_number(struct intern *intern, struct field_value value)
{
	uint32_t *slot = slot_of(intern, value);

	if (*slot)
		return *slot;
	if (intern->count == intern->slot_count / 2) {
		grow(intern);
		slot = slot_of(intern, value);
	}
	if (value.text)
		value.text = text_copy(&intern->arena, value.text);
	intern->values[intern->count++] = value;
	return *slot = (uint32_t)intern->count;
}

size_t intern_count(const struct intern *intern)
{
	return intern->count;
}

struct field_value intern_value(const struct intern *intern, uint32_t number)
{
	return intern->values[number - 1];
}
