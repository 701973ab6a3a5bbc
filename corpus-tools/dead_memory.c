#include "corpus-tools/dead_memory.h"

#include <stdlib.h>
#include <string.h>

#include "corpus-tools/literal.h"

/* Where the next pool block goes, and the size of the one before. */
struct pool {
	uint64_t next;
	uint64_t previous;
	uint64_t words; /* where `word` lines go on */
	bool open;
};

static enum status bad(const struct machine_piece *piece, const char *what,
		       struct error *err)
{
	return error_set(err, STATUS_USAGE, "%s: %s", piece->where, what);
}

static enum status write_hex(struct dead *dead,
			     const struct machine_piece *piece, uint64_t at,
			     struct error *err)
{
	const size_t room = strlen(piece->raw) / 2 + 1;
	uint8_t *raw = arena_take(dead->arena, room, 1);
	size_t size;

	if (!literal_hex(piece->raw, raw, room, &size))
		return bad(piece, "not hexadecimal", err);
	canvas_write(&dead->canvas, at, raw, size);
	dead_piece(dead, at, size, false);
	return STATUS_OK;
}

static void write_text(struct dead *dead, const struct machine_piece *piece,
		       uint64_t at)
{
	const size_t width = piece->kind == MACHINE_UTF16 ? 2 : 1;
	const size_t length = strlen(piece->raw);

	for (size_t i = 0; i <= length; i++)
		canvas_put(&dead->canvas, at + i * width,
			   (uint8_t)piece->raw[i], width);
	dead_piece(dead, at, (length + 1) * width, false);
}

static enum status write_values(struct dead *dead,
				const struct machine_words *words, uint64_t at,
				struct error *err)
{
	for (size_t i = 0; i < words->count; i++) {
		uint64_t value;

		if (dead_value(dead, words->at[i], &value, err))
			return err->status;
		dead_pointer(dead, at + i * dead->pointer, value);
	}
	dead_piece(dead, at, words->count * dead->pointer, false);
	return STATUS_OK;
}

static enum status write_context(struct dead *dead,
				 const struct machine_piece *piece, uint64_t at,
				 struct error *err)
{
	struct regs regs = { { 0 } };
	uint8_t raw[REGS_CONTEXT_BYTES];

	for (size_t i = 0; i < piece->words.count; i++) {
		const char *equals = strchr(piece->words.at[i], '=');
		char name[8] = "";

		if (!equals || equals - piece->words.at[i] >= 8)
			return bad(piece, "REG=VALUE wanted", err);
		memcpy(name, piece->words.at[i],
		       (size_t)(equals - piece->words.at[i]));
		const int index = regs_find(dead->arch, name);
		if (index < 0)
			return bad(piece, "no such register", err);
		if (dead_value(dead, equals + 1, &regs.value[index], err))
			return err->status;
	}
	regs_context(dead->arch, &regs, regs_flags(dead->arch, 0x1f), raw);
	canvas_write(&dead->canvas, at, raw, dead->map->context_size);
	dead_piece(dead, at, dead->map->context_size, false);
	return STATUS_OK;
}

/* EXCEPTION_RECORD32 or 64. */
static enum status write_exception(struct dead *dead,
				   const struct machine_piece *piece,
				   uint64_t at, struct error *err)
{
	const bool wide = dead->pointer == 8;
	const char *address = machine_option(&piece->words, "address");
	uint64_t value = 0, count = 0;

	canvas_put(&dead->canvas, at,
		   machine_option_number(&piece->words, "code", 0xc0000005), 4);
	if (address && dead_value(dead, address, &value, err))
		return err->status;
	dead_pointer(dead, at + 8, 0);
	dead_pointer(dead, at + (wide ? 0x10 : 0xc), value);
	for (size_t i = 0; i < piece->words.count && count < 15; i++) {
		const char *word = piece->words.at[i];

		if (strncmp(word, "info=", 5) != 0)
			continue;
		if (dead_value(dead, word + 5, &value, err))
			return err->status;
		dead_pointer(dead,
			     at + (wide ? 0x20 : 0x14) + count * dead->pointer,
			     value);
		count++;
	}
	canvas_put(&dead->canvas, at + (wide ? 0x18 : 0x10), count, 4);
	dead_piece(dead, at, wide ? 0x98 : 0x50, false);
	return STATUS_OK;
}

/* Parity of the pool type turned round with Vista. */
static unsigned pool_type(const struct dead *dead,
			  const struct machine_words *words)
{
	const bool vista = dead->machine->build >= 6000;

	if (machine_has_word(words, "free"))
		return 0;
	if (machine_has_word(words, "paged"))
		return vista ? 3 : 2;
	return vista ? 2 : 1;
}

/* POOL_HEADER; the size counts it. */
static enum status write_block(struct dead *dead,
			       const struct machine_piece *piece,
			       struct pool *pool, struct error *err)
{
	const bool wide = dead->pointer == 8;
	const unsigned grain = wide ? 16 : 8;
	const struct machine_words *words = &piece->words;
	struct canvas *canvas = &dead->canvas;
	uint64_t size;

	if (!pool->open || !literal_number(piece->where, &size) ||
	    size % grain || size > 0x1000 || size < grain)
		return bad(piece, "no pool page, or no size of a block", err);
	if (!words->count || strlen(words->at[0]) > 4)
		return bad(piece, "a tag has four letters", err);
	const uint64_t previous =
		machine_option_number(words, "previous", pool->previous);
	const unsigned type = pool_type(dead, words);
	uint32_t tag = 0;

