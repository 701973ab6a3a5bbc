#include "query/named.h"

#include <string.h>

#include "signatures/base/text.h"
#include "signatures/identity.h"

enum {
	ALIKE_MAX = 4, /* crashes named where a prefix fits several */
};

static enum status several(struct query *query, const char *word,
			   const uint32_t *rows, size_t count,
			   struct error *err)
{
	struct store_crash crash;
	const char *ids = "";

	for (size_t i = 0; i < count; i++) {
		char id[IDENTITY_TEXT_BYTES];

		if (store_crash_read(query->store, rows[i], &query->arena,
				     &crash, err))
			return err->status;
		identity_text(crash.identity, id);
		ids = text_printf(&query->arena, "%s%s%s", ids, i ? ", " : "",
				  id);
	}
	return error_set(err, STATUS_USAGE,
			 "%s: several crashes have ids that begin so: %s%s",
			 word, ids, count == ALIKE_MAX ? ", ..." : "");
}

enum status named_row(struct query *query, const char *word, uint32_t *ret,
		      bool *found, struct error *err)
{
	struct hash128 content;
	uint32_t rows[ALIKE_MAX];
	char prefix[33];
	const size_t digits = strspn(word, "0123456789abcdefABCDEF");

	*found = store_find_source(query->store, word, ret) ||
		 (hash_128_parse(word, &content) &&
		  store_find_content(query->store, content, ret));
	if (*found || digits == 0 || word[digits] != '\0' ||
	    digits >= sizeof(prefix))
		return STATUS_OK;
	for (size_t i = 0; i <= digits; i++)
		prefix[i] =
			(char)(word[i] >= 'A' && word[i] <= 'F' ? word[i] | 0x20
								: word[i]);

	const size_t count =
		store_find_id(query->store, prefix, rows, ALIKE_MAX);

	if (count > 1)
		return several(query, word, rows, count, err);
	if (count == 1) {
		*ret = rows[0];
		*found = true;
	}
	return STATUS_OK;
}
