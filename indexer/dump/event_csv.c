/*
 * Tables (RFC 4180, with commas, semicolons or tabs):
 *
 *	"Message","Id","ProviderName","MachineName","TimeCreated"   Export-Csv
 *	Level,Date and Time,Source,Event ID,Task Category         Event Viewer
 *
 * The second leaves the column of the message without a name, and both use the
 * language of the machine: what a column is called helps where it is known, and
 * else a cell is what it looks like.
 */
#include "indexer/dump/event_csv.h"

#include <string.h>

#include "signatures/base/csv.h"
#include "signatures/base/text.h"

enum {
	HEADER_KNOWN = 2 /* so many known names make a header */
};

enum column {
	COLUMN_OTHER,
	COLUMN_ID,
	COLUMN_TIME,
	COLUMN_MACHINE
};

static const struct {
	const char *name;
	enum column column;
} names[] = {
	{ "Id", COLUMN_ID },
	{ "Event ID", COLUMN_ID },
	{ "EventID", COLUMN_ID },
	{ "TimeCreated", COLUMN_TIME },
	{ "Date and Time", COLUMN_TIME },
	{ "TimeGenerated", COLUMN_TIME },
	{ "MachineName", COLUMN_MACHINE },
	{ "Computer", COLUMN_MACHINE },
	{ "ComputerName", COLUMN_MACHINE },
	{ "PSComputerName", COLUMN_MACHINE },
	{ "Message", COLUMN_OTHER },
	{ "ProviderName", COLUMN_OTHER },
	{ "Task Category", COLUMN_OTHER },
	{ "LevelDisplayName", COLUMN_OTHER },
	{ "EntryType", COLUMN_OTHER },
};

static size_t count_of(const char *line, size_t size, char c)
{
	size_t count = 0;

	for (size_t i = 0; i < size; i++)
		count += line[i] == c;
	return count;
}

static enum column column_of(const char *name, bool *is_known)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!text_compare_nocase(name, names[i].name)) {
			*is_known = true;
			return names[i].column;
		}
	*is_known = false;
	return COLUMN_OTHER;
}

/* Behind the remark that old Export-Csv begins with. */
static const char *header_of(const char *text)
{
	text += strspn(text, "\r\n");
	if (text_starts_nocase(text, "#TYPE "))
		text += strcspn(text, "\n");
	return text + strspn(text, "\r\n");
}

static size_t read_header(const char **at, struct arena *arena,
			  enum column columns[CSV_CELLS_MAX], char *delimiter)
{
	struct csv_row row;
	size_t known = 0;

	*at = header_of(*at);
	*delimiter = csv_delimiter(*at);
	if (!csv_take(at, *delimiter, arena, &row))
		return 0;
	for (size_t i = 0; i < row.count; i++) {
		bool is_known;

		columns[i] = column_of(row.cells[i], &is_known);
		known += is_known;
	}
	return known;
}

bool event_csv_is_likely(const char *text)
{
	const char *header = header_of(text);
	const char *at = text;
	const size_t size = strcspn(header, "\r\n");
	const char *start, *end;
	enum column columns[CSV_CELLS_MAX];
	struct event event;
	struct arena arena;
	char delimiter;

	arena_init(&arena);

	const size_t known = read_header(&at, &arena, columns, &delimiter);

	arena_deinit(&arena);
	if (known >= HEADER_KNOWN)
		return true;
	/* In another language: five columns, and an event further below. */
	return count_of(header, size, delimiter) >= 3 &&
	       !count_of(header, size, ':') &&
	       event_find(header, &event, &start, &end) &&
	       start > header + size;
}

static void read_time(const struct csv_row *row,
		      const enum column columns[CSV_CELLS_MAX],
		      const struct event_order *order, struct event *event)
{
	for (size_t i = 0; i < row->count && !event->has_time; i++)
		if (columns[i] == COLUMN_TIME)
			event->has_time = event_time_read(row->cells[i], order,
							  &event->time);
	for (size_t i = 0; i < row->count && !event->has_time; i++)
		event->has_time =
			event_time_read(row->cells[i], order, &event->time);
}

static void read_row(const struct csv_row *row,
		     const enum column columns[CSV_CELLS_MAX],
		     const struct event_order *order, struct event_list *list)
{
	const char *start, *end;
	struct event event;
	bool found = false;

	for (size_t i = 0; i < row->count && !found; i++)
		found = event_find(row->cells[i], &event, &start, &end);
	if (!found)
		return;
	for (size_t i = 0; i < row->count; i++) {
		if (columns[i] == COLUMN_ID && strcmp(row->cells[i], "1001"))
			return;
		if (columns[i] == COLUMN_MACHINE && !event.machine.known)
			event.machine = crash_machine_of_name(row->cells[i]);
	}
	read_time(row, columns, order, &event);
	event_list_add(list, &event);
}

/* What columns a date may stand in is known before its order is. */
static void learn_order(const char *at, char delimiter,
			struct event_order *order)
{
	struct arena arena;
	struct csv_row row;

	arena_init(&arena);
	while (csv_take(&at, delimiter, &arena, &row)) {
		for (size_t i = 0; i < row.count; i++)
			event_time_learn(order, row.cells[i]);
		arena_reset(&arena);
	}
	arena_deinit(&arena);
}

void event_csv_read(const char *text, struct event_list *list)
{
	enum column columns[CSV_CELLS_MAX] = { COLUMN_OTHER };
	struct event_order order = { false, false };
	struct arena scratch;
	struct csv_row row;
	char delimiter;

	arena_init(&scratch);
	read_header(&text, &scratch, columns, &delimiter);
	learn_order(text, delimiter, &order);
	while (csv_take(&text, delimiter, &scratch, &row)) {
		read_row(&row, columns, &order, list);
		arena_reset(&scratch);
	}
	arena_deinit(&scratch);
}
