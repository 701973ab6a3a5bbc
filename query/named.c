#include "query/named.h"

#include <string.h>

#include "signatures/base/text.h"
#include "signatures/identity.h"

enum {
	ALIKE_MAX = 4, /* crashes named where a prefix fits several */
};

/* Rows that a word may mean, each once. */
struct meant {
	uint32_t rows[ALIKE_MAX + 1]; /* one more tells that there are */
	size_t count;
};

static bool take_meant(void *closure, uint32_t row)
{
	struct meant *meant = closure;

	for (size_t i = 0; i < meant->count; i++)
		if (meant->rows[i] == row)
			return true;
	meant->rows[meant->count++] = row;
	return meant->count <= ALIKE_MAX;
}

static enum status several(struct query *query, const char *word,
			   const char *why, const struct meant *meant,
			   struct error *err)
{
	struct store_crash crash;
	const char *ids = "";

	for (size_t i = 0; i < meant->count && i < ALIKE_MAX; i++) {
		char id[IDENTITY_TEXT_BYTES];

		if (store_crash_read(query->store, meant->rows[i],
				     &query->arena, &crash, err))
			return err->status;
		identity_text(crash.identity, id);
		ids = text_printf(&query->arena, "%s%s%s", ids, i ? ", " : "",
				  id);
	}
	return error_set(err, STATUS_USAGE, "%s: several crashes %s: %s%s",
			 word, why, ids,
			 meant->count > ALIKE_MAX ? ", ..." : "");
}

enum status named_row(struct query *query, const char *word, uint32_t *ret,
		      bool *found, struct error *err)
{
	struct meant meant = { .count = 0 };
	struct hash128 content;
	char prefix[33];
	const size_t digits = strspn(word, "0123456789abcdefABCDEF");

	/* As names of files were taken, whatever their bytes. */
	store_find_source(
		query->store,
		text_from_bytes(&query->arena, bytes_of(word, strlen(word))),
		take_meant, &meant);
	if (meant.count > 1)
		return several(query, word, "were read from there", &meant,
			       err);
	if (meant.count == 1)
		*ret = meant.rows[0];
	*found = meant.count == 1 ||
		 (hash_128_parse(word, &content) &&
		  store_find_content(query->store, content, ret));
	if (*found || digits == 0 || word[digits] != '\0' ||
	    digits >= sizeof(prefix))
		return STATUS_OK;
	for (size_t i = 0; i <= digits; i++)
		prefix[i] =
			(char)(word[i] >= 'A' && word[i] <= 'F' ? word[i] | 0x20
								: word[i]);

	meant.count =
		store_find_id(query->store, prefix, meant.rows, ALIKE_MAX + 1);
	if (meant.count > 1)
		return several(query, word, "have ids that begin so", &meant,
			       err);
	if (meant.count == 1) {
		*ret = meant.rows[0];
		*found = true;
	}
	return STATUS_OK;
}
