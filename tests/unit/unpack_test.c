#include "indexer/ingest/unpack.h"

#include "tests/unit.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "signatures/base/limits.h"

#define ROOM ((size_t)96 * 1024 * 1024)
#define DUMP_BYTES 20000

/* An archive written by somebody else's code. */
struct packed {
	uint8_t *bytes;
	size_t size;
};

struct entry {
	const char *name;
	const void *data;
	size_t size;
};

struct heard {
	char text[2048];
	uint64_t steps;
	uint64_t dead; /* the step that is not to be taken */
	struct hash128 content;
};

static uint8_t dump[DUMP_BYTES] = "PAGEDU64";

static struct packed pack(int format, int filter, const char *options,
			  const struct entry *entries, size_t count)
{
	struct packed packed = { malloc(ROOM), 0 };
	struct archive *out = archive_write_new();

	archive_write_set_format(out, format);
	if (filter)
		archive_write_add_filter(out, filter);
	if (options) {
		archive_write_set_passphrase(out, "secret");
		assert_int_equal(archive_write_set_options(out, options),
				 ARCHIVE_OK);
	}
	archive_write_set_bytes_in_last_block(out, 1);
	assert_int_equal(archive_write_open_memory(out, packed.bytes, ROOM,
						   &packed.size),
			 ARCHIVE_OK);
	for (size_t i = 0; i < count; i++) {
		struct archive_entry *entry = archive_entry_new();

		archive_entry_set_pathname(entry, entries[i].name);
		archive_entry_set_filetype(entry, AE_IFREG);
		archive_entry_set_perm(entry, 0644);
		archive_entry_set_size(entry, (la_int64_t)entries[i].size);
		assert_int_equal(archive_write_header(out, entry), ARCHIVE_OK);
		archive_write_data(out, entries[i].data, entries[i].size);
		archive_entry_free(entry);
	}
	archive_write_close(out);
	archive_write_free(out);
	return packed;
}

static struct packed pack_tar(const struct entry *entries, size_t count)
{
	return pack(ARCHIVE_FORMAT_TAR_USTAR, 0, NULL, entries, count);
}

static void say(struct heard *heard, const char *path, const char *mark,
		const char *what)
{
	const size_t used = strlen(heard->text);

	snprintf(heard->text + used, sizeof(heard->text) - used, "%s%s%s ",
		 path, mark, what);
}

static bool on_enter(void *closure, const char *path)
{
	struct heard *heard = closure;

	(void)path;
	return ++heard->steps != heard->dead;
}

static void on_beat(void *closure, uint64_t at)
{
	(void)closure, (void)at;
}

static void on_image(void *closure, const char *path, struct bytes image,
		     struct hash128 content)
{
	struct heard *heard = closure;
	const struct hash128 again = hash_128(image.start, bytes_left(&image));

	assert_true(hash_128_equal(again, content));
	assert_memory_equal(image.start, "PAGEDU64", 8);
	heard->content = content;
	say(heard, path, bytes_left(&image) == DUMP_BYTES ? "" : "#", "");
}

static void on_refuse(void *closure, const char *path,
		      const struct unpack_refusal *refusal)
{
	say(closure, path, refusal->is_foreign ? "?" : "!",
	    error_name(refusal->status));
}

static const struct unpack_limits usual = { LIMIT_DEPTH, LIMIT_RATIO,
					    LIMIT_TOTAL_BYTES, LIMIT_ENTRIES };

static bool unpack_with(struct heard *heard, const void *data, size_t size,
			const struct unpack_limits *limits)
{
	const struct unpack_sink sink = { heard, on_enter, on_beat, on_image,
					  on_refuse };
	const int fd = memfd_create("input", 0);
	struct spool spool = { memfd_create("spool", 0), 0 };

	heard->text[0] = '\0';
	heard->steps = 0;
	assert_int_equal(write(fd, data, size), size);

	const bool packed = unpack_run(fd, size, limits, &sink, &spool);

	assert_int_equal(spool.top, 0);
	close(spool.fd);
	close(fd);
	return packed;
}

static bool unpack(struct heard *heard, const void *data, size_t size)
{
	return unpack_with(heard, data, size, &usual);
}

static void dumps_are_found_in_every_format(void **state)
{
	static const struct entry entries[] = {
		{ "07.dmp", dump, sizeof(dump) },
		{ "readme.txt", "hello", 5 },
		{ "sub/dump-without-a-name", dump, sizeof(dump) },
		{ "gr\xc3\xb6\xc3\x9f"
		  "e.dmp",
		  dump, sizeof(dump) },
	};
	static const int forms[][2] = {
		{ ARCHIVE_FORMAT_ZIP, 0 },
		{ ARCHIVE_FORMAT_7ZIP, 0 },
		{ ARCHIVE_FORMAT_TAR_USTAR, 0 },
		{ ARCHIVE_FORMAT_TAR_GNUTAR, ARCHIVE_FILTER_GZIP },
		{ ARCHIVE_FORMAT_TAR_PAX_RESTRICTED, ARCHIVE_FILTER_BZIP2 },
		{ ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_XZ },
		{ ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_ZSTD },
		{ ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_LZ4 },
		{ ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_LZMA },
	};
	struct heard heard = { .dead = 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct packed packed =
			pack(forms[i][0], forms[i][1], NULL, entries, 4);

		assert_true(unpack(&heard, packed.bytes, packed.size));
		assert_string_equal(heard.text,
				    "07.dmp sub/dump-without-a-name "
				    "gr\xc3\xb6\xc3\x9f"
				    "e.dmp ");
		free(packed.bytes);
	}
}

