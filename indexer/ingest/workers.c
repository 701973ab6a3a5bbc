#include "indexer/ingest/workers.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "indexer/ingest/nursery.h"
#include "indexer/ingest/ticket.h"
#include "signatures/base/file.h"

/* Small inputs are sent ahead, so that a worker need not wait for the next. */
#define QUEUE_MAX 16
#define SMALL_BYTES (1024 * 1024)

/* What may wait for its turn: beyond, only the first in line is heard. */
#define KEPT_BYTES_MAX ((size_t)32 * 1024 * 1024)
#define LIVE_MAX 256

#define RAW_BYTES ((size_t)WIRE_FRAME_MAX + 256 * 1024)
#define POLL_MS 500

/* Workers that die before their first job will go on doing so. */
#define STILLBIRTHS_MAX 4

static const char nonsense[] = "the reader made no sense";

/* A worker, or the place of one. */
struct slot {
	bool is_alive;
	pid_t pid;
	int socket;
	struct worker_pulse *pulse;
	struct ticket *queue[QUEUE_MAX]; /* in the order they were sent */
	size_t queue_count;
	uint64_t beat; /* when last looked at */
	uint64_t beat_ms;
	uint8_t *raw; /* received, not yet a whole frame */
	size_t raw_bytes;
};

struct workers {
	const struct workers_options *options;
	struct nursery nursery;
	struct slot *slots;
	struct slot *unborn; /* was asked for, or NULL */
	struct pollfd *polls;
	uint8_t *raw;	    /* of all slots */
	struct arena arena; /* one frame */
	const struct workers_sink *sink;
	struct ticket *head; /* the first in line; all live ones hang on it */
	struct ticket *tail;
	size_t live_count;
	size_t kept_bytes;
	uint64_t number;
	unsigned stillbirths;
	bool has_more;
};

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

enum status workers_create(const struct workers_options *options,
			   struct workers **ret, struct error *err)
{
	struct workers *workers = calloc(1, sizeof(*workers));
	/* The nursery's copy: what a child is told never changes. */
	static struct worker_options told;

	if (!workers)
		return error_set(err, STATUS_IO, "out of memory");
	workers->options = options;
	workers->slots = calloc(options->jobs, sizeof(*workers->slots));
	workers->polls = calloc(options->jobs, sizeof(*workers->polls));
	arena_init(&workers->arena);
	told = options->worker;
	if (!workers->slots || !workers->polls) {
		error_set(err, STATUS_IO, "out of memory");
		goto failed;
	}
	if (nursery_start(&workers->nursery, worker_prepare, worker_main, &told,
			  err))
		goto failed;
	/* Behind the nursery, whose children would count it as theirs. */
	workers->raw = calloc(options->jobs, RAW_BYTES);
	if (!workers->raw) {
		nursery_stop(&workers->nursery);
		error_set(err, STATUS_IO, "out of memory");
		goto failed;
	}
	for (unsigned i = 0; i < options->jobs; i++)
		workers->slots[i].raw = workers->raw + i * RAW_BYTES;
	*ret = workers;
	return STATUS_OK;
failed:
	free(workers->slots);
	free(workers->polls);
	free(workers);
	return err->status;
}

static void slot_close(struct slot *slot)
{
	close(slot->socket);
	munmap(slot->pulse, sizeof(*slot->pulse));
	*slot = (struct slot){ .raw = slot->raw };
}

/* Who is asked for is waited for when something else is to be asked. */
static enum status settle_birth(struct workers *workers, struct error *err)
{
	struct slot *slot = workers->unborn;

	workers->unborn = NULL;
	return slot ? nursery_born(&workers->nursery, &slot->pid, err)
		    : STATUS_OK;
}

void workers_destroy(struct workers *workers)
{
	struct error err;

	if (!workers)
		return;

	/* Who was not born needs no end. */
	const enum status status = settle_birth(workers, &err);

	(void)status;
	for (unsigned i = 0; i < workers->options->jobs; i++) {
		struct slot *slot = &workers->slots[i];

		if (!slot->is_alive)
			continue;
		if (slot->pid > 0)
			kill(slot->pid, SIGKILL);
		slot_close(slot);
	}
	nursery_stop(&workers->nursery);
	while (workers->head) {
		struct ticket *ticket = workers->head;

		workers->head = ticket->next;
		ticket_destroy(ticket);
	}
	arena_deinit(&workers->arena);
	free(workers->raw);
	free(workers->slots);
	free(workers->polls);
	free(workers);
}

static enum status make_pulse(int *fd, struct worker_pulse **ret,
			      struct error *err)
{
	const int made = memfd_create("pulse", MFD_CLOEXEC);

