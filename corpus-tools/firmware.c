#include "corpus-tools/firmware.h"

#include <string.h>

#include "corpus-tools/canvas.h"
#include "corpus-tools/literal.h"
#include "corpus-tools/pagetables.h"
#include "signatures/base/hash.h"

/* A structure being appended: its strings follow its formatted part. */
struct structure {
	struct buffer *out;
	size_t start;
	const char *strings[16];
	uint8_t count;
};

static struct structure begin(struct buffer *out, uint8_t type, uint8_t length,
			      uint16_t handle)
{
	struct structure s = { .out = out, .start = out->size };

	buffer_grow(out, length);
	buffer_put(out, s.start, type, 1);
	buffer_put(out, s.start + 1, length, 1);
	buffer_put(out, s.start + 2, handle, 2);
	return s;
}

static void string(struct structure *s, size_t offset, const char *text)
{
	if (!text)
		return;
	s->strings[s->count++] = text;
	buffer_put(s->out, s->start + offset, s->count, 1);
}

static void end(struct structure *s)
{
	for (uint8_t i = 0; i < s->count; i++)
		buffer_append(s->out, s->strings[i], strlen(s->strings[i]) + 1);
	if (!s->count)
		buffer_grow(s->out, 1);
	buffer_grow(s->out, 1);
}

/* As written, with its dashes; a text that is no UUID is hashed into one. */
static void uuid(const char *text, uint8_t to[16])
{
	char plain[64];
	size_t length = 0, size = 0;

	memset(to, 0, 16);
	if (!text)
		return;
	for (const char *c = text; *c && length + 1 < sizeof(plain); c++)
		if (*c != '-')
			plain[length++] = *c;
	plain[length] = '\0';
	if (literal_hex(plain, to, 16, &size) && size == 16)
		return;
	const struct hash128 hash = hash_128(text, strlen(text));
	memcpy(to, &hash.high, 8);
	memcpy(to + 8, &hash.low, 8);
}

bool firmware_known(const struct machine *machine)
{
	const struct machine_strings *t = &machine->strings;

	return t->bios_vendor || t->bios_version || t->bios_date ||
	       t->manufacturer || t->product_name || t->product_version ||
	       t->serial || t->uuid || t->board || t->board_manufacturer ||
	       t->board_serial;
}

void firmware_table(const struct machine *machine, struct buffer *out)
{
	const struct machine_strings *t = &machine->strings;
	uint8_t id[16];
	struct structure s = begin(out, 0, 0x18, 0);

	string(&s, 4, t->bios_vendor);
	string(&s, 5, t->bios_version);
	string(&s, 8, t->bios_date);
	buffer_put(out, s.start + 0xa, 0x80, 8);
	buffer_put(out, s.start + 0x13, machine->virtual_bit ? 0x1c : 0xd, 1);
	end(&s);
	s = begin(out, 1, 0x1b, 1);
	string(&s, 4, t->manufacturer);
	string(&s, 5, t->product_name);
	string(&s, 6, t->product_version);
	string(&s, 7, t->serial);
	uuid(t->uuid, id);
	memcpy(out->data + s.start + 8, id, sizeof(id));
	buffer_put(out, s.start + 0x18, 6, 1);
	string(&s, 0x19, t->sku);
	string(&s, 0x1a, t->family);
	end(&s);
	s = begin(out, 2, 0xf, 2);
	string(&s, 4, t->board_manufacturer);
	string(&s, 5, t->board);
	string(&s, 6, t->board_version);
	string(&s, 7, t->board_serial);
	end(&s);
	s = begin(out, 127, 4, 3);
	end(&s);
}

static void checksum(struct buffer *out, size_t at, size_t size, size_t where)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + out->data[at + i]);
	buffer_put(out, where, (uint8_t)-sum, 1);
}

void firmware_low_area(const struct machine *machine, struct buffer *out)
{
	const size_t table = 0x1000;
	const size_t entry = 0x450;

	buffer_grow(out, table);
	firmware_table(machine, out);
	const size_t size = out->size - table;
	buffer_align(out, CANVAS_PAGE);
	memcpy(out->data + entry, "_SM_", 4);
	buffer_put(out, entry + 5, 0x1f, 1);
	buffer_put(out, entry + 6, 2, 1);
	buffer_put(out, entry + 7, 8, 1);
	buffer_put(out, entry + 8, 0x100, 2);
	memcpy(out->data + entry + 0x10, "_DMI_", 5);
	buffer_put(out, entry + 0x16, size, 2);
	buffer_put(out, entry + 0x18, PAGETABLES_LOW + table, 4);
	buffer_put(out, entry + 0x1c, 4, 2);
	buffer_put(out, entry + 0x1e, 0x28, 1);
	checksum(out, entry + 0x10, 0xf, entry + 0x15);
	checksum(out, entry, 0x1f, entry + 4);
}
