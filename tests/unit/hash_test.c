#include "signatures/base/hash.h"

#include "signatures/base/hash_wide.h"
#include "tests/unit.h"

#define BYTES (1 << 20)

static uint8_t bytes[BYTES];

/* Of so many of them; kept stores have hashes in them, so they never change. */
static const struct {
	size_t size;
	struct hash128 hash;
} known[] = {
	{ 0, { 0x99aa06d3014798d8, 0x6001c324468d497f } },
	{ 1, { 0x9a0f174ae92e6df2, 0xe5e62017e96f839c } },
	{ 16, { 0x82d56864b86d4655, 0x0c85c3b7b344cfaf } },
	{ 17, { 0xe07226299d418421, 0xee80c12e2eaa110d } },
	{ 128, { 0x4a4e39fcfa4515aa, 0x08d61631b87e5395 } },
	{ 129, { 0x5d41bb88ee7f7e45, 0x11b15591bb767e79 } },
	{ 240, { 0xf92b835add69c25d, 0x4627a2b0d94e7351 } },
	{ 241, { 0x80610486edf872df, 0x5c56141c894cd97e } },
	{ 1023, { 0x60aea7ae66c3a6eb, 0x123989704c814592 } },
	{ 1024, { 0xdcc4b2941cb5e5e4, 0x0551dea22e104ea8 } },
	{ 1025, { 0x2e457d89ed1973d3, 0xdbe2ed3c377d9922 } },
	{ 4095, { 0x64444021c9f66602, 0xe59bac446ae460f1 } },
	{ 4096, { 0xdb9050e2feb61a33, 0x869423345af97371 } },
	{ 4097, { 0x982af350d9c6d242, 0x521e3e7abfbb1732 } },
	{ 65536, { 0xcbf3724bfd4de45b, 0x3387c315d69e9c87 } },
	{ 1000003, { 0x185109aecaff3f70, 0x7541b12f36c1f0b8 } },
	{ 1048576, { 0x7df34850b5ffbd9e, 0x20da16121ba32047 } },
};

static int fill(void **state)
{
	uint32_t number = 1;

	(void)state;
	for (size_t i = 0; i < BYTES; i++) {
		number = number * 1103515245 + 12345;
		bytes[i] = (uint8_t)(number >> 16);
	}
	return 0;
}

static void assert_same(struct hash128 hash, struct hash128 other)
{
	assert_int_equal(hash.high, other.high);
	assert_int_equal(hash.low, other.low);
}

static void hashes_never_change(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		assert_same(hash_128(bytes, known[i].size), known[i].hash);
}

static void wide_ones_are_the_same(void **state)
{
	(void)state;
	if (!hash_wide_is_there())
		skip();
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		assert_same(hash_wide_128(bytes, known[i].size), known[i].hash);
}

/* Short pieces and long ones, which are not added in the same way. */
static void pieces_are_hashed_like_the_whole(void **state)
{
	struct hash_stream *stream = hash_stream_create();

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t piece = 1;

		hash_stream_reset(stream);
		for (size_t at = 0; at < known[i].size; at += piece) {
			piece = piece * 7 % 5003;
			if (piece > known[i].size - at)
				piece = known[i].size - at;
			hash_stream_add(stream, bytes + at, piece);
		}
		assert_same(hash_stream_128(stream), known[i].hash);
	}
	hash_stream_destroy(stream);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_never_change),
		cmocka_unit_test(wide_ones_are_the_same),
		cmocka_unit_test(pieces_are_hashed_like_the_whole),
	};

	return cmocka_run_group_tests(tests, fill, NULL);
}
