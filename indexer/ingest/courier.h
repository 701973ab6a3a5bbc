/*
 * courier.h - a message, and open descriptors with it, from one process to
 * another.
 */
#ifndef INGEST_COURIER_H
#define INGEST_COURIER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define COURIER_FDS_MAX 3 /* of one message */

/* As send() does.  The descriptors stay open here. */
ssize_t courier_send(int socket, const void *data, size_t size, const int fds[],
		     size_t count);

/*
 * As recv() does, flags included; *are_given: count descriptors came with it,
 * and are the caller's to close.
 */
ssize_t courier_receive(int socket, int flags, void *data, size_t size,
			int fds[], size_t count, bool *are_given);

#endif
