#include "indexer/target/target.h"

#include "indexer/target/hardware.h"
#include "indexer/target/hypervisor_evidence.h"
#include "indexer/target/kdbg.h"
#include "indexer/target/logged.h"
#include "indexer/target/modules.h"
#include "indexer/target/object.h"
#include "indexer/target/oddities.h"
#include "indexer/target/poolwalk.h"
#include "indexer/target/process.h"
#include "indexer/target/space.h"
#include "indexer/target/stack.h"
#include "indexer/target/values.h"

/*
 * Each step may use what the ones above it found.  A text has no memory to
 * look into: only the steps that read the crash itself apply to it.
 */
static const struct step {
	void (*examine)(struct target *target);
	bool reads_text;
} steps[] = {
	{ space_init, false },
	{ kdbg_examine, false },
	{ modules_examine, false },
	{ process_examine, false },
	{ hardware_examine, false },
	{ poolwalk_examine, true },
	{ stack_examine, false },
	{ object_examine, false },
	{ logged_examine, true },
	{ poolwalk_blame, true },
	{ oddities_examine, true },
	{ values_examine, false },
	{ hypervisor_evidence_examine, true },
};

void target_examine(struct dump *dump, const struct target_options *options)
{
	const struct target_options asked =
		options ? *options : (struct target_options){ 0 };
	struct target target = {
		.dump = dump,
		.crash = dump->crash,
		.arena = dump->arena,
		.images = asked.images,
		.wants_values = asked.values,
		.kdbg = bytes_absent(),
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		if (!dump->is_text || steps[i].reads_text)
			steps[i].examine(&target);
}
