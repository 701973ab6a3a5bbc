/*
 * checkpoint.c - the bytes of an engine.
 *
 *	 8  "crshckp2"
 *	 8  word of the caller
 *	 4  strict, float		 4  loose, float
 *	 8  signatures weighed at the last reweighing
 *	 8  N the weight tables were made for, double
 *	 4  features F			 4  signatures S
 *	8F  feature hashes by number
 *	 S times:
 *	    8 key, 8 time, 8 cluster, 8 family, 8 nearest, 4 score, 4 likeness
 *	    4 length L, 4 weighed W
 *	    4L features, L classes, 2L order, 8W feature and weight
 *
 * In the byte order of the machine that wrote it: it is no exchange format.
 */
#include "signatures/cluster/checkpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "signatures/base/file.h"
#include "signatures/cluster/engine_state.h"

static const char magic[8] = "crshckp2";

struct head {
	char magic[8];
	uint64_t word;
	float strict, loose;
	uint64_t reweighed;
	double tables;
	uint32_t features, signatures;
};

struct entry {
	uint64_t key, time;
	struct engine_place place;
	uint32_t length, weighed;
};

static void write_features(const struct engine *engine, FILE *out)
{
	const size_t count = engine->features.count;
	uint64_t *hashes = calloc(count + 1, sizeof(*hashes));

	if (!hashes)
		abort();
	for (size_t i = 0; i <= engine->features.mask; i++)
		if (engine->features.keys[i])
			hashes[engine->features.values[i]] =
				engine->features.keys[i];
	fwrite(hashes, sizeof(*hashes), count, out);
	free(hashes);
}

static void write_signature(const struct stored *stored, FILE *out)
{
	struct entry entry;

	memset(&entry, 0, sizeof(entry));
	entry.key = stored->key;
	entry.time = stored->time;
	entry.place = stored->place;
	entry.length = stored->length;
	entry.weighed = stored->weighed.count;
	fwrite(&entry, sizeof(entry), 1, out);
	fwrite(stored->features, sizeof(*stored->features), stored->length,
	       out);
	fwrite(stored->classes, 1, stored->length, out);
	fwrite(stored->order, sizeof(*stored->order), stored->length, out);
	fwrite(stored->weighed.at, sizeof(*stored->weighed.at),
	       stored->weighed.count, out);
}

enum status checkpoint_save(const struct engine *engine, uint64_t word,
			    const char *path, struct error *err)
{
	struct head head;
	char name[4096];

	if ((size_t)snprintf(name, sizeof(name), "%s.new", path) >=
	    sizeof(name))
		return error_set(err, STATUS_USAGE, "%s: name too long", path);

	FILE *out = fopen(name, "wbe");

	if (!out)
		return error_set(err, STATUS_IO, "%s: cannot be written", name);
	memset(&head, 0, sizeof(head));
	memcpy(head.magic, magic, sizeof(magic));
	head.word = word;
	head.strict = engine->strict;
	head.loose = engine->loose;
	head.reweighed = engine->reweighed;
	head.tables = engine->weights.signatures;
	head.features = (uint32_t)engine->features.count;
	head.signatures = (uint32_t)engine->count;
	fwrite(&head, sizeof(head), 1, out);
	write_features(engine, out);
	for (size_t i = 0; i < engine->count; i++)
		write_signature(&engine->stored[i], out);

	const bool failed = ferror(out) != 0;

	if (fclose(out) != 0 || failed || rename(name, path) != 0) {
		remove(name);
		return error_set(err, STATUS_IO, "%s: cannot be written", path);
	}
	return STATUS_OK;
}

static bool read_signature(struct bytes *in, struct engine *engine,
			   uint32_t features)
{
	struct stored stored = { 0 };
	struct entry entry;
	bool fine;

	bytes_copy(in, &entry, sizeof(entry));
	if (in->failed || entry.key == 0 || entry.weighed != entry.length ||
	    entry.length > ENGINE_FEATURES_MAX)
		return false;
	stored.key = entry.key;
	stored.time = entry.time;
	stored.place = entry.place;
	if (bytes_left(in) < entry.length)
		return false;
	engine_state_room(&stored, entry.length);
	stored.weighed.count = entry.weighed;
	bytes_copy(in, stored.features, entry.length * sizeof(uint32_t));
	bytes_copy(in, stored.classes, entry.length);
	bytes_copy(in, stored.order, entry.length * sizeof(uint16_t));
	bytes_copy(in, stored.weighed.at,
		   entry.weighed * sizeof(*stored.weighed.at));
	fine = !in->failed;
	for (uint32_t i = 0; i < entry.length; i++)
		fine = fine && stored.features[i] < features &&
		       stored.classes[i] < FEATURE_CLASSES &&
		       stored.order[i] < entry.length;
	for (uint32_t i = 0; i < entry.weighed; i++) {
		fine = fine && stored.weighed.at[i].feature < features;
		stored.weighed.total += stored.weighed.at[i].weight;
	}

	struct engine_place known;

	if (!fine || engine_find(engine, entry.key, &known)) {
		free(stored.weighed.at);
		return false;
	}
	engine_state_store(engine, &stored);
	return true;
}

static bool read_engine(struct bytes *in, const struct head *head,
			struct engine *engine)
{
	for (uint32_t i = 0; i < head->features; i++) {
		uint64_t hash;

		bytes_copy(in, &hash, sizeof(hash));
		if (in->failed || hash == 0 ||
		    engine_state_number(engine, hash) != i)
			return false;
	}
	for (uint32_t i = 0; i < head->signatures; i++)
		if (!read_signature(in, engine, head->features))
			return false;
	engine->reweighed = (size_t)head->reweighed;
	if (head->tables >= 0)
		weights_grow(&engine->weights, head->tables);
	return bytes_left(in) == 0;
}

enum status checkpoint_load(const char *path, struct engine **ret,
			    uint64_t *word, struct error *err)
{
	struct file_view view;
	struct head head;

	if (file_map(path, &view, err))
		return err->status;

	struct bytes in = bytes_of(view.data, view.size);

	bytes_copy(&in, &head, sizeof(head));
	if (in.failed || memcmp(head.magic, magic, sizeof(magic)) != 0 ||
	    head.tables < -1 || head.reweighed > head.signatures) {
		file_unmap(&view);
		return error_set(err, STATUS_CORRUPT, "%s: no checkpoint",
				 path);
	}

	struct engine *engine = engine_create(head.strict, head.loose);
	const bool fine = read_engine(&in, &head, engine);

	file_unmap(&view);
	if (!fine) {
		engine_destroy(engine);
		return error_set(err, STATUS_CORRUPT, "%s: damaged", path);
	}
	*ret = engine;
	*word = head.word;
	return STATUS_OK;
}
