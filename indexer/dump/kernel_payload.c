/*
 * kernel_payload.c - one line per DumpType.
 *
 * Where what follows the header is plainly of another type than it states, that
 * is read.  The kind of a bitmap dump follows its layout: full (5), kernel (6)
 * and automatic (7) are all "kernel-bitmap", until bitmap.c sees the signs of
 * an active dump.  The debugger's own range dumps are named by what they hold:
 * kernel (8), kernel and active user memory (9), all of it (a).
 */
#include "indexer/dump/kernel_payload.h"

#include <string.h>

#include "indexer/dump/bitmap.h"
#include "indexer/dump/full.h"
#include "indexer/dump/kernel_live.h"
#include "indexer/dump/rdmp.h"
#include "indexer/dump/summary.h"
#include "indexer/dump/triage.h"

struct payload {
	uint32_t type;
	enum crash_kind kind;
	/* Does what is there add up?  NULL: it could not tell. */
	bool (*fits)(const struct dump *dump,
		     const struct kernel_header *header);
	void (*read)(struct dump *dump, const struct kernel_header *header);
};

static const struct payload payloads[] = {
	{ 1, CRASH_KERNEL_FULL, full_fits, full_read },
	{ 2, CRASH_KERNEL_SUMMARY, summary_fits, summary_read },
	{ 3, CRASH_KERNEL_HEADER, NULL, NULL },
	{ 4, CRASH_KERNEL_TRIAGE, NULL, triage_read },
	{ 5, CRASH_KERNEL_BITMAP, bitmap_fits, bitmap_read },
	{ 6, CRASH_KERNEL_BITMAP, bitmap_fits, bitmap_read },
	{ 7, CRASH_KERNEL_BITMAP, bitmap_fits, bitmap_read },
	{ 8, CRASH_KERNEL_SUMMARY, rdmp_fits, rdmp_read },
	{ 9, CRASH_KERNEL_ACTIVE, rdmp_fits, rdmp_read },
	{ 10, CRASH_KERNEL_FULL, rdmp_fits, rdmp_read },
};

/* For types nobody has named, or that are not what they say they are. */
static const struct payload *find_by_content(const struct dump *dump,
					     const struct kernel_header *header)
{
	static const struct payload unnamed[] = {
		{ 0, CRASH_KERNEL_BITMAP, bitmap_fits, bitmap_read },
		{ 0, CRASH_KERNEL_SUMMARY, summary_fits, summary_read },
		{ 0, CRASH_KERNEL_BITMAP, rdmp_fits, rdmp_read },
		{ 0, CRASH_KERNEL_FULL, full_fits, full_read },
	};

	for (size_t i = 0; i < sizeof(unnamed) / sizeof(unnamed[0]); i++)
		if (unnamed[i].fits(dump, header))
			return &unnamed[i];
	return NULL;
}

static const struct payload *find_by_type(const struct kernel_header *header)
{
	static const struct payload none = { 0, CRASH_KERNEL_HEADER, NULL,
					     NULL };

	for (size_t i = 0; i < sizeof(payloads) / sizeof(payloads[0]); i++)
		if (header->type.known &&
		    payloads[i].type == header->type.value)
			return &payloads[i];
	/* Before dump types there were full dumps only. */
	if (!header->type.known &&
	    kernel_header_number(header->runs, 0, 4).known)
		return &payloads[0];
	return &none;
}

static const struct payload *find_payload(struct dump *dump,
					  const struct kernel_header *header)
{
	const struct payload *stated = find_by_type(header);
	const struct payload *found;

	if (stated->type != 0 && (!stated->fits || stated->fits(dump, header)))
		return stated;
	found = find_by_content(dump, header);
	if (header->type.known && header->type.value != 0 &&
	    (found || stated->type == 0))
		crash_problem(dump->crash, dump->arena,
			      stated->type == 0
				      ? "header: dump type 0x%llx is not known"
				      : "header: dump type 0x%llx is not what "
					"follows",
			      (unsigned long long)header->type.value);
	return found ? found : stated;
}

void kernel_payload_cut(struct dump *dump, const char *what, uint64_t wanted)
{
	dump->crash->image.complete = false;
	crash_problem(dump->crash, dump->arena,
		      "%s: cut short at byte 0x%zx of 0x%llx", what,
		      bytes_left(&dump->image), (unsigned long long)wanted);
}

void kernel_payload_secondary(struct dump *dump, uint64_t offset)
{
	const uint64_t whole = bytes_left(&dump->image);
	const uint64_t places[] = { offset, (offset + 7) & ~7ull };

	for (size_t i = 0; i < 2; i++) {
		struct bytes in = bytes_part(dump->image, places[i], 8);
		char head[8];

		bytes_copy(&in, head, sizeof(head));
		if (memcmp(head, "DumpBlob", 8) != 0)
			continue;
		dump->secondary =
			bytes_part(dump->image, places[i], whole - places[i]);
		return;
	}
}

void kernel_payload_read(struct dump *dump, const struct kernel_header *header)
{
	struct crash *crash = dump->crash;
	const struct payload *payload = find_payload(dump, header);

	crash->image.kind = payload->kind;
	if (header->is_encrypted) {
		crash_flag(crash, dump->arena, "encrypted-payload");
		crash_problem(crash, dump->arena,
			      "payload: encrypted, only the header was read");
	} else if (payload->read &&
		   bytes_left(&dump->image) >= header->layout->header_bytes) {
		payload->read(dump, header);
	}
	if (kernel_live_is(crash, header->attributes))
		crash->image.kind = CRASH_KERNEL_LIVE;
}
