/*
 * svg.h - the charts of the page, inline and without a style of their own.
 *
 * Each says in words what it shows: a chart is one image to a screen reader.
 */
#ifndef QUERY_SVG_H
#define QUERY_SVG_H

#include "query/html.h"

struct svg_bar {
	const char *label;
	uint64_t whole;
	uint64_t part; /* of whole, told apart by colour */
};

/* Upright bars from left to right; title says what they are. */
void svg_bars(struct html *html, const char *title, const struct svg_bar *bars,
	      size_t count);

/* A row of small bars, oldest first, the last one told apart. */
void svg_spark(struct html *html, const uint64_t *newest_first, size_t count);

/* A factor and its interval on a scale of doublings, 1 in the middle. */
void svg_interval(struct html *html, double factor, double low, double high);

/* Two shares, one above the other. */
void svg_shares(struct html *html, double share, double others);

struct svg_rank {
	const char *label;
	uint32_t left, right; /* 0 = outside */
};

/* Ranks on two sides, joined where a label is on both. */
void svg_ranks(struct html *html, const char *title, const char *left,
	       const char *right, const struct svg_rank *ranks, size_t count,
	       uint32_t lowest);

#endif
