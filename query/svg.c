#include "query/svg.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "signatures/base/text.h"

enum {
	WIDTH = 860,
	BARS_HEIGHT = 220,
	BARS_TOP = 20,
	BARS_FOOT = 24,
	BAR_MOST = 72,
	SPARK_WIDTH = 84,
	SPARK_HEIGHT = 22,
	INTERVAL_WIDTH = 150,
	INTERVAL_HEIGHT = 18,
	SHARES_WIDTH = 90,
	RANK_STEP = 22,
	RANK_LEFT = 360,
	RANK_RIGHT = 500,
};

/* A coordinate: one digit behind the point, whatever the locale. */
static const char *at(struct html *html, double x)
{
	const long tenths = lround(x * 10);

	return text_printf(html->arena, "%s%ld.%ld", tenths < 0 ? "-" : "",
			   labs(tenths) / 10, labs(tenths) % 10);
}

static void rect(struct html *html, const char *class, double x, double y,
		 double width, double height)
{
	html_put(html,
		 "<rect class=\"%s\" x=\"%s\" y=\"%s\" width=\"%s\" "
		 "height=\"%s\"/>",
		 class, at(html, x), at(html, y), at(html, width),
		 at(html, height));
}

static void line(struct html *html, const char *class, double x1, double y1,
		 double x2, double y2)
{
	html_put(html,
		 "<line class=\"%s\" x1=\"%s\" y1=\"%s\" x2=\"%s\" "
		 "y2=\"%s\"/>",
		 class, at(html, x1), at(html, y1), at(html, x2), at(html, y2));
}

static void text(struct html *html, const char *class, const char *anchor,
		 double x, double y, const char *words)
{
	html_put(html,
		 "<text class=\"%s\" text-anchor=\"%s\" x=\"%s\" y=\"%s\">"
		 "%s</text>",
		 class, anchor, at(html, x), at(html, y), words);
}

static void begin_chart(struct html *html, const char *title, int height)
{
	html_put(html,
		 "<div class=\"chart\" role=\"region\" tabindex=\"0\" "
		 "aria-label=\"%s\"><svg role=\"img\" viewBox=\"0 0 %s %s\" "
		 "aria-label=\"%s\">\n",
		 title, html_count(html, WIDTH),
		 html_count(html, (uint64_t)height), title);
}

static void end_chart(struct html *html)
{
	html_put(html, "</svg></div>\n");
}

static void begin_cell(struct html *html, int width, int height)
{
	const char *w = html_count(html, (uint64_t)width);
	const char *h = html_count(html, (uint64_t)height);

	html_put(html,
		 "<svg class=\"cell\" aria-hidden=\"true\" width=\"%s\" "
		 "height=\"%s\" viewBox=\"0 0 %s %s\">",
		 w, h, w, h);
}

void svg_bars(struct html *html, const char *title, const struct svg_bar *bars,
	      size_t count)
{
	const double foot = BARS_HEIGHT - BARS_FOOT;
	const double step = count ? (double)WIDTH / (double)count : WIDTH;
	const double width = step * 0.7 < BAR_MOST ? step * 0.7 : BAR_MOST;
	uint64_t most = 1;

	for (size_t i = 0; i < count; i++)
		most = bars[i].whole > most ? bars[i].whole : most;
	begin_chart(html, title, BARS_HEIGHT);
	for (size_t i = 0; i < count; i++) {
		const double middle = step * ((double)i + 0.5);
		const double scale = (foot - BARS_TOP) / (double)most;
		const double whole = (double)bars[i].whole * scale;
		const double part = (double)bars[i].part * scale;

		rect(html, "b", middle - width / 2, foot - whole, width,
		     whole - part);
		rect(html, "a", middle - width / 2, foot - part, width, part);
		text(html, "v", "middle", middle, foot - whole - 5,
		     html_count(html, bars[i].whole));
		text(html, "t", "middle", middle, BARS_HEIGHT - 7,
		     bars[i].label);
		html_put(html, "\n");
	}
	line(html, "l", 0, foot, WIDTH, foot);
	end_chart(html);
}

void svg_spark(struct html *html, const uint64_t *newest_first, size_t count)
{
	const double step = count ? (double)SPARK_WIDTH / (double)count : 1;
	uint64_t most = 1;

	for (size_t i = 0; i < count; i++)
		most = newest_first[i] > most ? newest_first[i] : most;
	begin_cell(html, SPARK_WIDTH, SPARK_HEIGHT);
	for (size_t i = 0; i < count; i++) {
		const uint64_t n = newest_first[count - 1 - i];
		const double height =
			n ? 1 + (double)n * (SPARK_HEIGHT - 2) / (double)most
			  : 1;

		rect(html, i + 1 == count ? "a" : "b", step * (double)i,
		     SPARK_HEIGHT - height, step * 0.75, height);
	}
	html_put(html, "</svg>");
}

/* From 1/16 to 16 and beyond. */
static double on_scale(double factor)
{
	const double x = factor > 0 ? log2(factor) / 8 + 0.5 : 0;

	return 2 + (INTERVAL_WIDTH - 4) * fmin(1, fmax(0, x));
}

void svg_interval(struct html *html, double factor, double low, double high)
{
	const double y = INTERVAL_HEIGHT / 2.0;

	begin_cell(html, INTERVAL_WIDTH, INTERVAL_HEIGHT);
	line(html, "l", on_scale(1), 0, on_scale(1), INTERVAL_HEIGHT);
	line(html, low > 1 ? "s up" : "s", on_scale(low), y, on_scale(high), y);
	html_put(html, "<circle class=\"a\" cx=\"%s\" cy=\"%s\" r=\"4\"/>",
		 at(html, on_scale(factor)), at(html, y));
	html_put(html, "</svg>");
}

void svg_shares(struct html *html, double share, double others)
{
	begin_cell(html, SHARES_WIDTH, 14);
	rect(html, "a", 0, 1, SHARES_WIDTH * share, 5);
	rect(html, "b", 0, 8, SHARES_WIDTH * others, 5);
	html_put(html, "</svg>");
}

static double rank_y(uint32_t rank)
{
	return 26 + RANK_STEP * (double)rank;
}

static const char *ranked(struct html *html, uint32_t rank, const char *label,
			  bool left)
{
	return left ? text_printf(html->arena, "%s  %" PRIu32, label, rank)
		    : text_printf(html->arena, "%" PRIu32 "  %s", rank, label);
}

void svg_ranks(struct html *html, const char *title, const char *left,
	       const char *right, const struct svg_rank *ranks, size_t count,
	       uint32_t lowest)
{
	begin_chart(html, title, (int)rank_y(lowest) + 16);
	text(html, "t", "end", RANK_LEFT, 18, left);
	text(html, "t", "start", RANK_RIGHT, 18, right);
	for (size_t i = 0; i < count; i++) {
		const struct svg_rank *r = &ranks[i];
		const bool on_left = r->left && r->left <= lowest;
		const bool on_right = r->right && r->right <= lowest;

		if (on_left)
			text(html, "v", "end", RANK_LEFT, rank_y(r->left) + 4,
			     ranked(html, r->left, r->label, true));
		if (on_right)
			text(html, "v", "start", RANK_RIGHT,
			     rank_y(r->right) + 4,
			     ranked(html, r->right, r->label, false));
		if (on_left && on_right)
			line(html, r->left < r->right ? "s up" : "s",
			     RANK_LEFT + 8, rank_y(r->left), RANK_RIGHT - 8,
			     rank_y(r->right));
		html_put(html, "\n");
	}
	end_chart(html);
}
