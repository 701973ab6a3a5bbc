#include "signatures/cluster/alias_view.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/hash.h"
#include "signatures/base/room.h"

enum {
	KIND_MASK = (1 << ALIAS_KIND_BITS) - 1
};

/* A frame was seen in a context. */
struct alias_seen {
	uint64_t context;
	uint32_t frame;
};

static void *grown(void *array, size_t count, size_t size)
{
	return room_again(array, count * size);
}

static void bench_room(struct alias_bench *bench, size_t count)
{
	if (count <= bench->room)
		return;
	bench->room = count + count / 2;
	bench->from = grown(bench->from, bench->room, sizeof(*bench->from));
	bench->to = grown(bench->to, bench->room, sizeof(*bench->to));
	bench->buckets = grown(bench->buckets, 2 * bench->room + 2,
			       sizeof(*bench->buckets));
}

static void view_room(struct alias_view *view, size_t count, size_t frames)
{
	if (count > view->room || !view->room) {
		const size_t room = count + count / 2 + 1;

		view->contexts =
			grown(view->contexts, room, sizeof(*view->contexts));
		view->members =
			grown(view->members, room, sizeof(*view->members));
		view->first_member = grown(view->first_member, room + 1,
					   sizeof(*view->first_member));
		view->kept = grown(view->kept, room, sizeof(*view->kept));
		view->room = room;
	}
	if (frames + 1 > view->frame_room) {
		view->frame_room = frames + frames / 2 + 1;
		view->first_kept = grown(view->first_kept, view->frame_room,
					 sizeof(*view->first_kept));
	}
}

static uint64_t context_of(uint64_t company, const uint32_t *names)
{
	const uint64_t kind = company & KIND_MASK;
	const uint64_t which = company >> ALIAS_KIND_BITS;
	const uint64_t hash =
		hash_mix(kind, kind == ALIAS_BETWEEN || kind == ALIAS_AMONG
				       ? which
				       : (uint64_t)names[which] + 1);

	return (hash & ~(uint64_t)KIND_MASK) | kind;
}

static size_t take_contexts(const struct alias_company *company,
			    struct alias_build build, const uint32_t *names,
			    struct alias_bench *bench)
{
	size_t most = 0;
	size_t count = 0;

	for (uint32_t f = build.first; f < build.end; f++)
		most += company->many[f];
	bench_room(bench, most);
	for (uint32_t f = build.first; f < build.end; f++) {
		const uint64_t *with = company->all + company->first[f];

		for (uint32_t i = 0; i < company->many[f]; i++)
			bench->from[count++] =
				(struct alias_seen){ context_of(with[i], names),
						     f - build.first };
	}
	return count;
}

static size_t bucket_of(uint64_t context, unsigned int bits)
{
	return bits ? (size_t)(context >> (64 - bits)) : 0;
}

/*
 * Sort by context; what is equal stays in order.  Contexts are hashes: spread
 * over as many buckets as there are, each is nearly where it belongs.
 */
static void sort_by_context(const struct alias_bench *bench, size_t count)
{
	const struct alias_seen *from = bench->from;
	struct alias_seen *to = bench->to;
	uint32_t *buckets = bench->buckets;
	unsigned int bits = 0;

	while (bits < 30 && (size_t)1 << bits < count)
		bits++;
	memset(buckets, 0, (((size_t)1 << bits) + 1) * sizeof(*buckets));
	for (size_t i = 0; i < count; i++)
		buckets[bucket_of(from[i].context, bits) + 1]++;
	for (size_t i = 0; i < (size_t)1 << bits; i++)
		buckets[i + 1] += buckets[i];
	for (size_t i = 0; i < count; i++)
		to[buckets[bucket_of(from[i].context, bits)]++] = from[i];
	for (size_t i = 1; i < count; i++) {
		const struct alias_seen seen = to[i];
		size_t k = i;

		for (; k > 0 && to[k - 1].context > seen.context; k--)
			to[k] = to[k - 1];
		to[k] = seen;
	}
}

/* Contexts and who stands in them, each once; returns how many of the latter.
 */
static uint32_t take_members(struct alias_view *view,
			     const struct alias_seen *seen, size_t count)
{
	uint32_t members = 0;

	view->context_count = 0;
	for (size_t i = 0; i < count; i++) {
		const bool is_new =
			i == 0 || seen[i].context != seen[i - 1].context;

		if (!is_new && seen[i].frame == seen[i - 1].frame)
			continue;
		if (is_new) {
			view->contexts[view->context_count] = seen[i].context;
			view->first_member[view->context_count++] = members;
		}
		view->members[members++] = seen[i].frame;
	}
	view->first_member[view->context_count] = members;
	return members;
}

/* The same by frame. */
static void turn_round(struct alias_view *view, uint32_t members)
{
	const uint32_t frames = view->build.end - view->build.first;
	uint32_t *end = view->first_kept;
	uint32_t before = 0;

	memset(end, 0, ((size_t)frames + 1) * sizeof(*end));
	for (uint32_t i = 0; i < members; i++)
		end[view->members[i]]++;
	for (uint32_t f = 0; f <= frames; f++) {
		const uint32_t here = end[f];

		end[f] = before;
		before += here;
	}
	for (uint32_t k = 0; k < view->context_count; k++)
		for (uint32_t i = view->first_member[k];
		     i < view->first_member[k + 1]; i++)
			view->kept[end[view->members[i]]++] = k;
	/* Each ends where the next begins. */
	memmove(end + 1, end, frames * sizeof(*end));
	end[0] = 0;
}

void alias_view_make(struct alias_view *view, struct alias_bench *bench,
		     const struct alias_company *company,
		     struct alias_build build, const uint32_t *names)
{
	const size_t count = take_contexts(company, build, names, bench);

	view->build = build;
	view_room(view, count, build.end - build.first);
	sort_by_context(bench, count);
	turn_round(view, take_members(view, bench->to, count));
}

void alias_view_deinit(struct alias_view *view)
{
	free(view->contexts);
	free(view->members);
	free(view->first_member);
	free(view->kept);
	free(view->first_kept);
}

void alias_view_bench_deinit(struct alias_bench *bench)
{
	free(bench->from);
	free(bench->to);
	free(bench->buckets);
}

bool alias_view_is_far(const struct alias_view *view, uint32_t k)
{
	const uint64_t kind = view->contexts[k] & KIND_MASK;

	return kind == ALIAS_FAR_ABOVE || kind == ALIAS_FAR_BELOW;
}
