#include "query/where.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "query/prefix.h"
#include "query/value.h"
#include "signatures/base/cli.h"
#include "signatures/base/text.h"
#include "signatures/knowledge/bugcheck.h"

enum {
	FIELDS_MAX = 256,
	VALUES_MAX = 1024, /* of one word: it comes from a command line */
};

enum status where_find_field(const char *name, const struct field **ret,
			     struct error *err)
{
	const struct field *field = field_find(name);

	if (field) {
		*ret = field;
		return STATUS_OK;
	}

	const char *names[FIELDS_MAX + 1] = { NULL };

	size_t known = 0;

	for (; known < FIELD_ADDED && field_table[known].name; known++)
		names[known] = field_table[known].name;

	for (size_t i = 0; i < FIELD_ADDED_MAX && field_added()[i].name; i++)
		names[known + i] = field_added()[i].name;

	const char *nearest = cli_nearest(name, names);

	if (nearest)
		return error_set(err, STATUS_USAGE,
				 "%s: no such field; did you mean %s?", name,
				 nearest);
	return error_set(err, STATUS_USAGE,
			 "%s: no such field; `crashquery fields` lists them",
			 name);
}

static bool is_glob(const char *text)
{
	return strpbrk(text, "*?") != NULL;
}

/* "4711", "10m", "8h": the second that starts there. */
static bool parse_duration(const char *text, uint64_t *low, uint64_t *high)
{
	static const struct {
		char letter;
		uint64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	char digits[24];
	const size_t size = strlen(text);
	uint64_t unit = 1;
	uint64_t number;

	if (size == 0 || size >= sizeof(digits))
		return false;
	memcpy(digits, text, size + 1);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (digits[size - 1] == units[i].letter) {
			unit = units[i].seconds;
			digits[size - 1] = '\0';
			break;
		}
	}
	if (!text_parse_u64(digits, &number) ||
	    number >= UINT64_MAX / TEXT_TICKS_PER_SECOND / unit)
		return false;
	*low = number * unit * TEXT_TICKS_PER_SECOND;
	*high = *low + TEXT_TICKS_PER_SECOND - 1;
	return true;
}

static bool parse_number(const struct field *field, const char *text,
			 uint64_t *low, uint64_t *high)
{
	if (field->type == FIELD_TIME)
		return text_parse_span(text, low, high);
	if (value_is_duration(field))
		return parse_duration(text, low, high);

	const bool hex =
		field->type == FIELD_HEX || text_starts_nocase(text, "0x");

	if (!(hex ? text_parse_hex(text, low) : text_parse_u64(text, low)))
		return false;
	*high = *low;
	return true;
}

static const char *what_is_wanted(const struct field *field)
{
	if (field->type == FIELD_TIME)
		return "date, as 2026-11-01 is";
	/* Tables have bands, as "1 to 8 hours". */
	if (value_is_duration(field))
		return "length of time, as 90s, 10m or 1h..8h is";
	return "number";
}

/* a..b with either end open. */
static enum status parse_range(const struct field *field, const char *text,
			       struct where_value *ret, struct error *err)
{
	const char *dots = strstr(text, "..");
	char low[64] = "";
	uint64_t unused;

	ret->form = WHERE_RANGE;
	if (!dots) {
		if (parse_number(field, text, &ret->low, &ret->high))
			return STATUS_OK;
		return error_set(err, STATUS_USAGE, "%s: not a %s", text,
				 what_is_wanted(field));
	}
	if ((size_t)(dots - text) < sizeof(low))
		memcpy(low, text, (size_t)(dots - text));
	ret->low = 0;
	ret->high = UINT64_MAX;
	if ((*low && !parse_number(field, low, &ret->low, &unused)) ||
	    (dots[2] && !parse_number(field, dots + 2, &unused, &ret->high)) ||
	    ((size_t)(dots - text) >= sizeof(low)) || (!*low && !dots[2]))
		return error_set(err, STATUS_USAGE, "%s: not a range", text);
	if (ret->low > ret->high)
		return error_set(err, STATUS_USAGE,
				 "%s: the range ends before it begins", text);
	return STATUS_OK;
}

static enum status parse_bugcheck(const struct field *field, const char *text,
				  struct where_value *ret, struct error *err)
{
	if (strstr(text, ".."))
		return parse_range(field, text, ret, err);
	if (is_glob(text)) {
		ret->form = WHERE_GLOB;
		return STATUS_OK;
	}
	ret->form = WHERE_RANGE;
	if (text_parse_hex(text, &ret->low) && ret->low <= UINT32_MAX) {
		ret->high = ret->low;
		return STATUS_OK;
	}

