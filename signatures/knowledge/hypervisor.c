#include "signatures/knowledge/hypervisor.h"

#include <stddef.h>
#include <string.h>

#include "signatures/base/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct hypervisor rows[] = {
#include "hypervisor.inc"
};

/* The first row not before (kind, match, pattern). */
static size_t lower_bound(enum hypervisor_kind kind,
			  enum hypervisor_match match, const char *pattern)
{
	size_t low = 0;
	size_t high = COUNT(rows);

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const struct hypervisor *row = &rows[middle];
		bool before = row->kind < kind;

		if (row->kind == kind && row->match != match)
			before = row->match < match;
		else if (row->kind == kind)
			before = text_compare_nocase(row->pattern, pattern) < 0;
		if (before)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool matches(const struct hypervisor *row, const char *text)
{
	const bool any_case = row->kind == HYPERVISOR_DRIVER;

	switch (row->match) {
	case HYPERVISOR_CONTAINS:
		return strstr(text, row->pattern);
	case HYPERVISOR_EXACT:
		return any_case ? text_compare_nocase(text, row->pattern) == 0
				: strcmp(text, row->pattern) == 0;
	case HYPERVISOR_PREFIX:
		return any_case ? text_starts_nocase(text, row->pattern)
				: strncmp(text, row->pattern,
					  strlen(row->pattern)) == 0;
	}
	return false;
}

/*
 * Exact rows are many and prefixes few, so a text that is past its place among
 * the exact ones goes on with the prefixes.
 */
static size_t skip(size_t i, enum hypervisor_kind kind, const char *text)
{
	if (i == COUNT(rows) || rows[i].kind != kind ||
	    rows[i].match != HYPERVISOR_EXACT)
		return i;

	const int order = text_compare_nocase(rows[i].pattern, text);

	if (order < 0)
		return lower_bound(kind, HYPERVISOR_EXACT, text);
	if (order > 0)
		return lower_bound(kind, HYPERVISOR_PREFIX, "");
	return i;
}

const struct hypervisor *hypervisor_match(enum hypervisor_kind kind,
					  const char *text,
					  const struct hypervisor *after)
{
	size_t i = after ? (size_t)(after - rows) + 1
			 : lower_bound(kind, HYPERVISOR_CONTAINS, "");

	while (i < COUNT(rows) && rows[i].kind == kind) {
		if (matches(&rows[i], text))
			return &rows[i];
		i = skip(i + 1, kind, text);
	}
	return NULL;
}

bool hypervisor_is_platform(const char *name)
{
	static const char *const general[] = {
		"any",	      "bhyve",	"hyperv",     "kvm-qemu", "parallels",
		"virtual-pc", "vmware", "virtualbox", "apple-vz", "xen",
	};

	for (size_t i = 0; i < COUNT(general); i++) {
		if (strcmp(name, general[i]) == 0)
			return false;
	}
	return true;
}
