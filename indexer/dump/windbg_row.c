#include "indexer/dump/windbg_row.h"

#include <string.h>

#include "indexer/dump/windbg_text.h"
#include "signatures/base/text.h"

static bool is_name(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '_' || c == '.' || c == '-' ||
	       c == '$' || (unsigned char)c >= 0x80;
}

static const char *skip_blanks(const char *in)
{
	while (*in == ' ' || *in == ':')
		in++;
	return in;
}

static bool take_address(const char **at, struct windbg_hex *ret)
{
	const char *in = *at;

	/* 0x marks an address that stands for a symbol. */
	if (strncmp(in, "0x", 2) == 0 || !windbg_text_take_hex(&in, ret) ||
	    (ret->digits != 8 && ret->digits != 16) ||
	    (*in && *in != ' ' && *in != ':' && *in != '*'))
		return false;
	*at = in;
	return true;
}

/* "0d " in front of an address or a symbol. */
static bool take_frame_number(const char **at)
{
	const size_t digits = strspn(*at, "0123456789abcdef");

	if (digits < 1 || digits > 3 || (*at)[digits] != ' ')
		return false;
	*at += digits;
	return true;
}

/* "(Inline Function) --------`--------" stands for two addresses. */
static const char *skip_inline(const char *in)
{
	if (strncmp(in, "(Inline", 7) == 0 && strchr(in, ')'))
		in = strchr(in, ')') + 1;
	in += strspn(in, " ");
	if (strncmp(in, "--------", 8) == 0)
		in += strspn(in, "-`");
	return in;
}

bool windbg_row_read(const char *line, struct windbg_row *ret)
{
	struct windbg_row row = { 0 };
	struct windbg_hex hex;
	const char *in = line;

	row.is_numbered = take_frame_number(&in);
	in = skip_inline(skip_blanks(in));
	in = skip_blanks(in);
	while (row.columns < 2 && take_address(&in, &hex)) {
		if (row.columns == 0)
			row.width = hex.digits / 2;
		row.address[row.columns++] = hex.value;
		in = skip_blanks(in);
	}
	while (row.columns == 2 && row.args < 4 && take_address(&in, &hex)) {
		row.arg[row.args++] = hex.value;
		in = skip_blanks(in);
	}
	if (row.columns == 0 && !row.is_numbered)
		return false;
	row.symbol = in;
	*ret = row;
	return true;
}

/* What is added behind a symbol: source lines, frame data, remarks. */
static size_t function_size(const char *function)
{
	static const char *const ends[] = { "+0x", " (FPO", " (Trap", " (CONV",
					    " [",  " (",    " <",     "  " };
	size_t size = strlen(function);

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const char *end = strstr(function, ends[i]);

		if (end && end > function && (size_t)(end - function) < size)
			size = (size_t)(end - function);
		if (i == 0 && end)
			break;
	}
	while (size > 0 && function[size - 1] == ' ')
		size--;
	return size;
}

static bool read_offset(const char *at, struct windbg_symbol *symbol)
{
	struct windbg_hex hex;

	if (*at != '+')
		return false;
	at++;
	if (!windbg_text_take_hex(&at, &hex))
		return false;
	symbol->offset = hex.value;
	return true;
}

/* An address that is in no module stands alone. */
static bool read_bare(const char *in, struct windbg_symbol *symbol)
{
	struct windbg_hex hex;

	if (strncmp(in, "0x", 2) != 0 || !windbg_text_take_hex(&in, &hex))
		return false;
	symbol->offset = hex.value;
	return *in == '\0' || *in == ' ';
}

bool windbg_row_symbol(const char *text, struct windbg_symbol *ret)
{
	struct windbg_symbol symbol = { 0 };
	const char *in = text;

	if (read_bare(in, &symbol)) {
		*ret = symbol;
		return true;
	}
	if (text_starts_nocase(in, "<Unloaded_")) {
		in += 10;
		symbol.is_unloaded = true;
	}
	symbol.module = in;
	while (is_name(*in))
		in++;
	symbol.module_size = (size_t)(in - symbol.module);
	if (symbol.module_size == 0 || symbol.module_size > 64)
		return false;
	if (symbol.is_unloaded && *in == '>')
		in++;
	if (*in == '!') {
		symbol.function = in + 1 + strspn(in + 1, " ");
		symbol.function_size = function_size(symbol.function);
		if (symbol.function_size == 0)
			return false;
		read_offset(symbol.function + symbol.function_size, &symbol);
	} else if (strncmp(in, "+0x", 3) != 0 || !read_offset(in, &symbol)) {
		return false;
	}
	*ret = symbol;
	return true;
}
