#include "signatures/store/store.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "signatures/store/btree.h"
#include "signatures/store/store_admin.h"
#include "signatures/store/store_read.h"
#include "signatures/store/store_write.h"
#include "tests/unit.h"

enum {
	NIGHT = 7, /* crashes a night */
	NIGHTS = 60
};

static char folder[32];

static int make_folder(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/store_safety-XXXXXX");
	return mkdtemp(folder) ? 0 : 1;
}

static int remove_folder(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static const char *in_folder(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static struct store *open_store(enum store_mode mode)
{
	struct store *store;
	struct error err;

	if (store_open(folder, mode, &store, &err))
		fail_msg("%s", err.text);
	return store;
}

static void put_night(struct store *store, uint64_t night)
{
	struct arena arena;
	struct error err;

	arena_init(&arena);
	for (uint64_t i = 0; i < NIGHT; i++) {
		struct record_file file = { .source = "night.7z/a.dmp" };
		enum store_outcome outcome;

		file.crash.image.content.low = night * NIGHT + i + 1;
		file.crash.bugcheck.code = CRASH_NUMBER(0xd1);
		file.crash.bugcheck.args[0] = CRASH_NUMBER(night);
		file.crash.bugcheck.args[1] = CRASH_NUMBER(i);
		file.crash.uptime = CRASH_NUMBER(night * NIGHT + i + 1);
		assert_int_equal(
			store_put(store, &file, &arena, &outcome, &err),
			STATUS_OK);
		assert_int_equal(outcome, STORE_INDEXED);
		arena_reset(&arena);
	}
	arena_deinit(&arena);
}

static void write_nights(uint64_t count)
{
	struct store *store = open_store(STORE_WRITE);
	struct error err;

	for (uint64_t night = 0; night < count; night++) {
		assert_int_equal(store_begin(store, &err), STATUS_OK);
		put_night(store, night);
		assert_int_equal(store_commit(store, &err), STATUS_OK);
	}
	store_close(store);
}

/* Rows and the counters beside them, as one reader sees them. */
static uint64_t see(struct store *store)
{
	const struct field *field = field_find("bugcheck");
	struct store_term term = { .crashes = 0 };
	const uint64_t rows = store_row_count(store);
	struct store_tally tally;
	struct error err;

	if (rows)
		assert_true(store_find_term(
			store, field, (struct field_value){ .number = 0xd1 },
			&term));
	assert_int_equal(term.crashes, rows);
	assert_int_equal(store_tally_read(store, &tally, &err), STATUS_OK);
	assert_int_equal(tally.indexed, rows);
	return rows;
}

static void readers_see_one_night_or_the_other(void **state)
{
	uint64_t last = 0;
	int status;
	struct error err;

	(void)state;
	write_nights(0);

	const pid_t writer = fork();

	if (!writer) {
		write_nights(NIGHTS);
		_exit(0);
	}

	struct store *store = open_store(STORE_READ);

	while (last < NIGHT * NIGHTS) {
		assert_int_equal(store_begin(store, &err), STATUS_OK);

		const uint64_t rows = see(store);

		assert_int_equal(rows % NIGHT, 0);
		assert_true(rows >= last);
		last = rows;
		store_end(store);
		if (waitpid(writer, &status, WNOHANG) == writer)
			break;
	}
	store_close(store);
	if (last == NIGHT * NIGHTS)
		waitpid(writer, &status, 0);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* By another process. */
static void add_night(uint64_t night)
{
	struct error err;
	int status;
	const pid_t writer = fork();

	if (!writer) {
		struct store *store = open_store(STORE_WRITE);

		if (store_begin(store, &err))
			_exit(1);
		put_night(store, night);
		_exit(store_commit(store, &err) ? 2 : 0);
	}
	waitpid(writer, &status, 0);
	assert_int_equal(status, 0);
}

static void a_reader_keeps_its_night(void **state)
{
	struct error err;

	(void)state;
	write_nights(1);

	struct store *store = open_store(STORE_READ);

	assert_int_equal(store_begin(store, &err), STATUS_OK);

	add_night(1);
	assert_int_equal(see(store), NIGHT);
	store_end(store);
	assert_int_equal(store_begin(store, &err), STATUS_OK);
	assert_int_equal(see(store), 2 * NIGHT);
	store_close(store);
}

/* A store that this process may read and not write to. */
static struct store *open_unseen(void)
{
	const uid_t self = geteuid();
	struct store *store;

	assert_int_equal(chmod(folder, 0755), 0);
	assert_int_equal(chmod(in_folder("lock.mdb"), 0444), 0);
	if (self == 0)
		assert_int_equal(seteuid(65534), 0);
	store = open_store(STORE_READ);
	assert_int_equal(seteuid(self), 0);
	assert_int_equal(chmod(in_folder("lock.mdb"), 0644), 0);
	return store;
}

static void a_reader_that_nobody_sees_knows_what_it_missed(void **state)
{
	struct error err;

	(void)state;
	write_nights(1);

	struct store *store = open_unseen();

	assert_int_equal(store_begin(store, &err), STATUS_OK);
	add_night(1);
	assert_int_equal(see(store), NIGHT);
	assert_int_equal(store_ending(store, STATUS_OK, &err), STATUS_OK);
	add_night(2);
	assert_int_equal(store_ending(store, STATUS_OK, &err), STATUS_STORE);
	assert_non_null(strstr(err.text, "written to while it was read"));
	/* That is also why something made no sense. */
	assert_int_equal(store_ending(store, STATUS_CORRUPT, &err),
			 STATUS_STORE);
	store_end(store);
	assert_int_equal(store_begin(store, &err), STATUS_OK);
	assert_int_equal(see(store), 3 * NIGHT);
	assert_int_equal(store_ending(store, STATUS_OK, &err), STATUS_OK);
	store_close(store);
}

static void a_second_writer_waits(void **state)
{
	static const struct timespec moment = { 0, 100 * 1000 * 1000 };
	struct store *store;
	struct error err;
	int ends[2], status;
	char byte;

	(void)state;
	/* Forked first: a lock is shared with whoever inherits it. */
	assert_int_equal(pipe(ends), 0);

	const pid_t second = fork();

	if (!second) {
		if (read(ends[0], &byte, 1) != 1)
			_exit(2);
		_exit(store_open(folder, STORE_WRITE, &store, &err) ? 1 : 0);
	}
	store = open_store(STORE_WRITE);
	assert_int_equal(write(ends[1], "", 1), 1);
	nanosleep(&moment, NULL);
	assert_int_equal(waitpid(second, &status, WNOHANG), 0);
	store_close(store);
	waitpid(second, &status, 0);
	assert_int_equal(status, 0);
	close(ends[0]);
	close(ends[1]);
}

/* What it was at would be kept for as long as anybody has the store open. */
static void a_reader_that_was_killed_is_forgotten(void **state)
{
	struct store *store;
	struct error err;
	int asks[2], tells[2], status, dead = 0;
	char byte;

	(void)state;
	write_nights(1);
	assert_int_equal(pipe(asks), 0);
	assert_int_equal(pipe(tells), 0);

	/* Forked first: a lock is shared with whoever inherits it. */
	const pid_t reader = fork();

	if (!reader) {
		if (read(asks[0], &byte, 1) != 1 ||
		    store_open(folder, STORE_READ, &store, &err) ||
		    store_begin(store, &err) || write(tells[1], "", 1) != 1)
			_exit(2);
		pause();
	}
	store = open_store(STORE_WRITE);
	assert_int_equal(write(asks[1], "", 1), 1);
	assert_int_equal(read(tells[0], &byte, 1), 1);
	kill(reader, SIGKILL);
	waitpid(reader, &status, 0);
	assert_int_equal(store_begin(store, &err), STATUS_OK);
	assert_int_equal(mdb_reader_check(store->env, &dead), 0);
	assert_int_equal(dead, 0);
	store_close(store);
	for (int i = 0; i < 2; i++) {
		close(asks[i]);
		close(tells[i]);
	}
}

static void a_store_that_is_taken_away_is_missed(void **state)
{
	struct error err;

	(void)state;
	struct store *store = open_store(STORE_WRITE);

	assert_int_equal(store_begin(store, &err), STATUS_OK);
	put_night(store, 0);
	assert_int_equal(unlink(in_folder("data.mdb")), 0);
	assert_int_equal(store_commit(store, &err), STATUS_IO);
	assert_non_null(strstr(err.text, "was removed or replaced"));
	store_close(store);
}

static void an_empty_file_is_no_store(void **state)
{
	struct store *store;
	struct error err;

	(void)state;
	close(open(in_folder("data.mdb"), O_WRONLY | O_CREAT | O_CLOEXEC,
		   0600));
	assert_int_equal(store_open(folder, STORE_READ, &store, &err),
			 STATUS_STORE);
	assert_non_null(strstr(err.text, "not a crash store"));
	write_nights(1);
}

static void other_bytes_are_no_store(void **state)
{
	char command[256];
	struct store *store;
	struct error err;

	(void)state;
	snprintf(command, sizeof(command),
		 "head -c 20000 /dev/zero | tr '\\0' x >%s",
		 in_folder("data.mdb"));
	assert_int_equal(system(command), 0);
	for (int mode = STORE_READ; mode <= STORE_WRITE; mode++)
		assert_int_equal(
			store_open(folder, (enum store_mode)mode, &store, &err),
			STATUS_STORE);
}

static void other_versions_are_refused_with_both(void **state)
{
	static const uint32_t versions[] = { 0, SCHEMA_VERSION + 1, 4000000 };
	const size_t count = sizeof(versions) / sizeof(versions[0]);
	struct btree_key key = btree_key();
	struct error err;
	char both[64];

	(void)state;
	btree_key_bytes(&key, "schema", 6);
	for (size_t i = 0; i < count; i++) {
		uint8_t raw[4];
		struct store *store = open_store(STORE_WRITE);

		for (size_t k = 0; k < sizeof(raw); k++)
			raw[k] = (uint8_t)(versions[i] >> 8 * k);
		assert_int_equal(store_begin(store, &err), STATUS_OK);
		btree_put(store, SCHEMA_META, &key, bytes_of(raw, 4));
		assert_int_equal(store_commit(store, &err), STATUS_OK);
		store_close(store);
		snprintf(both, sizeof(both), "schema version %u, want %d",
			 versions[i], SCHEMA_VERSION);
		for (int mode = STORE_READ; mode <= STORE_WRITE; mode++) {
			assert_int_equal(store_open(folder,
						    (enum store_mode)mode,
						    &store, &err),
					 STATUS_STORE);
			assert_non_null(strstr(err.text, both));
		}
		unlink(in_folder("data.mdb"));
	}
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
	const struct CMUnitTest tests[] = {
		TEST(readers_see_one_night_or_the_other),
		TEST(a_reader_keeps_its_night),
		TEST(a_reader_that_nobody_sees_knows_what_it_missed),
		TEST(a_second_writer_waits),
		TEST(a_reader_that_was_killed_is_forgotten),
		TEST(a_store_that_is_taken_away_is_missed),
		TEST(an_empty_file_is_no_store),
		TEST(other_bytes_are_no_store),
		TEST(other_versions_are_refused_with_both),
	};

	return cmocka_run_group_tests_name("store_safety", tests, NULL, NULL);
}
