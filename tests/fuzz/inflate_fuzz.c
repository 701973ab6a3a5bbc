/*
 * A deflate stream as libarchive hands it over, in pieces whose sizes are the
 * first four bytes.  Whatever it is, its bytes are those that zlib gives.
 */
#include "tests/inflates.h"

#include "tests/fuzz/fuzz.h"

#define OUT_BYTES ((size_t)1 << 18)
#define HEAD_BYTES 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t got[OUT_BYTES], wanted[OUT_BYTES];
	z_stream ours = { .avail_in = 0 }, theirs = { .avail_in = 0 };

	if (size < HEAD_BYTES)
		return 0;

	const struct inflates_pieces pieces = {
		1 + (uInt)(data[0] | data[1] << 8),
		1 + (uInt)(data[2] | data[3] << 8),
	};
	const uint8_t *const in = data + HEAD_BYTES;
	const size_t in_bytes = size - HEAD_BYTES;

	inflates_load();
	if (inflates_ours.init(&ours, -15, ZLIB_VERSION, (int)sizeof(ours)) ||
	    inflates_zlib.init(&theirs, -15, ZLIB_VERSION, (int)sizeof(theirs)))
		abort();

	const struct inflates_result our = inflates_run(
		&inflates_ours, &ours, in, in_bytes, got, OUT_BYTES, pieces);
	const struct inflates_result their =
		inflates_run(&inflates_zlib, &theirs, in, in_bytes, wanted,
			     OUT_BYTES, pieces);
	const size_t both = our.out < their.out ? our.out : their.out;

	assert(our.in <= in_bytes && our.out <= OUT_BYTES);
	assert(!memcmp(got, wanted, both));
	if (their.code == Z_STREAM_END)
		assert(our.code == Z_STREAM_END && our.in == their.in &&
		       our.out == their.out);
	inflates_ours.end(&ours);
	inflates_zlib.end(&theirs);
	return 0;
}
