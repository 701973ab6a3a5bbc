#include "query/report_subject.h"

#include <stdlib.h>

#include "signatures/base/must.h"

const struct field *report_subject_field(enum report_kind kind)
{
	static const char *const fields[REPORT_KINDS] = {
		[REPORT_CLUSTER] = "cluster",
		[REPORT_BUGCHECK] = "bugcheck",
		[REPORT_FAULT] = "fault",
		[REPORT_BUILD] = "faultbuild",
	};

	return field_find(fields[kind]);
}

uint32_t *report_subject_places(const struct report_subjects *by)
{
	uint32_t most = 0;
	uint32_t *places;

	for (size_t i = 0; i < by->count; i++)
		most = by->at[i].term > most ? by->at[i].term : most;
	places = must(calloc((size_t)most + 1, sizeof(*places)));
	for (size_t i = 0; i < by->count; i++)
		places[by->at[i].term] = (uint32_t)i;
	return places;
}

bool report_subject_is_doubted(const struct report_subject *subject)
{
	return subject->doubted == subject->crashes;
}
