#include "query/stand_in.h"

#include <string.h>

#include "query/accept.h"
#include "query/match_lists.h"
#include "signatures/knowledge/bugcheck.h"

enum {
	WALKED_MOST = 1024 /* terms of a field, unless they are looked up */
};

static const struct field *wider(const struct field *field)
{
	static const char *const names[][2] = {
		{ "biosvendor", "bios" }, { "biosversion", "bios" },
		{ "exact", "bucket" },	  { "modules", "bucket" },
		{ "portable", "bucket" }, { "stopcode", "bugcheck" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(field->name, names[i][0]) == 0)
			return field_find(names[i][1]);
	return NULL;
}

/* A bugcheck has lost the bit of the minidump form, which a stopcode has. */
static bool is_there(const struct where_test *test)
{
	if (strcmp(test->field->name, "stopcode") != 0)
		return true;
	for (size_t i = 0; i < test->count; i++)
		if (test->values[i].form != WHERE_RANGE ||
		    test->values[i].low != test->values[i].high ||
		    test->values[i].low & BUGCHECK_MINIDUMP)
			return false;
	return true;
}

/* How many crashes have a value that is accepted, each as often as it does. */
static bool count_crashes(struct store *store, const struct where_test *test,
			  uint64_t *ret)
{
	struct accept accept;
	struct error err;
	bool is_few;

	if (accept_make(store, test, &accept, &err))
		return false;
	*ret = accept.crashes;
	is_few = accept.count <= MATCH_LISTS_MOST;
	accept_deinit(&accept);
	return is_few;
}

bool stand_in_find(struct store *store, const struct where_test *test,
		   struct where_test *ret)
{
	const struct field *field = wider(test->field);
	struct where_test other = *test;
	uint64_t here, there;

	if (!field || !is_there(test) || test->negated ||
	    where_accepts_absent(test) ||
	    !store_posting_is_listed(store, field))
		return false;
	other.field = field;
	if (!where_is_lookup(test) &&
	    store_column_last_term(store, field) > WALKED_MOST)
		return false;
	if (!count_crashes(store, test, &here) ||
	    !count_crashes(store, &other, &there) || here != there)
		return false;
	*ret = other;
	return true;
}
