#include "signatures/settle/search.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "signatures/base/text.h"
#include "signatures/cluster/likeness.h"
#include "signatures/settle/corpus.h"
#include "signatures/settle/overrides.h"
#include "signatures/settle/refit.h"

struct search {
	struct corpus *corpus;
	struct overrides *overrides;
	struct arena arena; /* of one question */
	struct engine_feature stream[ENGINE_FEATURES_MAX];
	struct feature_origin origins[ENGINE_FEATURES_MAX];
	float weights[ENGINE_FEATURES_MAX];
};

static enum status read_crashes(struct store *store, struct corpus *corpus,
				const struct overrides *overrides,
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
			overrides_quiet(overrides, &crash.crash, &arena);
		if (!status)
			corpus_add(corpus, row, crash.identity, &crash.crash);
		arena_reset(&arena);
	}
	arena_deinit(&arena);
	return status;
}

enum status search_open(struct store *store, struct search **ret,
			struct error *err)
{
	struct search *search = calloc(1, sizeof(*search));
	struct corpus_place *places;
	enum status status;

	if (!search)
		abort();
	arena_init(&search->arena);
	search->corpus = corpus_create();
	if (overrides_read(store_folder(store), &search->overrides, err) ||
	    read_crashes(store, search->corpus, search->overrides, err)) {
		search_close(search);
		return err->status;
	}
	places = calloc(corpus_count(search->corpus) + 1, sizeof(*places));
	if (!places)
		abort();
	status = refit_cluster(store, search->overrides, search->corpus, places,
			       err);
	free(places);
	if (status) {
		search_close(search);
		return status;
	}
	*ret = search;
	return STATUS_OK;
}

double search_cluster(const struct search *search)
{
	return (double)corpus_strict(search->corpus);
}

void search_close(struct search *search)
{
	if (!search)
		return;
	corpus_destroy(search->corpus);
	overrides_destroy(search->overrides);
	arena_deinit(&search->arena);
	free(search);
}

static struct engine_signature trace(struct search *search,
				     const struct crash *crash)
{
	struct engine_signature ret = { .features = search->stream };

	ret.count = corpus_trace(search->corpus, crash, search->stream,
				 search->origins);
	ret.key = engine_key(search->stream, ret.count);
	return ret;
}

size_t search_similar(struct search *search, const struct crash *crash,
		      struct search_hit *ret, size_t max)
{
	struct crash quiet = *crash;
	struct engine_signature signature;
	struct engine_neighbour *found = calloc(max + 1, sizeof(*found));
	size_t count = 0;
	size_t kept = 0;

	if (!found)
		abort();
	arena_reset(&search->arena);
	overrides_quiet(search->overrides, &quiet, &search->arena);
	signature = trace(search, &quiet);
	if (stream_why(&quiet) == STREAM_FINE)
		count = engine_similar(corpus_engine(search->corpus),
				       &signature, found, max);
	for (size_t i = 0; i < count; i++) {
		ret[kept].likeness = found[i].likeness;
		kept += corpus_first(search->corpus, found[i].key,
				     &ret[kept].row);
	}
	free(found);
	return kept;
}

/* The frames that count, as text. */
static size_t frame_texts(const struct crash *crash, struct arena *arena,
			  const char **texts)
{
	size_t count = 0;

	for (size_t i = 0; i < crash->stack.count && count < FEATURE_FRAMES_MAX;
	     i++) {
		const struct crash_frame *frame = &crash->stack.frames[i];

		if (!stream_counts(frame))
			continue;
		texts[count++] =
			frame->symbol
				? text_printf(arena, "%s!%s", frame->module,
					      frame->symbol)
				: text_printf(arena, "%s+0x%" PRIx64,
					      frame->module, frame->offset);
	}
	return count;
}

/* Texts of one crash, by frame and by code. */
struct texts {
	const char *frames[FEATURE_FRAMES_MAX + 1];
	const char *codes[STREAM_CODES_MAX];
};

static const char *module_of(struct arena *arena, const char *frame)
{
	char *text = text_copy(arena, frame);

	text[strcspn(text, "!+")] = '\0';
	return text;
}

static const char *text_of(const struct texts *texts, enum feature_class class,
			   struct feature_origin origin, struct arena *arena)
{
	const char *frame = texts->frames[origin.from];
	const char *next = texts->frames[origin.from + 1];

