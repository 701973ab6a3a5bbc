#include "indexer/ingest/ticket.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "signatures/base/must.h"
#include "signatures/base/text.h"

#define FIRST_ROOM 4096

struct ticket *ticket_create(const struct workers_input *input, uint64_t number)
{
	struct ticket *ticket = must(calloc(1, sizeof(*ticket)));

	ticket->input = *input;
	ticket->number = number;
	return ticket;
}

void ticket_destroy(struct ticket *ticket)
{
	if (!ticket)
		return;
	for (size_t i = 0; i < ticket->death_count; i++)
		free(ticket->deaths[i].path);
	if (ticket->input.fd >= 0)
		close(ticket->input.fd);
	free(ticket->inbox);
	free(ticket);
}

void ticket_keep(struct ticket *ticket, const uint8_t *frame, size_t size)
{
	size_t room = ticket->inbox_room ? ticket->inbox_room : FIRST_ROOM;

	while (room < ticket->inbox_bytes + size)
		room *= 2;
	if (room > ticket->inbox_room) {
		ticket->inbox = must(realloc(ticket->inbox, room));
		ticket->inbox_room = room;
	}
	memcpy(ticket->inbox + ticket->inbox_bytes, frame, size);
	ticket->inbox_bytes += size;
}

static char *path_of(const struct worker_pulse *pulse)
{
	struct arena arena;
	char raw[WORKER_PATH_BYTES];

	memcpy(raw, pulse->path, sizeof(raw));
	raw[sizeof(raw) - 1] = '\0';
	arena_init(&arena);

	char *path = must(
		strdup(text_from_bytes(&arena, bytes_of(raw, strlen(raw)))));

	arena_deinit(&arena);
	return path;
}

void ticket_add_death(struct ticket *ticket, uint64_t step, enum status status,
		      const char *text, const struct worker_pulse *pulse)
{
	const size_t count = ticket->death_count;
	struct ticket_death *death = &ticket->deaths[count];
	bool is_hopeless = !step || count + 1 >= WIRE_DEATHS;

	assert(count <= WIRE_DEATHS);
	for (size_t i = 0; i < count; i++)
		if (ticket->deaths[i].step == step)
			is_hopeless = true;
	if (step <= ticket->resume)
		is_hopeless = true;
	death->step = is_hopeless ? UINT64_MAX : step;
	death->status = status;
	snprintf(death->text, sizeof(death->text), "%s%s", text,
		 is_hopeless ? "; the rest is left out" : "");
	death->has_content = atomic_load(&pulse->has_content) && !is_hopeless;
	death->content = pulse->content;
	death->path = step ? path_of(pulse) : must(strdup(""));
	ticket->death_count++;
	if (is_hopeless) {
		ticket->is_given_up = true;
		ticket->is_ended = true;
	}
}

struct wire_job ticket_job(const struct ticket *ticket)
{
	struct wire_job job = { .ticket = ticket->number,
				.size = ticket->input.size,
				.resume = ticket->resume };

	for (size_t i = 0; i < ticket->death_count; i++)
		job.dead[job.dead_count++] = ticket->deaths[i].step;
	return job;
}

static int compare_deaths(const void *a, const void *b)
{
	const struct ticket_death *one = a;
	const struct ticket_death *two = b;

	return (one->step > two->step) - (one->step < two->step);
}

static enum status tell_deaths(struct ticket *ticket, uint64_t before,
			       const struct workers_sink *sink,
			       struct error *err)
{
	const size_t told = ticket->deaths_told;

	if (told < ticket->death_count)
		qsort(ticket->deaths + told, ticket->death_count - told,
		      sizeof(ticket->deaths[0]), compare_deaths);
	while (ticket->deaths_told < ticket->death_count) {
		const struct ticket_death *death =
			&ticket->deaths[ticket->deaths_told];

		if (death->step >= before)
			break;

		const struct workers_refusal refusal = {
			.path = death->path,
			.status = death->status,
			.text = death->text,
			.has_content = death->has_content,
			.content = death->content,
			.has_chunks = ticket->has_chunks,
		};

		ticket->has_chunks = false;
		ticket->deaths_told++;
		if (sink->refused(sink->closure, &ticket->input, &refusal, err))
			return err->status;
	}
	return STATUS_OK;
}

enum status ticket_tell(struct ticket *ticket, const struct wire_frame *frame,
			const struct workers_sink *sink, struct error *err)
{
	struct workers_refusal refusal = {
		.path = frame->path,
		.status = frame->status,
		.text = frame->text,
		.is_foreign = frame->is_foreign,
		.has_content = frame->has_content,
		.content = frame->content,
	};

	if (ticket->deaths_told < ticket->death_count &&
	    tell_deaths(ticket, frame->number, sink, err))
		return err->status;
	switch (frame->kind) {
	case WIRE_RECORD:
		return sink->record(sink->closure, &ticket->input, frame->data,
				    err);
	case WIRE_CHUNK:
		ticket->has_chunks = true;
		return sink->chunk(sink->closure, &ticket->input, frame->offset,
				   frame->data, err);
	case WIRE_REFUSED:
		refusal.has_chunks = ticket->has_chunks;
		ticket->has_chunks = false;
		return sink->refused(sink->closure, &ticket->input, &refusal,
				     err);
	default:
		return STATUS_OK;
	}
}

enum status ticket_tell_kept(struct ticket *ticket, struct arena *arena,
			     const struct workers_sink *sink, struct error *err)
{
	struct bytes in = bytes_of(ticket->inbox, ticket->inbox_bytes);

	while (bytes_left(&in) > 0) {
		const uint32_t size = bytes_u32(&in);
		struct wire_frame frame;

		if (wire_decode(bytes_of(in.next, size), arena, &frame, err) ||
		    ticket_tell(ticket, &frame, sink, err))
			return err->status;
		arena_reset(arena);
		bytes_skip(&in, size);
	}
	free(ticket->inbox);
	ticket->inbox = NULL;
	ticket->inbox_bytes = ticket->inbox_room = 0;
	return STATUS_OK;
}

enum status ticket_finish(struct ticket *ticket,
			  const struct workers_sink *sink, struct error *err)
{
	/* The last death may be at UINT64_MAX itself: what was given up. */
	if (tell_deaths(ticket, UINT64_MAX, sink, err))
		return err->status;
	if (ticket->deaths_told < ticket->death_count) {
		ticket->deaths[ticket->deaths_told].step = 0;
		if (tell_deaths(ticket, UINT64_MAX, sink, err))
			return err->status;
	}
	return sink->end(sink->closure, &ticket->input, ticket->is_archive,
			 !ticket->is_given_up, err);
}
