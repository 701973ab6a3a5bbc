/* Our inflate() beside zlib's: the same bytes, and the same left over. */
#include "tests/inflates.h"

#include "tests/unit.h"

#define PLAIN_BYTES ((size_t)120000)
#define BEHIND 16 /* bytes after the stream, which are not of it */

static uint8_t plain[PLAIN_BYTES];
static uint8_t packed[2 * PLAIN_BYTES];
static uint8_t got[PLAIN_BYTES + 1];
static uint8_t wanted[PLAIN_BYTES + 1];

static const struct inflates_pieces pieces[] = {
	{ 1, 65536 },	 { 3, 7 },	 { 7, 3 },	   { 65536, 100 },
	{ 1000, 65536 }, { 4096, 4096 }, { 65536, 65536 }, { 1 << 20, 1 << 20 },
};

#define PIECES (sizeof(pieces) / sizeof(pieces[0]))

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

/* Words again and again, runs of one byte, and noise: as dumps are. */
static void make_plain(uint32_t seed)
{
	size_t at = 0;

	while (at < PLAIN_BYTES) {
		size_t size = 1 + next_random(&seed) % 2000;
		const uint32_t kind = next_random(&seed) % 4;
		const size_t back = 1 + next_random(&seed) % 32768;

		if (size > PLAIN_BYTES - at)
			size = PLAIN_BYTES - at;
		for (size_t i = 0; i < size; i++, at++) {
			if (kind == 0)
				plain[at] = 0;
			else if (kind == 1)
				plain[at] = (uint8_t)next_random(&seed);
			else
				plain[at] = at >= back ? plain[at - back]
						       : (uint8_t)(at % 7);
		}
	}
}

/* A bare stream of plain, with bytes behind it; how long it is without. */
static size_t pack(int level, int strategy, const uint8_t *dictionary,
		   uInt dictionary_bytes)
{
	z_stream stream = { .next_in = plain,
			    .avail_in = (uInt)PLAIN_BYTES,
			    .next_out = packed,
			    .avail_out = (uInt)(sizeof(packed) - BEHIND) };

	assert_int_equal(
		deflateInit2(&stream, level, Z_DEFLATED, -15, 8, strategy),
		Z_OK);
	if (dictionary)
		assert_int_equal(deflateSetDictionary(&stream, dictionary,
						      dictionary_bytes),
				 Z_OK);
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);

	const size_t size = stream.total_out;

	deflateEnd(&stream);
	memset(packed + size, 0xa5, BEHIND);
	return size;
}

static void begin(const struct inflates *which, z_streamp stream)
{
	memset(stream, 0, sizeof(*stream));
	assert_int_equal(
		which->init(stream, -15, ZLIB_VERSION, (int)sizeof(*stream)),
		Z_OK);
}

static void gives_plain(z_streamp stream, size_t size)
{
	for (size_t i = 0; i < PIECES; i++) {
		memset(got, 0, sizeof(got));

		const struct inflates_result result = inflates_run(
			&inflates_ours, stream, packed, size + BEHIND, got,
			sizeof(got), pieces[i]);

		assert_int_equal(result.code, Z_STREAM_END);
		assert_int_equal(result.in, size);
		assert_int_equal(result.out, PLAIN_BYTES);
		assert_memory_equal(got, plain, PLAIN_BYTES);
		assert_int_equal(inflates_ours.reset(stream), Z_OK);
	}
}

static void every_kind_of_stream_comes_out_whole(void **state)
{
	z_stream stream;

	(void)state;
	begin(&inflates_ours, &stream);
	for (int strategy = Z_DEFAULT_STRATEGY; strategy <= Z_FIXED; strategy++)
		for (int level = 0; level <= 9; level += 3) {
			make_plain((uint32_t)(level * 5 + strategy));
			gives_plain(&stream, pack(level, strategy, NULL, 0));
		}
	assert_int_equal(inflates_ours.end(&stream), Z_OK);
}

/* A cabinet's folders go on in blocks, each with the last one's window. */
static void a_dictionary_is_looked_back_to(void **state)
{
	static uint8_t dictionary[32768];
	z_stream stream;

	(void)state;
	make_plain(7);
	memcpy(dictionary, plain + 1000, sizeof(dictionary));

	const size_t size = pack(6, Z_DEFAULT_STRATEGY, dictionary,
				 (uInt)sizeof(dictionary));

	begin(&inflates_ours, &stream);
	assert_int_equal(inflates_ours.dictionary(&stream, dictionary,
						  (uInt)sizeof(dictionary)),
			 Z_OK);

	const struct inflates_result result =
		inflates_run(&inflates_ours, &stream, packed, size + BEHIND,
			     got, sizeof(got), pieces[3]);

	assert_int_equal(result.code, Z_STREAM_END);
	assert_int_equal(result.in, size);
	assert_memory_equal(got, plain, PLAIN_BYTES);
	inflates_ours.end(&stream);
}

