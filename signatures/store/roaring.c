#include "signatures/store/roaring.h"

#include "signatures/base/library.h"
#include "signatures/base/must.h"

#define LIBRARY "libroaring.so.0"
#define SYMBOL(name) { "roaring_" #name, &roaring.name },

struct roaring roaring;

static const struct library_symbol symbols[] = { ROARING_CALLS(SYMBOL) };

/* As where memory is out: a store survives that, and nobody could go on. */
static void load(void)
{
	if (!roaring.bitmap_create)
		library_must(LIBRARY, symbols,
			     sizeof(symbols) / sizeof(symbols[0]));
}

roaring_bitmap_t *roaring_create(void)
{
	load();
	return must(roaring.bitmap_create());
}

roaring_bitmap_t *roaring_take(const char *data, size_t size)
{
	load();
	return roaring.bitmap_portable_deserialize_safe(data, size);
}
