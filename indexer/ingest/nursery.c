#include "indexer/ingest/nursery.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "indexer/ingest/courier.h"
#include "indexer/ingest/sandbox.h"

/* More than any sensible number of jobs. */
#define CHILDREN_MAX 1024

/* Both ends are this program, and a worker never holds either. */
struct request {
	bool is_birth;
	pid_t pid; /* to bury */
};

struct reply {
	pid_t pid;
	int status;
};

/* The living, so that none outlives the parent. */
struct children {
	pid_t pid[CHILDREN_MAX];
	size_t count;
};

static bool receive(int fd, struct request *ret, int gifts[NURSERY_GIFTS])
{
	bool are_given;
	const ssize_t got = courier_receive(fd, 0, ret, sizeof(*ret), gifts,
					    NURSERY_GIFTS, &are_given);

	return got == (ssize_t)sizeof(*ret) && (are_given || !ret->is_birth);
}

static void hand_over(const int gifts[NURSERY_GIFTS])
{
	const int safe = NURSERY_FIRST_FD + NURSERY_GIFTS;
	int high[NURSERY_GIFTS];

	for (int i = 0; i < NURSERY_GIFTS; i++)
		high[i] = fcntl(gifts[i], F_DUPFD, safe);
	for (int i = 0; i < NURSERY_GIFTS; i++)
		dup2(high[i], NURSERY_FIRST_FD + i);
	sandbox_close_from(safe);
}

static void bear(struct children *children, struct reply *reply,
		 const int gifts[NURSERY_GIFTS], void (*child)(void *closure),
		 void *closure)
{
	if (children->count == CHILDREN_MAX)
		return;
	reply->pid = fork();
	if (!reply->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		hand_over(gifts);
		child(closure);
		_exit(0);
	}
	if (reply->pid > 0)
		children->pid[children->count++] = reply->pid;
}

static void bury(struct children *children, struct reply *reply, pid_t pid)
{
	for (size_t i = 0; i < children->count; i++) {
		if (children->pid[i] != pid)
			continue;
		children->pid[i] = children->pid[--children->count];
		do
			reply->pid = waitpid(pid, &reply->status, 0);
		while (reply->pid < 0 && errno == EINTR);
		return;
	}
}

static void serve(int fd, void (*prepare)(void), void (*child)(void *closure),
		  void *closure)
{
	static struct children children;
	struct request request;
	bool is_prepared = false;
	int gifts[NURSERY_GIFTS];

	while (receive(fd, &request, gifts)) {
		struct reply reply = { .pid = -1 };

		if (request.is_birth && !is_prepared) {
			prepare();
			is_prepared = true;
		}
		if (request.is_birth) {
			bear(&children, &reply, gifts, child, closure);
			for (int i = 0; i < NURSERY_GIFTS; i++)
				close(gifts[i]);
		} else {
			bury(&children, &reply, request.pid);
		}
		if (send(fd, &reply, sizeof(reply), MSG_NOSIGNAL) !=
		    (ssize_t)sizeof(reply))
			break;
	}
	while (children.count > 0) {
		struct reply reply;
		const pid_t pid = children.pid[children.count - 1];

		kill(pid, SIGKILL);
		bury(&children, &reply, pid);
	}
}

enum status nursery_start(struct nursery *nursery, void (*prepare)(void),
			  void (*child)(void *closure), void *closure,
			  struct error *err)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return error_set(err, STATUS_IO, "nursery: %s",
				 strerror(errno));

	const pid_t pid = fork();

	if (pid < 0) {
		close(ends[0]);
		close(ends[1]);
		return error_set(err, STATUS_IO, "nursery: %s",
				 strerror(errno));
	}
	if (!pid) {
		close(ends[0]);
		/* Ended by the parent's end alone, not by the terminal. */
		signal(SIGINT, SIG_IGN);
		signal(SIGHUP, SIG_IGN);
		serve(ends[1], prepare, child, closure);
		_exit(0);
	}
	close(ends[1]);
	nursery->fd = ends[0];
	nursery->pid = pid;
	return STATUS_OK;
}

void nursery_stop(struct nursery *nursery)
{
	int status;

	/* Whoever else may still hold this end, it is over. */
	shutdown(nursery->fd, SHUT_RDWR);
	close(nursery->fd);
	while (waitpid(nursery->pid, &status, 0) < 0 && errno == EINTR)
		;
}

static enum status answer(struct nursery *nursery, struct reply *ret,
			  struct error *err)
{
	ssize_t got;

	do
		got = recv(nursery->fd, ret, sizeof(*ret), 0);
	while (got < 0 && errno == EINTR);
	if (got != (ssize_t)sizeof(*ret))
		return error_set(err, STATUS_IO, "nursery: gone");
	if (ret->pid < 0)
		return error_set(err, STATUS_IO, "nursery: no such worker");
	return STATUS_OK;
}

enum status nursery_bear(struct nursery *nursery,
			 const int gifts[NURSERY_GIFTS], struct error *err)
{
	const struct request request = { .is_birth = true };

	if (courier_send(nursery->fd, &request, sizeof(request), gifts,
			 NURSERY_GIFTS) < 0)
		return error_set(err, STATUS_IO, "nursery: %s",
				 strerror(errno));
	return STATUS_OK;
}

enum status nursery_born(struct nursery *nursery, pid_t *ret, struct error *err)
{
	struct reply reply;

	if (answer(nursery, &reply, err))
		return err->status;
	*ret = reply.pid;
	return STATUS_OK;
}

enum status nursery_bury(struct nursery *nursery, pid_t pid, int *ret,
			 struct error *err)
{
	const struct request request = { .pid = pid };
	struct reply reply;

	if (send(nursery->fd, &request, sizeof(request), MSG_NOSIGNAL) < 0)
		return error_set(err, STATUS_IO, "nursery: %s",
				 strerror(errno));
	if (answer(nursery, &reply, err))
		return err->status;
	*ret = reply.status;
	return STATUS_OK;
}
