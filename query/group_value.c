#include "query/group_value.h"

#include <string.h>

#include "query/band.h"
#include "query/value.h"
#include "signatures/base/text.h"

struct field_value group_value(const struct field *field,
			       struct field_value value)
{
	const uint64_t day = 86400 * TEXT_TICKS_PER_SECOND;

	if (field->type == FIELD_TIME)
		value.number -= value.number % day;
	else if (value_is_duration(field))
		value.number = band_of(value.number);
	return value;
}

const char *group_value_text(struct arena *arena, const struct field *field,
			     struct field_value value)
{
	if (value_is_duration(field) && !value.text)
		return band_words(value.number);
	if (field->type != FIELD_TIME || value.text)
		return value_text(arena, field, value);

	char *day = text_printf(arena, "%s", value_text(arena, field, value));

	day[strcspn(day, "T")] = '\0';
	return day;
}
