#include "query/statistics.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>

#include "signatures/base/must.h"

#define Z95 1.959963984540054
#define TAIL 0.025
#define EXACT_COUNT 200 /* below it, intervals of counts are exact */
/* Corrected for many tests, p-values lie far out, where chi-squared is wrong by
 * orders of magnitude unless counts are large. */
#define EXACT_BELOW 200

struct interval statistics_share(uint64_t k, uint64_t n)
{
	if (n == 0)
		return (struct interval){ 0, 1 };

	const double share = (double)k / (double)n;
	const double z2n = Z95 * Z95 / (double)n;
	const double middle = (share + z2n / 2) / (1 + z2n);
	const double half =
		Z95 / (1 + z2n) *
		sqrt(share * (1 - share) / (double)n + z2n / (4 * (double)n));
	const double low = middle - half;
	const double high = middle + half;

	return (struct interval){ k == 0 || low < 0 ? 0 : low,
				  k == n || high > 1 ? 1 : high };
}

/*
 * Wilson and Hilferty: chi-squared over its degrees of freedom, cubic root, is
 * nearly normal.  Where counts are large it is as good as exact, and the
 * inverse of the exact one does not converge.
 */
static double large_count(double k, double z)
{
	const double root = 1 - 1 / (9 * k) + z / (3 * sqrt(k));

	return k * root * root * root;
}

struct interval statistics_count(uint64_t k)
{
	static struct interval known[EXACT_COUNT];

	if (k >= EXACT_COUNT)
		return (struct interval){ large_count((double)k, -Z95),
					  large_count((double)k + 1, Z95) };
	if (known[k].high <= 0)
		known[k] = (struct interval){
			k ? gsl_cdf_chisq_Pinv(TAIL, 2.0 * (double)k) / 2 : 0,
			gsl_cdf_chisq_Qinv(TAIL, 2.0 * (double)k + 2) / 2
		};
	return known[k];
}

double statistics_rates_differ(uint64_t k1, double e1, uint64_t k2, double e2)
{
	const uint64_t n = k1 + k2;

	if (n == 0 || n > UINT32_MAX || e1 <= 0 || e2 <= 0)
		return 1;

	const double share = e1 / (e1 + e2);
	const double below =
		gsl_cdf_binomial_P((unsigned)k1, share, (unsigned)n);
	const double above = k1 == 0 ? 1
				     : gsl_cdf_binomial_Q((unsigned)k1 - 1,
							  share, (unsigned)n);
	const double least = below < above ? below : above;

	return 2 * least < 1 ? 2 * least : 1;
}

double statistics_count_reaches(uint64_t k, double lambda)
{
	if (k == 0 || lambda < 0)
		return 1;
	return gsl_cdf_gamma_P(lambda, (double)k, 1);
}

double statistics_together(const double *p, size_t count)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum -= 2 * log(p[i] > 1e-300 ? p[i] : 1e-300);
	return gsl_cdf_chisq_Q(sum, 2.0 * (double)count);
}

/* How likely are k or more of n?  Neither has to be a whole number. */
static double binomial_reaches(double k, double n, double share)
{
	return k > 0 ? gsl_cdf_beta_P(share, k, n - k + 1) : 1;
}

/* So many units of one size would vary as much (Kish). */
double statistics_paired(double up, double down, double squares, double share)
{
	const double all = up + down;

	if (all <= 0 || squares <= 0)
		return 1;

	const double n = all * all / squares;
	const double rose = n * (up / all);
	const double fell = n * (down / all);

	return fmin(1, 2 * fmin(binomial_reaches(rose, n, share),
				binomial_reaches(fell, n, 1 - share)));
}

/* The least count to expect in a cell if the two had nothing in common. */
static double least_expected(struct table22 t)
{
	const double n = (double)(t.n1 + t.n2);
	const double have = (double)(t.k1 + t.k2);
	const double group = (double)(t.n1 < t.n2 ? t.n1 : t.n2);

	return group * (have < n - have ? have : n - have) / n;
}

double statistics_share_higher(struct table22 t)
{
	const uint64_t n = t.n1 + t.n2;
	const uint64_t have = t.k1 + t.k2;

	if (t.n1 == 0 || t.n2 == 0 || have == 0 || have == n || t.k1 == 0)
		return 1;
	if (least_expected(t) < EXACT_BELOW && n <= UINT32_MAX)
		return gsl_cdf_hypergeometric_Q(
			(unsigned)t.k1 - 1, (unsigned)have,
			(unsigned)(n - have), (unsigned)t.n1);

	const double phi = statistics_phi(t);

	return gsl_cdf_ugaussian_Q(phi * sqrt((double)n));
}

double statistics_phi(struct table22 t)
{
	const double a = (double)t.k1, b = (double)(t.n1 - t.k1);
	const double c = (double)t.k2, d = (double)(t.n2 - t.k2);
	const double product = (a + b) * (c + d) * (a + c) * (b + d);

	return product > 0 ? (a * d - b * c) / sqrt(product) : 0;
}

double statistics_share_higher_given(const struct table22 *strata, size_t count)
{
	double excess = 0;
	double variance = 0;

	for (size_t i = 0; i < count; i++) {
		const struct table22 *t = &strata[i];
		const double n1 = (double)t->n1, n2 = (double)t->n2;
		const double n = n1 + n2;
		const double have = (double)(t->k1 + t->k2);

		if (n < 2)
			continue;
		excess += (double)t->k1 - n1 * have / n;
		variance += n1 * n2 * have * (n - have) / (n * n * (n - 1));
	}
	if (variance <= 0)
		return 1;

	/* Half a count towards no difference, as for any discrete test. */
	const double corrected = excess > 0.5 ? excess - 0.5 : 0;

	return gsl_cdf_ugaussian_Q(corrected / sqrt(variance));
}

struct ranked {
	double p;
	size_t row;
};

static int by_p(const void *left, const void *right)
{
	const struct ranked *a = left;
	const struct ranked *b = right;

	if (a->p != b->p)
		return a->p < b->p ? -1 : 1;
	return (a->row > b->row) - (a->row < b->row);
}

void statistics_false_discovery(const double *p, size_t count, double *q)
{
	struct ranked *ranked = malloc((count + 1) * sizeof(*ranked));
	double least = 1;

	if (!ranked)
		must_end();
	for (size_t i = 0; i < count; i++)
		ranked[i] = (struct ranked){ p[i], i };
	qsort(ranked, count, sizeof(*ranked), by_p);
	for (size_t i = count; i > 0; i--) {
		const double rate = ranked[i - 1].p * (double)count / (double)i;

		if (rate < least)
			least = rate;
		q[ranked[i - 1].row] = least;
	}
	free(ranked);
}
