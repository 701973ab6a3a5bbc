/*
 * changes - what the settling passes moved.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "query/plural.h"
#include "query/query.h"
#include "signatures/base/file.h"
#include "signatures/base/text.h"
#include "signatures/clickhouse/address.h"
#include "signatures/settle/changes.h"

static struct {
	const char *since;
	const char *level;
} options = { .level = "cluster" };

static const struct cli_option table[] = {
	{ "since", 0, CLI_TEXT, &options.since, "TIME",
	  "passes of that time or later" },
	{ "level", 0, CLI_TEXT, &options.level, "LEVEL",
	  "cluster, family or all (cluster)" },
	CLI_END,
};

static const struct table_column columns[] = {
	{ "time", "pass", TABLE_WORD, TABLE_ALL },
	{ "event", "", TABLE_WORD, TABLE_ALL },
	{ "level", "", TABLE_WORD, TABLE_ALL },
	{ "from", "from", TABLE_WORD, TABLE_ALL },
	{ "to", "to", TABLE_WORD, TABLE_ALL },
	{ "crashes", "crashes", TABLE_COUNT, TABLE_ALL },
	{ "id", "", TABLE_WORD, TABLE_PROGRAMS },
	{ "likeness", "", TABLE_REAL, TABLE_PROGRAMS },
	{ "nearest", "", TABLE_WORD, TABLE_PROGRAMS },
	{ "reason", "reason", TABLE_WORD, TABLE_PEOPLE | TABLE_FOLDED },
};

enum {
	COLUMNS = sizeof(columns) / sizeof(columns[0]),
	PARTS = 10, /* the last only where a list asked for it */
	PARTS_LEAST = 9,
	PASS_PARTS = 6
};

/* A line of the log in its parts; a line that is cut short has fewer. */
struct line {
	const char *parts[PARTS];
	size_t count;
};

static struct line take_line(char **at, struct arena *arena)
{
	struct line line = { .count = 0 };
	char *end = *at + strcspn(*at, "\n");
	char *part;

	part = text_printf(arena, "%.*s", (int)(end - *at), *at);
	*at = *end ? end + 1 : end;
	while (part && line.count < PARTS) {
		line.parts[line.count++] = part;
		part = strchr(part, '\t');
		if (part)
			*part++ = '\0';
	}
	return line;
}

static struct table_cell id_cell(const char *text)
{
	return strcmp(text, "-") == 0 ? table_absent() : table_text_cell(text);
}

static const char *reason_of(const struct line *line, struct arena *arena)
{
	const char *event = line->parts[1];
	const bool is_like = strcmp(line->parts[8], "-") != 0;

	if (line->count == PARTS)
		return text_printf(arena, "the list %s says so",
				   line->parts[9]);
	if (strcmp(event, changes_word(CHANGES_RENAMED)) == 0)
		return "an older crash came in, and founded it";
	if (strcmp(event, changes_word(CHANGES_LEFT)) == 0)
		return text_printf(arena,
				   "the stack of %s is no longer believed",
				   line->parts[6]);
	if (!is_like)
		return text_printf(arena, "%s is like nothing before it",
				   line->parts[6]);
	return text_printf(arena, "%s is like %s (%s)", line->parts[6],
			   line->parts[8], line->parts[7]);
}

static void print_event(struct query *query, struct table *out,
			const struct line *line)
{
	uint64_t crashes = 0;

	text_parse_u64(line->parts[5], &crashes);

	const struct table_cell cells[COLUMNS] = {
		table_text_cell(line->parts[0]),
		table_text_cell(line->parts[1]),
		table_text_cell(line->parts[2]),
		id_cell(line->parts[3]),
		id_cell(line->parts[4]),
		table_count_cell(crashes),
		id_cell(line->parts[6]),
		table_real_cell(strtod(line->parts[7], NULL)),
		id_cell(line->parts[8]),
		table_text_cell(reason_of(line, &query->arena)),
	};

	table_row(out, cells);
}

