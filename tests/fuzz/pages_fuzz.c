/* Pages of LMDB's, of 256 bytes; byte 0 says which is the root. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "signatures/store/pages.h"
#include "tests/fuzz/fuzz.h"

enum {
	PAGE_BYTES = 256,
	KEPT_BYTES = 1 << 20
};

static bool take(void *closure, struct bytes key, struct bytes value)
{
	size_t *left = closure;

	*left -= bytes_left(&key) + bytes_left(&value) < *left;
	return *left;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const int fd = memfd_create("pages", 0);
	const uint64_t root = size ? data[0] : 0;
	size_t left = 100000;
	struct pages *pages;
	struct bytes value;

	if (fd < 0 || (size && write(fd, data + 1, size - 1) < 0))
		abort();
	pages = pages_create(fd, PAGE_BYTES, KEPT_BYTES);
	pages_get(pages, root, bytes_of("ab", 2), &value);
	pages_get_passing(pages, root, bytes_of("bb", 2), &value);
	pages_part(pages, root, bytes_of("cd", 2), 3, 10, &value);
	pages_last(pages, root, bytes_of("bz", 2), &value);
	pages_walk(pages, root, bytes_of("a", 1), take, &left);
	pages_destroy(pages);
	close(fd);
	return 0;
}