	if (made < 0)
		return error_set(err, STATUS_IO, "worker: %s", strerror(errno));
	if (!ftruncate(made, sizeof(**ret))) {
		void *page = mmap(NULL, sizeof(**ret), PROT_READ | PROT_WRITE,
				  MAP_SHARED, made, 0);

		if (page != MAP_FAILED) {
			*ret = page;
			*fd = made;
			return STATUS_OK;
		}
	}
	error_set(err, STATUS_IO, "worker: %s", strerror(errno));
	close(made);
	return err->status;
}

static enum status spawn(struct workers *workers, struct slot *slot,
			 struct error *err)
{
	int gifts[NURSERY_GIFTS] = { -1, -1, -1 };
	int ends[2] = { -1, -1 };

	if (settle_birth(workers, err))
		return err->status;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) {
		error_set(err, STATUS_IO, "worker: %s", strerror(errno));
		return err->status;
	}
	gifts[0] = ends[1];
	slot->socket = ends[0];
	if (!file_unnamed(workers->options->spool_dir, &gifts[1], err) &&
	    !make_pulse(&gifts[2], &slot->pulse, err) &&
	    !nursery_bear(&workers->nursery, gifts, err)) {
		slot->is_alive = true;
		workers->unborn = slot;
	}
	for (int i = 0; i < NURSERY_GIFTS; i++)
		if (gifts[i] >= 0)
			close(gifts[i]);
	if (slot->is_alive)
		return STATUS_OK;
	close(slot->socket);
	if (slot->pulse)
		munmap(slot->pulse, sizeof(*slot->pulse));
	*slot = (struct slot){ .raw = slot->raw };
	return err->status;
}

/* One frame of the worker's first unended ticket. */
static enum status take_frame(struct workers *workers, struct slot *slot,
			      const uint8_t *raw, size_t size, bool *sense,
			      struct error *err)
{
	struct ticket *ticket = slot->queue_count ? slot->queue[0] : NULL;
	struct wire_frame frame;

	*sense = false;
	if (wire_decode(
		    bytes_of(raw + WIRE_HEADER_BYTES, size - WIRE_HEADER_BYTES),
		    &workers->arena, &frame, err)) {
		arena_reset(&workers->arena);
		return STATUS_OK;
	}
	if (frame.kind == WIRE_NO_SANDBOX)
		return error_set(err, STATUS_IO, "%s",
				 frame.text ? frame.text : "no sandbox");
	if (!ticket || frame.ticket != ticket->number ||
	    frame.number <= ticket->resume) {
		arena_reset(&workers->arena);
		return STATUS_OK;
	}
	*sense = true;
	if (frame.kind != WIRE_CHUNK)
		ticket->resume = frame.number;
	if (ticket != workers->head && frame.kind != WIRE_END) {
		ticket_keep(ticket, raw, size);
		workers->kept_bytes += size;
	} else if (ticket == workers->head &&
		   ticket_tell(ticket, &frame, workers->sink, err))
		return err->status;
	if (frame.kind == WIRE_END) {
		ticket->is_archive = frame.is_archive;
		ticket->is_ended = true;
		ticket->is_assigned = false;
		slot->queue_count--;
		memmove(slot->queue, slot->queue + 1,
			slot->queue_count * sizeof(slot->queue[0]));
	}
	arena_reset(&workers->arena);
	return STATUS_OK;
}

/* Take the whole frames out of what was received. */
static enum status take_frames(struct workers *workers, struct slot *slot,
			       bool *sense, struct error *err)
{
	size_t taken = 0;

	*sense = true;
	while (*sense && slot->raw_bytes - taken >= WIRE_HEADER_BYTES) {
		struct bytes in =
			bytes_of(slot->raw + taken, slot->raw_bytes - taken);
		const size_t size = bytes_u32(&in);

		if (size > WIRE_FRAME_MAX - WIRE_HEADER_BYTES) {
			*sense = false;
			break;
		}
		if (size > bytes_left(&in))
			break;
		if (take_frame(workers, slot, slot->raw + taken,
			       size + WIRE_HEADER_BYTES, sense, err))
			return err->status;
		taken += size + WIRE_HEADER_BYTES;
	}
	slot->raw_bytes -= taken;
	memmove(slot->raw, slot->raw + taken, slot->raw_bytes);
	return STATUS_OK;
}

/* The worker is dead, or shall be.  why is NULL where it died by itself. */
static enum status bury(struct workers *workers, struct slot *slot,
			enum status status, const char *why, struct error *err)
{
	struct ticket *guilty = NULL;
	char text[96];
	int wait = 0;

