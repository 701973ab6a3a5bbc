#include "signatures/knowledge/role.h"

#include <assert.h>

static const struct {
	const char *meaning;
} rows[ROLES] = {
#include "role.inc"
};

const char *role_meaning(enum role role)
{
	assert(role < ROLES);
	return rows[role].meaning;
}
