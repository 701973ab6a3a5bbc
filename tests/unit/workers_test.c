#include "indexer/ingest/workers.h"

#include "tests/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <unistd.h>

#include "indexer/ingest/examine.h"
#include "signatures/base/limits.h"
#include "signatures/base/text.h"
#include "signatures/record.h"
#include "tests/unit/tar.h"

/* What a dump in these tests asks the worker that examines it to do. */
enum {
	DO_SUCCEED = 's',
	DO_REFUSE = 'r',
	DO_DIE = 'd',
	DO_HANG = 'h',
	DO_BABBLE = 'b',
	DO_GLUT = 'g',
	DO_ESCAPE = 'e',
};

#define COMMAND_AT 16

static const char *escape(void)
{
	char *const argv[] = { NULL };
	char byte = 0;
	pid_t child;

	if (open("/etc/passwd", O_RDONLY) >= 0)
		return "open";
	if (open("/tmp/escaped", O_WRONLY | O_CREAT, 0600) >= 0)
		return "create";
	if (socket(AF_INET, SOCK_STREAM, 0) >= 0)
		return "socket";
	child = fork();
	if (child == 0)
		_exit(0);
	if (child > 0)
		return "fork";
	if (execve("/bin/true", argv, argv) == 0 || errno != EPERM)
		return "exec";
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0)
		return "ptrace";
	if (kill(getppid(), 0) == 0)
		return "kill";
	if (mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
		return "code";
	/* Nobody's descriptor is here but the job's, the socket, the spool. */
	for (int fd = WORKER_PULSE + 2; fd < 64; fd++)
		if (write(fd, &byte, 1) == 1)
			return "descriptor";
	return "nothing";
}

/* Stands in for the real one: a worker with injected code. */
enum status examine(struct bytes image, const struct target_options *options,
		    struct arena *arena, struct crash *ret, struct error *err)
{
	const char command = (char)image.start[COMMAND_AT];

	(void)options;
	if (command == DO_REFUSE)
		return error_set(err, STATUS_CORRUPT, "refused");
	if (command == DO_DIE)
		abort();
	if (command == DO_HANG)
		for (;;)
			getpid();
	if (command == DO_BABBLE) {
		if (write(WORKER_SOCKET, "\xff\xff\xff\xff\xff\xff", 6) != 6)
			_exit(8);
	}
	if (command == DO_GLUT)
		for (;;)
			arena_take(arena, 1, 1 << 20);
	if (command == DO_ESCAPE)
		ret->process = text_copy(arena, escape());
	return STATUS_OK;
}

static size_t waits_for_nobody;

/* Stands in for the real one, and counts. */
int poll(struct pollfd *polls, nfds_t count, int timeout)
{
	const struct timespec most = { timeout / 1000,
				       timeout % 1000 * 1000000L };
	/* To the compiler's eyes poll() writes them only. */
	const volatile struct pollfd *asked = polls;
	bool is_any = false;

	for (nfds_t i = 0; i < count; i++)
		is_any |= asked[i].fd >= 0;
	waits_for_nobody += !is_any;
	return ppoll(polls, count, timeout < 0 ? NULL : &most, NULL);
}

struct heard {
	struct tar tars[4]; /* one of no bytes: an input that is not there */
	size_t count;
	size_t next;
	size_t chunks;
	char text[4096];
	int chores; /* for time to spare */
};

static void add(struct heard *heard, const char *format, ...) PRINTF_LIKE(2, 3);

static void add(struct heard *heard, const char *format, ...)
{
	const size_t used = strlen(heard->text);
	va_list args;

	va_start(args, format);
	vsnprintf(heard->text + used, sizeof(heard->text) - used, format, args);
	va_end(args);
}

static enum status on_next(void *closure, struct workers_input *ret, bool *more,
			   struct error *err)
{
	struct heard *heard = closure;

	(void)err;
	*more = heard->next < heard->count;
	if (!*more)
		return STATUS_OK;

	const struct tar *tar = &heard->tars[heard->next++];

