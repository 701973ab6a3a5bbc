/* Any bytes, unpacked as far as they go: no more than the limits let out. */
#include "indexer/ingest/unpack.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

#define BYTES_MAX (1 << 20)

static bool on_enter(void *closure, const char *path)
{
	(void)closure, (void)path;
	return true;
}

static void on_beat(void *closure, uint64_t at)
{
	(void)closure, (void)at;
}

static void on_image(void *closure, const char *path, struct bytes image,
		     struct hash128 content)
{
	(void)closure, (void)path, (void)content;
	assert(bytes_left(&image) <= BYTES_MAX);
}

static void on_refuse(void *closure, const char *path,
		      const struct unpack_refusal *refusal)
{
	(void)closure, (void)path;
	assert(refusal->status != STATUS_OK && refusal->text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct unpack_limits limits = { 3, 2000, BYTES_MAX, 200 };
	const struct unpack_sink sink = { NULL, on_enter, on_beat, on_image,
					  on_refuse };
	struct spool spool = { .fd = memfd_create("spool", MFD_CLOEXEC) };
	const int fd = memfd_create("input", MFD_CLOEXEC);

	if (fd < 0 || spool.fd < 0 || size > BYTES_MAX ||
	    write(fd, data, size) != (ssize_t)size)
		abort();
	unpack_run(fd, size, &limits, &sink, &spool);
	close(fd);
	close(spool.fd);
	return 0;
}
