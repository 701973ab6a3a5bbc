#include "indexer/target/logged.h"

#include <string.h>

#include "indexer/target/blame.h"
#include "indexer/target/start.h"
#include "signatures/knowledge/osmodule.h"

/* What comes with Windows lies on every stack. */
static void drop_own(struct crash *crash)
{
	size_t kept = 0;

	for (size_t i = 0; i < crash->residue_count; i++)
		if (osmodule_tier(crash->residue[i].module) == OSMODULE_ABSENT)
			crash->residue[kept++] = crash->residue[i];
	crash->residue_count = kept;
}

/*
 * Behind the name of a function a frame does not tell its place in the image;
 * then the blame has none either.
 */
static bool is_placed(const struct crash *crash)
{
	for (size_t i = 0; i < crash->stack.count; i++) {
		const struct crash_frame *frame = &crash->stack.frames[i];

		if (frame->module &&
		    frame->offset == crash->fault.offset.value &&
		    strcmp(frame->module, crash->fault.module) == 0 &&
		    (!frame->symbol || frame->address))
			return true;
	}
	return false;
}

void logged_examine(struct target *target)
{
	struct crash *crash = target->crash;

	if (!target->dump->is_text)
		return;
	drop_own(crash);
	start_exception(target);
	if (crash->fault.module || !crash->bugcheck.code.known)
		return;
	blame_examine(target, false);
	if (crash->fault.module && crash->fault.how == CRASH_FAULT_STACK &&
	    !is_placed(crash))
		crash->fault.offset = CRASH_UNKNOWN;
}
