/*
 * CPUID records, 40 bytes: u32 kind (0 CPUID, 1 MSR), u32 index, four u32
 * (EAX, EBX, ECX, EDX), the same again.
 *
 * ACPI tables, one behind the other: 0 signature, 4 u32 length, a OEM id (6).
 */
#include "indexer/target/hypervisor_signs.h"

#include <string.h>

#include "indexer/target/hypercall.h"
#include "indexer/target/secondary.h"
#include "indexer/target/space.h"
#include "signatures/base/limits.h"
#include "signatures/base/text.h"

#define CPUID_RECORDS 1024
#define ACPI_TABLES 256
#define RAW_STACK 0x4000

static const struct {
	const char *text;
	const char *name; /* NULL: also what a root partition sees */
} vendors[] = {
	{ "XenVMMXenVMM", "xen" },	{ "KVMKVMKVM", "kvm-qemu" },
	{ "Linux KVM Hv", "kvm-qemu" }, { "TCGTCGTCGTCG", "kvm-qemu" },
	{ "VMwareVMware", "vmware" },	{ "VBoxVBoxVBox", "virtualbox" },
	{ "bhyve bhyve ", "bhyve" },	{ "prl hyperv", "parallels" },
	{ " lrpepyh vr", "parallels" }, { "Microsoft Hv", NULL },
};

static const struct {
	const char *id; /* how the OEM id begins */
	const char *name;
} oem_ids[] = {
	{ "VBOX", "virtualbox" },  { "BOCHS", "kvm-qemu" },
	{ "Xen", "xen" },	   { "VRTUAL", "hyperv" },
	{ "PRLS", "parallels" },   { "VMWARE", "vmware" },
	{ "AMAZON", "ec2-nitro" },
};

static void add(struct hypervisor_signs *signs, struct hypervisor_sign sign)
{
	for (size_t i = 0; i < signs->count; i++)
		if (strcmp(signs->sign[i].key, sign.key) == 0 &&
		    strcmp(signs->sign[i].value, sign.value) == 0)
			return;
	if (signs->count < HYPERVISOR_SIGNS)
		signs->sign[signs->count++] = sign;
}

static void add_vendor(struct hypervisor_signs *signs, const char *text)
{
	for (size_t i = 0; i < sizeof(vendors) / sizeof(*vendors); i++)
		if (strncmp(text, vendors[i].text, strlen(vendors[i].text)) ==
		    0)
			add(signs, (struct hypervisor_sign){
					   .name = vendors[i].name,
					   .key = "cpuid",
					   .value = vendors[i].text });
}

static void find_cpuid(const struct target *target,
		       struct hypervisor_signs *signs)
{
	struct bytes in =
		secondary_find(target->dump->secondary, &secondary_cpuid);

	for (int i = 0; i < CPUID_RECORDS; i++) {
		const uint32_t kind = bytes_u32(&in);
		const uint32_t index = bytes_u32(&in);
		char text[13] = { 0 };
		struct bytes registers = in;

		bytes_skip(&in, 32);
		if (in.failed)
			return;
		if (kind != 0)
			continue;
		bytes_skip(&registers, index == 1 ? 8 : 4);
		if (index == 1) {
			signs->processor =
				CRASH_NUMBER(bytes_u32(&registers) >> 31);
		} else if (index == 0x40000000) {
			bytes_copy(&registers, text, 12);
			add_vendor(signs, text);
		}
	}
}

static void find_acpi(const struct target *target,
		      struct hypervisor_signs *signs)
{
	struct bytes in =
		secondary_find(target->dump->secondary, &secondary_acpi);

	for (int i = 0; i < ACPI_TABLES && !in.failed; i++) {
		struct bytes table = in;
		char signature[5] = { 0 };
		char oem[7] = { 0 };
		uint32_t size;

		bytes_copy(&table, signature, 4);
		size = bytes_u32(&table);
		bytes_skip(&table, 2);
		bytes_copy(&table, oem, 6);
		if (table.failed || size < 16)
			return;
		bytes_skip(&in, size);
		for (size_t n = 0; n < sizeof(oem_ids) / sizeof(*oem_ids); n++)
			if (text_starts_nocase(oem, oem_ids[n].id) &&
			    strcmp(signature, "FACS") != 0)
				add(signs, (struct hypervisor_sign){
						   oem_ids[n].name, true,
						   "acpi_oem", oem_ids[n].id });
	}
}

