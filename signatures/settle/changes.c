#include "signatures/settle/changes.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "signatures/base/file.h"
#include "signatures/base/must.h"
#include "signatures/base/text.h"
#include "signatures/cluster/keymap.h"

const char *changes_word(enum changes_event event)
{
	static const char *const words[CHANGES_EVENTS] = {
		[CHANGES_RENAMED] = "renamed", [CHANGES_MERGED] = "merged",
		[CHANGES_SPLIT] = "split",     [CHANGES_MOVED] = "moved",
		[CHANGES_JOINED] = "joined",   [CHANGES_LEFT] = "left",
	};

	return words[event];
}

static int order(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int by_move(const void *left, const void *right)
{
	const struct changes_crash *a = left;
	const struct changes_crash *b = right;
	int ret = order(a->is_new, b->is_new);

	if (!ret)
		ret = order(a->before, b->before);
	if (!ret)
		ret = order(a->after, b->after);
	return ret ? ret : order(a->id, b->id);
}

static int by_id(const void *left, const void *right)
{
	return order(*(const uint64_t *)left, *(const uint64_t *)right);
}

/* Those of ids that a line names, rising, each as often as it has members. */
static uint64_t *ids_named(const struct changes_line *lines, size_t count,
			   const uint64_t *ids, size_t id_count, size_t *ret)
{
	uint64_t *named = malloc((id_count + 1) * sizeof(*named));
	struct keymap wanted;
	uint32_t unused;
	bool is_new;

	if (!named)
		must_end();
	*ret = 0;
	keymap_init(&wanted);
	for (size_t i = 0; i < count; i++) {
		if (lines[i].from)
			keymap_put(&wanted, lines[i].from, &is_new);
		if (lines[i].to)
			keymap_put(&wanted, lines[i].to, &is_new);
	}
	for (size_t i = 0; i < id_count && count; i++)
		if (keymap_find(&wanted, ids[i], &unused))
			named[(*ret)++] = ids[i];
	if (*ret > 1)
		qsort(named, *ret, sizeof(*named), by_id);
	keymap_deinit(&wanted);
	return named;
}

/* How many of them are id. */
static size_t members(const uint64_t *ids, size_t count, uint64_t id)
{
	const uint64_t *found =
		count ? bsearch(&id, ids, count, sizeof(*ids), by_id) : NULL;
	size_t n = 0;

	if (!found)
		return 0;
	while (found > ids && found[-1] == id)
		found--;
	while (found + n < ids + count && found[n] == id)
		n++;
	return n;
}

/* from_members and to_members: crashes of before; sources: how many clusters
 * went to the same one. */
static enum changes_event event_of(const struct changes_line *line,
				   size_t from_members, size_t to_members,
				   size_t sources)
{
	if (!line->from)
		return CHANGES_JOINED;
	if (!line->to)
		return CHANGES_LEFT;
	if (line->crashes < from_members)
		return to_members ? CHANGES_MOVED : CHANGES_SPLIT;
	return to_members || sources > 1 ? CHANGES_MERGED : CHANGES_RENAMED;
}

static void name_events(struct changes_line *lines, size_t count,
			const uint64_t *ids, size_t id_count)
{
	uint64_t *targets = malloc((count + 1) * sizeof(*targets));
	size_t with_source = 0;

	if (!targets)
		must_end();
	for (size_t i = 0; i < count; i++)
		if (lines[i].from)
			targets[with_source++] = lines[i].to;
	if (with_source > 1)
		qsort(targets, with_source, sizeof(*targets), by_id);
	for (size_t i = 0; i < count; i++) {
		struct changes_line *line = &lines[i];

		line->event = event_of(line, members(ids, id_count, line->from),
				       members(ids, id_count, line->to),
				       members(targets, with_source, line->to));
	}
	free(targets);
}

size_t changes_find(struct changes_crash *crashes, size_t count,
		    const uint64_t *ids, size_t id_count, struct arena *arena,
		    struct changes_line **ret)
{
	struct changes_line *lines =
		arena_take(arena, count + 1, sizeof(*lines));
	uint64_t *named;
	size_t named_count;
	size_t found = 0;

	if (count > 1)
		qsort(crashes, count, sizeof(*crashes), by_move);
	for (size_t i = 0, run; i < count && !crashes[i].is_new; i += run) {
		struct changes_line *line = &lines[found];

		for (run = 1; i + run < count && !crashes[i + run].is_new &&
			      crashes[i + run].before == crashes[i].before &&
			      crashes[i + run].after == crashes[i].after;)
			run++;
		if (crashes[i].before == crashes[i].after)
			continue;
		*line = (struct changes_line){ .from = crashes[i].before,
					       .to = crashes[i].after,
					       .crashes = run,
					       .example = crashes[i] };
		found++;
	}
	named = ids_named(lines, found, ids, id_count, &named_count);
	name_events(lines, found, named, named_count);
	free(named);
	*ret = lines;
	return found;
}

size_t changes_clusters(const uint64_t *ids, size_t count)
{
	struct keymap seen;
	uint64_t last = 0;
	size_t different;
	bool is_new;

	keymap_init(&seen);
	for (size_t i = 0; i < count; i++) {
		if (ids[i] && ids[i] != last)
			keymap_put(&seen, ids[i], &is_new);
		last = ids[i];
	}
	different = seen.count;
	keymap_deinit(&seen);
	return different;
}

struct changes_log {
	FILE *out;
	char *text;
	size_t size;
	char time[TEXT_TIME_BYTES];
};

struct changes_log *changes_create(uint64_t time)
{
	struct changes_log *log = must(calloc(1, sizeof(*log)));

	text_time(time, log->time);
	log->out = open_memstream(&log->text, &log->size);
	if (!log->out)
		must_end();
	return log;
}

void changes_destroy(struct changes_log *log)
{
	if (log->out && fclose(log->out))
		must_end();
	free(log->text);
	free(log);
}

void changes_pass(struct changes_log *log, size_t crashes, size_t added,
		  size_t clusters, size_t families)
{
	fprintf(log->out, "%s\tpass\t%zu\t%zu\t%zu\t%zu\n", log->time, crashes,
		added, clusters, families);
}

static void print_id(FILE *out, uint64_t id)
{
	if (id)
		fprintf(out, "\t%012" PRIx64, id);
	else
		fputs("\t-", out);
}

void changes_tell(struct changes_log *log, const char *level,
		  const struct changes_line *line)
{
	fprintf(log->out, "%s\t%s\t%s", log->time, changes_word(line->event),
		level);
	print_id(log->out, line->from);
	print_id(log->out, line->to);
	fprintf(log->out, "\t%" PRIu64, line->crashes);
	print_id(log->out, line->example.id);
	fprintf(log->out, "\t%.3f", (double)line->example.likeness);
	print_id(log->out, line->example.nearest);
	if (line->list)
		fprintf(log->out, "\t%s", line->list);
	fputc('\n', log->out);
}

/* Whole or not at all: behind half a line the next would be none. */
static enum status append(const char *path, const char *text, size_t size,
			  struct error *err)
{
	const int fd =
		open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	enum status status;
	off_t before;

	if (fd < 0)
		return error_set(err, STATUS_IO, "%s: %s", path,
				 strerror(errno));
	before = lseek(fd, 0, SEEK_END);
	status = file_put(fd, text, size, err);
	if (status && ftruncate(fd, before))
		error_within(err, "half a line is left");
	if (close(fd) && !status)
		status = error_set(err, STATUS_IO, "%s", strerror(errno));
	return status ? error_within(err, "%s", path) : STATUS_OK;
}

enum status changes_write(struct changes_log *log, const char *folder,
			  struct error *err)
{
	enum status status = STATUS_OK;
	char *path = NULL;

	if (fflush(log->out))
		must_end();
	if (asprintf(&path, "%s/%s", folder, CHANGES_FILE) < 0)
		must_end();
	if (log->size)
		status = append(path, log->text, log->size, err);
	free(path);
	return status;
}
