/*
 * wire.h - what the parent and its workers say to each other.
 *
 * Down goes a job: one plain struct with the input's descriptor, from a parent
 * the worker may trust.  Up come frames, from a worker that nobody trusts:
 * they are decoded like any other input.
 *
 *   frame   +0  4  bytes that follow
 *           +4  1  kind
 *           then varints: ticket, number; then what the kind says
 */
#ifndef INGEST_WIRE_H
#define INGEST_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "signatures/base/arena.h"
#include "signatures/base/bytes.h"
#include "signatures/base/error.h"
#include "signatures/base/hash.h"
#include "signatures/base/limits.h"

/* An input that has cost so many workers is given up. */
#define WIRE_DEATHS 16

#define WIRE_HEADER_BYTES 4
#define WIRE_CHUNK_BYTES (64 * 1024)
#define WIRE_FRAME_MAX (LIMIT_RECORD_BYTES + 64 * 1024)

struct wire_job {
	uint64_t ticket;
	uint64_t size;
	uint64_t resume;	    /* results up to this number have arrived */
	uint64_t dead[WIRE_DEATHS]; /* steps that ended a worker */
	size_t dead_count;
};

/* The order is that of the bytes: append only. */
enum wire_kind {
	WIRE_NO_SANDBOX, /* the worker cannot begin; text says why */
	WIRE_RECORD,	 /* data is a record whose source is the entry's path */
	WIRE_REFUSED,
	WIRE_CHUNK, /* data is a part of what is refused next, at offset */
	WIRE_END,   /* of the ticket */
	WIRE_KINDS
};

struct wire_frame {
	enum wire_kind kind;
	uint64_t ticket;
	uint64_t number; /* rising within a ticket */
	enum status status;
	bool is_foreign;
	bool has_content;
	bool is_archive;
	struct hash128 content;
	uint64_t offset;
	const char *path;
	const char *text;
	struct bytes data; /* borrows what was decoded */
};

/* A whole frame, header included; taken from arena. */
struct bytes wire_encode(const struct wire_frame *frame, struct arena *arena);

/* raw is what follows the header.  ret borrows both. */
enum status wire_decode(struct bytes raw, struct arena *arena,
			struct wire_frame *ret, struct error *err) MUST_CHECK;

/* A worker that has just died is no error: it is found out when it is heard. */
enum status wire_send_job(int socket, const struct wire_job *job, int fd,
			  struct error *err) MUST_CHECK;

enum wire_answer {
	WIRE_JOB,
	WIRE_NONE, /* not yet, and it was not to wait */
	WIRE_GONE  /* nobody will ever send one */
};

enum wire_answer wire_receive_job(int socket, bool wait, struct wire_job *ret,
				  int *fd);

#endif
