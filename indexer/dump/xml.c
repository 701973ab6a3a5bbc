#include "indexer/dump/xml.h"

#include <stdint.h>
#include <string.h>

#include "signatures/base/text.h"

/* Longer than any entity there is: &#x10ffff; */
#define ENTITY_BYTES 12

static size_t skip_to(const char *at, const char *end)
{
	const char *found = strstr(at, end);

	return found ? (size_t)(found - at) + strlen(end) : strlen(at);
}

/* What stands between tags and is no text; 0 if this is none. */
static size_t aside(const char *at)
{
	if (strncmp(at, "<?", 2) == 0)
		return skip_to(at, "?>");
	if (strncmp(at, "<!--", 4) == 0)
		return skip_to(at, "-->");
	if (strncmp(at, "<!", 2) == 0 && strncmp(at, "<![CDATA[", 9) != 0)
		return skip_to(at, ">");
	return 0;
}

/* Behind the tag, a > in a quoted value left alone. */
static const char *tag_end(const char *at)
{
	char quote = '\0';

	for (; *at; at++) {
		if (quote)
			quote = *at == quote ? '\0' : quote;
		else if (*at == '"' || *at == '\'')
			quote = *at;
		else if (*at == '>')
			return at;
	}
	return at;
}

static struct xml_token take_tag(const char **at)
{
	struct xml_token tag = { .kind = XML_OPEN };
	const char *name = *at + 1;
	const char *end = tag_end(name);
	size_t size;

	*at = *end ? end + 1 : end;
	if (*name == '/') {
		tag.kind = XML_CLOSE;
		name++;
	}
	if (end > name && end[-1] == '/') {
		tag.is_empty = true;
		end--;
	}
	size = (size_t)(end - name);
	tag.at = name;
	tag.size = strcspn(name, " \t\r\n/>");
	if (tag.size > size)
		tag.size = size;
	tag.attributes = name + tag.size;
	tag.attributes_size = size - tag.size;

	const char *prefix = memchr(tag.at, ':', tag.size);

	if (prefix) {
		tag.size -= (size_t)(prefix + 1 - tag.at);
		tag.at = prefix + 1;
	}
	return tag;
}

struct xml_token xml_next(const char **at)
{
	struct xml_token token = { .kind = XML_END };

	for (size_t size = aside(*at); size; size = aside(*at))
		*at += size;
	if (!**at)
		return token;
	if (strncmp(*at, "<![CDATA[", 9) == 0) {
		const size_t size = skip_to(*at, "]]>");

		token.kind = XML_TEXT;
		token.at = *at + 9;
		token.size = size > 12 ? size - 12 : 0;
		*at += size;
		return token;
	}
	if (**at == '<')
		return take_tag(at);
	token.kind = XML_TEXT;
	token.at = *at;
	token.size = strcspn(*at, "<");
	*at += token.size;
	return token;
}

bool xml_is(const struct xml_token *token, const char *name)
{
	return token->size == strlen(name) &&
	       text_starts_nocase(token->at, name);
}

static size_t put_code(char *out, uint64_t code)
{
	if (code < 0x80) {
		out[0] = (char)code;
		return code != 0;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code >= 0x10000 || (code >= 0xd800 && code < 0xe000))
		code = 0xfffd;
	out[0] = (char)(0xe0 | code >> 12);
	out[1] = (char)(0x80 | (code >> 6 & 0x3f));
	out[2] = (char)(0x80 | (code & 0x3f));
	return 3;
}

/* An entity at raw becomes text at out; its length, 0 if it is none. */
static size_t take_entity(const char *raw, size_t size, char *out,
			  size_t *written)
{
	static const struct {
		const char *name;
		char c;
	} named[] = { { "lt", '<' },
		      { "gt", '>' },
		      { "amp", '&' },
		      { "quot", '"' },
		      { "apos", '\'' } };
	char name[ENTITY_BYTES] = "";
	uint64_t code;

	for (size_t i = 1; i < size && i < ENTITY_BYTES; i++) {
		if (raw[i] == ';')
			break;
		name[i - 1] = raw[i];
	}

	const size_t length = strlen(name) + 2;

	if (length > size || raw[length - 1] != ';')
		return 0;
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
		if (strcmp(name, named[i].name) == 0) {
			*out = named[i].c;
			*written = 1;
			return length;
		}
	if (name[0] != '#' ||
	    !(name[1] == 'x' ? text_parse_hex(name + 2, &code)
			     : text_parse_u64(name + 1, &code)))
		return 0;
	*written = put_code(out, code);
	return length;
}

/* No entity is shorter than what it stands for. */
static const char *decode(const char *raw, size_t size, struct arena *arena)
{
	char *text = arena_take(arena, size + 1, 1);
	size_t used = 0;
	size_t i = 0;

	while (i < size) {
		size_t written = 0;
		const size_t taken =
			raw[i] == '&' ? take_entity(raw + i, size - i,
						    text + used, &written)
				      : 0;

		if (taken) {
			used += written;
			i += taken;
		} else {
			text[used++] = raw[i++];
		}
	}
	text[used] = '\0';
	return text;
}

const char *xml_attribute(const struct xml_token *tag, const char *name,
			  struct arena *arena)
{
	const size_t length = strlen(name);
	const char *at = tag->attributes;
	const char *end = at + tag->attributes_size;

	while (at < end) {
		while (at < end && strchr(" \t\r\n", *at))
			at++;

		const char *key = at;

		while (at < end && *at != '=')
			at++;

		const size_t size = (size_t)(at - key);

		if (end - at < 2 || (at[1] != '"' && at[1] != '\''))
			return NULL;

		const char *value = at + 2;
		const char *close = memchr(value, at[1], (size_t)(end - value));

		if (!close)
			return NULL;
		if (size == length && memcmp(key, name, length) == 0)
			return decode(value, (size_t)(close - value), arena);
		at = close + 1;
	}
	return NULL;
}

const char *xml_text(const struct xml_token *token, struct arena *arena)
{
	return decode(token->at, token->size, arena);
}
