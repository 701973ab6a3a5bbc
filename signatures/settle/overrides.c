#include "signatures/settle/overrides.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "signatures/base/hash.h"
#include "signatures/base/list.h"
#include "signatures/base/must.h"
#include "signatures/base/text.h"
#include "signatures/knowledge/osmodule.h"

#define ID_BITS 48

/* An id, and the one it goes by; each name stands for itself. */
struct link {
	uint64_t id, name;
};

struct overrides {
	struct arena arena;
	const char **noise;
	size_t noise_count;
	const char **innocent;
	size_t innocent_count;
	struct overrides_split *splits;
	size_t split_count;
	struct link *links;
	size_t link_count;
};

/* Room for a whole list, once there is something on it. */
static void *list_room(struct overrides *overrides, void *list, size_t size)
{
	return list ? list
		    : arena_take(&overrides->arena, LIST_LINES_MAX, size);
}

static enum status parse_id(const char *word, uint64_t *ret, struct error *err)
{
	if (text_parse_hex(word, ret) && *ret && *ret >> ID_BITS == 0)
		return STATUS_OK;
	return error_set(err, STATUS_USAGE, "%s: not the id of a cluster",
			 word);
}

static enum status take_noise(void *closure, char *line, struct error *err)
{
	struct overrides *overrides = closure;

	(void)err;
	overrides->noise = list_room(overrides, overrides->noise,
				     sizeof(*overrides->noise));
	overrides->noise[overrides->noise_count++] =
		text_copy(&overrides->arena, line);
	return STATUS_OK;
}

static enum status take_innocent(void *closure, char *line, struct error *err)
{
	struct overrides *overrides = closure;

	(void)err;
	overrides->innocent = list_room(overrides, overrides->innocent,
					sizeof(*overrides->innocent));
	overrides->innocent[overrides->innocent_count++] =
		text_copy(&overrides->arena, line);
	return STATUS_OK;
}

static enum status take_split(void *closure, char *line, struct error *err)
{
	struct overrides *overrides = closure;
	struct overrides_split *split;
	const char *words[LIST_WORDS_MAX];
	size_t count;

	overrides->splits = list_room(overrides, overrides->splits,
				      sizeof(*overrides->splits));
	split = &overrides->splits[overrides->split_count];
	if (list_words(&overrides->arena, line, words, &count, err))
		return err->status;
	if (count != 2)
		return error_set(err, STATUS_USAGE,
				 "want: the id of a cluster, and a field");
	if (parse_id(words[0], &split->cluster, err))
		return err->status;
	split->field = field_find(words[1]);
	if (!split->field || !split->field->values)
		return error_set(err, STATUS_USAGE,
				 "%s: no field of a crash; see crashquery "
				 "fields",
				 words[1]);
	overrides->split_count++;
	return STATUS_OK;
}

bool overrides_split_at(const struct overrides *overrides, size_t i,
			struct overrides_split *ret)
{
	if (i >= overrides->split_count)
		return false;
	*ret = overrides->splits[i];
	return true;
}

bool overrides_merge_at(const struct overrides *overrides, size_t i,
			uint64_t *id, uint64_t *name)
{
	if (i >= overrides->link_count)
		return false;
	*id = overrides->links[i].id;
	*name = overrides->links[i].name;
	return true;
}

uint64_t overrides_merged(const struct overrides *overrides, uint64_t cluster)
{
	for (size_t i = 0; i < overrides->link_count; i++) {
		if (overrides->links[i].id == cluster)
			return overrides->links[i].name;
	}
	return cluster;
}

/* All that goes by the name of one goes by the name of the other from now. */
static enum status join(struct overrides *overrides, uint64_t first,
			uint64_t other, struct error *err)
{
	const uint64_t name = overrides_merged(overrides, first);
	const uint64_t old = overrides_merged(overrides, other);

	for (size_t i = 0; i < overrides->link_count; i++) {
		if (overrides->links[i].name == old)
			overrides->links[i].name = name;
	}
	if (other == old && other != name) {
		if (overrides->link_count == LIST_LINES_MAX)
			return error_set(err, STATUS_USAGE,
					 "more than %d clusters to merge",
					 LIST_LINES_MAX);
		overrides->links = list_room(overrides, overrides->links,
					     sizeof(*overrides->links));
		overrides->links[overrides->link_count++] =
			(struct link){ other, name };
	}
	return STATUS_OK;
}

static enum status take_merge(void *closure, char *line, struct error *err)
{
	struct overrides *overrides = closure;
	const char *words[LIST_WORDS_MAX];
	uint64_t first = 0;
	size_t count;

	if (list_words(&overrides->arena, line, words, &count, err))
		return err->status;
	if (count < 2)
		return error_set(err, STATUS_USAGE,
				 "want: the ids of two clusters or more");
	for (size_t i = 0; i < count; i++) {
		uint64_t id;

		if (parse_id(words[i], &id, err))
			return err->status;
		if (i == 0)
			first = id;
		else if (join(overrides, first, id, err))
			return err->status;
	}
	return STATUS_OK;
}

static enum status read_lists(const char *folder, struct overrides *overrides,
			      struct error *err)
{
	static const struct {
		const char *name;
		list_take *take;
	} lists[] = {
		{ "noise", take_noise },
		{ "never-blame", take_innocent },
		{ "split", take_split },
		{ "merge", take_merge },
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const char *path = text_printf(&overrides->arena, "%s/%s",
					       folder, lists[i].name);

		if (list_read(path, lists[i].take, overrides, err))
			return err->status;
	}
	return STATUS_OK;
}

