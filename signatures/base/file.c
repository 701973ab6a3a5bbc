#include "signatures/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static enum status map_descriptor(int fd, struct file_view *ret,
				  struct error *err)
{
	struct stat stat;
	void *data;

	if (fstat(fd, &stat))
		return error_set(err, STATUS_IO, "%s", strerror(errno));
	if (!S_ISREG(stat.st_mode))
		return error_set(err, STATUS_IO, "not a file");
	if (stat.st_size == 0) {
		*ret = (struct file_view){ NULL, 0 };
		return STATUS_OK;
	}
	data = mmap(NULL, (size_t)stat.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return error_set(err, STATUS_IO, "%s", strerror(errno));
	*ret = (struct file_view){ data, (size_t)stat.st_size };
	return STATUS_OK;
}

enum status file_map(const char *path, struct file_view *ret, struct error *err)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum status status;

	if (fd < 0)
		return error_set(err, STATUS_IO, "%s: %s", path,
				 strerror(errno));
	status = map_descriptor(fd, ret, err);
	close(fd);
	return status ? error_within(err, "%s", path) : STATUS_OK;
}

void file_unmap(struct file_view *view)
{
	if (view->size > 0)
		munmap(view->data, view->size);
	*view = (struct file_view){ NULL, 0 };
}

enum status file_put(int fd, const void *data, size_t size, struct error *err)
{
	const char *next = data;

	while (size > 0) {
		const ssize_t done = write(fd, next, size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return error_set(err, STATUS_IO, "%s", strerror(errno));
		next += done;
		size -= (size_t)done;
	}
	return STATUS_OK;
}

/*
 * A pipe, a terminal, /dev/null or what standard output is: it is opened and
 * written to, and no file takes its place.
 */
static bool is_device(const char *path, int *fd)
{
	struct stat there, out;

	if (stat(path, &there))
		return false;
	if (!fstat(STDOUT_FILENO, &out) && there.st_dev == out.st_dev &&
	    there.st_ino == out.st_ino) {
		*fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
		return true;
	}
	if (S_ISREG(there.st_mode))
		return false;
	*fd = open(path, O_WRONLY | O_CLOEXEC);
	return true;
}

static enum status write_through(int fd, const void *data, size_t size,
				 struct error *err)
{
	enum status status;

	if (fd < 0)
		return error_set(err, STATUS_IO, "%s", strerror(errno));
	status = file_put(fd, data, size, err);
	if (close(fd) && !status)
		status = error_set(err, STATUS_IO, "%s", strerror(errno));
	return status;
}

/* Of a file that takes the place of another, or of one made as any is made. */
static mode_t mode_at(const char *path)
{
	struct stat there;

	if (!stat(path, &there))
		return there.st_mode & 0777;

	const mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

enum status file_write(const char *path, const void *data, size_t size,
		       struct error *err)
{
	char name[4096];
	enum status status;
	int fd;

	if (is_device(path, &fd)) {
		status = write_through(fd, data, size, err);
		return status ? error_within(err, "%s", path) : STATUS_OK;
	}
	if ((size_t)snprintf(name, sizeof(name), "%s.XXXXXX", path) >=
	    sizeof(name))
		return error_set(err, STATUS_USAGE, "%s: name too long", path);

	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0)
		return error_set(err, STATUS_IO, "%s: %s", path,
				 strerror(errno));
	status = file_put(fd, data, size, err);
	if (!status && fchmod(fd, mode_at(path)))
		status = error_set(err, STATUS_IO, "%s", strerror(errno));
	if (close(fd) && !status)
		status = error_set(err, STATUS_IO, "%s", strerror(errno));
	if (!status && rename(name, path))
		status = error_set(err, STATUS_IO, "%s", strerror(errno));
	if (status) {
		unlink(name);
		return error_within(err, "%s", path);
	}
	return STATUS_OK;
}

enum status file_unnamed(const char *dir, int *ret, struct error *err)
{
	const int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0) {
		*ret = fd;
		return STATUS_OK;
	}

	/* Not every file system has unnamed files: name one, then unname it. */
	char name[4096];

	if ((size_t)snprintf(name, sizeof(name), "%s/spool.XXXXXX", dir) >=
	    sizeof(name))
		return error_set(err, STATUS_USAGE, "%s: name too long", dir);

	const int named = mkostemp(name, O_CLOEXEC);

	if (named < 0)
		return error_set(err, STATUS_IO, "%s: %s", dir,
				 strerror(errno));
	unlink(name);
	*ret = named;
	return STATUS_OK;
}
