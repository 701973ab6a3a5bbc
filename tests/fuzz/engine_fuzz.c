/* An engine in somebody's table: damaged, or one that can be worked with. */
#include "signatures/cluster/engine_table.h"

#include <stdlib.h>

#include "signatures/cluster/engine_cut.h"

#include "tests/fuzz/fuzz.h"

/* Each answer is a length and as many bytes of the input. */
static bool get(void *closure, const uint8_t *key, size_t size,
		struct bytes *ret)
{
	struct bytes *in = closure;
	const uint8_t length = bytes_u8(in);

	(void)key;
	(void)size;
	if (length == 0 || length > bytes_left(in))
		return false;
	*ret = bytes_of(in->next, length);
	bytes_skip(in, length);
	return true;
}

static void put(void *closure, const uint8_t *key, size_t size,
		struct bytes value)
{
	(void)closure;
	(void)key;
	(void)size;
	(void)value;
}

static void erase(void *closure, const uint8_t *key, size_t size)
{
	(void)closure;
	(void)key;
	(void)size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_of(data, size);
	const struct engine_table table = { &in, get, put, erase };
	const struct engine_feature features[] = { { 1, 0 }, { 2, 1 } };
	const struct engine_signature signature = {
		.key = engine_key(features, 2),
		.features = features,
		.count = 2,
	};
	struct engine *engine = engine_table_open(&table, 4096);
	struct engine_neighbour neighbours[4];
	struct engine_place place;

	if (engine) {
		(void)engine_similar(engine, &signature, neighbours, 4);
		if (!engine_find(engine, signature.key, &place))
			(void)engine_insert(engine, &signature);
		engine_cut(engine, engine_count(engine) / 2);
		(void)engine_cut_return(engine, signature.key);
		engine_table_save(engine, &table);
	}
	engine_destroy(engine);
	return 0;
}
