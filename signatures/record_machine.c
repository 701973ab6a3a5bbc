/*
 * The bytes of a machine:
 *
 *   1 bits of enum machine_bits   1 arch   1 product
 *  [8 id] [v cpus] [v os_build]
 *   t cpu, manufacturer, product name, product version, board, BIOS vendor,
 *     version and date, hypervisor
 *   v count, evidence: t each
 */
#include "signatures/record_parts.h"

#include "signatures/base/limits.h"
#include "signatures/record.h"

enum machine_bits {
	MACHINE_ID = 1,
	MACHINE_CPUS = 2,
	MACHINE_OS_BUILD = 4,
	MACHINE_END = 8
};

void record_machine_put(struct pack *out, const struct crash_machine *machine)
{
	pack_u8(out,
		(uint8_t)((machine->id.known ? MACHINE_ID : 0) |
			  (machine->cpus.known ? MACHINE_CPUS : 0) |
			  (machine->os_build.known ? MACHINE_OS_BUILD : 0)));
	pack_u8(out, (uint8_t)machine->arch);
	pack_u8(out, (uint8_t)machine->product);
	if (machine->id.known)
		pack_u64(out, machine->id.value);
	if (machine->cpus.known)
		pack_varint(out, machine->cpus.value);
	if (machine->os_build.known)
		pack_varint(out, machine->os_build.value);
	pack_text(out, machine->cpu);
	pack_text(out, machine->manufacturer);
	pack_text(out, machine->product_name);
	pack_text(out, machine->product_version);
	pack_text(out, machine->board);
	pack_text(out, machine->bios_vendor);
	pack_text(out, machine->bios_version);
	pack_text(out, machine->bios_date);
	pack_text(out, machine->hypervisor);
	record_parts_put_texts(out, machine->evidence, machine->evidence_count,
			       LIMIT_EVIDENCE);
}

void record_machine_take(struct bytes *in, struct arena *arena,
			 struct crash_machine *ret)
{
	const unsigned int known = pack_take_enum(in, MACHINE_END);

	ret->arch = pack_take_enum(in, CRASH_ARCHS);
	ret->product = pack_take_enum(in, CRASH_PRODUCTS);
	if (known & MACHINE_ID)
		ret->id = CRASH_NUMBER(bytes_u64(in));
	if (known & MACHINE_CPUS)
		ret->cpus = CRASH_NUMBER(pack_take_varint(in));
	if (known & MACHINE_OS_BUILD)
		ret->os_build = CRASH_NUMBER(pack_take_varint(in));
	ret->cpu = pack_take_text(in, arena);
	ret->manufacturer = pack_take_text(in, arena);
	ret->product_name = pack_take_text(in, arena);
	ret->product_version = pack_take_text(in, arena);
	ret->board = pack_take_text(in, arena);
	ret->bios_vendor = pack_take_text(in, arena);
	ret->bios_version = pack_take_text(in, arena);
	ret->bios_date = pack_take_text(in, arena);
	ret->hypervisor = pack_take_text(in, arena);
	ret->evidence = record_parts_take_texts(in, arena, LIMIT_EVIDENCE,
						&ret->evidence_count);
}

struct bytes record_machine_encode(const struct crash_machine *machine,
				   struct arena *arena)
{
	struct pack out = pack_into(arena);

	record_machine_put(&out, machine);
	return pack_done(&out);
}

enum status record_machine_decode(struct bytes record, struct arena *arena,
				  struct crash_machine *ret, struct error *err)
{
	struct crash_machine machine = { 0 };

	record_machine_take(&record, arena, &machine);
	if (record_parts_check(&record, err))
		return err->status;
	*ret = machine;
	return STATUS_OK;
}