static void a_dump_compressed_by_itself_has_its_input_s_name(void **state)
{
	static const int filters[] = { ARCHIVE_FILTER_GZIP,
				       ARCHIVE_FILTER_BZIP2, ARCHIVE_FILTER_XZ,
				       ARCHIVE_FILTER_ZSTD,
				       ARCHIVE_FILTER_LZ4 };
	static const struct entry entry = { "x", dump, sizeof(dump) };
	struct heard heard = { .dead = 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		struct packed packed =
			pack(ARCHIVE_FORMAT_RAW, filters[i], NULL, &entry, 1);

		assert_true(unpack(&heard, packed.bytes, packed.size));
		assert_string_equal(heard.text, " ");
		free(packed.bytes);
	}
}

static void a_dump_is_taken_as_it_is(void **state)
{
	struct heard heard = { .dead = 0 };

	(void)state;
	assert_false(unpack(&heard, dump, sizeof(dump)));
	assert_string_equal(heard.text, " ");
}

static void neither_dump_nor_archive_is_foreign(void **state)
{
	static const uint8_t zeroes[8192];
	struct heard heard = { .dead = 0 };

	(void)state;
	assert_false(unpack(&heard, "hello", 5));
	assert_string_equal(heard.text, "?unsupported ");
	assert_false(unpack(&heard, "", 0));
	assert_string_equal(heard.text, "?truncated ");
	unpack(&heard, zeroes, sizeof(zeroes));
	assert_string_equal(heard.text, "?unsupported ");
}

static void what_is_called_a_dump_and_is_none_is_named(void **state)
{
	static const struct entry entries[] = {
		{ "a.dmp", "hello", 5 },
		{ "b.DMP", "", 0 },
		{ "c.txt", "hello", 5 },
		{ "d.dmp", dump, sizeof(dump) },
	};
	struct heard heard = { .dead = 0 };
	struct packed packed = pack_tar(entries, 4);

	(void)state;
	unpack(&heard, packed.bytes, packed.size);
	assert_string_equal(heard.text,
			    "a.dmp!unsupported b.DMP!truncated d.dmp ");
	free(packed.bytes);
}

static void encrypted_entries_are_refused_one_by_one(void **state)
{
	static const struct entry entries[] = { { "a", dump, sizeof(dump) },
						{ "b", dump, sizeof(dump) } };
	struct heard heard = { .dead = 0 };
	struct packed packed = pack(ARCHIVE_FORMAT_ZIP, 0,
				    "zip:encryption=zipcrypt", entries, 2);

	(void)state;
	unpack(&heard, packed.bytes, packed.size);
	assert_string_equal(heard.text, "a!encrypted b!encrypted ");
	free(packed.bytes);
}

/* Archives in archives, the innermost with a dump. */
static struct packed pack_nested(unsigned depth)
{
	struct entry entry = { "x.dmp", dump, sizeof(dump) };
	struct packed packed = pack_tar(&entry, 1);

	for (unsigned i = 1; i < depth; i++) {
		const struct packed inner = packed;

		entry = (struct entry){ "in", inner.bytes, inner.size };
		packed = pack(i % 2 ? ARCHIVE_FORMAT_ZIP : ARCHIVE_FORMAT_7ZIP,
			      0, NULL, &entry, 1);
		free(inner.bytes);
	}
	return packed;
}

static void archives_nest_to_the_limit(void **state)
{
	struct heard heard = { .dead = 0 };
	struct packed packed = pack_nested(LIMIT_DEPTH);

	(void)state;
	unpack(&heard, packed.bytes, packed.size);
	assert_string_equal(heard.text, "in/in/in/x.dmp ");
	free(packed.bytes);
	packed = pack_nested(LIMIT_DEPTH + 1);
	unpack(&heard, packed.bytes, packed.size);
	assert_string_equal(heard.text, "in/in/in/in!limit ");
	free(packed.bytes);
}

