#include "query/contrast.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "signatures/base/bits.h"
#include "signatures/base/room.h"

enum {
	/* Pairs are tried of the strongest only, and corrected for all. */
	PAIRED_MAX = 200,
	FINDINGS_MAX = 1000,
};

/* Attributes with the same units, as one. */
struct distinct {
	size_t first, same;
	const uint64_t *bits;
	struct table22 counts;
	double phi;
};

struct work {
	const struct contrast_table *table;
	size_t words;
	struct distinct *distinct;
	size_t count;
	struct contrast_finding *findings;
	size_t found;
	struct table22 sizes; /* of the group and of the others */
	uint64_t *joined;     /* of a pair */
	/* Of the first sets the units of the group alone, side by side. */
	uint64_t *narrow;
	size_t narrow_words;
};

size_t contrast_words(size_t units)
{
	return (units + 63) / 64;
}

static struct table22 count_units(const struct work *work, const uint64_t *bits)
{
	const uint64_t *group = work->table->group;
	struct table22 t = work->sizes;
	uint64_t have = 0;

	for (size_t i = 0; i < work->words; i++) {
		t.k1 += bits_ones(bits[i] & group[i]);
		have += bits_ones(bits[i]);
	}
	t.k2 = have - t.k1;
	return t;
}

static struct table22 count_within(const struct work *work,
				   const uint64_t *bits, const uint64_t *within)
{
	const uint64_t *group = work->table->group;
	struct table22 t = { 0 };
	uint64_t units = 0;
	uint64_t have = 0;

	for (size_t i = 0; i < work->words; i++) {
		t.n1 += bits_ones(within[i] & group[i]);
		t.k1 += bits_ones(within[i] & group[i] & bits[i]);
		units += bits_ones(within[i]);
		have += bits_ones(within[i] & bits[i]);
	}
	t.n2 = units - t.n1;
	t.k2 = have - t.k1;
	return t;
}

static double difference(struct table22 t)
{
	if (t.n1 == 0 || t.n2 == 0)
		return 0;
	return (double)t.k1 / (double)t.n1 - (double)t.k2 / (double)t.n2;
}

static bool is_effect(struct table22 t, double phi)
{
	return t.k1 >= CONTRAST_LEAST && difference(t) >= CONTRAST_DIFFERENCE &&
	       phi >= CONTRAST_PHI;
}

/* Is bits, with these counts, still over-represented where held is constant? */
static double given(const struct work *work, const uint64_t *bits,
		    struct table22 counts, const uint64_t *held)
{
	const struct table22 with = count_within(work, bits, held);
	const struct table22 strata[2] = {
		with,
		{ counts.k1 - with.k1, counts.n1 - with.n1, counts.k2 - with.k2,
		  counts.n2 - with.n2 }
	};

	return statistics_share_higher_given(strata, 2);
}

/* For qsort: how many words a set has, and whose they are. */
static size_t sorted_words;
static const struct contrast_attribute *sorted_attributes;

static int by_name(const struct contrast_attribute *a,
		   const struct contrast_attribute *b)
{
	int order = (a->rank > b->rank) - (a->rank < b->rank);

	if (!order)
		order = strcmp(a->field, b->field);
	return order ? order : strcmp(a->value, b->value);
}

static int by_set(const void *left, const void *right)
{
	const struct contrast_attribute *a = left;
	const struct contrast_attribute *b = right;
	const int order =
		memcmp(a->bits, b->bits, sorted_words * sizeof(*a->bits));

	return order ? order : by_name(a, b);
}

/* Units are numbered as they came into the store: no place among sets decides
 * between those that say as much. */
static int by_name_at(size_t a, size_t b)
{
	return by_name(&sorted_attributes[a], &sorted_attributes[b]);
}

static int by_phi(const void *left, const void *right)
{
	const struct distinct *a = left;
	const struct distinct *b = right;

	if (a->phi != b->phi)
		return a->phi > b->phi ? -1 : 1;
	return by_name_at(a->first, b->first);
}

