#include "indexer/ingest/courier.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

union control {
	struct cmsghdr header;
	char room[CMSG_SPACE(COURIER_FDS_MAX * sizeof(int))];
};

ssize_t courier_send(int socket, const void *data, size_t size, const int fds[],
		     size_t count)
{
	struct iovec part = { (void *)(uintptr_t)data, size };
	union control control;
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = &control };
	ssize_t sent;

	assert(count <= COURIER_FDS_MAX);
	memset(&control, 0, sizeof(control));
	message.msg_controllen = CMSG_SPACE(count * sizeof(int));
	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(count * sizeof(int));
	memcpy(CMSG_DATA(&control.header), fds, count * sizeof(int));
	do
		sent = sendmsg(socket, &message, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent;
}

ssize_t courier_receive(int socket, int flags, void *data, size_t size,
			int fds[], size_t count, bool *are_given)
{
	struct iovec part = { data, size };
	union control control;
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	ssize_t got;

	assert(count <= COURIER_FDS_MAX);
	do
		got = recvmsg(socket, &message, flags);
	while (got < 0 && errno == EINTR);

	const struct cmsghdr *header = got < 0 ? NULL : CMSG_FIRSTHDR(&message);

	*are_given = header && header->cmsg_type == SCM_RIGHTS &&
		     header->cmsg_len == CMSG_LEN(count * sizeof(int));
	if (*are_given)
		memcpy(fds, CMSG_DATA(header), count * sizeof(int));
	return got;
}