static void what_came_before_the_cut_is_kept(void **state)
{
	static const int forms[][2] = {
		{ ARCHIVE_FORMAT_ZIP, 0 },
		{ ARCHIVE_FORMAT_TAR_USTAR, 0 },
		{ ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_GZIP },
		{ ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_XZ },
	};
	static uint8_t noise[2][500000];
	const struct entry entries[] = {
		{ "a", noise[0], sizeof(noise[0]) },
		{ "b", noise[1], sizeof(noise[1]) },
	};
	struct heard heard = { .dead = 0 };

	(void)state;
	srand(1);
	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i / 500000][i % 500000] = (uint8_t)rand();
	memcpy(noise[0], "PAGEDU64", 8);
	memcpy(noise[1], "PAGEDU64", 8);
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct packed packed =
			pack(forms[i][0], forms[i][1], NULL, entries, 2);

		unpack(&heard, packed.bytes, packed.size * 3 / 4);
		assert_string_equal(heard.text, "a# b!truncated ");
		free(packed.bytes);
	}
}

static void a_large_dump_is_spooled(void **state)
{
	const size_t size = (size_t)LIMIT_IMAGE_MEMORY + 5000001;
	uint8_t *large = calloc(1, size);
	struct heard heard = { .dead = 0 };

	(void)state;
	memcpy(large, "PAGEDU64", 8);
	memset(large + size - 300, 7, 300);

	const struct entry entries[] = { { "a", large, size },
					 { "b", dump, sizeof(dump) } };
	struct packed packed = pack(ARCHIVE_FORMAT_ZIP, 0, NULL, entries, 2);

	unpack(&heard, packed.bytes, packed.size);
	assert_string_equal(heard.text, "a# b ");
	free(packed.bytes);
	free(large);
}

static void limits_end_the_input(void **state)
{
	const size_t size = (size_t)LIMIT_IMAGE_MEMORY + 5000001;
	uint8_t *large = calloc(1, size);
	const struct unpack_limits ratio = { 4, 10, 1ull << 40, 100 };
	const struct unpack_limits few = { 4, 2000, 1ull << 40, 1 };
	const struct unpack_limits small = { 4, 2000, 30000, 100 };
	struct heard heard = { .dead = 0 };

	(void)state;
	memcpy(large, "PAGEDU64", 8);

	const struct entry big[] = { { "a", dump, sizeof(dump) },
				     { "b", large, size } };
	const struct entry two[] = { { "a", dump, sizeof(dump) },
				     { "b", dump, sizeof(dump) } };
	struct packed packed = pack(ARCHIVE_FORMAT_TAR_USTAR,
				    ARCHIVE_FILTER_GZIP, NULL, big, 2);

	unpack_with(&heard, packed.bytes, packed.size, &ratio);
	assert_string_equal(heard.text, "a b!limit ");
	free(packed.bytes);
	packed = pack_tar(two, 2);
	unpack_with(&heard, packed.bytes, packed.size, &few);
	assert_string_equal(heard.text, "a !limit ");
	unpack_with(&heard, packed.bytes, packed.size, &small);
	assert_string_equal(heard.text, "a b!limit ");
	free(packed.bytes);
	free(large);
}

static void a_zip_s_directory_is_counted_first(void **state)
{
	const struct unpack_limits few = { 4, 2000, 1ull << 40, 1 };
	static const struct entry entries[] = { { "a", dump, sizeof(dump) },
						{ "b", dump, sizeof(dump) } };
	struct heard heard = { .dead = 0 };
	struct packed packed = pack(ARCHIVE_FORMAT_ZIP, 0, NULL, entries, 2);

	(void)state;
	unpack_with(&heard, packed.bytes, packed.size, &few);
	assert_string_equal(heard.text, "!limit ");
	free(packed.bytes);
}

/* Leaving out any one step neither loops nor doubles an entry. */
static void any_step_can_be_left_out(void **state)
{
	struct heard heard = { .dead = 0 };
	struct packed packed = pack_nested(3);

	(void)state;
	unpack(&heard, packed.bytes, packed.size);

	const uint64_t steps = heard.steps;

	for (heard.dead = 1; heard.dead <= steps; heard.dead++) {
		unpack(&heard, packed.bytes, packed.size);
		assert_true(heard.steps <= steps);
		assert_true(!*heard.text ||
			    !strcmp(heard.text, "in/in/x.dmp "));
	}
	free(packed.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dumps_are_found_in_every_format),
		cmocka_unit_test(
			a_dump_compressed_by_itself_has_its_input_s_name),
		cmocka_unit_test(a_dump_is_taken_as_it_is),
		cmocka_unit_test(neither_dump_nor_archive_is_foreign),
		cmocka_unit_test(what_is_called_a_dump_and_is_none_is_named),
		cmocka_unit_test(encrypted_entries_are_refused_one_by_one),
		cmocka_unit_test(archives_nest_to_the_limit),
		cmocka_unit_test(what_came_before_the_cut_is_kept),
		cmocka_unit_test(a_large_dump_is_spooled),
		cmocka_unit_test(limits_end_the_input),
		cmocka_unit_test(a_zip_s_directory_is_counted_first),
		cmocka_unit_test(any_step_can_be_left_out),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