	const struct bugcheck *row = bugcheck_find_name(text);

	if (!row)
		return error_set(err, STATUS_USAGE,
				 "%s: neither a code nor a documented name",
				 text);

	const char *minidump =
		bugcheck_minidump_name(row->code | BUGCHECK_MINIDUMP);

	ret->low = row->code;
	if (minidump && text_compare_nocase(text, minidump) == 0)
		ret->low |= BUGCHECK_MINIDUMP;
	ret->high = ret->low;
	return STATUS_OK;
}

static enum status parse_value(const struct field *field, const char *text,
			       struct where_value *ret, struct error *err)
{
	*ret = (struct where_value){ .text = text };
	if (*text == '\0') {
		ret->form = WHERE_ABSENT;
		return STATUS_OK;
	}
	if (strcmp(text, "*") == 0) {
		ret->form = WHERE_ANY;
		return STATUS_OK;
	}
	if (value_is_bugcheck(field))
		return parse_bugcheck(field, text, ret, err);
	if (is_glob(text)) {
		ret->form = WHERE_GLOB;
		return STATUS_OK;
	}
	if (field->type == FIELD_TEXT) {
		ret->form = WHERE_EXACT;
		return STATUS_OK;
	}
	return parse_range(field, text, ret, err);
}

/*
 * The folded code cannot tell 0x1000007e from 0x7e, so a test that names a
 * minidump form is asked of the code as the dump carries it; its other codes
 * then stand for both of their forms.
 */
static void unfold_bugcheck(struct where_test *test)
{
	const struct field *stopcode = field_find("stopcode");
	const size_t count = test->count;
	bool wanted = false;

	if (!stopcode || strcmp(test->field->name, "bugcheck") != 0)
		return;
	for (size_t i = 0; i < count; i++) {
		const struct where_value *value = &test->values[i];

		wanted |= value->form == WHERE_RANGE &&
			  value->low == value->high &&
			  value->low >> 28 == BUGCHECK_MINIDUMP >> 28;
	}
	if (!wanted)
		return;
	test->field = stopcode;
	for (size_t i = 0; i < count; i++) {
		struct where_value value = test->values[i];

		if (value.form != WHERE_RANGE || value.high >> 28 != 0)
			continue;
		value.low |= BUGCHECK_MINIDUMP;
		value.high |= BUGCHECK_MINIDUMP;
		test->values[test->count++] = value;
	}
}

/* What begins with digits lies between numbers. */
static void find_ranges(struct where_test *test)
{
	const struct where_value glob = test->values[test->count - 1];
	struct prefix_range ranges[PREFIX_RANGES_MAX];
	size_t count;

	if (glob.form != WHERE_GLOB)
		return;
	count = prefix_ranges(test->field, glob.text, ranges);
	if (!count)
		return;
	test->count--;
	for (size_t i = 0; i < count; i++)
		test->values[test->count++] = (struct where_value){
			.form = WHERE_RANGE,
			.text = glob.text,
			.low = ranges[i].low,
			.high = ranges[i].high,
		};
}

/* Cut at commas; \, is a comma that stays. */
static enum status parse_values(struct where_test *test, const char *list,
				struct arena *arena, struct error *err)
{
	char *text = text_copy(arena, list);
	/* What a value may become, at most. */
	const size_t each = is_glob(list) ? PREFIX_RANGES_MAX : 2;
	size_t given = 0;
	size_t most = 1;

	for (const char *at = list; *at && most < VALUES_MAX; at++)
		most += *at == ',';
	test->values = arena_take(arena, each * most, sizeof(*test->values));
	for (bool more = true; more;) {
		char *from = text;
		char *to = text;

		while (*from && *from != ',') {
			if (from[0] == '\\' && from[1] == ',')
				from++;
			*to++ = *from++;
		}
		more = *from == ',';
		*to = '\0';
		if (given++ == VALUES_MAX)
			return error_set(err, STATUS_USAGE,
					 "more than %d values", VALUES_MAX);
		if (parse_value(test->field, text, &test->values[test->count++],
				err))
			return err->status;
		find_ranges(test);
		text = from + 1;
	}
	unfold_bugcheck(test);
	return STATUS_OK;
}

/* A bare word: what it is mostly a value of. */
static enum status no_filter(const char *word, struct error *err)
{
	const char *dot = strrchr(word, '.');
	uint64_t number;

