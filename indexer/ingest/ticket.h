/*
 * ticket.h - one input on its way through the workers: what has arrived of it
 * and not been told yet, and what it has cost.
 */
#ifndef INGEST_TICKET_H
#define INGEST_TICKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "indexer/ingest/wire.h"
#include "indexer/ingest/workers.h"

/* A step of the input that ended a worker. */
struct ticket_death {
	uint64_t step;
	enum status status;
	char text[128];
	bool has_content;
	struct hash128 content;
	char *path;
};

struct ticket {
	struct ticket *next;
	struct workers_input input;
	uint64_t number;  /* from 1 */
	bool is_assigned; /* to a worker that has not ended it */
	bool is_ended;	  /* no frame will come any more */
	bool is_archive;
	bool is_given_up;
	bool has_chunks;
	uint64_t resume; /* number of the last result that arrived */
	struct ticket_death deaths[WIRE_DEATHS + 1];
	size_t death_count;
	size_t deaths_told;
	uint8_t *inbox; /* whole frames, headers included */
	size_t inbox_bytes;
	size_t inbox_room;
};

struct ticket *ticket_create(const struct workers_input *input,
			     uint64_t number);
/* Closes the input. */
void ticket_destroy(struct ticket *ticket);

/* Put a frame (header and all) away until it is the ticket's turn. */
void ticket_keep(struct ticket *ticket, const uint8_t *frame, size_t size);

/*
 * A worker ended at this step, 0 for nobody knows where; gives the ticket up
 * when it is hopeless.
 */
void ticket_add_death(struct ticket *ticket, uint64_t step, enum status status,
		      const char *text, const struct worker_pulse *pulse);

/* What to ask of the next worker. */
struct wire_job ticket_job(const struct ticket *ticket);

/* Tell one frame, and the deaths that lie before it. */
enum status ticket_tell(struct ticket *ticket, const struct wire_frame *frame,
			const struct workers_sink *sink,
			struct error *err) MUST_CHECK;

/* Tell all that was kept. */
enum status ticket_tell_kept(struct ticket *ticket, struct arena *arena,
			     const struct workers_sink *sink,
			     struct error *err) MUST_CHECK;

/* It has ended: tell what is left to tell. */
enum status ticket_finish(struct ticket *ticket,
			  const struct workers_sink *sink,
			  struct error *err) MUST_CHECK;

#endif
