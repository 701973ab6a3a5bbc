/* An engine on somebody's disk: refused, or one that can be worked with. */
#include "signatures/cluster/checkpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

static void work(struct engine *engine)
{
	const struct engine_feature features[] = { { 1, 0 }, { 2, 1 } };
	const struct engine_signature signature = {
		.time = 1,
		.key = engine_key(features, 2),
		.features = features,
		.count = 2,
	};
	struct engine_neighbour neighbours[4];
	struct engine_place place;

	(void)engine_similar(engine, &signature, neighbours, 4);
	if (!engine_find(engine, signature.key, &place))
		(void)engine_insert(engine, &signature);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const int fd = memfd_create("checkpoint", MFD_CLOEXEC);
	struct engine *engine;
	struct error err;
	char path[32];
	uint64_t word;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	if (!checkpoint_load(path, &engine, &word, &err)) {
		work(engine);
		engine_destroy(engine);
	}
	close(fd);
	return 0;
}
