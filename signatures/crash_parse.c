#include "signatures/crash_parse.h"

#include <string.h>

#include "signatures/base/limits.h"
#include "signatures/base/text.h"

static const char *text_at(const struct json *object, const char *key,
			   struct arena *arena)
{
	const char *text = json_text_of(json_get(object, key));

	return text ? text_copy(arena, text) : NULL;
}

static struct crash_number hex_of(const struct json *value)
{
	uint64_t number;

	return json_hex_of(value, &number) ? CRASH_NUMBER(number)
					   : CRASH_UNKNOWN;
}

static struct crash_number integer_of(const struct json *value)
{
	int64_t number;

	return json_integer_of(value, &number) && number >= 0
		       ? CRASH_NUMBER((uint64_t)number)
		       : CRASH_UNKNOWN;
}

static uint64_t hash_of(const struct json *value)
{
	const char *text = json_text_of(value);
	uint64_t hash;

	return text && text_parse_hex(text, &hash) ? hash : 0;
}

/* The number whose word it is, or none. */
static unsigned word_of(const struct json *value, unsigned count,
			const char *(*name)(unsigned), unsigned none)
{
	const char *text = json_text_of(value);

	for (unsigned i = 0; text && i < count; i++) {
		const char *word = name(i);

		if (word && strcmp(word, text) == 0)
			return i;
	}
	return none;
}

static const char *kind_name(unsigned i)
{
	return crash_kind_name((enum crash_kind)i);
}

static const char *how_name(unsigned i)
{
	return crash_how_name((enum crash_how)i);
}

static const char *role_name(unsigned i)
{
	return crash_pool_role_name((enum crash_pool_role)i);
}

static const char *fault_how_name(unsigned i)
{
	return crash_fault_how_name((enum crash_fault_how)i);
}

static size_t bounded(const struct json *array, size_t most)
{
	const size_t count = array ? json_count(array) : 0;

	return count < most ? count : most;
}

static void parse_modules(const struct json *json, struct arena *arena,
			  struct crash *crash)
{
	const struct json *array = json_get(json, "modules");
	const size_t count = bounded(array, LIMIT_MODULES);

	crash->modules = arena_take(arena, count + 1, sizeof(*crash->modules));
	for (size_t i = 0; i < count; i++) {
		const struct json *at = json_at(array, i);
		struct crash_module *module =
			&crash->modules[crash->module_count];

		module->name = text_at(at, "name", arena);
		if (!module->name)
			continue;
		module->base = hex_of(json_get(at, "base")).value;
		module->bytes =
			(uint32_t)integer_of(json_get(at, "bytes")).value;
		module->build = hash_of(json_get(at, "build"));
		crash->module_count++;
	}
}

/* Frames do not say their build again: their module does. */
static crash_build build_of(const struct crash *crash, const char *module)
{
	for (size_t i = 0; module && i < crash->module_count; i++)
		if (strcmp(crash_module_canonical(crash->modules[i].name),
			   module) == 0)
			return crash->modules[i].build;
	return 0;
}

static enum status parse_stack(const struct json *json, struct arena *arena,
			       struct crash *crash, struct error *err)
{
	const struct json *array = json_get(json_get(json, "stack"), "frames");
	const size_t count = bounded(array, LIMIT_FRAMES);
	struct crash_stack *stack = &crash->stack;

	stack->frames = arena_take(arena, count + 1, sizeof(*stack->frames));
	for (size_t i = 0; i < count; i++) {
		const struct json *at = json_at(array, i);
		struct crash_frame *frame = &stack->frames[i];
		const unsigned how = word_of(json_get(at, "how"), CRASH_HOWS,
					     how_name, CRASH_HOWS);

		if (how == CRASH_HOWS)
			return error_set(err, STATUS_CORRUPT,
					 "frame %zu: how it was found", i);
		frame->how = (enum crash_how)how;
		frame->module = text_at(at, "module", arena);
		frame->symbol = text_at(at, "symbol", arena);
		frame->offset = hex_of(json_get(at, "offset")).value;
		frame->build = build_of(crash, frame->module);
		stack->count++;
	}
	return STATUS_OK;
}

static void parse_bugcheck(const struct json *json, struct arena *arena,
			   struct crash *crash)
{
	const struct json *object = json_get(json, "bugcheck");
	const struct json *args = json_get(object, "args");

	crash->bugcheck.code = hex_of(json_get(object, "code"));
	crash->bugcheck.text = text_at(object, "text", arena);
	for (size_t i = 0; i < bounded(args, 4); i++)
		crash->bugcheck.args[i] = hex_of(json_at(args, i));
	object = json_get(json, "exception");
	crash->exception.code = hex_of(json_get(object, "code"));
	crash->exception.address = hex_of(json_get(object, "address"));
}

static void parse_fault(const struct json *json, struct arena *arena,
			struct crash *crash)
{
	const struct json *object = json_get(json, "fault");

	crash->fault.module = text_at(object, "module", arena);
	crash->fault.offset = hex_of(json_get(object, "offset"));
	crash->fault.build = hash_of(json_get(object, "build"));
	crash->fault.how = (enum crash_fault_how)word_of(
		json_get(object, "how"), CRASH_FAULT_HOWS, fault_how_name,
		CRASH_FAULT_NONE);
}

static void parse_pool(const struct json *json, struct arena *arena,
		       struct crash *crash)
{
	const struct json *array = json_get(json, "pool");
	const size_t count = bounded(array, LIMIT_POOL);

	crash->pool = arena_take(arena, count + 1, sizeof(*crash->pool));
	for (size_t i = 0; i < count; i++) {
		const struct json *at = json_at(array, i);
		struct crash_pool *pool = &crash->pool[crash->pool_count];
		const char *tag = json_text_of(json_get(at, "tag"));
		const unsigned role =
			word_of(json_get(at, "role"), CRASH_POOL_ROLES,
				role_name, CRASH_POOL_ROLES);

		if (role == CRASH_POOL_ROLES)
			continue;
		if (tag)
			strncpy(pool->tag, tag, sizeof(pool->tag) - 1);
		pool->owner = text_at(at, "owner", arena);
		pool->role = (enum crash_pool_role)role;
		crash->pool_count++;
	}
}

static void parse_flags(const struct json *json, struct arena *arena,
			struct crash *crash)
{
	const struct json *array = json_get(json, "flags");
	const size_t count = bounded(array, LIMIT_FLAGS);

	for (size_t i = 0; i < count; i++) {
		const char *flag = json_text_of(json_at(array, i));

		if (flag)
			crash_flag(crash, arena, text_copy(arena, flag));
	}
}

enum status crash_parse(const struct json *json, struct arena *arena,
			struct crash *ret, struct error *err)
{
	struct crash crash = { .image = { .complete = true } };
	const char *time = json_text_of(json_get(json, "time"));
	uint64_t ticks;

	if (!json_get(json, "bugcheck") && !json_get(json, "stack"))
		return error_set(err, STATUS_CORRUPT, "no crash");
	crash.image.kind = (enum crash_kind)word_of(
		json_get(json_get(json, "image"), "kind"), CRASH_KINDS,
		kind_name, CRASH_KIND_UNKNOWN);
	if (time && text_parse_time(time, &ticks))
		crash.time = CRASH_NUMBER(ticks);
	parse_modules(json, arena, &crash);
	parse_bugcheck(json, arena, &crash);
	parse_fault(json, arena, &crash);
	parse_pool(json, arena, &crash);
	parse_flags(json, arena, &crash);
	if (parse_stack(json, arena, &crash, err))
		return err->status;
	*ret = crash;
	return STATUS_OK;
}
