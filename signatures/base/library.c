#include "signatures/base/library.h"

#include <assert.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum status failed(const char *name, struct error *err)
{
	const char *text = dlerror();

	return error_set(err, STATUS_IO, "%s", text ? text : name);
}

enum status library_load(const char *name,
			 const struct library_symbol symbols[], size_t count,
			 struct error *err)
{
	void *library = dlopen(name, RTLD_LAZY | RTLD_LOCAL);

	if (!library)
		return failed(name, err);
	for (size_t i = 0; i < count; i++) {
		if (dlsym(library, symbols[i].name))
			continue;

		const enum status status = failed(name, err);

		dlclose(library);
		return status;
	}
	for (size_t i = 0; i < count; i++) {
		void *const call = dlsym(library, symbols[i].name);

		memcpy(symbols[i].slot, &call, sizeof(call));
	}
	return STATUS_OK;
}

void library_must(const char *name, const struct library_symbol symbols[],
		  size_t count)
{
	struct error err;

	if (!library_load(name, symbols, count, &err))
		return;
	fprintf(stderr, "%s: %s\n", program_invocation_short_name, err.text);
	exit(3);
}