	ret->about = NULL;
	ret->fd = -1;
	ret->size = tar->size;
	if (!tar->size)
		return STATUS_OK;
	ret->fd = memfd_create("input", MFD_CLOEXEC);
	assert_int_equal(write(ret->fd, tar->bytes, tar->size), tar->size);
	return STATUS_OK;
}

static enum status on_record(void *closure, const struct workers_input *input,
			     struct bytes record, struct error *err)
{
	struct heard *heard = closure;
	struct record_file file;
	struct arena arena;

	(void)input;
	arena_init(&arena);
	if (record_decode(record, &arena, &file, err))
		return err->status;
	add(heard, "%s", file.source);
	if (file.crash.process)
		add(heard, "=%s", file.crash.process);
	add(heard, " ");
	arena_deinit(&arena);
	return STATUS_OK;
}

static enum status on_chunk(void *closure, const struct workers_input *input,
			    uint64_t offset, struct bytes data,
			    struct error *err)
{
	struct heard *heard = closure;

	(void)input, (void)offset, (void)data, (void)err;
	heard->chunks++;
	return STATUS_OK;
}

static enum status on_refused(void *closure, const struct workers_input *input,
			      const struct workers_refusal *refusal,
			      struct error *err)
{
	(void)input, (void)err;
	add(closure, "%s!%s%s ", refusal->path, error_name(refusal->status),
	    refusal->has_chunks ? "+" : "");
	return STATUS_OK;
}

static enum status on_end(void *closure, const struct workers_input *input,
			  bool is_archive, bool is_whole, struct error *err)
{
	(void)input, (void)err;
	add(closure, "%s%s", is_archive ? "." : "?", is_whole ? "" : "~");
	return STATUS_OK;
}

/* No more can be behind than was handed out. */
static void on_progress(void *closure, uint64_t bytes)
{
	const struct heard *heard = closure;
	uint64_t all = 0;

	for (size_t i = 0; i < heard->count; i++)
		all += heard->tars[i].size;
	assert_true(bytes <= all);
}

static bool on_spare(void *closure)
{
	struct heard *heard = closure;

	return heard->chores > 0 && heard->chores-- > 0;
}

/* One dump for each letter of commands, named by its place. */
static void add_tar(struct heard *heard, const char *commands)
{
	struct tar *tar = &heard->tars[heard->count++];
	uint8_t image[64] = "PAGEDU64";
	char name[32];

	for (size_t i = 0; commands[i]; i++) {
		image[COMMAND_AT] = (uint8_t)commands[i];
		snprintf(name, sizeof(name), "%zu", i);
		tar_add(tar, name, image, sizeof(image));
	}
	tar_end(tar);
}

static void run(struct heard *heard, unsigned jobs, bool keeps)
{
	const struct workers_options options = {
		.jobs = jobs,
		.wall_ms = 700,
		.spool_dir = "/tmp",
		.worker = { .keeps_refused = keeps,
			    .limits = { LIMIT_DEPTH, LIMIT_RATIO,
					LIMIT_TOTAL_BYTES, LIMIT_ENTRIES } },
	};
	const struct workers_sink sink = { .closure = heard,
					   .next = on_next,
					   .record = on_record,
					   .chunk = on_chunk,
					   .refused = on_refused,
					   .end = on_end,
					   .spare = on_spare,
					   .progress = on_progress };
	struct workers *workers;
	struct error err = { STATUS_OK, "" };

	heard->next = 0;
	heard->chunks = 0;
	heard->text[0] = '\0';
	assert_int_equal(workers_create(&options, &workers, &err), STATUS_OK);
	if (workers_run(workers, &sink, &err))
		fail_msg("%s", err.text);
	workers_destroy(workers);
}

static struct heard *heard_create(void **state)
{
	struct heard *heard = calloc(1, sizeof(*heard));

	*state = heard;
	return heard;
}

static int forget(void **state)
{
	free(*state);
	return 0;
}

