/*
 * A structure of the SMBIOS table:
 *
 *	0 u8 type  1 u8 length of the formatted part  2 u16 handle
 *	formatted part, then texts: each ends with a NUL, the set with another;
 *	a field names its text by number, from 1; 0 = none
 *
 *	type 0 BIOS	4 vendor, 5 version, 8 date, 12 and 13 extension bytes
 *	type 1 system	4 manufacturer, 5 product, 6 version, 8 UUID
 *	type 2 board	5 product, 7 serial, 8 asset tag
 *	type 3 chassis	8 asset tag
 *	type 4 cpu	10 version
 *
 * Windows puts in front: u8 method, u8 major, u8 minor, u8 revision, u32
 *length. Source: DMTF DSP0134.
 */
#include "indexer/target/smbios.h"

#include <string.h>

#include "signatures/base/limits.h"
#include "signatures/base/text.h"

#define TYPE_END 127

struct structure {
	uint8_t type;
	struct bytes formatted; /* with its header */
	struct bytes texts;
};

/* in stands behind the structure's texts afterwards. */
static bool next_structure(struct bytes *in, struct structure *ret)
{
	const uint8_t *start = in->next;
	struct bytes whole = bytes_of(start, bytes_left(in));
	uint8_t length;
	const uint8_t *p;

	ret->type = bytes_u8(in);
	length = bytes_u8(in);
	ret->formatted = bytes_part(whole, 0, length);
	if (in->failed || length < 4 || ret->formatted.failed)
		return false;
	p = start + length;
	while (in->end - p >= 2 && (p[0] != 0 || p[1] != 0))
		p++;
	/* Cut short inside the texts: those that are whole still count. */
	if (in->end - p < 2)
		p = in->end;
	ret->texts = bytes_of(start + length, (size_t)(p - start) - length);
	in->next = in->end - p < 2 ? in->end : p + 2;
	return true;
}

static uint8_t byte_at(const struct structure *s, unsigned offset)
{
	struct bytes in = bytes_part(s->formatted, offset, 1);

	return in.failed ? 0 : bytes_u8(&in);
}

static const char *text_at(const struct structure *s, unsigned offset,
			   struct arena *arena)
{
	const uint8_t *p = s->texts.start;
	uint8_t number = byte_at(s, offset);
	size_t length;

	if (number == 0)
		return NULL;
	while (p < s->texts.end && --number > 0) {
		p = memchr(p, 0, (size_t)(s->texts.end - p));
		if (!p)
			return NULL;
		p++;
	}
	if (p >= s->texts.end)
		return NULL;
	length = (size_t)(s->texts.end - p);
	if (length > LIMIT_TEXT_BYTES)
		length = LIMIT_TEXT_BYTES;
	return text_trimmed(arena, text_from_bytes(arena, bytes_of(p, length)));
}

static bool is_uniform(const uint8_t *uuid)
{
	for (size_t i = 1; i < SMBIOS_UUID_BYTES; i++)
		if (uuid[i] != uuid[0])
			return false;
	return uuid[0] == 0 || uuid[0] == 0xff;
}

static void read_system(const struct structure *s, struct arena *arena,
			struct smbios *ret)
{
	struct bytes uuid = bytes_part(s->formatted, 8, SMBIOS_UUID_BYTES);

	ret->manufacturer = text_at(s, 4, arena);
	ret->product = text_at(s, 5, arena);
	ret->version = text_at(s, 6, arena);
	bytes_copy(&uuid, ret->uuid, sizeof(ret->uuid));
	ret->has_uuid = !uuid.failed && !is_uniform(ret->uuid);
}

static void read_structure(const struct structure *s, struct arena *arena,
			   struct smbios *ret)
{
	switch (s->type) {
	case 0:
		ret->bios_vendor = text_at(s, 4, arena);
		ret->bios_version = text_at(s, 5, arena);
		ret->bios_date = text_at(s, 8, arena);
		ret->says_virtual = byte_at(s, 0x13) & 0x10;
		break;
	case 1:
		read_system(s, arena, ret);
		break;
	case 2:
		ret->board = text_at(s, 5, arena);
		ret->board_serial = text_at(s, 7, arena);
		ret->board_tag = text_at(s, 8, arena);
		break;
	case 3:
		ret->chassis_tag = text_at(s, 8, arena);
		break;
	case 4:
		ret->processor = text_at(s, 0x10, arena);
		break;
	}
}

bool smbios_read(struct bytes table, struct arena *arena, struct smbios *ret)
{
	struct smbios smbios = { 0 };
	struct structure s;

	if (table.failed)
		return false;
	for (int i = 0; i < LIMIT_SMBIOS_STRUCTURES; i++) {
		if (!next_structure(&table, &s))
			break;
		smbios.ended = s.type == TYPE_END;
		if (smbios.ended)
			break;
		/* Of several boards or processors the first one counts. */
		if (s.type >= 32 || smbios.types & 1u << s.type)
			continue;
		smbios.types |= 1u << s.type;
		read_structure(&s, arena, &smbios);
	}
	if (!(smbios.types & 7))
		return false;
	*ret = smbios;
	return true;
}

bool smbios_read_raw(struct bytes raw, struct arena *arena, struct smbios *ret)
{
	uint32_t length;
	bool is_cut;

	bytes_skip(&raw, 4);
	length = bytes_u32(&raw);
	if (raw.failed)
		return false;
	is_cut = length > bytes_left(&raw);
	if (is_cut)
		length = (uint32_t)bytes_left(&raw);
	if (!smbios_read(bytes_of(raw.next, length), arena, ret))
		return false;
	ret->is_cut = is_cut && !ret->ended;
	return true;
}
