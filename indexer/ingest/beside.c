#include "indexer/ingest/beside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "signatures/base/must.h"
#include "signatures/base/text.h"

enum {
	HELD_MOST = 256,
	HELD_BYTES = 16 * 1024 * 1024,
	ASIDE_MOST = 64 /* facts and reports of one folder */
};

/* A record that waits; its source is the whole one. */
struct kept {
	struct kept *next;
	void *about;
	char *source;
	bool is_told; /* a report that a dump was found for */
	size_t size;
	uint8_t record[];
};

struct queue {
	struct kept *first;
	struct kept **last;
	size_t count;
	size_t bytes;
};

/* A folder something of which is kept. */
struct place {
	struct place *outer;
	char *folder;
	struct queue facts;
	struct queue reports;
	struct queue held;
};

struct beside {
	struct beside_sink sink;
	struct place *place; /* the innermost */
	struct arena arena;
};

static void queue_put(struct queue *queue, void *about, const char *source,
		      struct bytes record)
{
	const size_t size = bytes_left(&record);
	struct kept *kept = must(malloc(sizeof(*kept) + size));

	kept->next = NULL;
	kept->about = about;
	kept->source = must(strdup(source));
	kept->is_told = false;
	kept->size = size;
	memcpy(kept->record, record.next, size);
	if (!queue->last)
		queue->last = &queue->first;
	*queue->last = kept;
	queue->last = &kept->next;
	queue->count++;
	queue->bytes += size;
}

/* Its first is taken off; the caller frees it with kept_free(). */
static struct kept *queue_take(struct queue *queue)
{
	struct kept *kept = queue->first;

	queue->first = kept->next;
	if (!queue->first)
		queue->last = &queue->first;
	queue->count--;
	queue->bytes -= kept->size;
	return kept;
}

static void kept_free(struct kept *kept)
{
	free(kept->source);
	free(kept);
}

static void place_free(struct place *place)
{
	struct queue *const queues[] = { &place->facts, &place->reports,
					 &place->held };

	for (size_t i = 0; i < sizeof(queues) / sizeof(queues[0]); i++)
		while (queues[i]->count)
			kept_free(queue_take(queues[i]));
	free(place->folder);
	free(place);
}

struct beside *beside_create(struct beside_sink sink)
{
	struct beside *beside = must(calloc(1, sizeof(*beside)));

	beside->sink = sink;
	arena_init(&beside->arena);
	return beside;
}

void beside_destroy(struct beside *beside)
{
	if (!beside)
		return;
	while (beside->place) {
		struct place *outer = beside->place->outer;

		place_free(beside->place);
		beside->place = outer;
	}
	arena_deinit(&beside->arena);
	free(beside);
}

/* Up to the last slash; "" where there is none. */
static size_t folder_size(const char *source)
{
	const char *slash = strrchr(source, '/');

	return slash ? (size_t)(slash - source) : 0;
}

static bool is_of(const struct place *place, const char *source)
{
	const size_t size = folder_size(source);

	return strlen(place->folder) == size &&
	       memcmp(place->folder, source, size) == 0;
}

/* In the place's folder, or in one in it? */
static bool is_within(const struct place *place, const char *source)
{
	const size_t size = strlen(place->folder);

	return strncmp(place->folder, source, size) == 0 &&
	       (size == 0 || source[size] == '/');
}

static void fill(struct crash_number *number, struct crash_number other)
{
	if (!number->known)
		*number = other;
}

static void fill_text(const char **text, const char *other)
{
	if (!*text)
		*text = other;
}

/* What was decoded has no room for more: a list of its own. */
static void add_flag(struct crash *crash, struct arena *arena, const char *flag)
{
	const char **flags = crash->flags;
	const size_t count = crash->flag_count;

	crash->flags = NULL;
	crash->flag_count = 0;
	for (size_t i = 0; i < count; i++)
		crash_flag(crash, arena, flags[i]);
	crash_flag(crash, arena, flag);
}

static void fill_machine(struct crash *crash, struct arena *arena,
			 const struct crash *fact)
{
	struct crash_machine *machine = &crash->machine;
	const struct crash_machine *told = &fact->machine;

	if (!machine->id.known && told->id.known) {
		machine->id = told->id;
		add_flag(crash, arena, CRASH_MACHINE_BY_NAME);
	}
	if (!machine->arch)
		machine->arch = told->arch;
	fill(&machine->os_build, told->os_build);
	fill_text(&machine->cpu, told->cpu);
	fill_text(&machine->manufacturer, told->manufacturer);
	fill_text(&machine->product_name, told->product_name);
	fill_text(&machine->board, told->board);
	fill_text(&machine->bios_vendor, told->bios_vendor);
	fill_text(&machine->bios_version, told->bios_version);
	fill_text(&machine->bios_date, told->bios_date);
}

/* Our own bytes, decoded once already. */
static bool decode(const struct kept *kept, struct arena *arena,
		   struct record_file *ret)
{
	struct error err;

	if (record_decode(bytes_of(kept->record, kept->size), arena, ret, &err))
		return false;
	ret->source = kept->source;
	return true;
}

/* A pointer that was not followed is zero in one of them. */
static bool is_same_stop(const struct crash_bugcheck *a,
			 const struct crash_bugcheck *b)
{
	if (!a->code.known || !b->code.known || a->code.value != b->code.value)
		return false;
	for (size_t i = 0; i < 4; i++)
		if (a->args[i].value && b->args[i].value &&
		    a->args[i].value != b->args[i].value)
			return false;
	return true;
}

