#include "indexer/ingest/sandbox.h"

#include <errno.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A job's descriptor, those still queued behind it, and our own few. */
#define DESCRIPTORS 64

#define DESCRIPTORS_EVER 65536

/*
 * Access rights of the file system that are newer than Debian 12's header
 * (kernel documentation, userspace-api/landlock.rst): rename across folders,
 * truncate, ioctl of devices; of the network: bind and connect.
 */
#define ACCESS_FS_1 ((1ull << 13) - 1)
#define ACCESS_FS_REFER (1ull << 13)
#define ACCESS_FS_TRUNCATE (1ull << 14)
#define ACCESS_FS_IOCTL (1ull << 15)
#define ACCESS_NET 3ull

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED 0
#endif

void sandbox_close_from(int first)
{
	if (!syscall(SYS_close_range, (unsigned)first, ~0u, 0u))
		return;
	for (int fd = first; fd < DESCRIPTORS_EVER; fd++)
		close(fd);
}

static enum status failed(const char *what, int number, struct error *err)
{
	return error_set(err, STATUS_IO, "sandbox: %s: %s", what,
			 strerror(number));
}

static enum status limit(int resource, uint64_t value, const char *what,
			 struct error *err)
{
	struct rlimit bound;

	/* Who started us may have been stricter; there is no way back up. */
	if (getrlimit((__rlimit_resource_t)resource, &bound))
		return failed(what, errno, err);
	if (bound.rlim_max > value)
		bound.rlim_max = value;
	bound.rlim_cur = bound.rlim_max;
	if (setrlimit((__rlimit_resource_t)resource, &bound))
		return failed(what, errno, err);
	return STATUS_OK;
}

static enum status limit_all(const struct sandbox_limits *limits,
			     struct error *err)
{
	if (limit(RLIMIT_CORE, 0, "core limit", err) ||
	    limit(RLIMIT_FSIZE, limits->file_bytes, "file limit", err) ||
	    limit(RLIMIT_NPROC, 0, "process limit", err) ||
	    limit(RLIMIT_NOFILE, DESCRIPTORS, "descriptor limit", err))
		return err->status;
	/* Shadow memory is larger than any limit worth having. */
	if (!IS_SANITIZED &&
	    limit(RLIMIT_DATA, limits->memory_bytes, "memory limit", err))
		return err->status;
	/* Past the file limit: an error, not a signal. */
	signal(SIGXFSZ, SIG_IGN);
	return STATUS_OK;
}

/* No rule is added, so nothing that the ruleset handles is allowed. */
static enum status restrict_files(struct error *err)
{
	struct {
		uint64_t fs;
		uint64_t net;
	} handled = { ACCESS_FS_1, 0 };
	const long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
				     LANDLOCK_CREATE_RULESET_VERSION);

	if (version < 1)
		return STATUS_OK; /* not in this kernel: the filter remains */
	if (version >= 2)
		handled.fs |= ACCESS_FS_REFER;
	if (version >= 3)
		handled.fs |= ACCESS_FS_TRUNCATE;
	if (version >= 4)
		handled.net = ACCESS_NET;
	if (version >= 5)
		handled.fs |= ACCESS_FS_IOCTL;

	const size_t size = version >= 4 ? sizeof(handled) : sizeof(handled.fs);
	const int ruleset =
		(int)syscall(SYS_landlock_create_ruleset, &handled, size, 0);

	if (ruleset < 0)
		return failed("landlock ruleset", errno, err);

	const long code = syscall(SYS_landlock_restrict_self, ruleset, 0);
	const int number = errno;

	close(ruleset);
	return code ? failed("landlock", number, err) : STATUS_OK;
}

/* Calls that touch nothing but memory, time, and descriptors already open. */
static const int allowed[] = {
	SCMP_SYS(read),
	SCMP_SYS(write),
	SCMP_SYS(pread64),
	SCMP_SYS(pwrite64),
	SCMP_SYS(readv),
	SCMP_SYS(writev),
	SCMP_SYS(lseek),
	SCMP_SYS(ftruncate),
	SCMP_SYS(close),
	SCMP_SYS(recvmsg),
	SCMP_SYS(recvfrom),
	SCMP_SYS(sendto),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(brk),
	SCMP_SYS(madvise),
	SCMP_SYS(futex),
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(clock_getres),
	SCMP_SYS(getrandom),
	SCMP_SYS(sched_yield),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(restart_syscall),
};

static int add_rules(scmp_filter_ctx filter)
{
	const size_t count = sizeof(allowed) / sizeof(allowed[0]);
	int code = 0;

	for (size_t i = 0; i < count && !code; i++)
		code = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	if (!code)
		code = seccomp_rule_add(
			filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
			SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (!code)
		code = seccomp_rule_add(
			filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
			SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	/* abort() signals the process itself. */
	if (!code)
		code = seccomp_rule_add(
			filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
			SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));
	return code;
}

static enum status filter_calls(struct error *err)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));

	if (!filter)
		return failed("seccomp", ENOMEM, err);

	int code = add_rules(filter);

	if (!code)
		code = seccomp_load(filter);
	seccomp_release(filter);
	return code ? failed("seccomp", -code, err) : STATUS_OK;
}

enum status sandbox_enter(const struct sandbox_limits *limits,
			  struct error *err)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return failed("no new privileges", errno, err);
	if (restrict_files(err) || limit_all(limits, err))
		return err->status;
	return filter_calls(err);
}
