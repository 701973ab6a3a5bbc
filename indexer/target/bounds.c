#include "indexer/target/bounds.h"

#include "indexer/target/processor.h"
#include "indexer/target/space.h"
#include "indexer/target/start.h"
#include "signatures/base/limits.h"

static bool set_saved(struct unwind *unwind, uint64_t sp)
{
	const struct dump *dump = unwind->target->dump;
	const uint64_t saved = bytes_left(&dump->stack);
	const uint64_t at = sp - dump->stack_start;

	if (dump->stack.failed || sp < dump->stack_start || at >= saved)
		return false;
	unwind->low = at <= LIMIT_STACK_BYTES ? dump->stack_start : sp;
	unwind->is_limited = saved - at > LIMIT_STACK_BYTES;
	unwind->high = unwind->is_limited ? sp + LIMIT_STACK_BYTES
					  : dump->stack_start + saved;
	return true;
}

/* A page that is absent ends the stack as far as we are concerned. */
static void set_present(struct unwind *unwind, uint64_t sp)
{
	uint64_t base, end = sp + LIMIT_STACK_BYTES;
	const bool is_known =
		processor_stack_around(unwind->target, sp, &base, &end);

	unwind->low = unwind->high = sp;
	unwind->is_limited = false;
	while (unwind->high < end) {
		struct bytes view = space_view(unwind->target, unwind->high,
					       end - unwind->high);
		if (view.failed || bytes_left(&view) == 0)
			return;
		unwind->high += bytes_left(&view);
	}
	unwind->is_limited = !is_known;
}

void bounds_set(struct unwind *unwind, uint64_t sp)
{
	if (sp > UINT64_MAX - LIMIT_STACK_BYTES) {
		/* and nobody's sums run over the end of memory */
		unwind->low = unwind->high = 0;
		unwind->is_limited = false;
		return;
	}
	if (sp >= unwind->low && sp < unwind->high &&
	    unwind->target->dump->stack.failed)
		return;
	if (!set_saved(unwind, sp))
		set_present(unwind, sp);
}

void bounds_stopped(struct unwind *unwind)
{
	uint64_t sp;

	if (start_stopped(unwind->target, &sp))
		bounds_set(unwind, sp);
}
