/*
 * library.h - a shared library that is opened when it is first needed.
 *
 * libcurl alone brings thirty others with it, and loading those takes several
 * times as long as most commands do.  A door that is rarely gone through (see
 * tests/layers.sh) therefore keeps a table of the calls it makes, typed by the
 * library's own header:
 *
 *	#define CALLS(X) X(easy_init) X(easy_perform)
 *
 *	#define POINTER(name) __typeof__(curl_##name) *name;
 *	#define SYMBOL(name) { "curl_" #name, &curl.name },
 *	static struct { CALLS(POINTER) } curl;
 *	static const struct library_symbol symbols[] = { CALLS(SYMBOL) };
 */
#ifndef BASE_LIBRARY_H
#define BASE_LIBRARY_H

#include <stddef.h>

#include "signatures/base/error.h"

struct library_symbol {
	const char *name;
	void *slot; /* a pointer to a function */
};

/*
 * Fill all slots, or none; done once is done for good, and done before a fork
 * is done for the child.  name is the one that the loader knows, version and
 * all: a header fits no other.
 */
enum status library_load(const char *name,
			 const struct library_symbol symbols[], size_t count,
			 struct error *err) MUST_CHECK;

/* The same for who cannot go on without: or the end of the program, with a word
 * and exit code 3. */
void library_must(const char *name, const struct library_symbol symbols[],
		  size_t count);

#endif
