#include "query/recur.h"

#include <math.h>
#include <stdlib.h>

#include "query/statistics.h"
#include "signatures/base/room.h"

static double share(uint64_t k, uint64_t n)
{
	return n ? (double)k / (double)n : 0;
}

/* How often a word that one unit has is on another one, and by chance. */
static void judge_coincidence(struct recur_word *words, size_t count,
			      struct recur_units units)
{
	double *p = room_cleared(count, sizeof(*p));
	double again = 0;

	for (size_t i = 0; i < count; i++)
		again += (double)words[i].units - 1;
	for (size_t i = 0; i < count; i++) {
		struct recur_word *at = &words[i];
		const double mine = (double)at->units - 1;
		/* Half a case more than was seen: never is not known. */
		const double usual = (again - mine + 0.5) / (double)count;
		const double sound = share(at->sound, units.sound) *
				     ((double)units.damaged - 1);

		at->expected = fmax(usual, sound);
		p[i] = statistics_count_reaches(at->units - 1, at->expected);
	}
	statistics_false_discovery(p, count, p);
	for (size_t i = 0; i < count; i++)
		words[i].q = p[i];
	free(p);
}

static bool is_candidate(const struct recur_word *word)
{
	return word->q <= RECUR_Q && word->units >= RECUR_LEAST &&
	       (double)word->units >= RECUR_FACTOR * word->expected;
}

/*
 * Could the word be found at all, were damage the only place it is in?  Asked
 * of how often it is seen anywhere, which says nothing of where: those that
 * could are what is corrected for.
 */
static bool could_be_found(const struct recur_word *word,
			   struct recur_units units)
{
	const uint64_t seen = word->units + word->sound;
	const uint64_t most = seen < units.damaged ? seen : units.damaged;
	const struct table22 t = { most, units.damaged, seen - most,
				   units.sound };

	return seen >= RECUR_LEAST && statistics_share_higher(t) <= RECUR_Q;
}

static void judge_usual(struct recur_word *words, size_t count,
			struct recur_units units)
{
	size_t candidates = 0;

	for (size_t i = 0; i < count; i++)
		candidates += could_be_found(&words[i], units);
	for (size_t i = 0; i < count; i++) {
		struct recur_word *at = &words[i];
		const struct table22 t = { at->units, units.damaged, at->sound,
					   units.sound };
		double p;

		at->usual = 1;
		if (!is_candidate(at))
			continue;
		/* Where nothing sound was kept, coincidence alone counts. */
		p = units.sound
			    ? statistics_share_higher(t) * (double)candidates
			    : 0;
		at->usual = p < 1 ? p : 1;
		at->found = at->usual <= RECUR_Q;
	}
}

static int by_units(const void *left, const void *right)
{
	const struct recur_word *a = left;
	const struct recur_word *b = right;

	if (a->found != b->found)
		return a->found ? -1 : 1;
	if (a->units != b->units)
		return a->units > b->units ? -1 : 1;
	if (a->sound != b->sound)
		return a->sound < b->sound ? -1 : 1;
	if (a->crashes != b->crashes)
		return a->crashes > b->crashes ? -1 : 1;
	/* A whole word before its halves. */
	return (a->word < b->word) - (a->word > b->word);
}

static bool is_half_of(const struct recur_word *half,
		       const struct recur_word *whole)
{
	return half->word <= UINT32_MAX && whole->word > UINT32_MAX &&
	       whole->units >= half->units &&
	       ((whole->word & UINT32_MAX) == half->word ||
		whole->word >> 32 == half->word);
}

static void drop_halves(struct recur_word *words, size_t found)
{
	for (size_t i = 0; i < found; i++)
		for (size_t j = 0; j < found && words[i].found; j++)
			if (is_half_of(&words[i], &words[j]))
				words[i].found = false;
}

size_t recur_judge(struct recur_word *words, size_t count,
		   struct recur_units units)
{
	size_t found = 0;

	judge_coincidence(words, count, units);
	judge_usual(words, count, units);
	if (count > 1)
		qsort(words, count, sizeof(*words), by_units);
	while (found < count && words[found].found)
		found++;
	drop_halves(words, found);
	if (count > 1)
		qsort(words, count, sizeof(*words), by_units);
	for (found = 0; found < count && words[found].found;)
		found++;
	return found;
}
