#include "corpus-tools/literal.h"

#include <ctype.h>

#include "signatures/base/text.h"

bool literal_number(const char *text, uint64_t *ret)
{
	char plain[32];
	size_t length = 0;

	for (; *text; text++) {
		if (*text == '`')
			continue;
		if (length + 1 == sizeof(plain))
			return false;
		plain[length++] = *text;
	}
	plain[length] = '\0';
	if (plain[0] == '0' && (plain[1] == 'x' || plain[1] == 'X'))
		return text_parse_hex(plain, ret);
	return text_parse_u64(plain, ret);
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool literal_hex(const char *text, uint8_t *to, size_t room, size_t *ret)
{
	size_t count = 0;

	for (; *text; text++) {
		if (isspace((unsigned char)*text))
			continue;
		const int high = digit_of(text[0]);
		const int low = high < 0 ? -1 : digit_of(text[1]);

		if (low < 0 || count == room)
			return false;
		to[count++] = (uint8_t)(high << 4 | low);
		text++;
	}
	*ret = count;
	return true;
}
