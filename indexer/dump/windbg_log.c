#include "indexer/dump/windbg_log.h"

#include <string.h>

#include "indexer/dump/dump.h"
#include "indexer/dump/windbg_reader.h"
#include "indexer/dump/windbg_row.h"
#include "signatures/base/limits.h"
#include "signatures/base/text.h"

static bool claims(struct bytes image)
{
	struct windbg_part part;
	struct windbg_text text;
	struct arena arena;
	size_t count;

	if (!windbg_text_is_likely(image))
		return false;
	arena_init(&arena);
	windbg_text_decode(image, DUMP_TEXT_BYTES, &arena, &text);
	count = windbg_split(&text, &part, 1);
	arena_deinit(&arena);
	return count > 0;
}

size_t windbg_log_split(struct bytes image, struct bytes parts[], size_t max)
{
	struct windbg_part *part;
	struct windbg_text text;
	struct arena arena;
	size_t count;

	if (!windbg_text_is_likely(image))
		return 0;
	arena_init(&arena);
	windbg_text_decode(image, LIMIT_LOG_BYTES, &arena, &text);
	part = arena_take(&arena, max + !max, sizeof(*part));
	count = windbg_split(&text, part, max);
	for (size_t i = 0; i < count && i < max; i++) {
		const size_t start = text.line[part[i].first].offset;
		const size_t end = part[i].end < text.count
					   ? text.line[part[i].end].offset
					   : text.bytes;

		parts[i] = bytes_part(image, start, end - start);
	}
	arena_deinit(&arena);
	return count;
}

/* "nt!KeBugCheckEx" prints its own arguments: the code and what follows. */
static void read_raised(struct windbg_reader *reader)
{
	struct windbg_stop *stop = &reader->part.stop;
	const struct windbg_block *block = &reader->stack;

	for (size_t i = block->first; i < block->end; i++) {
		struct windbg_row row;
		struct windbg_symbol symbol;
		struct windbg_stop raised = { 0 };

		if (!windbg_row_read(reader->text->line[i].text, &row) ||
		    !windbg_row_symbol(row.symbol, &symbol) ||
		    !symbol.function || symbol.function_size != 12 ||
		    strncmp(symbol.function, "KeBugCheckEx", 12) != 0 ||
		    row.args < 3 || row.arg[0] == 0 || row.arg[0] >> 32)
			continue;
		raised.code = CRASH_NUMBER(row.arg[0]);
		for (size_t k = 1; k < row.args; k++)
			raised.args[k - 1] = CRASH_NUMBER(row.arg[k]);
		if (windbg_stop_agree(stop, &raised))
			windbg_stop_merge(stop, &raised);
		return;
	}
}

static void state_bugcheck(struct windbg_reader *reader)
{
	struct windbg_part *part = &reader->part;
	struct crash_bugcheck *bugcheck = &reader->crash->bugcheck;

	if (!part->stop.code.known)
		read_raised(reader);
	if (part->has_stop && !part->stop.code.known)
		part->stop.code = windbg_stop_guess(reader->text, part->first,
						    part->stop_line, part->end);
	crash_set_code(bugcheck, part->stop.code);
	memcpy(bugcheck->args, part->stop.args, sizeof(bugcheck->args));
}

static enum status read(struct dump *dump, struct error *err)
{
	struct windbg_text text;
	struct windbg_reader reader = { .crash = dump->crash,
					.arena = dump->arena,
					.text = &text };
	size_t count;

	windbg_text_decode(dump->image, LIMIT_LOG_BYTES, dump->arena, &text);
	count = windbg_split(&text, &reader.part, 1);
	if (count == 0)
		return error_set(err, STATUS_UNSUPPORTED, "tells of no crash");
	if (count > 1)
		crash_problem(
			dump->crash, dump->arena,
			"tells of %zu crashes, of which this is the first",
			count);
	dump->is_text = true;
	dump->crash->image.kind = CRASH_DEBUGGER_LOG;
	windbg_fields_read(&reader);
	windbg_stack_choose(&reader);
	windbg_modules_read(&reader);
	state_bugcheck(&reader);
	windbg_stack_read(&reader);
	windbg_stack_residue(&reader);
	windbg_pool_read(&reader);
	windbg_fault_read(&reader);
	if (dump->crash->machine.arch == CRASH_ARCH_UNKNOWN &&
	    reader.width == 4)
		dump->crash->machine.arch = CRASH_X86;
	dump->pointer_bytes = reader.width;
	return STATUS_OK;
}

static size_t split(struct bytes image, struct arena *arena,
		    struct bytes parts[], size_t max)
{
	(void)arena;
	return windbg_log_split(image, parts, max);
}

const struct dump_format windbg_log_format = {
	.name = "debugger log",
	.claims = claims,
	.read = read,
	.split = split,
};