static void every_entry_is_heard_in_order(void **state)
{
	struct heard *heard = heard_create(state);

	add_tar(heard, "ssrs");
	run(heard, 1, false);
	assert_string_equal(heard->text, "0 1 2!corrupt 3 .");
}

static void a_death_costs_its_entry_alone(void **state)
{
	struct heard *heard = heard_create(state);

	add_tar(heard, "sdsdds");
	run(heard, 1, false);
	assert_string_equal(heard->text, "0 1!parser 2 3!parser 4!parser 5 .");
}

static void a_hang_costs_its_entry_alone(void **state)
{
	struct heard *heard = heard_create(state);

	add_tar(heard, "shs");
	run(heard, 1, false);
	assert_string_equal(heard->text, "0 1!limit 2 .");
}

/* There is time while one hangs, and it is found hanging all the same. */
static void time_to_spare_is_used(void **state)
{
	struct heard *heard = heard_create(state);

	heard->chores = 1000;
	add_tar(heard, "shs");
	run(heard, 1, false);
	assert_string_equal(heard->text, "0 1!limit 2 .");
	assert_int_equal(heard->chores, 0);
}

static void nonsense_costs_its_input_alone(void **state)
{
	struct heard *heard = heard_create(state);

	add_tar(heard, "b");
	add_tar(heard, "s");
	run(heard, 1, false);
	assert_string_equal(heard->text, "!parser ?~0 .");
}

static void gluttony_ends_at_the_limit(void **state)
{
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	struct heard *heard = heard_create(state);

	add_tar(heard, "sgs");
	run(heard, 1, false);
	assert_string_equal(heard->text, "0 1!limit 2 .");
#else
	(void)state;
	skip();
#endif
}

static void injected_code_can_do_nothing(void **state)
{
	struct heard *heard = heard_create(state);

	add_tar(heard, "e");
	run(heard, 1, false);
	assert_string_equal(heard->text, "0=nothing .");
}

static void what_is_refused_can_be_kept(void **state)
{
	struct heard *heard = heard_create(state);

	add_tar(heard, "srds");
	run(heard, 1, true);
	assert_string_equal(heard->text, "0 1!corrupt+ 2!parser+ 3 .");
}

static void nobody_is_waited_for_in_vain(void **state)
{
	struct heard *heard = heard_create(state);

	heard->count++;
	waits_for_nobody = 0;
	run(heard, 1, false);
	assert_string_equal(heard->text, "?");
	add_tar(heard, "s");
	heard->count++;
	run(heard, 1, false);
	assert_string_equal(heard->text, "?0 .?");
	assert_int_equal(waits_for_nobody, 0);
}

static void a_murderous_input_is_given_up(void **state)
{
	struct heard *heard = heard_create(state);

	add_tar(heard, "sdddddddddddddddddddds");
	add_tar(heard, "s");
	run(heard, 2, false);
	assert_non_null(strstr(heard->text, "~0 ."));
}

static void any_number_of_workers_says_the_same(void **state)
{
	struct heard *heard = heard_create(state);
	char once[sizeof(heard->text)];

	add_tar(heard, "ssrsdssr");
	add_tar(heard, "dssssssssss");
	add_tar(heard, "");
	add_tar(heard, "srsrsrsrd");
	run(heard, 1, false);
	memcpy(once, heard->text, sizeof(once));
	for (unsigned jobs = 2; jobs <= 5; jobs++) {
		run(heard, jobs, false);
		assert_string_equal(heard->text, once);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, forget)
	const struct CMUnitTest tests[] = {
		TEST(every_entry_is_heard_in_order),
		TEST(a_death_costs_its_entry_alone),
		TEST(a_hang_costs_its_entry_alone),
		TEST(time_to_spare_is_used),
		TEST(nonsense_costs_its_input_alone),
		TEST(gluttony_ends_at_the_limit),
		TEST(injected_code_can_do_nothing),
		TEST(what_is_refused_can_be_kept),
		TEST(nobody_is_waited_for_in_vain),
		TEST(a_murderous_input_is_given_up),
		TEST(any_number_of_workers_says_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