static void tell_apart(struct work *work, struct contrast_table *table)
{
	sorted_words = work->words;
	sorted_attributes = table->attributes;
	if (table->count > 1)
		qsort(table->attributes, table->count,
		      sizeof(*table->attributes), by_set);
	work->distinct = room_cleared(table->count, sizeof(*work->distinct));
	for (size_t i = 0; i < table->count; i++) {
		const uint64_t *bits = table->attributes[i].bits;
		struct distinct *last =
			work->count ? &work->distinct[work->count - 1] : NULL;

		if (last && memcmp(last->bits, bits,
				   work->words * sizeof(*bits)) == 0) {
			last->same++;
			continue;
		}
		work->distinct[work->count++] = (struct distinct){
			.first = i,
			.same = 1,
			.bits = bits,
			.counts = count_units(work, bits),
		};
	}
	for (size_t i = 0; i < work->count; i++)
		work->distinct[i].phi =
			statistics_phi(work->distinct[i].counts);
	if (work->count > 1)
		qsort(work->distinct, work->count, sizeof(*work->distinct),
		      by_phi);
}

static void add(struct work *work, const struct distinct *a, size_t other,
		struct table22 counts, double p)
{
	if (work->found == FINDINGS_MAX)
		return;
	work->findings[work->found++] = (struct contrast_finding){
		.attribute = a->first,
		.same = a->same,
		.other = other,
		.counts = counts,
		.phi = statistics_phi(counts),
		.p = p < 1 ? p : 1,
		.explained = CONTRAST_NONE,
		.given = 1,
	};
}

static void find_single(struct work *work)
{
	const double tried = 2 * (double)work->table->candidates;

	for (size_t i = 0; i < work->count; i++) {
		const struct distinct *at = &work->distinct[i];
		double p;

		if (!is_effect(at->counts, at->phi))
			continue;
		p = tried * statistics_share_higher(at->counts);
		if (p <= CONTRAST_ALPHA)
			add(work, at, CONTRAST_NONE, at->counts, p);
	}
}

/*
 * Were a pair on so many units of the group and on nobody else's, would it say
 * more than each of its two?  On others it says less.  Rounding decides
 * nothing here.
 */
static bool could_tell(const struct work *work, uint64_t k1, double stronger)
{
	const struct table22 best = { k1, work->sizes.n1, 0, work->sizes.n2 };
	const double phi = statistics_phi(best) * (1 + 1e-9);

	return is_effect(best, phi) && phi > stronger;
}

static uint64_t *narrow_of(const struct work *work, size_t i)
{
	return work->narrow + i * work->narrow_words;
}

/* Most pairs are told by what the group has of them. */
static void make_narrow(struct work *work, size_t most)
{
	size_t unit = 0;

	work->narrow_words = contrast_words((size_t)work->sizes.n1);
	work->narrow =
		room_cleared(most * work->narrow_words, sizeof(*work->narrow));
	for (size_t word = 0; word < work->words; word++) {
		uint64_t left = work->table->group[word];

		for (; left; left &= left - 1, unit++) {
			const uint64_t bit = left & -left;

			for (size_t i = 0; i < most; i++)
				if (work->distinct[i].bits[word] & bit)
					contrast_set(narrow_of(work, i), unit);
		}
	}
}

static uint64_t count_narrow(const struct work *work, size_t i, size_t j)
{
	const uint64_t *a = narrow_of(work, i);
	const uint64_t *b = narrow_of(work, j);
	uint64_t count = 0;

	for (size_t k = 0; k < work->narrow_words; k++)
		count += bits_ones(a[k] & b[k]);
	return count;
}

/* A pair says something if it says more than each of its two. */
static void try_pair(struct work *work, const struct distinct *a,
		     const struct distinct *b, double tried)
{
	struct table22 counts;
	double phi, p;

	for (size_t i = 0; i < work->words; i++)
		work->joined[i] = a->bits[i] & b->bits[i];
	counts = count_units(work, work->joined);
	phi = statistics_phi(counts);
	if (!is_effect(counts, phi) || phi <= a->phi || phi <= b->phi)
		return;
	p = tried * statistics_share_higher(counts);
	if (p > CONTRAST_ALPHA ||
	    given(work, work->joined, counts, a->bits) > CONTRAST_ALPHA ||
	    given(work, work->joined, counts, b->bits) > CONTRAST_ALPHA)
		return;
	add(work, a, b->first, counts, p);
}

