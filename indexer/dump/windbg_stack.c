#include <stdlib.h>
#include <string.h>

#include "indexer/dump/windbg_reader.h"
#include "indexer/dump/windbg_row.h"
#include "signatures/base/limits.h"
#include "signatures/base/text.h"

/* Blank lines inside a stack: exports of pages double-space. */
#define BLANK_LINES 2

/* Which of several stacks is the crash's; the bugcheck's place adds one. */
enum rank {
	RANK_NONE = 0,
	RANK_PLAIN = 2,	   /* rows that look like one */
	RANK_HEADED = 4,   /* columns named above it */
	RANK_CONTEXT = 6,  /* after .cxr or .trap */
	RANK_BUGCHECK = 8, /* the bugcheck itself is on it */
	RANK_ANALYSIS = 10 /* the one !analyze shows */
};

static bool is_header(const char *line)
{
	return strncmp(line, "STACK_TEXT:", 11) == 0 ||
	       (strstr(line, "RetAddr") &&
		(strstr(line, "ChildEBP") || strstr(line, "Child-SP"))) ||
	       strcmp(line, "# Call Site") == 0 ||
	       strcmp(line, "Call Site") == 0;
}

/* What may stand between the rows of a stack. */
static bool is_remark(const char *line)
{
	return strncmp(line, "WARNING:", 8) == 0 ||
	       strncmp(line, "*** ERROR", 9) == 0 ||
	       strncmp(line, "*** WARNING", 11) == 0;
}

/* Rows of pairs without symbols, or of adjoining words, are memory. */
struct gather {
	struct windbg_block block;
	bool is_headed;
	uint64_t last;
	size_t steps;	/* from one row to the next by one pointer */
	size_t bare;	/* rows without a symbol */
	size_t end_row; /* line after the last row */
	bool has_bugcheck;
};

static bool take_row(struct gather *gather, const char *line, size_t i)
{
	struct windbg_row row;
	struct windbg_symbol symbol;
	bool has_symbol;

	if (!windbg_row_read(line, &row))
		return false;
	has_symbol = windbg_row_symbol(row.symbol, &symbol);
	if (row.columns == 0 &&
	    (!gather->is_headed || !has_symbol || !symbol.function))
		return false;
	if (row.columns == 1 && (!gather->is_headed || !has_symbol))
		return false;
	if (row.args > 0 && !has_symbol)
		return false;
	if (!has_symbol && *row.symbol && strncmp(row.symbol, "***", 3) != 0)
		return false;
	if (row.width && gather->block.width &&
	    row.width != gather->block.width)
		return false;
	if (gather->block.width == 0)
		gather->block.width = row.width;
	if (gather->block.rows > 0 && row.columns == 2)
		gather->steps += row.address[0] - gather->last == row.width;
	gather->last = row.address[0];
	gather->bare += !has_symbol;
	gather->block.rows++;
	gather->end_row = i + 1;
	if (has_symbol && symbol.function && gather->block.rows <= 3 &&
	    strncmp(symbol.function, "KeBugCheck", 10) == 0)
		gather->has_bugcheck = true;
	return true;
}

/* The rows from line i on; the line after them. */
static size_t gather_rows(const struct windbg_reader *reader, size_t i,
			  struct gather *gather)
{
	const struct windbg_text *text = reader->text;
	size_t blanks = 0;

	gather->block.first = i;
	gather->end_row = i;
	for (; i < reader->part.end; i++) {
		const char *line = text->line[i].text;

		if (!*line) {
			if (++blanks > BLANK_LINES)
				break;
			continue;
		}
		if (take_row(gather, line, i)) {
			blanks = 0;
			continue;
		}
		/* Of memory the symbol may stand on a line of its own. */
		struct windbg_symbol symbol;

		if (is_remark(line) ||
		    (gather->bare > 0 && windbg_row_symbol(line, &symbol)) ||
		    (gather->block.rows == 0 && is_header(line))) {
			blanks = 0;
			continue;
		}
		break;
	}
	gather->block.end = gather->end_row;
	return gather->end_row;
}

static bool is_memory(const struct gather *gather)
{
	if (gather->is_headed)
		return false;
	return gather->bare > 0 || gather->steps * 2 >= gather->block.rows;
}

/* Was the context changed in the lines right above? */
static bool is_other_context(const struct windbg_reader *reader, size_t line)
{
	for (size_t i = line; i > reader->part.first && line - i < 6; i--) {
		const char *text = reader->text->line[i - 1].text;

		if (strstr(text, "Stack trace for last set context"))
			return true;
	}
	return false;
}

static int rank_of(const struct windbg_reader *reader,
		   const struct gather *gather, size_t header)
{
	const struct windbg_part *part = &reader->part;
	const char *line = reader->text->line[header].text;
	int rank;

	if (gather->block.rows == 0 || is_memory(gather))
		return RANK_NONE;
	if (gather->is_headed && strncmp(line, "STACK_TEXT:", 11) == 0)
		rank = RANK_ANALYSIS;
	else if (gather->has_bugcheck)
		rank = RANK_BUGCHECK;
	else if (is_other_context(reader, header))
		rank = RANK_CONTEXT;
	else if (gather->is_headed)
		rank = RANK_HEADED;
	else if (gather->block.rows >= 3)
		rank = RANK_PLAIN;
	else
		return RANK_NONE;
	return rank + (!part->has_stop || header > part->stop_line);
}

