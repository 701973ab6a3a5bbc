#include "query/hosts.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "signatures/base/csv.h"
#include "signatures/base/file.h"
#include "signatures/base/must.h"
#include "signatures/base/text.h"
#include "signatures/store/store_side.h"

#define FILE_NAME "hosts.csv"
#define ID_DIGITS 16
#define LIST_BYTES (256ul * 1024 * 1024) /* a million machines */

struct host {
	uint64_t machine;
	size_t line;
	const char **cells; /* NULL where nothing stands */
	size_t cell_count;
};

/* A column, as the fields of it see it. */
struct column {
	const struct field *field;
	size_t cell;
};

static struct {
	struct arena arena;
	struct host *hosts; /* by machine */
	size_t count;
	size_t room;
	struct column columns[FIELD_ADDED_MAX];
	size_t column_count;
} list;

static int by_machine(const void *left, const void *right)
{
	const struct host *a = left, *b = right;

	return (a->machine > b->machine) - (a->machine < b->machine);
}

static const char *text_of(void *closure, struct field_value value)
{
	const struct column *column = closure;
	const struct host wanted = { .machine = value.number };
	const struct host *host = NULL;

	if (list.count)
		host = bsearch(&wanted, list.hosts, list.count,
			       sizeof(*list.hosts), by_machine);
	return host && column->cell < host->cell_count
		       ? host->cells[column->cell]
		       : NULL;
}

/* Does a machine pass what is asked of a column of the list, if it is one? */
static bool passes(const struct host *host, const struct where_test *test)
{
	for (size_t i = 0; i < list.column_count; i++) {
		const size_t cell = list.columns[i].cell;
		const struct field_value value = {
			.text = cell < host->cell_count ? host->cells[cell]
							: NULL
		};
		bool accepted;

		if (test->field != list.columns[i].field)
			continue;
		accepted = value.text ? where_accepts(test, value)
				      : where_accepts_absent(test);
		return accepted != test->negated;
	}
	return true;
}

uint64_t hosts_count(const struct where *where)
{
	uint64_t count = 0;

	for (size_t i = 0; i < list.count; i++) {
		bool all = true;

		for (size_t k = 0; where && k < where->count; k++)
			all = all && passes(&list.hosts[i], &where->tests[k]);
		count += all;
	}
	return count;
}

/* An id, or the name of a computer. */
static struct crash_number machine_of(const char *text)
{
	uint64_t id;
	const char *digits = text_starts_nocase(text, "0x") ? text + 2 : text;

	if (strlen(digits) == ID_DIGITS && text_parse_hex(digits, &id))
		return CRASH_NUMBER(id);
	return crash_machine_of_name(text);
}

/* "Host microcode" is asked for as host-microcode. */
static const char *name_of(const char *title)
{
	char *name = text_trimmed(&list.arena, title);

	for (char *c = name; c && *c; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
		else if (strchr(" \t=!,", *c))
			*c = '-';
	}
	return name;
}

static void add_field(struct store *store, const char *name, size_t cell)
{
	const struct field *field =
		field_add(name, "of the machine, from " FILE_NAME);
	struct column *column = &list.columns[list.column_count];

	if (!field)
		return;
	*column = (struct column){ field, cell };
	list.column_count++;
	store_side_add(store, field, field_find("machine"), text_of, column);
}

/* Plain names first: where there are too many, the long ones are missing. */
static enum status take_header(struct store *store, const struct csv_row *row,
			       struct error *err)
{
	const char *first = row->count ? name_of(row->cells[0]) : NULL;

	if (!first || strcmp(first, "machine") != 0)
		return error_set(err, STATUS_USAGE,
				 "line 1: the first column is to be called "
				 "machine");
	for (size_t i = 1; i < row->count; i++) {
		const char *name = name_of(row->cells[i]);

		if (name)
			add_field(store, name, i);
		if (name && !field_find(name))
			return error_set(err, STATUS_LIMIT,
					 "line 1: too many columns, from %s on",
					 name);
	}
	for (size_t i = 1; i < row->count; i++) {
		const char *name = name_of(row->cells[i]);

		if (name)
			add_field(store,
				  text_printf(&list.arena, "host.%s", name), i);
	}
	return STATUS_OK;
}