static bool has_blob(const struct target *target,
		     const struct secondary_tag *tag)
{
	return !secondary_find(target->dump->secondary, tag).failed;
}

static void find_blobs(const struct target *target,
		       struct hypervisor_signs *signs)
{
	const struct {
		const struct secondary_tag *tag;
		const char *value;
		bool *sign;
	} blobs[] = {
		{ &secondary_secure_kernel, "secure-kernel", &signs->vbs },
		{ &secondary_vsm_log, "vsm-log", &signs->vbs },
		{ &secondary_hypervisor_log, "hypervisor-log", &signs->below },
	};

	for (size_t i = 0; i < sizeof(blobs) / sizeof(*blobs); i++)
		if (has_blob(target, blobs[i].tag)) {
			*blobs[i].sign = true;
			add(signs,
			    (struct hypervisor_sign){
				    .key = "blob", .value = blobs[i].value });
		}
}

/*
 * The kernel speaks Hyper-V's protocol.  On 32-bit systems that makes it a
 * guest; 64-bit ones do so above their own hypervisor too.
 */
static void add_hypercall(const struct target *target,
			  struct hypervisor_signs *signs, const char *key,
			  const char *value)
{
	const bool guest = target->crash->machine.arch == CRASH_X86;

	add(signs, (struct hypervisor_sign){ .name = guest ? "hyperv" : NULL,
					     .key = key,
					     .value = value });
	signs->below = true;
}

static void look_before(const struct target *target,
			struct hypervisor_signs *signs, uint64_t va)
{
	const char *call = hypercall_before(target, va);

	if (call != NULL)
		add_hypercall(target, signs, "code", call);
}

static struct bytes raw_stack(const struct target *target)
{
	struct bytes context = target->dump->context;
	const bool wide = target->dump->pointer_bytes == 8;

	if (bytes_left(&target->dump->stack) > 0)
		return target->dump->stack;
	bytes_skip(&context, wide ? 0x98 : 0xc4);
	if (context.failed)
		return bytes_absent();
	return space_view(target,
			  wide ? bytes_u64(&context) : bytes_u32(&context),
			  RAW_STACK);
}

static void find_hypercalls(const struct target *target,
			    struct hypervisor_signs *signs)
{
	const struct crash *crash = target->crash;
	const size_t size = target->dump->pointer_bytes;
	struct bytes stack;

	for (size_t i = 0; i < crash->stack.count; i++) {
		const struct crash_frame *frame = &crash->stack.frames[i];

		if (frame->symbol && text_starts_nocase(frame->symbol, "Hvl"))
			add_hypercall(target, signs, "frame", frame->symbol);
		if (!frame->module && frame->address && size)
			look_before(target, signs, frame->address);
	}
	if (size == 0 || target->dump->is_text ||
	    crash->machine.arch == CRASH_ARM64)
		return;
	stack = raw_stack(target);
	for (size_t at = 0; at < LIMIT_STACK_BYTES; at += size) {
		if (stack.failed || bytes_left(&stack) < size)
			return;
		look_before(target, signs,
			    size == 8 ? bytes_u64(&stack) : bytes_u32(&stack));
	}
}

void hypervisor_signs_find(const struct target *target,
			   struct hypervisor_signs *ret)
{
	*ret = (struct hypervisor_signs){ 0 };
	find_cpuid(target, ret);
	find_acpi(target, ret);
	find_blobs(target, ret);
	find_hypercalls(target, ret);
	if (ret->processor.known && ret->processor.value)
		add(ret, (struct hypervisor_sign){ .key = "cpuid",
						   .value = "hypervisor" });
}
