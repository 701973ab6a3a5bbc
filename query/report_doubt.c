#include "query/report_doubt.h"

#include <stdlib.h>

#include "query/factor.h"
#include "query/report_subject.h"

#include "signatures/base/must.h"

/* By term of machine. */
static bool *read_doubted(const struct report *report, uint32_t bound)
{
	bool *doubted = must(calloc(bound, sizeof(*doubted)));

	for (size_t i = 0; i < report->odd_count; i++) {
		if (report->odd[i].term < bound)
			doubted[report->odd[i].term] = true;
	}
	return doubted;
}

void report_doubt(struct report *report, const struct report_crashes *crashes)
{
	bool *doubted =
		read_doubted(report, factor_bound(crashes->machines,
						  (uint32_t)crashes->count));

	for (enum report_kind kind = 0; kind < REPORT_KINDS; kind++) {
		struct report_subjects *by = &report->by[kind];
		uint32_t *places = report_subject_places(by);

		for (size_t i = 0; i < crashes->count; i++) {
			const uint32_t term = crashes->terms[kind][i];
			struct report_subject *subject = &by->at[places[term]];

			if (term == 0)
				continue;
			subject->unplaced += crashes->machines[i] == 0;
			subject->doubted += doubted[crashes->machines[i]];
		}
		free(places);
	}
	free(doubted);
}