	if (settle_birth(workers, err))
		return err->status;
	kill(slot->pid, SIGKILL);
	if (nursery_bury(&workers->nursery, slot->pid, &wait, err))
		return err->status;
	if (why)
		snprintf(text, sizeof(text), "%s", why);
	else if (WIFSIGNALED(wait))
		snprintf(text, sizeof(text), "the reader died of signal %d",
			 WTERMSIG(wait));
	else
		snprintf(text, sizeof(text), "the reader ended with %d",
			 WEXITSTATUS(wait));
	/* An arena that finds no memory ends its program with 3. */
	if (!why && WIFEXITED(wait) && WEXITSTATUS(wait) == 3) {
		status = STATUS_LIMIT;
		snprintf(text, sizeof(text), "the reader ran out of memory");
	}

	const uint64_t number = atomic_load(&slot->pulse->ticket);

	if (!number && ++workers->stillbirths > STILLBIRTHS_MAX)
		return error_set(err, STATUS_IO, "workers cannot start: %s",
				 text);
	for (size_t i = 0; i < slot->queue_count; i++) {
		slot->queue[i]->is_assigned = false;
		if (slot->queue[i]->number == number)
			guilty = slot->queue[i];
	}
	if ((!guilty || why == nonsense) && number && slot->queue_count)
		guilty = slot->queue[0];
	/* One that made no sense is not believed to know where it was. */
	if (guilty)
		ticket_add_death(
			guilty,
			why == nonsense ? 0 : atomic_load(&slot->pulse->step),
			status, text, slot->pulse);
	slot_close(slot);
	return STATUS_OK;
}

static enum status hear(struct workers *workers, struct slot *slot,
			struct error *err)
{
	bool sense = true;
	ssize_t got;

	do
		got = recv(slot->socket, slot->raw + slot->raw_bytes,
			   RAW_BYTES - slot->raw_bytes, MSG_DONTWAIT);
	while (got < 0 && errno == EINTR);
	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return STATUS_OK;
	if (got <= 0)
		return bury(workers, slot, STATUS_PARSER, NULL, err);
	slot->raw_bytes += (size_t)got;
	slot->beat_ms = now_ms();
	if (take_frames(workers, slot, &sense, err))
		return err->status;
	if (!sense)
		return bury(workers, slot, STATUS_PARSER, nonsense, err);
	return STATUS_OK;
}

/* The place for a ticket: an idle worker, a new one, or a short queue. */
static struct slot *find_slot(struct workers *workers, uint64_t size)
{
	struct slot *best = NULL;

	for (unsigned i = 0; i < workers->options->jobs; i++) {
		struct slot *slot = &workers->slots[i];
		bool fits =
			size <= SMALL_BYTES && slot->queue_count < QUEUE_MAX;

		for (size_t k = 0; k < slot->queue_count; k++)
			if (slot->queue[k]->input.size > SMALL_BYTES)
				fits = false;
		if (slot->is_alive && slot->queue_count == 0)
			return slot;
		if (!slot->is_alive)
			fits = true;
		if (fits && (!best || slot->queue_count < best->queue_count))
			best = slot;
	}
	return best;
}

static enum status assign(struct workers *workers, struct ticket *ticket,
			  bool *done, struct error *err)
{
	struct slot *slot = find_slot(workers, ticket->input.size);

	*done = slot != NULL;
	if (!slot)
		return STATUS_OK;
	if (!slot->is_alive && spawn(workers, slot, err))
		return err->status;
	if (slot->queue_count == 0) {
		slot->beat_ms = now_ms();
		slot->beat = atomic_load(&slot->pulse->beat);
	}
	slot->queue[slot->queue_count++] = ticket;
	ticket->is_assigned = true;

	const struct wire_job job = ticket_job(ticket);

	return wire_send_job(slot->socket, &job, ticket->input.fd, err);
}

/* Hand out what waits, then pull new inputs while there is a place for one. */
static enum status dispatch(struct workers *workers, struct error *err)
{
	bool done = true;

	for (struct ticket *t = workers->head; t && done; t = t->next)
		if (!t->is_assigned && !t->is_ended &&
		    assign(workers, t, &done, err))
			return err->status;
	while (done && workers->has_more && workers->live_count < LIVE_MAX &&
	       workers->kept_bytes < KEPT_BYTES_MAX && find_slot(workers, 0)) {
		struct workers_input input;

		if (workers->sink->next(workers->sink->closure, &input,
					&workers->has_more, err))
			return err->status;
		if (!workers->has_more)
			break;

		struct ticket *ticket =
			ticket_create(&input, ++workers->number);

		if (workers->tail)
			workers->tail->next = ticket;
		else
			workers->head = ticket;
		workers->tail = ticket;
		workers->live_count++;
		ticket->is_ended = input.fd < 0;
		if (!ticket->is_ended && assign(workers, ticket, &done, err))
			return err->status;
	}
	return STATUS_OK;
}