static void tell_pass(struct table *out, struct json *passes,
		      const struct line *line)
{
	static const char *const keys[] = { "crashes", "new", "clusters",
					    "families" };
	struct json *pass = json_new_object();
	uint64_t counts[4] = { 0 };

	json_set(pass, "time", json_new_text(line->parts[0]));
	for (size_t i = 0; i < 4; i++) {
		text_parse_u64(line->parts[2 + i], &counts[i]);
		json_set(pass, keys[i], json_new_integer((int64_t)counts[i]));
	}
	json_append(passes, pass);
	table_note(out,
		   "%s: %" PRIu64 " crash%s, %" PRIu64
		   " of them new, in %" PRIu64 " cluster%s of %" PRIu64 " %s",
		   line->parts[0], counts[0], plural_es(counts[0]), counts[1],
		   counts[2], plural(counts[2]), counts[3],
		   counts[3] == 1 ? "family" : "families");
}

static bool is_asked(const struct line *line, uint64_t since)
{
	uint64_t time;

	return text_parse_time(line->parts[0], &time) && time >= since;
}

static bool is_level(const struct line *line)
{
	return strcmp(options.level, "all") == 0 ||
	       strcmp(options.level, line->parts[2]) == 0;
}

static void print_log(struct query *query, struct table *out, char *text,
		      uint64_t since)
{
	struct json *passes = json_new_array();
	bool any = false;

	while (*text) {
		const struct line line = take_line(&text, &query->arena);

		if (line.count < PASS_PARTS || !is_asked(&line, since))
			continue;
		if (strcmp(line.parts[1], "pass") == 0) {
			tell_pass(out, passes, &line);
			any = true;
		} else if (line.count >= PARTS_LEAST && is_level(&line)) {
			print_event(query, out, &line);
		}
	}
	table_fact(out, "passes", passes);
	if (!any)
		table_note(out, "no pass has found anything new%s",
			   since ? " since then" : "");
	else if (!out->row_count)
		table_note(out, "nothing was moved");
}

/* The log's text; "" where no pass has left a line. */
static enum status read_log(struct query *query, char **ret, struct error *err)
{
	const char *path =
		text_printf(&query->arena, "%s/%s", store_folder(query->store),
			    CHANGES_FILE);
	struct file_view view;

	*ret = arena_take(&query->arena, 1, 1);
	if (access(path, F_OK) != 0)
		return STATUS_OK;
	if (file_map(path, &view, err))
		return err->status;
	*ret = arena_take(&query->arena, view.size + 1, 1);
	if (view.size)
		memcpy(*ret, view.data, view.size);
	file_unmap(&view);
	return STATUS_OK;
}

static enum status changes_run(struct query *query, enum cli_exit *ret,
			       struct error *err)
{
	uint64_t since = 0, last;
	struct table *out;
	char *text;

	if (query->operand_count)
		return error_set(err, STATUS_USAGE,
				 "%s: changes takes no filter",
				 query->operands[0]);
	if (address_is(query->store_path))
		return error_set(err, STATUS_UNSUPPORTED,
				 "changes: a log beside a store on disk, and "
				 "%s is none",
				 query->store_path);
	if (options.since && !text_parse_span(options.since, &since, &last))
		return error_set(err, STATUS_USAGE, "--since=%s: not a time",
				 options.since);
	if (strcmp(options.level, "all") != 0 &&
	    strcmp(options.level, "cluster") != 0 &&
	    strcmp(options.level, "family") != 0)
		return error_set(err, STATUS_USAGE,
				 "--level=%s: not cluster, family or all",
				 options.level);
	if (read_log(query, &text, err))
		return err->status;
	out = table_create(query->printer, query->out, "Changes of clusters",
			   columns, COLUMNS);
	print_log(query, out, text, since);
	*ret = out->row_count ? CLI_YES : CLI_NO;
	table_end(out);
	table_destroy(out);
	return STATUS_OK;
}

const struct query_command changes_command = {
	.name = "changes",
	.usage = "[--since=TIME] [OPTION...]",
	.help = "clusters that were renamed, merged or split, and why",
	.more = "Clusters follow from the set of crashes.  When a late crash "
		"bridges two, or\nfounds what another founded before, the pass "
		"that finds it writes down what it\nmoved.\n",
	.needs_store = true,
	.options = table,
	.run = changes_run,
};
