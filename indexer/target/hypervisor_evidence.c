#include "indexer/target/hypervisor_evidence.h"

#include <string.h>

#include "indexer/target/hypervisor_signs.h"
#include "indexer/target/smbios.h"
#include "signatures/base/limits.h"
#include "signatures/base/text.h"
#include "signatures/knowledge/hypervisor.h"

#define CANDIDATES 32 /* the table names about as many */

/* What speaks for one hypervisor. */
struct candidate {
	const char *name;
	unsigned firmware;	/* strong signs of the firmware */
	unsigned firmware_weak; /* medium ones */
	unsigned drivers;	/* strong ones */
	unsigned drivers_weak;	/* medium, shared, unloaded */
	unsigned code;		/* the kernel's own hypercalls, CPUID */
	bool is_host;		/* and the machine runs that one itself */
};

struct verdict {
	struct target *target;
	struct candidate candidate[CANDIDATES];
	size_t count;
	bool bare_metal; /* the firmware says so */
	struct {
		const char *name; /* of the candidate, or NULL for all */
		const char *text;
	} evidence[LIMIT_EVIDENCE];
	size_t evidence_count;
};

static struct candidate *candidate_of(struct verdict *verdict, const char *name)
{
	for (size_t i = 0; i < verdict->count; i++)
		if (strcmp(verdict->candidate[i].name, name) == 0)
			return &verdict->candidate[i];
	if (verdict->count == CANDIDATES)
		return &verdict->candidate[CANDIDATES - 1];
	verdict->candidate[verdict->count].name = name;
	return &verdict->candidate[verdict->count++];
}

/* Keep "key=value" once; false when it was there. */
static bool keep(struct verdict *verdict, const char *name, const char *key,
		 const char *value)
{
	const char *text =
		text_printf(verdict->target->arena, "%s=%s", key, value);

	for (size_t i = 0; i < verdict->evidence_count; i++)
		if (strcmp(verdict->evidence[i].text, text) == 0)
			return false;
	if (verdict->evidence_count < LIMIT_EVIDENCE) {
		verdict->evidence[verdict->evidence_count].name = name;
		verdict->evidence[verdict->evidence_count++].text = text;
	}
	return true;
}

static void weigh_text(struct verdict *verdict, enum hypervisor_kind kind,
		       const char *key, const char *text)
{
	const char *product = verdict->target->crash->machine.product_name;
	const struct hypervisor *row = NULL;

	if (!text)
		return;
	while ((row = hypervisor_match(kind, text, row)) != NULL) {
		struct candidate *candidate;

		if (row->strength == HYPERVISOR_NEEDS_PRODUCT &&
		    (!product || strcmp(product, "Virtual Machine") != 0))
			continue;
		if (row->side == HYPERVISOR_NONE) {
			verdict->bare_metal = true;
			continue;
		}
		if (row->side != HYPERVISOR_GUEST)
			continue;
		candidate = candidate_of(verdict, row->name);
		if (row->strength == HYPERVISOR_STRONG)
			candidate->firmware++;
		else
			candidate->firmware_weak++;
		keep(verdict, row->name, key, text);
	}
}

static void weigh_firmware(struct verdict *verdict)
{
	const struct crash_machine *machine = &verdict->target->crash->machine;
	const struct smbios *smbios = verdict->target->smbios;

	weigh_text(verdict, HYPERVISOR_VENDOR, "bios_vendor",
		   machine->bios_vendor);
	weigh_text(verdict, HYPERVISOR_VERSION, "bios_version",
		   machine->bios_version);
	weigh_text(verdict, HYPERVISOR_MANUFACTURER, "manufacturer",
		   machine->manufacturer);
	weigh_text(verdict, HYPERVISOR_PRODUCT, "product_name",
		   machine->product_name);
	weigh_text(verdict, HYPERVISOR_VERSION, "product_version",
		   machine->product_version);
	weigh_text(verdict, HYPERVISOR_BOARD, "board", machine->board);
	if (!smbios)
		return;
	weigh_text(verdict, HYPERVISOR_ASSET_TAG, "asset_tag",
		   smbios->chassis_tag);
	weigh_text(verdict, HYPERVISOR_ASSET_TAG, "asset_tag",
		   smbios->board_tag);
	if (smbios->says_virtual)
		crash_flag(verdict->target->crash, verdict->target->arena,
			   "virtual-machine");
}

/* "xenvbd.sys" for "dump_xenvbd.sys", the copy kept for writing the dump. */
static const char *without_clone(const char *name)
{
	if (text_starts_nocase(name, "dump_"))
		return name + strlen("dump_");
	if (text_starts_nocase(name, "hiber_"))
		return name + strlen("hiber_");
	return name;
}

static const char *without_extension(struct arena *arena, const char *name)
{
	char *copy = text_copy(arena, name);
	char *dot = strrchr(copy, '.');

	if (dot && text_compare_nocase(dot, ".sys") == 0)
		*dot = '\0';
	return copy;
}