/* All tickets at the head that have ended; the next one is told what waits. */
static enum status finish(struct workers *workers, struct error *err)
{
	while (workers->head) {
		struct ticket *ticket = workers->head;

		workers->kept_bytes -= ticket->inbox_bytes;
		if (ticket_tell_kept(ticket, &workers->arena, workers->sink,
				     err))
			return err->status;
		if (!ticket->is_ended)
			return STATUS_OK;
		if (ticket_finish(ticket, workers->sink, err))
			return err->status;
		workers->head = ticket->next;
		if (!workers->head)
			workers->tail = NULL;
		workers->live_count--;
		ticket_destroy(ticket);
	}
	return STATUS_OK;
}

static bool may_speak(const struct workers *workers, const struct slot *slot)
{
	if (!slot->is_alive)
		return false;
	if (workers->kept_bytes < KEPT_BYTES_MAX)
		return true;
	return slot->queue_count && slot->queue[0] == workers->head;
}

static enum status look_for_hung(struct workers *workers, struct error *err)
{
	const uint64_t now = now_ms();

	for (unsigned i = 0; i < workers->options->jobs; i++) {
		struct slot *slot = &workers->slots[i];

		if (!slot->is_alive || !slot->queue_count)
			continue;
		/* One that may not speak may be waiting to. */
		if (!may_speak(workers, slot)) {
			slot->beat_ms = now;
			continue;
		}

		const uint64_t beat = atomic_load(&slot->pulse->beat);

		if (beat != slot->beat) {
			slot->beat = beat;
			slot->beat_ms = now;
		} else if (now - slot->beat_ms > workers->options->wall_ms &&
			   bury(workers, slot, STATUS_LIMIT,
				"the reader took too long", err)) {
			return err->status;
		}
	}
	return STATUS_OK;
}

/* As poll(), but while nobody says anything the sink may have its turn. */
static int wait_for_any(const struct workers *workers)
{
	const struct workers_sink *sink = workers->sink;
	const int ready = poll(workers->polls, workers->options->jobs, 0);

	if (ready || (sink->spare && sink->spare(sink->closure)))
		return ready;
	return poll(workers->polls, workers->options->jobs, POLL_MS);
}

static enum status hear_all(struct workers *workers, struct error *err)
{
	const unsigned jobs = workers->options->jobs;

	for (unsigned i = 0; i < jobs; i++) {
		const struct slot *slot = &workers->slots[i];

		workers->polls[i].fd =
			may_speak(workers, slot) ? slot->socket : -1;
		workers->polls[i].events = POLLIN;
		workers->polls[i].revents = 0;
	}
	if (wait_for_any(workers) < 0 && errno != EINTR)
		return error_set(err, STATUS_IO, "poll: %s", strerror(errno));
	for (unsigned i = 0; i < jobs; i++)
		if (workers->polls[i].revents &&
		    hear(workers, &workers->slots[i], err))
			return err->status;
	return look_for_hung(workers, err);
}

/* What a worker says of its place is cut to what can be. */
static uint64_t bytes_behind(const struct workers *workers)
{
	uint64_t bytes = 0;

	for (const struct ticket *t = workers->head; t; t = t->next)
		if (t->is_ended)
			bytes += t->input.size;
	for (unsigned i = 0; i < workers->options->jobs; i++) {
		const struct slot *slot = &workers->slots[i];
		const struct ticket *first = slot->queue[0];

		if (!slot->is_alive || !slot->queue_count ||
		    atomic_load(&slot->pulse->ticket) != first->number)
			continue;

		const uint64_t at = atomic_load(&slot->pulse->at);

		bytes += at < first->input.size ? at : first->input.size;
	}
	return bytes;
}

enum status workers_run(struct workers *workers,
			const struct workers_sink *sink, struct error *err)
{
	workers->sink = sink;
	workers->has_more = true;
	for (;;) {
		if (dispatch(workers, err))
			return err->status;
		if (!workers->head && !workers->has_more)
			return STATUS_OK;
		if (workers->head && !workers->head->is_ended &&
		    hear_all(workers, err))
			return err->status;
		if (finish(workers, err))
			return err->status;
		if (sink->progress)
			sink->progress(sink->closure, bytes_behind(workers));
	}
}
