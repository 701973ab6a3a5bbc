#include <string.h>

#include "indexer/dump/windbg_reader.h"
#include "indexer/dump/windbg_row.h"
#include "signatures/base/limits.h"
#include "signatures/base/text.h"

/* Blocks kept on either side of the one that was asked for. */
#define NEIGHBOURS 4

/*
 *	*a34583b8 size:  138 previous size:    8  (Allocated) *DRIV (Protected)
 */
struct block {
	uint64_t address;
	uint64_t size;
	char tag[5];
	bool is_asked;
};

static bool is_tag(char c)
{
	return c > ' ' && c < 0x7f;
}

static bool read_block(const char *line, struct block *ret)
{
	struct block block = { .is_asked = *line == '*' };
	struct windbg_hex hex;
	const char *at;
	size_t n = 0;

	line += block.is_asked;
	if (!windbg_text_take_hex(&line, &hex) || hex.digits < 8)
		return false;
	block.address = hex.value;
	line += strspn(line, " ");
	if (strncmp(line, "size:", 5) != 0)
		return false;
	line += 5;
	if (!windbg_text_take_hex(&line, &hex))
		return false;
	block.size = hex.value;
	at = strchr(line, ')');
	if (!at)
		return false;
	at++;
	at += strspn(at, " ");
	if (*at == '*' && is_tag(at[1]))
		at++;
	while (n < 4 && is_tag(at[n]) && at[n] != '(') {
		block.tag[n] = at[n];
		n++;
	}
	if (n == 0)
		return false;
	*ret = block;
	return true;
}

/* A tag may have lost its last blanks; they belong to it. */
static void add(struct windbg_reader *reader, const struct block *block,
		enum crash_pool_role role, const char *owner)
{
	struct crash *crash = reader->crash;
	struct crash_pool pool = { .role = role, .owner = owner };

	memcpy(pool.tag, block->tag, sizeof(pool.tag));
	if (block->size)
		pool.bytes = CRASH_NUMBER(block->size);
	for (size_t i = 0; i < crash->pool_count; i++)
		if (strcmp(crash->pool[i].tag, pool.tag) == 0 &&
		    crash->pool[i].role == role)
			return;
	if (crash->pool_count < LIMIT_POOL)
		crash->pool[crash->pool_count++] = pool;
}

/* Bugchecks that say a pool block is broken. */
static bool is_about_pool(const struct crash *crash)
{
	static const uint16_t codes[] = { 0x19, 0xc1, 0xc2, 0xc5, 0xc6, 0xcd,
					  0xd0, 0xd5, 0xd6, 0xde, 0xcc, 0x13a };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (crash->bugcheck.code.known &&
		    crash->bugcheck.code.value == codes[i])
			return true;
	return false;
}

static bool is_argument(const struct crash *crash, const struct block *block)
{
	for (size_t i = 0; i < 4; i++) {
		const struct crash_number arg = crash->bugcheck.args[i];

		if (arg.known && arg.value >= block->address &&
		    arg.value < block->address + block->size)
			return true;
	}
	return false;
}

/* "Pooltag Reff : FCB_DATA, Binary : refs.sys", or "Binary : nt!io". */
static const char *stated_owner(const struct windbg_reader *reader, size_t line)
{
	for (size_t i = line + 1; i < reader->part.end && i - line < 4; i++) {
		const char *at = strstr(reader->text->line[i].text, "Binary :");

		if (!at)
			continue;
		at += 8;
		at += strspn(at, " ");
		return windbg_modules_file(reader, at, strcspn(at, " !,"),
					   true);
	}
	return NULL;
}

/* Whose code does the block point at, where its words were printed? */
static const char *pointed_owner(const struct windbg_reader *reader,
				 const struct block *block)
{
	for (size_t i = reader->part.first; i < reader->part.end; i++) {
		struct windbg_row row;
		struct windbg_symbol symbol;
		const char *file;

		if (!windbg_row_read(reader->text->line[i].text, &row) ||
		    row.columns != 2 || row.args ||
		    row.address[0] < block->address ||
		    row.address[0] - block->address >= block->size ||
		    !windbg_row_symbol(row.symbol, &symbol) || !symbol.module)
			continue;
		file = windbg_modules_file(reader, symbol.module,
					   symbol.module_size, true);
		if (strcmp(file, "nt") != 0)
			return file;
	}
	return NULL;
}

static void read_asked(struct windbg_reader *reader, size_t line,
		       const struct block *block)
{
	const struct crash *crash = reader->crash;
	const bool is_corrupt =
		is_about_pool(crash) && is_argument(crash, block);
	const char *owner = stated_owner(reader, line);

	if (!owner)
		owner = pointed_owner(reader, block);
	add(reader, block,
	    is_corrupt ? CRASH_POOL_CORRUPT : CRASH_POOL_ARGUMENT, owner);
}

/* The blocks nearest to the one asked for, in the order of the page. */
static void read_neighbours(struct windbg_reader *reader,
			    const struct block page[], size_t count,
			    size_t asked)
{
	for (size_t i = asked > NEIGHBOURS ? asked - NEIGHBOURS : 0;
	     i < count && i <= asked + NEIGHBOURS; i++)
		if (i != asked)
			add(reader, &page[i], CRASH_POOL_NEIGHBOUR, NULL);
}

/* The listing that begins at line; the line after it. */
static size_t read_page(struct windbg_reader *reader, size_t line)
{
	struct block page[2 * NEIGHBOURS + 1];
	size_t count = 0;
	size_t asked = SIZE_MAX;
	size_t blanks = 0;

	for (; line < reader->part.end; line++) {
		const char *text = reader->text->line[line].text;
		struct block block;

		if (!*text && ++blanks <= 2)
			continue;
		if (!read_block(text, &block)) {
			if (strstr(text, "ooltag") || strstr(text, "Owning"))
				continue;
			break;
		}
		blanks = 0;
		if (block.is_asked)
			read_asked(reader, line, &block);
		if (count == NEIGHBOURS && asked == SIZE_MAX &&
		    !block.is_asked) {
			memmove(page, page + 1, (count - 1) * sizeof(*page));
			count--;
		}
		if (count == sizeof(page) / sizeof(page[0]))
			continue;
		if (block.is_asked && asked == SIZE_MAX)
			asked = count;
		page[count++] = block;
	}
	if (asked != SIZE_MAX)
		read_neighbours(reader, page, count, asked);
	return line;
}

static void read_named(struct windbg_reader *reader, const char *line)
{
	const char *value = windbg_text_value(line, "FREED_POOL_TAG");
	struct block block = { 0 };

	if (!value)
		return;
	for (size_t n = 0; n < 4 && is_tag(value[n]); n++)
		block.tag[n] = value[n];
	if (block.tag[0])
		add(reader, &block,
		    is_about_pool(reader->crash) ? CRASH_POOL_CORRUPT
						 : CRASH_POOL_ARGUMENT,
		    NULL);
}

void windbg_pool_read(struct windbg_reader *reader)
{
	const struct windbg_part *part = &reader->part;
	struct block block;
	size_t i = part->first;

	reader->crash->pool = arena_take(reader->arena, LIMIT_POOL,
					 sizeof(*reader->crash->pool));
	while (i < part->end) {
		const char *line = reader->text->line[i].text;

		read_named(reader, line);
		if (read_block(line, &block))
			i = read_page(reader, i);
		else
			i++;
	}
}
