#include "signatures/settle/settle.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "signatures/settle/corpus.h"
#include "signatures/store/store_read.h"
#include "signatures/store/store_write.h"

/* Fields that the pass gives; every one is in the table. */
struct fields {
	const struct field *cluster, *family, *unclustered;
};

static struct fields find_fields(void)
{
	const struct fields fields = {
		.cluster = field_find("cluster"),
		.family = field_find("family"),
		.unclustered = field_find("unclustered"),
	};

	assert(fields.cluster && fields.family && fields.unclustered);
	return fields;
}

static enum status read_corpus(struct store *store, struct corpus *corpus,
			       struct error *err)
{
	const uint32_t rows = store_row_count(store);
	struct arena arena;
	enum status status = STATUS_OK;

	arena_init(&arena);
	for (uint32_t row = 0; row < rows && !status; row++) {
		struct store_crash crash;

		status = store_crash_read(store, row, &arena, &crash, err);
		if (!status)
			corpus_add(corpus, row, crash.identity, &crash.crash);
		arena_reset(&arena);
	}
	arena_deinit(&arena);
	return status;
}

/* Ids read like those of crashes: 12 digits. */
static void put_id(struct store *store, uint32_t row, const struct field *field,
		   uint64_t id)
{
	char text[16];
	const struct field_value value = { text, 0 };

	snprintf(text, sizeof(text), "%012" PRIx64, id);
	store_put_value(store, row, field, id ? &value : NULL);
}

static void write_places(struct store *store, const struct corpus_place *places,
			 size_t count)
{
	const struct fields fields = find_fields();

	for (size_t i = 0; i < count; i++) {
		const struct corpus_place *place = &places[i];
		const struct field_value why = { stream_why_text(place->why),
						 0 };

		put_id(store, place->row, fields.cluster, place->cluster);
		put_id(store, place->row, fields.family, place->family);
		store_put_value(store, place->row, fields.unclustered,
				place->why ? &why : NULL);
	}
}

enum status settle_store(struct store *store, struct error *err)
{
	struct corpus *corpus = corpus_create();
	enum status status = store_begin(store, err);

	if (!status) {
		status = read_corpus(store, corpus, err);
		if (status)
			store_end(store);
	}
	if (!status) {
		const size_t count = corpus_count(corpus);
		struct corpus_place *places =
			calloc(count + 1, sizeof(*places));

		if (!places)
			abort();
		corpus_cluster(corpus, places);
		write_places(store, places, count);
		free(places);
		status = store_commit(store, err);
	}
	corpus_destroy(corpus);
	return status ? error_within(err, "settle") : STATUS_OK;
}
