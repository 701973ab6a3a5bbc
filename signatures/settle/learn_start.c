#include "signatures/settle/learn_start.h"

static bool has_routine(const struct crash *crash)
{
	const struct crash_candidate *last;

	if (!crash->candidate_count)
		return false;
	last = &crash->candidates[crash->candidate_count - 1];
	return last->landing == last->slot && last->how == CRASH_HOW_CONTEXT;
}

size_t learn_start_words(const struct crash *crash)
{
	return crash->candidate_count - has_routine(crash);
}

bool learn_start_find(const struct crash *crash, size_t *ret)
{
	const size_t count = learn_start_words(crash);
	const struct crash_candidate *routine;

	if (!has_routine(crash) || !count)
		return false;
	routine = &crash->candidates[count];
	for (size_t i = count - 1; i-- > 0;) {
		const struct crash_candidate *word = &crash->candidates[i];

		if (crash->candidates[count - 1].slot - word->slot >
		    CRASH_ROUTINE_FRAME)
			break;
		if (word->module != routine->module ||
		    word->offset <= routine->offset ||
		    word->offset - routine->offset >= CRASH_ROUTINE_BYTES)
			continue;
		*ret = i;
		return true;
	}
	return false;
}
