/*
 * recur.h - which of many words recur over machines beyond chance; pure.
 *
 * Given are words found where damage was done, each with the units (machines)
 * it was found on, and on how many units it was found in sound memory as well.
 * Two things are taken for chance:
 *
 *   - coincidence: that a word known from one unit is found on another as often
 *     as is usual for all the other words (a Poisson count, controlled over all
 *     words by Benjamini-Hochberg);
 *   - memory as it is: what the system itself writes recurs everywhere, damage
 *     or not.  The share of units must be higher than in sound memory, by
 *     Fisher's exact test, corrected for all words seen often enough to pass.
 *
 * Only what both leave unexplained has been found, on at least RECUR_LEAST
 * units and RECUR_FACTOR times as many as expected.  Half a word says nothing
 * beside the whole word on as many units.
 */
#ifndef QUERY_RECUR_H
#define QUERY_RECUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECUR_LEAST 3
#define RECUR_FACTOR 3
#define RECUR_Q 0.05

struct recur_word {
	uint64_t word; /* below 2^32: perhaps half of one */
	uint64_t crashes, units;
	uint64_t sound; /* units with it in sound memory */
	/* What is made of it: */
	double expected; /* units, were it chance */
	double q;	 /* that it is coincidence */
	double usual;	 /* that it is memory as it is: p, corrected */
	bool found;
};

/* Units with any word at all. */
struct recur_units {
	uint64_t damaged, sound;
};

/* What was found first, by units; returns how many were. */
size_t recur_judge(struct recur_word *words, size_t count,
		   struct recur_units units);

#endif
