#include "query/known_field.h"

#include <string.h>

#include "query/count.h"
#include "query/known.h"
#include "signatures/store/store_side.h"

static struct {
	struct store *store;
	const char *path;
	struct arena arena;
	struct error failed; /* STATUS_OK if it was not */
} list;

static enum status label(const bool *regressed_only, uint16_t *labels,
			 const char *const **ret_texts, size_t *ret_count,
			 struct error *err)
{
	const uint32_t rows = store_row_count(list.store);
	struct known known;
	const char **texts;

	if (known_read(list.store, list.path, &list.arena, &known, err))
		return err->status;
	known_label(&known, labels);
	for (uint32_t row = 0; *regressed_only && row < rows; row++) {
		const uint16_t at = labels[row];

		if (at && !count_bit(known.issues[at - 1].after.bits, row))
			labels[row] = 0;
	}
	texts = arena_take(&list.arena, known.count + 1, sizeof(*texts));
	for (size_t i = 0; i < known.count; i++)
		texts[i] = *known.issues[i].ticket ? known.issues[i].ticket
						   : known.issues[i].title;
	*ret_texts = texts;
	*ret_count = known.count;
	known_deinit(&known);
	return STATUS_OK;
}

static enum status label_or_keep(void *closure, uint16_t *labels,
				 const char *const **ret_texts,
				 size_t *ret_count, struct error *err)
{
	const enum status status =
		label(closure, labels, ret_texts, ret_count, err);

	/* Who only reads columns is not told. */
	if (status && !list.failed.status)
		list.failed = *err;
	return status;
}

void known_field_open(struct store *store, const char *path)
{
	static bool all = false, regressed = true;
	const struct field *known, *regression;

	list.store = store;
	list.path = path;
	arena_init(&list.arena);
	known = field_add("known", "known issue, ticket or title: known!=*");
	regression = field_add("regression",
			       "known issue that is back after its fix: "
			       "regression=*");
	store_side_add_labels(store, known, label_or_keep, &all);
	store_side_add_labels(store, regression, label_or_keep, &regressed);
}

void known_field_close(void)
{
	arena_deinit(&list.arena);
	memset(&list, 0, sizeof(list));
}

enum status known_field_check(struct error *err)
{
	if (list.failed.status)
		*err = list.failed;
	return list.failed.status;
}
