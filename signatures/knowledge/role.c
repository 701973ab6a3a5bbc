#include "signatures/knowledge/role.h"

#include <assert.h>

static const struct role_facts rows[ROLES] = {
#include "role.inc"
};

const struct role_facts *role_facts(enum role role)
{
	assert(role < ROLES);
	return &rows[role];
}
