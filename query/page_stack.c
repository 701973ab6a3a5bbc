#include "query/page_stack.h"

#include <inttypes.h>
#include <string.h>

#include "query/table.h"
#include "query/terminal.h"
#include "signatures/base/text.h"

enum {
	NAME_COLUMNS = 26
};

struct page_stack {
	FILE *out;
	struct arena *arena;
	const struct crash *crash;
};

static const char *frame_text(const struct page_stack *page,
			      const struct crash_frame *frame)
{
	if (!frame->module && frame->symbol)
		return frame->symbol;
	if (!frame->module)
		return text_printf(page->arena, "0x%" PRIx64, frame->offset);
	if (frame->symbol)
		return text_printf(page->arena, "%s!%s", frame->module,
				   frame->symbol);
	return text_printf(page->arena, "%s+0x%" PRIx64, frame->module,
			   frame->offset);
}

/* Guessed frames are marked, so that the eye can tell walked from found. */
static void print_frames(const struct page_stack *page,
			 const struct crash_stack *stack)
{
	for (size_t i = 0; i < stack->count; i++) {
		const struct crash_frame *frame = &stack->frames[i];

		fprintf(page->out, "  %3zu %c %-13s  %s\n", i,
			frame->how == CRASH_HOW_SCAN ? '?' : ' ',
			crash_how_name(frame->how),
			table_visible(page->arena, frame_text(page, frame)));
	}
}

static void print_stack(const struct page_stack *page)
{
	const struct crash_stack *stack = &page->crash->stack;

	fprintf(page->out, "\nStack (%s)\n", crash_stack_end_name(stack->end));
	print_frames(page, stack);
}

/* Is one of the stack's frames in the function? */
static bool is_walked(const struct crash_stack *stack,
		      const struct crash_function *function)
{
	for (size_t i = 0; i < stack->count; i++) {
		const struct crash_frame *frame = &stack->frames[i];

		if (frame->module && frame->build == function->build &&
		    !strcmp(frame->module, function->module) &&
		    frame->offset >= function->begin &&
		    frame->offset < function->end)
			return true;
	}
	return false;
}

/* Where the walk did not meet all of them. */
static void print_trail(const struct page_stack *page)
{
	const struct crash *crash = page->crash;
	bool is_news = false;

	for (size_t i = 0; i < crash->trail_count; i++)
		is_news |= !is_walked(&crash->stack, &crash->trail[i]);
	if (!is_news || crash->stack.end == CRASH_STACK_COMPLETE)
		return;
	fputs("\nPassed by the machine's own unwinder, innermost first\n",
	      page->out);
	for (size_t i = 0; i < crash->trail_count; i++) {
		const struct crash_function *it = &crash->trail[i];

		fprintf(page->out, "  %3zu   %s", i,
			table_visible(page->arena, it->module));
		if (it->end)
			fprintf(page->out, "+0x%" PRIx32 "..0x%" PRIx32,
				it->begin, it->end);
		fprintf(page->out, ", .pdata at +0x%" PRIx32 "\n", it->entry);
	}
}

static void print_processors(const struct page_stack *page)
{
	const struct crash *crash = page->crash;

	for (size_t i = 0; i < crash->processor_count; i++) {
		const struct crash_processor *it = &crash->processors[i];

		fprintf(page->out,
			"\nMeanwhile, on processor %" PRIu32 " (%s)\n",
			it->number, crash_stack_end_name(it->stack.end));
		print_frames(page, &it->stack);
	}
}

/* The frame that stands in a slot, or NULL. */
static const struct crash_frame *frame_at(const struct crash *crash,
					  uint64_t slot)
{
	for (size_t i = 0; i < crash->stack.count; i++)
		if (crash->stack.frames[i].slot == slot)
			return &crash->stack.frames[i];
	return NULL;
}

/* What is known of a word; "" for nothing.  Slot 0: not known where it is. */
static const char *remark(const struct page_stack *page,
			  const struct crash_candidate *word, uint64_t slot)
{
	const struct crash *crash = page->crash;
	const struct crash_frame *frame = slot ? frame_at(crash, slot) : NULL;
	const char *number = frame ? text_printf(page->arena, "  frame %td",
						 frame - crash->stack.frames)
				   : "";

	if (word->landing == word->slot)
		return text_printf(page->arena, "%s%s", number,
				   word->how == CRASH_HOW_CONTEXT
					   ? "  the thread began with it"
					   : "  a trap frame lies above");
	if (word->landing)
		return text_printf(page->arena,
				   "%s  called by 0x%" PRIx32 ", %s", number,
				   word->landing,
				   crash_how_name((enum crash_how)word->how));
	return number;
}

static void print_words(const struct page_stack *page)
{
	const struct crash *crash = page->crash;
	uint64_t origin;
	const bool is_known = crash_stack_origin(crash, &origin);

	fprintf(page->out,
		"\nWords on the stack that may be return addresses (%zu)\n",
		crash->candidate_count);
	for (size_t i = 0; i < crash->candidate_count; i++) {
		const struct crash_candidate *word = &crash->candidates[i];
		const char *module = crash_module_canonical(
			crash->modules[word->module].name);
		const char *text = text_printf(page->arena, "%s+0x%" PRIx32,
					       module, word->offset);
		const char *said =
			remark(page, word, is_known ? origin + word->slot : 0);

		fprintf(page->out, "  %#7" PRIx32 "  %-*s%s\n", word->slot,
			*said ? NAME_COLUMNS : 0,
			table_visible(page->arena, text), said);
	}
}

void page_stack_print(FILE *out, const struct crash *crash, bool words,
		      struct arena *arena)
{
	const struct page_stack page = { out, arena, crash };

	print_stack(&page);
	print_trail(&page);
	if (words)
		print_words(&page);
	print_processors(&page);
}
