#include "indexer/target/process.h"

#include "indexer/dump/process_name.h"
#include "indexer/target/kdbg.h"
#include "indexer/target/processor.h"
#include "indexer/target/space.h"

void process_examine(struct target *target)
{
	const struct crash_machine *machine = &target->crash->machine;
	struct processor processor;
	uint8_t name[PROCESS_NAME_BYTES];
	uint32_t offset;
	uint64_t process;

	if (target->crash->process || !machine->os_build.known ||
	    !processor_crashed(target, &processor) || !processor.thread ||
	    !kdbg_offset(target, KDBG_THREAD_PROCESS, &offset) ||
	    !space_pointer(target, processor.thread + offset, &process) ||
	    !space_is_kernel(target, process) ||
	    !process_name_offset(machine->arch, machine->os_build.value,
				 &offset) ||
	    !space_read(target, process + offset, name, sizeof(name)))
		return;
	target->crash->process =
		process_name_text(target->arena, bytes_of(name, sizeof(name)));
}
