#include "query/subject.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "query/named.h"
#include "signatures/base/file.h"
#include "signatures/base/limits.h"
#include "signatures/base/must.h"
#include "signatures/base/text.h"
#include "signatures/crash_parse.h"
#include "signatures/identity.h"

extern char **environ;

/* crashindex in the folder of this program. */
static enum status indexer_path(struct arena *arena, const char **ret,
				struct error *err)
{
	char own[4096];
	const ssize_t length = readlink("/proc/self/exe", own, sizeof(own) - 1);
	char *slash;

	if (length < 0)
		return error_set(err, STATUS_IO, "where is crashindex? %s",
				 strerror(errno));
	own[length] = '\0';
	slash = strrchr(own, '/');
	if (slash)
		*slash = '\0';
	*ret = text_printf(arena, "%s/crashindex", own);
	return STATUS_OK;
}

/* Everything the reading end of a pipe gives, up to one record as text. */
static size_t read_all(int fd, char *ret, size_t room)
{
	size_t size = 0;
	ssize_t got = 1;

	while (got > 0 && size < room) {
		do
			got = read(fd, ret + size, room - size);
		while (got < 0 && errno == EINTR);
		size += got > 0 ? (size_t)got : 0;
	}
	return size;
}

static enum status spawn(const char *program, const char *path, int out,
			 pid_t *ret, struct error *err)
{
	const char *const argv[] = { program, "--print", "--", path, NULL };
	posix_spawn_file_actions_t actions;
	int failed;

	if (posix_spawn_file_actions_init(&actions))
		must_end();
	/* Its tally of one dump is no answer to what was asked here. */
	if (posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO) ||
	    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO,
					     "/dev/null", O_WRONLY, 0))
		must_end();
	failed = posix_spawn(ret, program, &actions, NULL,
			     (char *const *)(uintptr_t)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return failed ? error_set(err, STATUS_IO, "%s: %s", program,
				  strerror(failed))
		      : STATUS_OK;
}

static enum status run_indexer(const char *path, struct arena *arena,
			       char **ret, size_t *size, struct error *err)
{
	const size_t room = 4 * LIMIT_RECORD_BYTES;
	const char *program = NULL;
	int ends[2];
	int outcome = 0;
	pid_t child;
	enum status status;

	if (indexer_path(arena, &program, err))
		return err->status;
	if (pipe2(ends, O_CLOEXEC))
		return error_set(err, STATUS_IO, "%s", strerror(errno));
	status = spawn(program, path, ends[1], &child, err);
	close(ends[1]);
	if (!status) {
		*ret = arena_take(arena, room, 1);
		*size = read_all(ends[0], *ret, room);
	}
	close(ends[0]);
	if (status)
		return status;
	while (waitpid(child, &outcome, 0) < 0 && errno == EINTR)
		;
	/* Who was not listened to the end has said more than one crash. */
	if (*size < room &&
	    (!WIFEXITED(outcome) || WEXITSTATUS(outcome) > 1 || *size == 0))
		return error_set(err, STATUS_UNSUPPORTED,
				 "no crash in it: crashindex --print says why");
	return STATUS_OK;
}

/* A line of JSON as a crash, the only one. */
static enum status parse(const char *text, size_t size, struct arena *arena,
			 struct crash *ret, struct error *err)
{
	const char *end = memchr(text, '\n', size);
	bool is_line = end != NULL;
	struct json *json;
	enum status status;

	if (json_parse(text, end ? (size_t)(end - text) : size, &json, err)) {
		/* Perhaps the line was wrapped for people. */
		if (!end || json_parse(text, size, &json, err))
			return err->status;
		is_line = false;
	}
	status = is_line && memchr(end, '{', size - (size_t)(end - text))
			 ? error_set(err, STATUS_USAGE,
				     "several crashes in it: one is wanted, a "
				     "dump or a line of crashindex --print")
			 : crash_parse(json, arena, ret, err);
	json_destroy(json);
	return status;
}

static enum status read_file(struct query *query, const char *path,
			     struct crash *ret, struct error *err)
{
	struct file_view view;
	char *text = NULL;
	size_t size = 0;
	enum status status;

	if (file_map(path, &view, err))
		return err->status;
	if (view.size && *(const char *)view.data == '{') {
		status = parse(view.data, view.size, &query->arena, ret, err);
		file_unmap(&view);
		return status;
	}
	file_unmap(&view);
	if (run_indexer(path, &query->arena, &text, &size, err))
		return err->status;
	return parse(text, size, &query->arena, ret, err);
}

enum status subject_find(struct query *query, const char *word,
			 struct subject *ret, bool *found, struct error *err)
{
	struct subject subject = { .is_stored = true };
	struct store_crash stored;

	if (named_row(query, word, &subject.row, found, err))
		return err->status;
	if (*found) {
		if (store_crash_read(query->store, subject.row, &query->arena,
				     &stored, err))
			return err->status;
		subject.crash = stored.crash;
		identity_text(stored.identity, subject.id);
		*ret = subject;
		return STATUS_OK;
	}
	subject.is_stored = false;
	if (access(word, F_OK) != 0) {
		cli_complain("%s: neither a crash of the store nor a file",
			     word);
		return STATUS_OK;
	}
	if (read_file(query, word, &subject.crash, err))
		return error_within(err, "%s", word);
	*found = true;
	*ret = subject;
	return STATUS_OK;
}

enum status subject_search(struct query *query, struct search **ret,
			   struct error *err)
{
	uint32_t behind;

	if (search_open(query->store, ret, err))
		return err->status;
	behind = search_behind(*ret);
	if (behind)
		cli_complain("%" PRIu32 " came in or changed after the last "
			     "settling: crashindex --settle places %s",
			     behind, behind == 1 ? "it" : "them");
	return STATUS_OK;
}