/* What can be known of a stream that was cut is given. */
static void a_cut_stream_gives_what_it_has(void **state)
{
	uint32_t seed = 1;

	(void)state;
	make_plain(3);

	const size_t size = pack(6, Z_DEFAULT_STRATEGY, NULL, 0);

	for (int i = 0; i < 200; i++) {
		const size_t cut = next_random(&seed) % size;
		const struct inflates_pieces piece = pieces[(size_t)i % PIECES];
		z_stream ours, theirs;

		begin(&inflates_ours, &ours);
		begin(&inflates_zlib, &theirs);

		const struct inflates_result our =
			inflates_run(&inflates_ours, &ours, packed, cut, got,
				     sizeof(got), piece);
		const struct inflates_result their =
			inflates_run(&inflates_zlib, &theirs, packed, cut,
				     wanted, sizeof(wanted), piece);

		assert_int_equal(our.code, Z_BUF_ERROR);
		assert_int_equal(their.code, Z_BUF_ERROR);
		assert_int_equal(our.in, cut);
		assert_int_equal(our.out, their.out);
		assert_memory_equal(got, wanted, our.out);
		inflates_ours.end(&ours);
		inflates_zlib.end(&theirs);
	}
}

/* Never other bytes than zlib's; refused is only what zlib refuses too. */
static void a_damaged_stream_is_not_believed(void **state)
{
	uint32_t seed = 2;
	int refused = 0;

	(void)state;
	make_plain(4);

	const size_t size = pack(6, Z_DEFAULT_STRATEGY, NULL, 0);

	for (int i = 0; i < 500; i++) {
		/* Every other time in the head, which is easily spoilt. */
		const size_t at = next_random(&seed) % (i % 2 ? size : 100);
		const uint8_t was = packed[at];
		z_stream ours, theirs;

		packed[at] ^= (uint8_t)(1 + next_random(&seed) % 255);
		begin(&inflates_ours, &ours);
		begin(&inflates_zlib, &theirs);

		const struct inflates_result our =
			inflates_run(&inflates_ours, &ours, packed, size, got,
				     sizeof(got), pieces[4 + i % 4]);
		const struct inflates_result their =
			inflates_run(&inflates_zlib, &theirs, packed, size,
				     wanted, sizeof(wanted), pieces[4 + i % 4]);

		assert_memory_equal(got, wanted,
				    our.out < their.out ? our.out : their.out);
		if (our.code == Z_DATA_ERROR)
			assert_int_equal(their.code, Z_DATA_ERROR);
		refused += our.code == Z_DATA_ERROR;
		inflates_ours.end(&ours);
		inflates_zlib.end(&theirs);
		packed[at] = was;
	}
	assert_true(refused > 50);
}

/* The wrappers are libarchive's; who asks for them is told no. */
static void other_wrappers_are_refused(void **state)
{
	static const int bits[] = { 0, 15, 15 + 16, 15 + 32 };

	(void)state;
	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
		z_stream stream = { .avail_in = 0 };

		assert_int_equal(inflates_ours.init(&stream, bits[i],
						    ZLIB_VERSION,
						    (int)sizeof(stream)),
				 Z_STREAM_ERROR);
	}
}

static void checksums_are_the_same(void **state)
{
	uint32_t seed = 5;
	uLong ours = inflates_ours.crc32(0, NULL, 0);
	uLong theirs = inflates_zlib.crc32(0, NULL, 0);

	(void)state;
	make_plain(5);
	for (size_t at = 0; at < PLAIN_BYTES;) {
		size_t size = next_random(&seed) % 5000;

		if (size > PLAIN_BYTES - at)
			size = PLAIN_BYTES - at;
		ours = inflates_ours.crc32(ours, plain + at, (uInt)size);
		theirs = inflates_zlib.crc32(theirs, plain + at, (uInt)size);
		assert_int_equal(ours, theirs);
		at += size + 1;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_stream_comes_out_whole),
		cmocka_unit_test(a_dictionary_is_looked_back_to),
		cmocka_unit_test(a_cut_stream_gives_what_it_has),
		cmocka_unit_test(a_damaged_stream_is_not_believed),
		cmocka_unit_test(other_wrappers_are_refused),
		cmocka_unit_test(checksums_are_the_same),
	};

	inflates_load();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
