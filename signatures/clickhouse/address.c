#include "signatures/clickhouse/address.h"

#include <string.h>

#include "signatures/base/text.h"

static const char scheme[] = "clickhouse://";

enum {
	NAME_BYTES = 128
};

bool address_is(const char *text)
{
	return strncmp(text, scheme, strlen(scheme)) == 0;
}

bool address_is_name(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ_";
	const size_t size = strlen(text);

	if (!size || size > NAME_BYTES || !strchr(letters, *text))
		return false;
	for (; *text; text++)
		if (!strchr(letters, *text) && !strchr("0123456789", *text))
			return false;
	return true;
}

/* What may stand in a URL as it is: no quotes, no slashes, no blanks. */
static bool is_host(const char *text)
{
	const char *colon = strrchr(text, ':');

	return colon && colon != text && colon[1] &&
	       strspn(colon + 1, "0123456789") == strlen(colon + 1) &&
	       strlen(colon + 1) <= 5 &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:[]") ==
		       strlen(text);
}

static void parse_user(char *text, struct address *ret)
{
	char *colon = strchr(text, ':');

	if (colon) {
		*colon = '\0';
		ret->password = colon + 1;
	}
	ret->user = text;
}

enum status address_parse(const char *text, struct arena *arena,
			  struct address *ret, struct error *err)
{
	struct address address = { 0 };
	char *rest = text_copy(arena, text + strlen(scheme));
	char *slash = strrchr(rest, '/');
	char *at = strrchr(rest, '@');

	if (!slash || !address_is_name(slash + 1))
		return error_set(err, STATUS_USAGE,
				 "%sHOST:PORT/DATABASE is wanted, with a "
				 "plain name at its end",
				 scheme);
	*slash = '\0';
	address.database = slash + 1;
	if (at) {
		*at = '\0';
		parse_user(rest, &address);
		rest = at + 1;
	}
	for (char *host = rest; host;) {
		char *comma = strchr(host, ',');

		if (comma)
			*comma = '\0';
		if (!is_host(host))
			return error_set(err, STATUS_USAGE,
					 "%s: HOST:PORT is wanted", host);
		if (address.host_count == ADDRESS_HOSTS_MAX)
			return error_set(err, STATUS_USAGE,
					 "more than %d hosts",
					 ADDRESS_HOSTS_MAX);
		address.hosts[address.host_count++] = host;
		host = comma ? comma + 1 : NULL;
	}
	*ret = address;
	return STATUS_OK;
}