static enum status take_host(const struct csv_row *row, size_t line,
			     struct error *err)
{
	const char *name = text_trimmed(&list.arena, row->cells[0]);
	struct host host = { .line = line, .cell_count = row->count };
	struct crash_number machine = CRASH_UNKNOWN;

	if (name)
		machine = machine_of(name);
	if (!machine.known)
		return error_set(err, STATUS_USAGE, "line %zu: no machine",
				 line);
	host.machine = machine.value;
	host.cells = arena_take(&list.arena, row->count, sizeof(*host.cells));
	for (size_t i = 0; i < row->count; i++)
		host.cells[i] = text_trimmed(&list.arena, row->cells[i]);
	if (list.count == list.room) {
		list.room = list.room * 2 + 256;
		list.hosts = must(reallocarray(list.hosts, list.room,
					       sizeof(*list.hosts)));
	}
	list.hosts[list.count++] = host;
	return STATUS_OK;
}

static enum status check_hosts(struct error *err)
{
	if (list.count)
		qsort(list.hosts, list.count, sizeof(*list.hosts), by_machine);
	for (size_t i = 1; i < list.count; i++) {
		const struct host *a = &list.hosts[i - 1];
		const struct host *b = &list.hosts[i];

		if (a->machine == b->machine)
			return error_set(err, STATUS_USAGE,
					 "lines %zu and %zu are of the same "
					 "machine",
					 a->line < b->line ? a->line : b->line,
					 a->line < b->line ? b->line : a->line);
	}
	return STATUS_OK;
}

static size_t lines_in(const char *from, const char *to)
{
	size_t lines = 0;

	for (; from < to; from++)
		lines += *from == '\n';
	return lines;
}

static enum status take_list(struct store *store, const char *text,
			     struct error *err)
{
	const char *mark = "\xef\xbb\xbf";
	const char *at = strncmp(text, mark, 3) == 0 ? text + 3 : text;
	const char delimiter = csv_delimiter(at);
	const char *before = at;
	struct csv_row row = { .count = 0 };
	size_t line = 1;

	csv_take(&at, delimiter, &list.arena, &row);
	if (take_header(store, &row, err))
		return err->status;
	for (;;) {
		const char *start;

		line += lines_in(before, at);
		before = at;
		start = at + strspn(at, "\r\n");
		if (!csv_take(&at, delimiter, &list.arena, &row))
			return check_hosts(err);
		if (take_host(&row, line + lines_in(before, start), err))
			return err->status;
	}
}

static enum status read_list(struct store *store, const char *path,
			     struct error *err)
{
	struct file_view view;
	enum status status;

	if (file_map(path, &view, err))
		return error_within(err, "%s", path);
	if (view.size > LIST_BYTES)
		status = error_set(err, STATUS_LIMIT, "too large for a list");
	else
		status = take_list(
			store,
			text_from_bytes(&list.arena,
					bytes_of(view.data, view.size)),
			err);
	file_unmap(&view);
	return status ? error_within(err, "%s", path) : STATUS_OK;
}

/* Some other table of that name beside the store is none of ours. */
static bool is_ours(const char *path)
{
	struct file_view view;
	struct error err;
	bool is_list;

	if (file_map(path, &view, &err))
		return false;
	is_list = view.size > 8 &&
		  strstr(text_from_bytes(&list.arena,
					 bytes_of(view.data, view.size < 16
								     ? view.size
								     : 16)),
			 "machine");
	file_unmap(&view);
	return is_list;
}

enum status hosts_open(struct store *store, const char *path, struct error *err)
{
	const char *folder = store_folder(store);
	const char *inside, *outside;

	arena_init(&list.arena);
	if (path)
		return read_list(store, path, err);
	if (!*folder)
		return STATUS_OK;
	inside = text_printf(&list.arena, "%s/" FILE_NAME, folder);
	outside = text_printf(&list.arena, "%s/../" FILE_NAME, folder);
	if (access(inside, F_OK) == 0)
		return read_list(store, inside, err);
	if (access(outside, F_OK) == 0 && is_ours(outside))
		return read_list(store, outside, err);
	return STATUS_OK;
}

void hosts_close(void)
{
	free(list.hosts);
	arena_deinit(&list.arena);
	memset(&list, 0, sizeof(list));
}