/* Of a pair the first is the stronger. */
static void find_pairs(struct work *work)
{
	const double m = (double)work->table->candidates;
	const size_t most = work->count < PAIRED_MAX ? work->count : PAIRED_MAX;

	make_narrow(work, most);
	for (size_t i = 0; i < most; i++) {
		const struct distinct *a = &work->distinct[i];

		if (!could_tell(work, a->counts.k1, a->phi))
			continue;
		for (size_t j = i + 1; j < most; j++) {
			const struct distinct *b = &work->distinct[j];

			if (could_tell(work, b->counts.k1, a->phi) &&
			    could_tell(work, count_narrow(work, i, j), a->phi))
				try_pair(work, a, b, 4 * m * (m - 1) / 2);
		}
	}
	free(work->narrow);
}

static int by_strength(const void *left, const void *right)
{
	const struct contrast_finding *a = left;
	const struct contrast_finding *b = right;

	if (a->phi != b->phi)
		return a->phi > b->phi ? -1 : 1;
	if ((a->other == CONTRAST_NONE) != (b->other == CONTRAST_NONE))
		return a->other == CONTRAST_NONE ? -1 : 1;
	if (a->attribute != b->attribute)
		return by_name_at(a->attribute, b->attribute);
	return a->other == b->other ? 0 : by_name_at(a->other, b->other);
}

static void take_bits(const struct work *work,
		      const struct contrast_finding *finding, uint64_t *ret)
{
	const struct contrast_attribute *attributes = work->table->attributes;

	memcpy(ret, attributes[finding->attribute].bits,
	       work->words * sizeof(*ret));
	for (size_t i = 0; finding->other != CONTRAST_NONE && i < work->words;
	     i++)
		ret[i] &= attributes[finding->other].bits[i];
}

static unsigned rank_of(const struct work *work,
			const struct contrast_finding *finding)
{
	return work->table->attributes[finding->attribute].rank;
}

/* Is finding i explained by the stronger j, or j by i? */
static void hold(struct work *work, size_t i, size_t j, uint64_t *mine,
		 uint64_t *held)
{
	struct contrast_finding *a = &work->findings[i];
	struct contrast_finding *b = &work->findings[j];
	double left, back;

	take_bits(work, a, mine);
	take_bits(work, b, held);
	left = given(work, mine, a->counts, held);
	if (left <= CONTRAST_ALPHA)
		return;
	back = given(work, held, b->counts, mine);
	if (back > CONTRAST_SURE && rank_of(work, a) < rank_of(work, b)) {
		b->explained = i;
		b->given = back;
		for (size_t k = 0; k < work->found; k++)
			if (work->findings[k].explained == j)
				work->findings[k].explained = i;
	} else {
		a->explained = j;
		a->given = left;
	}
}

static void explain(struct work *work)
{
	uint64_t *mine = room_cleared(work->words, sizeof(*mine));
	uint64_t *held = room_cleared(work->words, sizeof(*held));

	for (size_t i = 1; i < work->found; i++)
		for (size_t j = 0; j < i; j++)
			if (work->findings[j].explained == CONTRAST_NONE &&
			    work->findings[i].explained == CONTRAST_NONE)
				hold(work, i, j, mine, held);
	free(mine);
	free(held);
}

size_t contrast_find(struct contrast_table *table, struct arena *arena,
		     struct contrast_finding **ret)
{
	struct work work = { .table = table,
			     .words = contrast_words(table->units) };

	work.findings = arena_take(arena, FINDINGS_MAX, sizeof(*work.findings));
	work.joined = room_cleared(work.words, sizeof(*work.joined));
	for (size_t i = 0; i < work.words; i++)
		work.sizes.n1 += bits_ones(table->group[i]);
	work.sizes.n2 = table->units - work.sizes.n1;
	tell_apart(&work, table);
	find_single(&work);
	find_pairs(&work);
	if (work.found > 1)
		qsort(work.findings, work.found, sizeof(*work.findings),
		      by_strength);
	explain(&work);
	free(work.joined);
	free(work.distinct);
	*ret = work.findings;
	return work.found;
}
