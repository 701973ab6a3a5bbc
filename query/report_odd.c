#include "query/report_odd.h"

#include <inttypes.h>

#include "query/suspect.h"
#include "signatures/base/text.h"

static uint64_t count_window(const struct report_crashes *crashes,
			     uint32_t machine)
{
	uint64_t count = 0;

	for (size_t i = 0; i < crashes->count; i++)
		count += crashes->machines[i] == machine &&
			 crashes->windows[i] == 0;
	return count;
}

enum status report_odd(struct report *report,
		       const struct report_crashes *crashes, struct error *err)
{
	struct suspect *suspects;
	size_t count;

	if (suspect_gather(report->query, &suspects, &count, err))
		return err->status;
	report->odd =
		arena_take(report->arena, count + 1, sizeof(*report->odd));
	report->odd_tested = count;
	for (size_t i = 0; i < count && suspects[i].q < SUSPECT_Q; i++)
		report->odd[report->odd_count++] = (struct report_machine){
			.id = text_printf(report->arena, "%016" PRIx64,
					  suspects[i].machine),
			.term = suspects[i].term,
			.crashes = suspects[i].crashes,
			.window_crashes =
				count_window(crashes, suspects[i].term),
			.q = suspects[i].q,
			.reasons = suspect_reasons(&suspects[i], report->arena),
		};
	return STATUS_OK;
}
