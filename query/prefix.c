#include "query/prefix.h"

#include <stdbool.h>
#include <string.h>

#include "query/value.h"
#include "signatures/base/text.h"

enum {
	HASH_DIGITS = 16,
	DIGITS_MAX = 20
};

/* Digits and one *: the number they are. */
static bool parse_digits(const char *glob, bool is_hex, uint64_t *ret,
			 size_t *digits)
{
	char text[DIGITS_MAX + 1];
	const size_t count = strcspn(glob, "*?");

	if (!count || count > DIGITS_MAX || strcmp(glob + count, "*") != 0 ||
	    (is_hex && text_starts_nocase(glob, "0x")))
		return false;
	memcpy(text, glob, count);
	text[count] = '\0';
	*digits = count;
	return is_hex ? text_parse_hex(text, ret) : text_parse_u64(text, ret);
}

static size_t hash_range(const char *glob, struct prefix_range *ret)
{
	size_t digits;

	if (!parse_digits(glob, true, &ret->low, &digits) ||
	    digits > HASH_DIGITS)
		return 0;

	const unsigned int bits = 4 * (HASH_DIGITS - (unsigned int)digits);

	ret->low <<= bits;
	ret->high = ret->low | ((UINT64_C(1) << bits) - 1);
	return 1;
}

/* A range for each number of digits that may follow. */
static size_t ranges_of(uint64_t number, uint64_t base,
			struct prefix_range ret[PREFIX_RANGES_MAX])
{
	struct prefix_range range = { number, number };
	size_t count = 0;

	for (;;) {
		ret[count++] = range;
		/* No number goes on behind a zero. */
		if (!number || range.low > UINT64_MAX / base)
			return count;
		range.low *= base;
		range.high = range.high > (UINT64_MAX - (base - 1)) / base
				     ? UINT64_MAX
				     : range.high * base + (base - 1);
	}
}

size_t prefix_ranges(const struct field *field, const char *glob,
		     struct prefix_range ret[PREFIX_RANGES_MAX])
{
	const bool is_hex = field->type == FIELD_HEX;
	uint64_t number;
	size_t digits;

	if ((!is_hex && field->type != FIELD_NUMBER) ||
	    value_is_bugcheck(field) || value_is_duration(field))
		return 0;
	if (value_is_hash(field))
		return hash_range(glob, ret);
	/* Printed with 0x, which may be left out. */
	if (is_hex && (strcmp(glob, "0*") == 0 ||
		       text_compare_nocase(glob, "0x*") == 0)) {
		ret[0] = (struct prefix_range){ 0, UINT64_MAX };
		return 1;
	}
	if (is_hex && text_starts_nocase(glob, "0x"))
		glob += 2;
	else if (is_hex && *glob == '0')
		return 0;
	if (!parse_digits(glob, is_hex, &number, &digits) ||
	    (*glob == '0' && digits > 1))
		return 0;
	return ranges_of(number, is_hex ? 16 : 10, ret);
}

/* What a debugger named keeps its case: its ! stands before any +. */
static bool may_be_symbol(const struct field *field, const char *prefix)
{
	return strcmp(field->name, "frame") == 0 &&
	       (strchr(prefix, '!') || !strchr(prefix, '+'));
}

const char *prefix_text(const struct field *field, const char *glob,
			struct arena *arena)
{
	char *prefix = text_lowered(arena, glob);

	prefix[strcspn(prefix, "*?")] = '\0';
	return *prefix && value_is_folded(field) &&
			       !may_be_symbol(field, prefix)
		       ? prefix
		       : NULL;
}