static void weigh_driver(struct verdict *verdict, const char *name,
			 const char *key, bool loaded)
{
	const char *shown = without_extension(verdict->target->arena, name);
	const struct hypervisor *row = NULL;

	while ((row = hypervisor_match(HYPERVISOR_DRIVER, name, row)) != NULL) {
		struct candidate *candidate = candidate_of(verdict, row->name);

		if (row->side == HYPERVISOR_HOST) {
			candidate->is_host |= loaded;
			continue;
		}
		if (!keep(verdict, row->name, key, shown))
			continue;
		if (row->strength == HYPERVISOR_STRONG && loaded)
			candidate->drivers++;
		else
			candidate->drivers_weak++;
	}
}

static void weigh_drivers(struct verdict *verdict)
{
	const struct crash *crash = verdict->target->crash;

	for (size_t i = 0; i < crash->module_count; i++) {
		const char *name = crash->modules[i].name;

		weigh_driver(verdict, name, "driver", true);
		if (without_clone(name) != name)
			weigh_driver(verdict, without_clone(name), "driver",
				     true);
	}
	for (size_t i = 0; i < crash->unloaded_count; i++)
		weigh_driver(verdict, crash->unloaded[i].name, "unloaded",
			     false);
}

/* Signs in the secondary data and on the stack. */
static void weigh_signs(struct verdict *verdict,
			const struct hypervisor_signs *signs)
{
	struct target *target = verdict->target;

	for (size_t i = 0; i < signs->count; i++) {
		const struct hypervisor_sign *sign = &signs->sign[i];

		if (sign->name) {
			struct candidate *candidate =
				candidate_of(verdict, sign->name);

			if (sign->is_firmware)
				candidate->firmware++;
			else
				candidate->code++;
		}
		keep(verdict, sign->name, sign->key, sign->value);
	}
	if (signs->vbs)
		crash_flag(target->crash, target->arena, "vbs");
}

/*
 * Enough to say so?  Drivers may be left over from another machine, or be used
 * by its host; they need each other or silence of the firmware and processor.
 */
static bool is_enough(const struct verdict *verdict,
		      const struct candidate *candidate,
		      const struct hypervisor_signs *signs)
{
	const bool firmware_spoke =
		verdict->target->crash->machine.manufacturer != NULL ||
		verdict->target->crash->machine.bios_vendor != NULL;
	const unsigned weak =
		candidate->firmware_weak +
		(candidate->is_host ? 0 : candidate->drivers_weak);

	if (strcmp(candidate->name, "any") == 0)
		return false;
	if (candidate->firmware > 0 || candidate->code > 0)
		return true;
	if (signs->processor.known && !signs->processor.value)
		return candidate->firmware_weak > 1;
	if (candidate->drivers > 0)
		return true;
	return weak > 1 && (candidate->firmware_weak > 0 || !firmware_spoke);
}

/* Firmware before code before drivers; a platform before what it is made of. */
static unsigned rank(const struct candidate *candidate)
{
	return (hypervisor_is_platform(candidate->name) ? 1000000u : 0) +
	       (candidate->firmware > 0 ? 100000u : 0) +
	       (candidate->firmware_weak > 0 ? 50000u : 0) +
	       (candidate->code > 0 ? 10000u : 0) + 100 * candidate->drivers +
	       candidate->drivers_weak;
}

static const struct candidate *choose(const struct verdict *verdict,
				      const struct hypervisor_signs *signs)
{
	const struct candidate *best = NULL;

	if (verdict->bare_metal)
		return NULL;
	for (size_t i = 0; i < verdict->count; i++) {
		const struct candidate *candidate = &verdict->candidate[i];

		if (is_enough(verdict, candidate, signs) &&
		    (!best || rank(candidate) > rank(best)))
			best = candidate;
	}
	return best;
}

/*
 * Of a guest, everything that speaks for a guest; else only what shows that
 * something runs below.
 */
static void state(struct verdict *verdict, const struct candidate *best)
{
	struct crash_machine *machine = &verdict->target->crash->machine;

	machine->hypervisor = best ? best->name : NULL;
	machine->evidence =
		arena_take(verdict->target->arena, verdict->evidence_count,
			   sizeof(*machine->evidence));
	for (size_t i = 0; i < verdict->evidence_count; i++)
		if (best || !verdict->evidence[i].name)
			machine->evidence[machine->evidence_count++] =
				verdict->evidence[i].text;
}

void hypervisor_evidence_examine(struct target *target)
{
	struct verdict *verdict =
		arena_take(target->arena, 1, sizeof(*verdict));
	struct hypervisor_signs signs = { 0 };
	const struct candidate *best;

	if (target->crash->machine.hypervisor)
		return;
	verdict->target = target;
	hypervisor_signs_find(target, &signs);
	weigh_firmware(verdict);
	weigh_drivers(verdict);
	weigh_signs(verdict, &signs);
	best = choose(verdict, &signs);
	state(verdict, best);
	if (!best && ((signs.processor.known && signs.processor.value) ||
		      signs.below || signs.vbs))
		crash_flag(target->crash, target->arena, "hypervisor-below");
}