	memcpy(&tag, "    ", 4);
	memcpy(&tag, words->at[0], strlen(words->at[0]));
	if (machine_has_word(words, "protected"))
		tag |= 0x80000000;
	if (wide)
		canvas_put(canvas, pool->next,
			   previous / grain | (size / grain) << 16 |
				   (uint64_t)type << 24,
			   4);
	else
		canvas_put(canvas, pool->next,
			   previous / grain | (size / grain) << 16 |
				   (uint64_t)type << 25,
			   4);
	canvas_put(canvas, pool->next + 4, tag, 4);
	pool->words = pool->next + grain;
	pool->next += size;
	pool->previous = size;
	return STATUS_OK;
}

static enum status write_special(struct dead *dead,
				 const struct machine_piece *piece, uint64_t at,
				 struct error *err)
{
	static const char *const names[] = { "transition", "prototype", "large",
					     "absent" };

	for (size_t i = 0; i < 4; i++) {
		if (!machine_has_word(&piece->words, names[i]))
			continue;
		if (dead->special_count == DEAD_SPECIAL)
			return bad(piece, "too many special pages", err);
		dead->special[dead->special_count++] = (struct dead_special){
			at & ~(uint64_t)(CANVAS_PAGE - 1), (enum dead_mapping)i
		};
		return STATUS_OK;
	}
	return bad(piece, "transition, prototype, large or absent wanted", err);
}

/* POOL_TRACKER_TABLE, as the builds have it. */
static void pool_table(struct dead *dead)
{
	const struct machine *machine = dead->machine;
	const bool wide = dead->pointer == 8;
	const bool modern = machine->build >= 16299;
	const size_t entry = machine->build >= 22000 && wide ? 0x50
			     : modern ? (wide ? 0x38 : 0x30)
			     : wide   ? 0x28
				      : 0x1c;
	const size_t count = machine->pooltag_count;
	const uint64_t table =
		dead_take(dead, (count + 1) * entry, CANVAS_PAGE);

	dead_pointer(dead, dead->pool_track, table);
	dead_pointer(dead, dead->pool_track - dead->pointer, count + 1);
	for (size_t i = 0; i < count; i++) {
		const struct machine_pooltag *row = &machine->pooltags[i];
		const uint64_t at = table + i * entry;
		const uint64_t value[6] = {
			machine_option_number(&row->options, "nonpaged", 0),
			machine_option_number(&row->options, "allocs", 1),
			machine_option_number(&row->options, "frees", 0),
			machine_option_number(&row->options, "paged", 0),
			machine_option_number(&row->options, "paged-allocs", 0),
			machine_option_number(&row->options, "paged-frees", 0),
		};
		static const uint8_t old_wide[] = { 0x10, 4,	0x8,
						    0x20, 0x18, 0x1c };
		static const uint8_t old_narrow[] = { 0xc,  4,	  8,
						      0x18, 0x10, 0x14 };
		static const uint8_t new_wide[] = { 8,	  0x10, 0x18,
						    0x20, 0x28, 0x30 };
		static const uint8_t new_narrow[] = { 4,    8,	  0x10,
						      0x18, 0x20, 0x28 };
		const uint8_t *place = modern ? (wide ? new_wide : new_narrow)
				       : wide ? old_wide
					      : old_narrow;

		canvas_write(&dead->canvas, at, row->tag, 4);
		for (size_t k = 0; k < 6; k++) {
			const bool bytes = k % 3 == 0;
			const bool big =
				wide ? bytes || modern : modern && !bytes;

			canvas_put(&dead->canvas, at + place[k], value[k],
				   big ? 8 : 4);
		}
	}
}

static enum status write_piece(struct dead *dead,
			       const struct machine_piece *piece,
			       struct pool *pool, struct error *err)
{
	uint64_t at = 0;

	if (piece->kind == MACHINE_BLOCK)
		return write_block(dead, piece, pool, err);
	if (piece->kind == MACHINE_BLOCK_WORDS) {
		if (write_values(dead, &piece->words, pool->words, err))
			return err->status;
		pool->words += piece->words.count * dead->pointer;
		return STATUS_OK;
	}
	if (dead_value(dead, piece->where, &at, err))
		return err->status;
	switch (piece->kind) {
	case MACHINE_CODE:
	case MACHINE_MEMORY:
		return write_hex(dead, piece, at, err);
	case MACHINE_TEXT:
	case MACHINE_UTF16:
		write_text(dead, piece, at);
		return STATUS_OK;
	case MACHINE_VALUES:
		return write_values(dead, &piece->words, at, err);
	case MACHINE_CONTEXT:
		return write_context(dead, piece, at, err);
	case MACHINE_EXCEPTION:
		return write_exception(dead, piece, at, err);
	case MACHINE_PAGE:
		return write_special(dead, piece, at, err);
	default: /* a pool page */
		*pool = (struct pool){ at, 0, at, true };
		canvas_touch(&dead->canvas, at, 1);
		dead_piece(dead, at, CANVAS_PAGE - at % CANVAS_PAGE, false);
		return STATUS_OK;
	}
}

enum status dead_memory_write(struct dead *dead, struct error *err)
{
	const struct machine *machine = dead->machine;
	struct pool pool = { 0, 0, 0, false };

	for (size_t i = 0; i < machine->piece_count; i++)
		if (write_piece(dead, &machine->pieces[i], &pool, err))
			return error_within(err, "memory");
	for (size_t i = 0; i < machine->module_count; i++) {
		const struct machine_module *module = &machine->modules[i];

		if (!module->tag || strlen(module->tag) != 4)
			continue;
		/* mov r8d, tag: as a call for pool would have it */
		canvas_write(&dead->canvas, module->base + 0x1100, "\x41\xb8",
			     2);
		canvas_write(&dead->canvas, module->base + 0x1102, module->tag,
			     4);
		dead_piece(dead, module->base + 0x10f0, 0x40, false);
	}
	if (machine->pooltag_count)
		pool_table(dead);
	return STATUS_OK;
}
