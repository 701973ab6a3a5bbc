#include "signatures/crash_json.h"

#include <stdio.h>

#include "signatures/base/text.h"
#include "signatures/identity.h"
#include "signatures/knowledge/bugcheck.h"
#include "signatures/meaning.h"

static struct json *number_or_null(struct crash_number number)
{
	return number.known ? json_new_integer((int64_t)number.value)
			    : json_new_null();
}

static struct json *hex_or_null(struct crash_number number)
{
	return number.known ? json_new_hex(number.value) : json_new_null();
}

static struct json *hash_or_null(uint64_t hash)
{
	return hash ? json_new_hash(hash) : json_new_null();
}

static struct json *time_or_null(struct crash_number time)
{
	char text[TEXT_TIME_BYTES];

	return time.known ? json_new_text(text_time(time.value, text))
			  : json_new_null();
}

static struct json *texts(const char *const *text, size_t count)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < count; i++)
		json_append(array, json_new_text(text[i]));
	return array;
}

static struct json *image_json(const struct crash_image *image)
{
	struct json *object = json_new_object();
	char content[33];

	hash_128_text(image->content, content);
	json_set(object, "bytes", json_new_integer((int64_t)image->bytes));
	json_set(object, "xxh3", json_new_text(content));
	json_set(object, "kind", json_new_text(crash_kind_name(image->kind)));
	json_set(object, "complete", json_new_bool(image->complete));
	return object;
}

static struct json *machine_json(const struct crash_machine *m)
{
	struct json *object = json_new_object();

	json_set(object, "id",
		 m->id.known ? json_new_hash(m->id.value) : json_new_null());
	json_set(object, "arch", json_new_text(crash_arch_name(m->arch)));
	json_set(object, "cpus", number_or_null(m->cpus));
	json_set(object, "cpu", json_new_text(m->cpu));
	json_set(object, "os_build", number_or_null(m->os_build));
	json_set(object, "product",
		 json_new_text(crash_product_name(m->product)));
	json_set(object, "manufacturer", json_new_text(m->manufacturer));
	json_set(object, "product_name", json_new_text(m->product_name));
	json_set(object, "product_version", json_new_text(m->product_version));
	json_set(object, "board", json_new_text(m->board));
	json_set(object, "bios_vendor", json_new_text(m->bios_vendor));
	json_set(object, "bios_version", json_new_text(m->bios_version));
	json_set(object, "bios_date", json_new_text(m->bios_date));
	json_set(object, "hypervisor", json_new_text(m->hypervisor));
	json_set(object, "hypervisor_evidence",
		 texts(m->evidence, m->evidence_count));
	return object;
}

static struct json *bugcheck_json(const struct crash_bugcheck *bugcheck)
{
	struct json *object = json_new_object();
	struct json *args = json_new_array();
	struct arena arena;

	if (!bugcheck->code.known && bugcheck->text) {
		json_destroy(args);
		json_set(object, "text", json_new_text(bugcheck->text));
		return object;
	}
	if (!bugcheck->code.known) {
		json_destroy(args);
		json_destroy(object);
		return json_new_null();
	}

	const struct bugcheck *row =
		bugcheck_find((uint32_t)bugcheck->code.value);

	arena_init(&arena);
	for (size_t i = 0; i < 4; i++)
		json_append(args, hex_or_null(bugcheck->args[i]));
	json_set(object, "code", json_new_hex(bugcheck->code.value));
	json_set(object, "name", json_new_text(row ? row->name : NULL));
	json_set(object, "minidump_form",
		 json_new_bool(bugcheck->minidump_form));
	json_set(object, "args", args);
	json_set(object, "meaning",
		 json_new_text(meaning_of(bugcheck, &arena)));
	arena_deinit(&arena);
	return object;
}

static struct json *exception_json(const struct crash_exception *exception)
{
	if (!exception->code.known && !exception->address.known)
		return json_new_null();

	struct json *object = json_new_object();

	json_set(object, "code", hex_or_null(exception->code));
	json_set(object, "address", hex_or_null(exception->address));
	return object;
}

static struct json *fault_json(const struct crash_fault *fault)
{
	if (!fault->module)
		return json_new_null();

	struct json *object = json_new_object();

	json_set(object, "module", json_new_text(fault->module));
	json_set(object, "offset", hex_or_null(fault->offset));
	json_set(object, "build", hash_or_null(fault->build));
	json_set(object, "how",
		 json_new_text(crash_fault_how_name(fault->how)));
	json_set(object, "trust",
		 json_new_text(crash_trust_name(fault->trust)));
	return object;
}

static struct json *frame_json(const struct crash_frame *frame)
{
	struct json *object = json_new_object();

	json_set(object, "module", json_new_text(frame->module));
	if (frame->symbol && !frame->address) /* known by name alone */
		json_set(object, "offset", json_new_null());
	else
		json_set(object, "offset", json_new_hex(frame->offset));
	if (frame->symbol)
		json_set(object, "symbol", json_new_text(frame->symbol));
	json_set(object, "how", json_new_text(crash_how_name(frame->how)));
	return object;
}

static struct json *stack_json(const struct crash_stack *stack)
{
	struct json *object = json_new_object();
	struct json *frames = json_new_array();

