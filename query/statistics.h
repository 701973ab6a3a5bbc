/*
 * statistics.h - how sure a count is, and whether two counts differ.
 *
 * Pure functions over counts; distributions come from GSL.  Intervals are at
 * 95 %.  p-values are two-sided unless said otherwise, from 0 to 1.
 */
#ifndef QUERY_STATISTICS_H
#define QUERY_STATISTICS_H

#include <stddef.h>
#include <stdint.h>

struct interval {
	double low, high;
};

/* Wilson's score interval of the share k of n; 0..1 when n is 0. */
struct interval statistics_share(uint64_t k, uint64_t n);

/* The exact (Garwood) interval of a Poisson count; divide by the exposure. */
struct interval statistics_count(uint64_t k);

/*
 * Is a rate of k1 events in exposure e1 another than k2 in e2?  Exact: given
 * k1 + k2 events, k1 is binomial.  1 when there is nothing to compare.
 */
double statistics_rates_differ(uint64_t k1, double e1, uint64_t k2, double e2);

/* How likely is a count of k or more where lambda are expected (Poisson)? */
double statistics_count_reaches(uint64_t k, double lambda);

/* Independent p-values as one (Fisher); conservative where they are discrete.
 */
double statistics_together(const double *p, size_t count);

/*
 * Units measured twice, the second time for so much of both lengths of time:
 * did they change?  up and down are the sizes of the changes either way, each
 * in what a change up is counted in, squares is the sum of the squares of all.
 * Two-sided, as if each unit could as well have gone the other way.  Units of
 * one size are tested exactly; of many sizes they count as fewer.
 */
double statistics_paired(double up, double down, double squares, double share);

/*
 * A two by two table: of n1 machines in a group, k1 have an attribute; of n2
 * others, k2.
 */
struct table22 {
	uint64_t k1, n1, k2, n2;
};

/*
 * Is the share in the group higher?  One-sided.  Fisher's exact test where an
 * expected count is below 200, chi-squared otherwise: the p-values that matter
 * after correction lie where chi-squared is not to be trusted with less.
 */
double statistics_share_higher(struct table22 table);

/* Correlation of the two properties, -1..1; 0 when one is constant. */
double statistics_phi(struct table22 table);

/*
 * The same question with a third property held constant: one table a stratum
 * (Cochran-Mantel-Haenszel), one-sided.  1 when no stratum can tell.
 */
double statistics_share_higher_given(const struct table22 *strata,
				     size_t count);

/*
 * Benjamini and Hochberg: q[i] is the false discovery rate at which row i would
 * be reported.  q and p may be the same array.
 */
void statistics_false_discovery(const double *p, size_t count, double *q);

#endif
