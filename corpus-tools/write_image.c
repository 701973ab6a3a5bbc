#include "corpus-tools/write_image.h"

#include "corpus-tools/dead_build.h"
#include "corpus-tools/machine_complete.h"
#include "corpus-tools/write_kernel.h"
#include "corpus-tools/write_minidump.h"
#include "corpus-tools/write_triage.h"

enum status write_image(struct machine *machine, struct buffer *out,
			struct error *err)
{
	struct dead *dead = arena_take(machine->arena, 1, sizeof(*dead));

	machine_complete(machine);
	if (dead_build(dead, machine, machine->arena, err))
		return error_within(err, "%s", machine->name);
	buffer_clear(out);
	enum status status = STATUS_OK;
	switch (machine->format) {
	case MACHINE_TRIAGE_A:
	case MACHINE_TRIAGE_B:
		status = write_triage(dead, out, err);
		break;
	case MACHINE_MINIDUMP:
		write_minidump(dead, out);
		break;
	default:
		status = write_kernel(dead, out, err);
		break;
	}
	return status ? error_within(err, "%s", machine->name) : STATUS_OK;
}
