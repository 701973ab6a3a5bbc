#include "indexer/target/smbios.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct smbios smbios;

	arena_init(&arena);
	(void)smbios_read(bytes_of(data, size), &arena, &smbios);
	(void)smbios_read_raw(bytes_of(data, size), &arena, &smbios);
	arena_deinit(&arena);
	return 0;
}
