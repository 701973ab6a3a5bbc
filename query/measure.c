#include "query/measure.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "query/calendar.h"
#include "query/choose.h"
#include "query/count.h"
#include "query/factor.h"
#include "query/hosts.h"
#include "query/statistics.h"
#include "signatures/base/text.h"

/* Machines of which the answer is, whether they crashed or not; 0 = unknown. */
static uint64_t fleet_of(struct query *query)
{
	struct where where;
	struct error err;

	if (asked_options.fleet || !hosts_count(NULL))
		return asked_options.fleet;
	/* Words that make no sense have been refused before. */
	if (where_parse(query->operands, query->operand_count, &query->arena,
			&where, &err))
		return 0;
	return hosts_count(&where);
}

struct measure measure_of_days(struct query *query, uint64_t total,
			       uint64_t days)
{
	const uint64_t fleet = fleet_of(query);

	return (struct measure){
		.total = total,
		.fleet = fleet,
		.machine_days = (double)fleet * (double)days,
		.is_told = asked_options.intervals ||
			   query->printer->reader & TABLE_DETAILS,
		.arena = &query->arena,
	};
}

/* Rows that pass the filter words about time alone. */
static enum status plan_of_time(struct query *query, struct plan *ret,
				struct error *err)
{
	struct where where;
	size_t kept = 0;

	if (where_parse(query->operands, query->operand_count, &query->arena,
			&where, err))
		return err->status;
	for (size_t i = 0; i < where.count; i++)
		if (strcmp(where.tests[i].field->name, "time") == 0)
			where.tests[kept++] = where.tests[i];
	where.count = kept;
	return choose_rows(query->store, &where, ret, err);
}

enum status measure_make(struct query *query, uint64_t total,
			 struct measure *ret, struct error *err)
{
	struct calendar calendar;
	struct plan plan;
	uint64_t *times;
	uint64_t from = UINT64_MAX;
	uint64_t to = 0;

	*ret = measure_of_days(query, total, 0);
	if (ret->fleet == 0)
		return STATUS_OK;
	if (plan_of_time(query, &plan, err))
		return err->status;
	times = factor_numbers(query->store, "time");
	calendar = calendar_read(query);
	for (uint32_t row = 0; row < plan.row_count; row++) {
		const uint64_t day = calendar_day(times[row]);

		if (!count_bit(plan.bits, row) ||
		    times[row] == STORE_NO_NUMBER || day < calendar.first_day ||
		    day > calendar.last_day)
			continue;
		from = day < from ? day : from;
		to = day > to ? day : to;
	}
	if (from <= to)
		*ret = measure_of_days(
			query, total,
			calendar_covered(&calendar, from, to + 1));
	calendar_deinit(&calendar);
	free(times);
	plan_deinit(&plan);
	return STATUS_OK;
}

void measure_columns(struct table_column ret[MEASURE_COLUMNS])
{
	const struct table_column columns[MEASURE_COLUMNS] = {
		{ "share_low", "", TABLE_SHARE, TABLE_DETAILS },
		{ "share_high", "", TABLE_SHARE, TABLE_DETAILS },
		{ "rate", "", TABLE_REAL, TABLE_DETAILS },
		{ "rate_low", "", TABLE_REAL, TABLE_DETAILS },
		{ "rate_high", "", TABLE_REAL, TABLE_DETAILS },
		{ "interval", "", TABLE_WORD, TABLE_PEOPLE },
	};

	memcpy(ret, columns, sizeof(columns));
	if (asked_options.fleet || hosts_count(NULL))
		ret[5].title = "a machine-day, 95 %";
	else if (asked_options.intervals)
		ret[5].title = "share, 95 %";
	else
		ret[5].reader = 0;
}

bool measure_says_more(const struct measure *measure)
{
	return measure->is_told || measure->machine_days > 0 ||
	       asked_options.intervals;
}

void measure_cells(const struct measure *measure, uint64_t count,
		   struct table_cell ret[MEASURE_COLUMNS])
{
	const double days = measure->machine_days;
	struct interval share = { 0, 0 };

	for (size_t i = 0; i < MEASURE_COLUMNS; i++)
		ret[i] = table_absent();
	if (measure->is_told) {
		share = statistics_share(count, measure->total);
		ret[0] = table_real_cell(share.low);
		ret[1] = table_real_cell(share.high);
	}
	if (days > 0) {
		const struct interval sure = statistics_count(count);

		ret[2] = table_real_cell((double)count / days);
		ret[3] = table_real_cell(sure.low / days);
		ret[4] = table_real_cell(sure.high / days);
		ret[5] = table_text_cell(
			text_printf(measure->arena, "%.3g (%.2g to %.2g)",
				    (double)count / days, sure.low / days,
				    sure.high / days));
	} else if (asked_options.intervals) {
		ret[5] = table_text_cell(
			text_printf(measure->arena, "%.1f%% to %.1f%%",
				    100 * share.low, 100 * share.high));
	}
}

void measure_tell(const struct measure *measure, struct table *table)
{
	if (measure->machine_days <= 0)
		return;
	table_fact(table, "fleet", json_new_integer((int64_t)measure->fleet));
	table_fact(table, "machine_days",
		   json_new_integer((int64_t)measure->machine_days));
	table_note(table, "rates are of %.0f machine-days, of %" PRIu64 " %s",
		   measure->machine_days, measure->fleet,
		   measure->fleet == 1 ? "machine" : "machines");
}