void windbg_stack_choose(struct windbg_reader *reader)
{
	struct windbg_block *best = &reader->stack;
	size_t i = reader->part.first;

	while (i < reader->part.end) {
		const char *line = reader->text->line[i].text;
		struct gather gather = { .is_headed = is_header(line) };
		const size_t end =
			gather_rows(reader, i + gather.is_headed, &gather);
		const int rank = rank_of(reader, &gather, i);
		struct windbg_block *block = &gather.block;

		block->rank = rank;
		if (rank &&
		    (!reader->width || !block->width ||
		     block->width == reader->width) &&
		    (rank > best->rank ||
		     (rank == best->rank && block->rows > best->rows)))
			*best = *block;
		i = end > i ? end : i + 1;
	}
	if (reader->width == 0)
		reader->width = best->width;
}

static bool is_kernel_address(const struct windbg_reader *reader,
			      uint64_t address)
{
	if (address == 0)
		return reader->part.has_stop;
	return reader->width == 8 ? address >> 63 : address >> 31 & 1;
}

static const struct crash_module *module_at(const struct windbg_reader *reader,
					    const char *file, uint64_t address)
{
	const struct crash_module *module =
		crash_module_at(reader->crash, address);

	if (!module || strcmp(crash_module_canonical(module->name), file) != 0)
		return NULL;
	return module;
}

/*
 * address is where the row's code runs, as the row above returned to it; 0 if
 * there is none.  An offset from the module's base follows where the list of
 * modules has the base; behind a function's name it is not known otherwise.
 */
static struct crash_frame frame_of(const struct windbg_reader *reader,
				   const struct windbg_symbol *symbol,
				   uint64_t address)
{
	struct crash_frame frame = { .how = CRASH_HOW_STATED };
	const struct crash_module *module;

	if (!symbol->module) {
		frame.offset = frame.address = symbol->offset;
		return frame;
	}
	frame.module =
		windbg_modules_file(reader, symbol->module, symbol->module_size,
				    is_kernel_address(reader, address));
	module = module_at(reader, frame.module, address);
	if (module)
		frame.build = module->build;
	if (symbol->function) {
		char *name =
			arena_take(reader->arena, symbol->function_size + 1, 1);

		memcpy(name, symbol->function, symbol->function_size);
		frame.symbol = name;
		if (module) {
			frame.address = address;
			frame.offset = address - module->base;
		}
	} else {
		frame.offset = symbol->offset;
		if (address >= symbol->offset)
			frame.address = address;
	}
	return frame;
}

void windbg_stack_read(struct windbg_reader *reader)
{
	struct crash_stack *stack = &reader->crash->stack;
	const struct windbg_block *block = &reader->stack;
	uint64_t address = 0;

	if (!block->rank)
		return;
	stack->frames =
		arena_take(reader->arena, LIMIT_FRAMES, sizeof(*stack->frames));
	stack->end = CRASH_STACK_CUT;
	for (size_t i = block->first; i < block->end; i++) {
		struct windbg_row row;
		struct windbg_symbol symbol;

		if (!windbg_row_read(reader->text->line[i].text, &row) ||
		    !windbg_row_symbol(row.symbol, &symbol))
			continue;
		if (stack->count == LIMIT_FRAMES) {
			stack->end = CRASH_STACK_LIMIT;
			break;
		}
		stack->frames[stack->count++] =
			frame_of(reader, &symbol, address);
		address = row.columns == 2 ? row.address[1] : 0;
		/* A thread's first frame returns to nothing. */
		stack->end = row.columns == 2 && address == 0
				     ? CRASH_STACK_COMPLETE
				     : CRASH_STACK_CUT;
	}
}

/* A module of the page tables' upper half, not of the system's own core. */
static void count(struct windbg_reader *reader, const char *text)
{
	struct crash *crash = reader->crash;
	struct windbg_symbol symbol;
	const char *file;
	size_t i = 0;

	if (!windbg_row_symbol(text, &symbol) || !symbol.module ||
	    symbol.is_unloaded)
		return;
	file = windbg_modules_file(reader, symbol.module, symbol.module_size,
				   true);
	while (i < crash->residue_count &&
	       strcmp(crash->residue[i].module, file) != 0)
		i++;
	if (i == LIMIT_RESIDUE)
		return;
	if (i == crash->residue_count)
		crash->residue[crash->residue_count++].module = file;
	crash->residue[i].count++;
}

static int compare(const void *a, const void *b)
{
	const struct crash_residue *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return strcmp(x->module, y->module);
}

/* A pool block that was printed is no stack. */
static bool is_pool(const struct windbg_reader *reader, const char *line)
{
	const struct crash_bugcheck *bugcheck = &reader->crash->bugcheck;
	struct windbg_row row;

	if (!windbg_row_read(line, &row) || row.columns == 0)
		return false;
	for (size_t i = 0; i < 4; i++)
		if (bugcheck->args[i].known &&
		    bugcheck->args[i].value >> 12 == row.address[0] >> 12)
			return true;
	return false;
}

void windbg_stack_residue(struct windbg_reader *reader)
{
	struct crash *crash = reader->crash;
	size_t i = reader->part.first;

	crash->residue = arena_take(reader->arena, LIMIT_RESIDUE,
				    sizeof(*crash->residue));
	while (i < reader->part.end) {
		const char *line = reader->text->line[i].text;
		struct gather gather = { .is_headed = is_header(line) };
		const size_t end =
			gather_rows(reader, i + gather.is_headed, &gather);

		if (gather.block.rows >= 3 && is_memory(&gather) &&
		    gather.block.width == reader->width &&
		    !is_pool(reader, line))
			for (size_t j = i; j <= end && j < reader->part.end;
			     j++) {
				struct windbg_row row;
				const char *text = reader->text->line[j].text;

				count(reader, windbg_row_read(text, &row)
						      ? row.symbol
						      : text);
			}
		i = end > i ? end : i + 1;
	}
	qsort(crash->residue, crash->residue_count, sizeof(*crash->residue),
	      compare);
}