	if (bugcheck_find_name(word) ||
	    (strlen(word) <= 10 && text_parse_hex(word, &number)))
		return error_set(err, STATUS_USAGE,
				 "%s: not a filter; did you mean bugcheck=%s?",
				 word, word);
	if (dot && strlen(dot) == 4)
		return error_set(err, STATUS_USAGE,
				 "%s: not a filter; did you mean fault=%s?",
				 word, word);
	return error_set(err, STATUS_USAGE,
			 "%s: not a filter; say field=value, `crashquery "
			 "fields` lists the fields",
			 word);
}

static enum status parse_word(const char *raw, struct arena *arena,
			      struct where_test *test, struct error *err)
{
	/* As names of files were taken, whatever their bytes. */
	const char *word = text_from_bytes(arena, bytes_of(raw, strlen(raw)));
	const char *equals = strchr(word, '=');

	if (!equals || equals == word)
		return no_filter(word, err);
	test->negated = equals[-1] == '!';

	char *name = text_copy(arena, word);

	name[equals - word - (test->negated ? 1 : 0)] = '\0';
	if (where_find_field(name, &test->field, err))
		return err->status;
	if (parse_values(test, equals + 1, arena, err))
		return error_within(err, "%s", name);
	return STATUS_OK;
}

enum status where_parse(const char *const words[], size_t count,
			struct arena *arena, struct where *ret,
			struct error *err)
{
	struct where where = {
		.tests = arena_take(arena, count, sizeof(*where.tests)),
		.count = count,
	};

	for (size_t i = 0; i < count; i++) {
		if (parse_word(words[i], arena, &where.tests[i], err))
			return err->status;
	}
	*ret = where;
	return STATUS_OK;
}

static bool bugcheck_matches(uint64_t code, const char *glob)
{
	char text[24];
	const char *name = value_bugcheck_name(code);

	snprintf(text, sizeof(text), "%" PRIX64, code);
	return (name && text_matches(name, glob)) || text_matches(text, glob);
}

static bool number_matches(const struct field *field, uint64_t number,
			   const char *glob)
{
	char text[TEXT_TIME_BYTES];

	if (value_is_bugcheck(field) && bugcheck_matches(number, glob))
		return true;
	if (field->type == FIELD_TIME)
		return text_matches(text_time(number, text), glob);
	if (value_is_duration(field))
		number /= TEXT_TICKS_PER_SECOND;
	if (field->type == FIELD_NUMBER)
		snprintf(text, sizeof(text), "%" PRIu64, number);
	else if (value_is_hash(field))
		snprintf(text, sizeof(text), "%016" PRIx64, number);
	else
		snprintf(text, sizeof(text), "0x%" PRIx64, number);
	return text_matches(text, glob) ||
	       (text[1] == 'x' && text_matches(text + 2, glob));
}

bool where_accepts(const struct where_test *test, struct field_value value)
{
	for (size_t i = 0; i < test->count; i++) {
		const struct where_value *want = &test->values[i];
		bool yes = false;

		switch (want->form) {
		case WHERE_ABSENT:
			break;
		case WHERE_ANY:
			yes = true;
			break;
		case WHERE_EXACT:
			yes = value.text &&
			      text_compare_nocase(value.text, want->text) == 0;
			break;
		case WHERE_GLOB:
			yes = value.text ? text_matches(value.text, want->text)
					 : number_matches(test->field,
							  value.number,
							  want->text);
			break;
		case WHERE_RANGE:
			yes = !value.text && want->low <= value.number &&
			      value.number <= want->high;
			break;
		}
		if (yes)
			return true;
	}
	return false;
}

bool where_accepts_absent(const struct where_test *test)
{
	for (size_t i = 0; i < test->count; i++) {
		if (test->values[i].form == WHERE_ABSENT)
			return true;
	}
	return false;
}

/* What a debugger named, as in nt!KeBugCheckEx, keeps its case. */
static bool is_symbol(const char *text)
{
	return strchr(text, '!') != NULL;
}

bool where_is_of_ranges(const struct where_test *test)
{
	for (size_t i = 0; i < test->count; i++)
		if (test->values[i].form != WHERE_RANGE)
			return false;
	return true;
}

bool where_is_lookup(const struct where_test *test)
{
	for (size_t i = 0; i < test->count; i++) {
		const struct where_value *value = &test->values[i];
		const bool one =
			value->form == WHERE_RANGE && value->low == value->high;

		if (!one && value->form != WHERE_ABSENT &&
		    (value->form != WHERE_EXACT ||
		     !value_is_folded(test->field) || is_symbol(value->text)))
			return false;
	}
	return true;
}
