#include "query/band.h"

#include "signatures/base/text.h"

/* Uptimes from this many seconds on are in the band. */
static const struct {
	uint64_t seconds;
	const char *words;
} bands[] = {
	{ 0, "under 1 minute" },	  { 60, "1 to 10 minutes" },
	{ 600, "10 minutes to 1 hour" },  { 3600, "1 to 8 hours" },
	{ 8 * 3600, "8 hours to 1 day" }, { 86400, "1 to 7 days" },
	{ 7 * 86400, "7 days and more" },
};

enum {
	BANDS = sizeof(bands) / sizeof(bands[0])
};

uint64_t band_of(uint64_t ticks)
{
	uint64_t band = 0;

	for (uint64_t i = 1; i < BANDS; i++) {
		if (ticks / TEXT_TICKS_PER_SECOND >= bands[i].seconds)
			band = i;
	}
	return band;
}

const char *band_words(uint64_t band)
{
	return bands[band % BANDS].words;
}
