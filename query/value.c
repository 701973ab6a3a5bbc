#include "query/value.h"

#include <inttypes.h>
#include <string.h>

#include "signatures/base/text.h"
#include "signatures/knowledge/bugcheck.h"

static bool is_one_of(const char *name, const char *const names[])
{
	for (; *names; names++) {
		if (*name == **names && strcmp(name, *names) == 0)
			return true;
	}
	return false;
}

const char *value_bugcheck_name(uint64_t code)
{
	if (code > UINT32_MAX)
		return NULL;

	bool minidump_form;
	const char *name = bugcheck_minidump_name((uint32_t)code);
	const struct bugcheck *row =
		bugcheck_find(bugcheck_fold((uint32_t)code, &minidump_form));

	return name ? name : row ? row->name : NULL;
}

bool value_is_bugcheck(const struct field *field)
{
	static const char *const names[] = { "bugcheck", "stopcode", NULL };

	return is_one_of(field->name, names);
}

bool value_is_hash(const struct field *field)
{
	static const char *const names[] = {
		"bucket",  "cluster",	 "exact",    "family", "machine",
		"modules", "faultbuild", "portable", NULL
	};

	return field->type == FIELD_HEX && is_one_of(field->name, names);
}

bool value_is_folded(const struct field *field)
{
	static const char *const names[] = {
		"cluster", "driver",  "driverbuild", "family", "fault",
		"frame",   "residue", "unloaded",    NULL
	};

	return is_one_of(field->name, names);
}

bool value_is_duration(const struct field *field)
{
	static const struct field *uptime; /* found once: each row asks */

	if (!uptime)
		uptime = field_find("uptime");
	return field == uptime;
}

const char *value_text(struct arena *arena, const struct field *field,
		       struct field_value value)
{
	char time[TEXT_TIME_BYTES];

	if (value.text)
		return text_copy(arena, value.text);
	if (field->type == FIELD_TIME)
		return text_copy(arena, text_time(value.number, time));
	if (value_is_bugcheck(field))
		return text_printf(arena, "%" PRIX64, value.number);
	if (value_is_hash(field))
		return text_hash(arena, value.number);
	if (field->type == FIELD_HEX)
		return text_printf(arena, "0x%" PRIx64, value.number);
	return text_decimal(arena,
			    value_is_duration(field)
				    ? value.number / TEXT_TICKS_PER_SECOND
				    : value.number);
}