enum status overrides_read(const char *folder, struct overrides **ret,
			   struct error *err)
{
	struct overrides *overrides = must(calloc(1, sizeof(*overrides)));

	arena_init(&overrides->arena);
	if (read_lists(folder, overrides, err)) {
		overrides_destroy(overrides);
		return err->status;
	}
	*ret = overrides;
	return STATUS_OK;
}

void overrides_destroy(struct overrides *overrides)
{
	if (!overrides)
		return;
	arena_deinit(&overrides->arena);
	free(overrides);
}

static bool is_noise(const struct overrides *overrides,
		     const struct crash_frame *frame, struct arena *arena)
{
	const char *place;

	if (!frame->module)
		return false;
	place = frame->symbol ? text_printf(arena, "%s!%s", frame->module,
					    frame->symbol)
			      : text_printf(arena, "%s+0x%" PRIx64,
					    frame->module, frame->offset);
	for (size_t i = 0; i < overrides->noise_count; i++) {
		if (text_matches(frame->module, overrides->noise[i]) ||
		    text_matches(place, overrides->noise[i]))
			return true;
	}
	return false;
}

void overrides_quiet(const struct overrides *overrides, struct crash *crash,
		     struct arena *arena)
{
	struct crash_frame *kept;
	size_t count = 0;

	if (overrides->noise_count == 0)
		return;
	kept = arena_take(arena, crash->stack.count + 1, sizeof(*kept));
	for (size_t i = 0; i < crash->stack.count; i++) {
		if (!is_noise(overrides, &crash->stack.frames[i], arena))
			kept[count++] = crash->stack.frames[i];
	}
	crash->stack.frames = kept;
	crash->stack.count = count;
}

static bool is_innocent(const struct overrides *overrides, const char *module)
{
	for (size_t i = 0; i < overrides->innocent_count; i++)
		if (text_matches(module, overrides->innocent[i]))
			return true;
	return false;
}

/* The first frame whose module may be blamed, the kernel's own last of all. */
static const struct crash_frame *next_to_blame(
	const struct overrides *overrides, const struct crash_stack *stack)
{
	for (size_t i = 0; i < stack->count; i++) {
		const struct crash_frame *frame = &stack->frames[i];

		if (crash_frame_is_sure(frame) &&
		    osmodule_tier(frame->module) != OSMODULE_NEVER &&
		    !is_innocent(overrides, frame->module))
			return frame;
	}
	return NULL;
}

bool overrides_may_blame(const struct overrides *overrides,
			 const struct crash *crash)
{
	return crash->blamed.module ||
	       (crash->fault.module &&
		is_innocent(overrides, crash->fault.module));
}

bool overrides_blame(const struct overrides *overrides, struct crash *crash)
{
	const struct crash_fault before = crash->fault;
	const struct crash_frame *frame = NULL;

	if (crash->blamed.module) {
		crash->fault = crash->blamed;
		crash->blamed = (struct crash_fault){ 0 };
	}
	if (crash->fault.module && is_innocent(overrides, crash->fault.module))
		frame = next_to_blame(overrides, &crash->stack);
	if (frame) {
		crash->blamed = crash->fault;
		crash->fault = (struct crash_fault){
			.module = frame->module,
			.offset = { frame->address != 0, frame->offset },
			.build = frame->build,
			.how = CRASH_FAULT_STACK,
			.trust = CRASH_WALKED,
		};
	}
	return before.module != crash->fault.module &&
	       (!before.module || !crash->fault.module ||
		strcmp(before.module, crash->fault.module) != 0);
}

const struct field *overrides_split_by(const struct overrides *overrides,
				       uint64_t cluster)
{
	for (size_t i = 0; i < overrides->split_count; i++) {
		if (overrides->splits[i].cluster == cluster)
			return overrides->splits[i].field;
	}
	return NULL;
}

static void mix_value(void *closure, struct field_value value)
{
	uint64_t *part = closure;

	*part = hash_mix(*part,
			 value.text ? hash_64(value.text, strlen(value.text))
				    : value.number);
}

uint64_t overrides_part(uint64_t cluster, const struct field *field,
			const struct crash *crash)
{
	uint64_t part = cluster;

	field_values(field, crash, mix_value, &part);
	if (part == cluster)
		return cluster;
	part >>= 64 - ID_BITS;
	return part ? part : 1;
}

static uint64_t mix_texts(uint64_t hash, const char *const *texts, size_t count)
{
	hash = hash_mix(hash, count);
	for (size_t i = 0; i < count; i++)
		hash = hash_mix(hash, hash_64(texts[i], strlen(texts[i])));
	return hash;
}

uint64_t overrides_hash(const struct overrides *overrides)
{
	uint64_t hash = mix_texts(0, overrides->noise, overrides->noise_count);

	hash = mix_texts(hash, overrides->innocent, overrides->innocent_count);
	for (size_t i = 0; i < overrides->split_count; i++)
		hash = hash_mix(hash_mix(hash, overrides->splits[i].cluster),
				overrides->splits[i].field->number);
	for (size_t i = 0; i < overrides->link_count; i++)
		hash = hash_mix(hash_mix(hash, overrides->links[i].id),
				overrides->links[i].name);
	return hash;
}

bool overrides_reshape(const struct overrides *overrides)
{
	return overrides->split_count || overrides->link_count ||
	       overrides->innocent_count;
}