	for (size_t i = 0; i < stack->count; i++)
		json_append(frames, frame_json(&stack->frames[i]));
	json_set(object, "frames", frames);
	json_set(object, "ended",
		 json_new_text(crash_stack_end_name(stack->end)));
	return object;
}

static struct json *processors_json(const struct crash *crash)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < crash->processor_count; i++) {
		const struct crash_processor *processor = &crash->processors[i];
		struct json *object = stack_json(&processor->stack);

		json_set(object, "number", json_new_integer(processor->number));
		json_append(array, object);
	}
	return array;
}

static struct json *trail_json(const struct crash *crash)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < crash->trail_count; i++) {
		const struct crash_function *function = &crash->trail[i];
		struct json *object = json_new_object();

		json_set(object, "module", json_new_text(function->module));
		json_set(object, "entry", json_new_hex(function->entry));
		if (function->end) {
			json_set(object, "begin",
				 json_new_hex(function->begin));
			json_set(object, "end", json_new_hex(function->end));
		}
		json_append(array, object);
	}
	return array;
}

static struct json *buckets_json(const struct crash_buckets *buckets)
{
	struct json *object = json_new_object();

	json_set(object, "exact", hash_or_null(buckets->exact));
	json_set(object, "portable", hash_or_null(buckets->portable));
	json_set(object, "modules", hash_or_null(buckets->modules));
	return object;
}

static struct json *pool_json(const struct crash *crash)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < crash->pool_count; i++) {
		const struct crash_pool *pool = &crash->pool[i];
		struct json *object = json_new_object();

		json_set(object, "tag",
			 json_new_text(pool->tag[0] ? pool->tag : NULL));
		json_set(object, "owner", json_new_text(pool->owner));
		json_set(object, "role",
			 json_new_text(crash_pool_role_name(pool->role)));
		json_set(object, "bytes", number_or_null(pool->bytes));
		json_append(array, object);
	}
	return array;
}

static struct json *residue_json(const struct crash *crash)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < crash->residue_count; i++) {
		struct json *object = json_new_object();

		json_set(object, "module",
			 json_new_text(crash->residue[i].module));
		json_set(object, "count",
			 json_new_integer(crash->residue[i].count));
		json_append(array, object);
	}
	return array;
}

static struct json *values_json(const struct crash *crash)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < crash->value_count; i++) {
		const struct crash_value *value = &crash->values[i];
		struct json *object = json_new_object();

		json_set(object, "word", json_new_hex(value->word));
		json_set(object, "sound", json_new_bool(value->is_sound));
		json_set(object, "module", json_new_text(value->module));
		json_set(object, "offset",
			 value->module ? json_new_hex(value->offset)
				       : json_new_null());
		json_append(array, object);
	}
	return array;
}

static struct json *modules_json(const struct crash *crash)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < crash->module_count; i++) {
		const struct crash_module *module = &crash->modules[i];
		struct json *object = json_new_object();

		json_set(object, "name", json_new_text(module->name));
		json_set(object, "base", json_new_hex(module->base));
		json_set(object, "bytes", json_new_integer(module->bytes));
		json_set(object, "build", hash_or_null(module->build));
		json_append(array, object);
	}
	return array;
}

static struct json *unloaded_json(const struct crash *crash)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < crash->unloaded_count; i++) {
		const struct crash_unloaded *module = &crash->unloaded[i];
		struct json *object = json_new_object();

		json_set(object, "name", json_new_text(module->name));
		json_set(object, "base", json_new_hex(module->base));
		json_set(object, "bytes",
			 json_new_integer((int64_t)module->bytes));
		json_append(array, object);
	}
	return array;
}

struct json *crash_json(const struct crash *crash, const char *source)
{
	struct json *object = json_new_object();
	const struct crash_number seconds = {
		crash->uptime.known, crash->uptime.value / TEXT_TICKS_PER_SECOND
	};
	char id[IDENTITY_TEXT_BYTES];

	identity_text(identity_of(crash), id);
	json_set(object, "format", json_new_integer(1));
	json_set(object, "id", json_new_text(id));
	if (source)
		json_set(object, "source", json_new_text(source));
	json_set(object, "image", image_json(&crash->image));
	json_set(object, "machine", machine_json(&crash->machine));
	json_set(object, "time", time_or_null(crash->time));
	json_set(object, "uptime_s", number_or_null(seconds));
	json_set(object, "bugcheck", bugcheck_json(&crash->bugcheck));
	json_set(object, "exception", exception_json(&crash->exception));
	json_set(object, "fault", fault_json(&crash->fault));
	json_set(object, "stack", stack_json(&crash->stack));
	json_set(object, "buckets", buckets_json(&crash->buckets));
	json_set(object, "pool", pool_json(crash));
	json_set(object, "residue", residue_json(crash));
	/* Only where an exception was dispatched. */
	if (crash->trail_count)
		json_set(object, "trail", trail_json(crash));
	/* Only where a processor hangs. */
	if (crash->processor_count)
		json_set(object, "processors", processors_json(crash));
	/* Absent where nobody asked for them. */
	if (crash->value_count)
		json_set(object, "values", values_json(crash));
	json_set(object, "modules", modules_json(crash));
	json_set(object, "unloaded", unloaded_json(crash));
	json_set(object, "process", json_new_text(crash->process));
	json_set(object, "flags", texts(crash->flags, crash->flag_count));
	json_set(object, "problems",
		 texts(crash->problems, crash->problem_count));
	return object;
}