/* Exports of events are about many machines. */
static bool is_alone(const struct crash *crash)
{
	return crash->image.kind == CRASH_IMPORTED ||
	       (crash->image.kind == CRASH_EVENT &&
		!crash_has_flag(crash, CRASH_REPORT));
}

/* Give a crash what lies beside it, and to the sink. */
static enum status give(struct beside *beside, struct place *place, void *about,
			struct record_file *file, struct error *err)
{
	struct record_file other;

	if (!is_alone(&file->crash)) {
		for (struct kept *fact = place->facts.first; fact;
		     fact = fact->next)
			if (decode(fact, &beside->arena, &other))
				fill_machine(&file->crash, &beside->arena,
					     &other.crash);
		for (struct kept *report = place->reports.first; report;
		     report = report->next) {
			if (!decode(report, &beside->arena, &other) ||
			    !is_same_stop(&file->crash.bugcheck,
					  &other.crash.bugcheck))
				continue;
			report->is_told = true;
			fill_machine(&file->crash, &beside->arena,
				     &other.crash);
		}
	}

	const enum status status =
		beside->sink.give(beside->sink.closure, about, file, err);

	arena_reset(&beside->arena);
	return status;
}

static enum status give_first(struct beside *beside, struct place *place,
			      struct error *err)
{
	struct kept *kept = queue_take(&place->held);
	enum status status = STATUS_OK;
	struct record_file file;

	if (decode(kept, &beside->arena, &file))
		status = give(beside, place, kept->about, &file, err);
	kept_free(kept);
	return status;
}

/* Reports are given last: all dumps they could be of are known then. */
static enum status empty(struct beside *beside, struct place *place,
			 struct error *err)
{
	while (place->held.count)
		if (give_first(beside, place, err))
			return err->status;
	while (place->reports.count) {
		struct kept *report = queue_take(&place->reports);
		enum status status = STATUS_OK;
		struct record_file file;

		if (!report->is_told && decode(report, &beside->arena, &file))
			status = give(beside, place, report->about, &file, err);
		kept_free(report);
		if (status)
			return status;
	}
	return STATUS_OK;
}

static enum status leave(struct beside *beside, struct error *err)
{
	struct place *place = beside->place;
	const enum status status = empty(beside, place, err);

	beside->place = place->outer;
	place_free(place);
	return status;
}

static struct place *enter(struct beside *beside, const char *source)
{
	struct place *place = must(calloc(1, sizeof(*place)));

	place->folder = must(strndup(source, folder_size(source)));
	place->outer = beside->place;
	beside->place = place;
	return place;
}

/* Places that source has left, but for those that it lies deeper in. */
static enum status go_to(struct beside *beside, const char *source,
			 struct error *err)
{
	while (beside->place && !is_of(beside->place, source)) {
		/* What is held keeps its order: nothing passes it by. */
		if (is_within(beside->place, source) &&
		    !beside->place->held.count)
			return STATUS_OK;
		if (leave(beside, err))
			return err->status;
	}
	return STATUS_OK;
}

enum status beside_take(struct beside *beside, void *about, struct bytes record,
			struct record_file *file, bool may_follow,
			struct error *err)
{
	const bool is_fact = file->crash.image.kind == CRASH_KIND_UNKNOWN;
	const bool is_report = crash_has_flag(&file->crash, CRASH_REPORT);
	struct place *place;

	if (go_to(beside, file->source, err))
		return err->status;
	place = beside->place && is_of(beside->place, file->source)
			? beside->place
			: NULL;
	if (!place && !is_fact && !is_report && !may_follow)
		return beside->sink.give(beside->sink.closure, about, file,
					 err);
	if (!place)
		place = enter(beside, file->source);
	if (is_fact) {
		if (place->facts.count < ASIDE_MOST)
			queue_put(&place->facts, about, file->source, record);
		return STATUS_OK;
	}
	if (is_report && place->reports.count < ASIDE_MOST) {
		queue_put(&place->reports, about, file->source, record);
		return STATUS_OK;
	}
	if (!may_follow)
		return give(beside, place, about, file, err);
	queue_put(&place->held, about, file->source, record);
	while (place->held.count > HELD_MOST || place->held.bytes > HELD_BYTES)
		if (give_first(beside, place, err))
			return err->status;
	return STATUS_OK;
}

static bool is_from(const struct queue *queue, const void *about)
{
	for (const struct kept *kept = queue->first; kept; kept = kept->next)
		if (kept->about == about)
			return true;
	return false;
}

enum status beside_end(struct beside *beside, const void *about,
		       struct error *err)
{
	while (beside->place && (is_from(&beside->place->held, about) ||
				 is_from(&beside->place->reports, about) ||
				 is_from(&beside->place->facts, about)))
		if (leave(beside, err))
			return err->status;
	return STATUS_OK;
}

enum status beside_finish(struct beside *beside, struct error *err)
{
	while (beside->place)
		if (leave(beside, err))
			return err->status;
	return STATUS_OK;
}

bool beside_is_named(const char *name)
{
	static const char *const ends[] = { ".wer", "sysdata.xml",
					    "werinternalmetadata.xml" };
	const size_t size = strlen(name);

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const size_t end = strlen(ends[i]);

		if (size >= end &&
		    !text_compare_nocase(name + size - end, ends[i]))
			return true;
	}
	return false;
}