	switch (class) {
	case FEATURE_FRAME:
		return frame;
	case FEATURE_MODULE:
		return text_printf(arena, "module %s", module_of(arena, frame));
	case FEATURE_PAIR:
		return text_printf(arena, "%s under %s", frame,
				   next ? next : "nothing");
	case FEATURE_CODE:
	case FEATURE_CODE_WORD:
		return texts->codes[origin.from];
	case FEATURE_FRAME_CODE:
		return text_printf(arena, "%s at %s", texts->codes[0], frame);
	case FEATURE_WORD:
		return text_printf(arena, "word %.*s", (int)origin.letters,
				   origin.word);
	case FEATURE_MODULES:
		return text_printf(arena, "modules from %s on", frame);
	case FEATURE_UNUSED:
	case FEATURE_CLASSES:
		break;
	}
	return "";
}

size_t search_weigh(struct search *search, const struct crash *crash,
		    struct arena *arena, struct search_feature **ret)
{
	struct crash quiet = *crash;
	struct engine_signature signature;
	struct search_feature *features;
	struct texts texts = { .frames = { NULL } };

	overrides_quiet(search->overrides, &quiet, arena);
	signature = trace(search, &quiet);
	features = arena_take(arena, signature.count + 1, sizeof(*features));
	engine_weigh(corpus_engine(search->corpus), &signature,
		     search->weights);
	frame_texts(&quiet, arena, texts.frames);
	stream_code_texts(&quiet, arena, texts.codes);
	for (size_t i = 0; i < signature.count; i++) {
		const enum feature_class class = search->stream[i].class;

		features[i] = (struct search_feature){
			.class = class,
			.feature = search->stream[i].feature,
			.text = text_of(&texts, class, search->origins[i],
					arena),
			.weight = search->weights[i],
		};
	}
	*ret = features;
	return signature.count;
}

/* Equal features next to each other, the heavier first. */
static int by_feature(const void *left, const void *right)
{
	const struct search_feature *a = left;
	const struct search_feature *b = right;

	if (a->feature != b->feature)
		return a->feature < b->feature ? -1 : 1;
	if (a->weight > b->weight || a->weight < b->weight)
		return a->weight > b->weight ? -1 : 1;
	return strcmp(a->text, b->text);
}

static int by_weight(const void *left, const void *right)
{
	const struct search_pair *a = left;
	const struct search_pair *b = right;
	const float x = a->left + a->right;
	const float y = b->left + b->right;

	if (x > y || x < y)
		return x > y ? -1 : 1;
	return strcmp(a->text, b->text);
}

double search_likeness(const struct search_pair *pairs, size_t count,
		       const bool *without)
{
	struct likeness_shares shares = { 0 };

	for (size_t i = 0; i < count; i++) {
		if (without && without[i])
			continue;
		if (pairs[i].left > 0 && pairs[i].right > 0)
			shares.matched += pairs[i].left + pairs[i].right;
		else if (pairs[i].left > 0)
			shares.only_left += pairs[i].left;
		else
			shares.only_right += pairs[i].right;
	}
	return (double)likeness_from(shares);
}

struct search_comparison search_compare(struct search *search,
					const struct crash *left,
					const struct crash *right,
					struct arena *arena)
{
	struct search_feature *a, *b;
	const size_t m = search_weigh(search, left, arena, &a);
	const size_t n = search_weigh(search, right, arena, &b);
	struct search_comparison ret = {
		.pairs = arena_take(arena, m + n + 1, sizeof(*ret.pairs))
	};

	if (m > 1)
		qsort(a, m, sizeof(*a), by_feature);
	if (n > 1)
		qsort(b, n, sizeof(*b), by_feature);
	for (size_t i = 0, j = 0; i < m || j < n;) {
		struct search_pair *pair = &ret.pairs[ret.count];
		const bool mine =
			i < m && (j == n || a[i].feature <= b[j].feature);
		const bool theirs =
			j < n && (i == m || b[j].feature <= a[i].feature);
		const struct search_feature *named = mine ? &a[i] : &b[j];

		*pair = (struct search_pair){ named->class, named->text,
					      mine ? a[i].weight : 0,
					      theirs ? b[j].weight : 0 };
		/* What weighs nothing on either side says nothing. */
		ret.count += pair->left > 0 || pair->right > 0;
		i += mine;
		j += theirs;
	}
	if (ret.count > 1)
		qsort(ret.pairs, ret.count, sizeof(*ret.pairs), by_weight);
	ret.likeness = search_likeness(ret.pairs, ret.count, NULL);
	return ret;
}
