#include "indexer/target/poolwalk.h"

#include <string.h>

#include "indexer/target/bounds.h"
#include "indexer/target/pool_owner.h"
#include "indexer/target/pool_page.h"
#include "indexer/target/pool_special.h"
#include "indexer/target/pool_table.h"
#include "indexer/target/space.h"
#include "indexer/target/start.h"
#include "signatures/base/limits.h"
#include "signatures/knowledge/osmodule.h"
#include "signatures/knowledge/pooltag.h"
#include "signatures/meaning.h"

enum {
	BLOCKS_MOST = 4, /* that registers point into */
	TYPE_MOST = 0x7f /* the fields of a stored pool type */
};

struct entry {
	struct crash_pool pool;
	uint64_t va; /* of the block's header; 0 = only a tag */
	uint64_t bytes;
};

struct walk {
	struct target *target;
	struct unwind unwind;
	struct entry entries[LIMIT_POOL];
	size_t count;
	bool is_pool; /* the bugcheck is one of pool */
};

static bool argument(const struct crash *crash, unsigned i, uint64_t *ret)
{
	if (!crash->bugcheck.code.known || !crash->bugcheck.args[i].known)
		return false;
	*ret = crash->bugcheck.args[i].value;
	return true;
}

static void add(struct walk *walk, const char tag[5], enum crash_pool_role role,
		struct crash_number bytes, uint64_t va)
{
	if (tag[0] == '\0' || walk->count == LIMIT_POOL)
		return;
	for (size_t i = 0; i < walk->count; i++) {
		const struct entry *entry = &walk->entries[i];
		if (va != 0 ? entry->va == va
			    : entry->va == 0 && entry->pool.role == role &&
				      strcmp(entry->pool.tag, tag) == 0)
			return;
	}
	struct entry *entry = &walk->entries[walk->count++];
	*entry = (struct entry){ .va = va,
				 .bytes = bytes.value,
				 .pool.role = role,
				 .pool.bytes = bytes };
	memcpy(entry->pool.tag, tag, sizeof(entry->pool.tag));
}

static void add_block(struct walk *walk, const struct pool_header *header,
		      enum crash_pool_role role)
{
	add(walk, header->tag, role, CRASH_NUMBER(header->bytes), header->va);
}

static void flag(const struct walk *walk, const char *word)
{
	crash_flag(walk->target->crash, walk->target->arena, word);
}

/*
 * Codes whose address lies in special pool, and where the page of the block is
 * from there: accesses beyond its end fault in the page behind it.
 */
static const struct {
	uint32_t code;
	bool is_behind;
} special_codes[] = { { 0xc1, false }, { 0xcc, false }, { 0xd5, false },
		      { 0xcd, true },  { 0xd6, true },	{ 0x19, false } };

static bool try_special(struct walk *walk, uint64_t va)
{
	const struct crash_bugcheck *bugcheck = &walk->target->crash->bugcheck;
	struct pool_special special;
	size_t row = 0;

	while (row < sizeof(special_codes) / sizeof(special_codes[0]) &&
	       bugcheck->code.value != special_codes[row].code)
		row++;
	if (row == sizeof(special_codes) / sizeof(special_codes[0]))
		return false;
	/* of 19, only the check of a pattern is about special pool */
	if (bugcheck->code.value == 0x19 && bugcheck->args[0].value != 2)
		return false;
	if (special_codes[row].is_behind)
		va = va - va % POOL_PAGE_BYTES - 1;
	if (!pool_special_at(walk->target, va, &special))
		return false;
	flag(walk, "special-pool");
	if (special.corrupt != 0)
		flag(walk, "slop-corrupt");
	add(walk, special.tag, CRASH_POOL_CORRUPT,
	    CRASH_NUMBER(special.requested), special.va);
	return true;
}

/*
 * Neighbours: the blocks on both sides, and the nearest one in use before it,
 * whose owner may have written too far.
 */
static void add_neighbours(struct walk *walk, const struct pool_page *page,
			   size_t at)
{
	if (at > 0)
		add_block(walk, &page->blocks[at - 1], CRASH_POOL_NEIGHBOUR);
	for (size_t i = at; i > 0; i--) {
		if (page->blocks[i - 1].type == 0)
			continue;
		add_block(walk, &page->blocks[i - 1], CRASH_POOL_NEIGHBOUR);
		break;
	}
	if (at + 1 < page->count)
		add_block(walk, &page->blocks[at + 1], CRASH_POOL_NEIGHBOUR);
}

static bool try_page(struct walk *walk, uint64_t va, enum crash_pool_role role)
{
	struct pool_page page;

	if (!pool_page_walk(walk->target, va, &page))
		return false;
	if (page.broken_at != 0 && walk->is_pool)
		flag(walk, "pool-page-broken");
	const size_t at = pool_page_find(&page, va);
	if (at == page.count)
		return false;
	add_block(walk, &page.blocks[at], role);
	if (role == CRASH_POOL_CORRUPT)
		add_neighbours(walk, &page, at);
	return true;
}

/* Does the argument give the header's address, or the block's behind it? */
static bool is_header_address(const struct crash_bugcheck *bugcheck)
{
	const uint64_t kind = bugcheck->args[0].value;

	if (bugcheck->code.value == 0x19)
		return kind != 0x21 && kind != 0x22;
	return bugcheck->code.value == 0xc2 &&
	       (kind == 1 || kind == 2 || kind == 4 || kind == 6);
}

/* Do the headers on either side, as far as present, know of this one? */
static bool is_linked(const struct target *target,
		      const struct pool_header *header)
{
	struct pool_header other;

	return pool_page_is_classic(target) &&
	       ((header->previous_bytes != 0 &&
		 pool_header_at(target, header->va - header->previous_bytes,
				&other) &&
		 other.bytes == header->previous_bytes) ||
		(pool_header_at(target, header->va + header->bytes, &other) &&
		 (header->va + header->bytes) % POOL_PAGE_BYTES != 0 &&
		 other.previous_bytes == header->bytes));
}

/*
 * The page is not there to be walked, or is no chain: one header alone.  Free
 * blocks may keep an old one: not believed without its neighbours.
 */
static bool try_header(struct walk *walk, uint64_t va,
		       enum crash_pool_role role, bool is_start)
{
	const struct target *target = walk->target;
	struct pool_header header;

	if (va % POOL_PAGE_BYTES == 0)
		return false;
	if (!is_header_address(&target->crash->bugcheck))
		va -= pool_header_bytes(target);
	if (!pool_header_at(target, va, &header) || header.tag[0] == '\0' ||
	    header.type == 0 || header.type > TYPE_MOST)
		return false;
	if (!is_linked(target, &header) && pool_page_is_classic(target))
		return false;
	if (!is_start && pooltag_find(header.tag) == NULL)
		return false;
	add_block(walk, &header, role);
	return true;
}

static void examine_addresses(struct walk *walk)
{
	static const enum role roles[] = { ROLE_POOL_BLOCK,
					   ROLE_CORRUPT_ADDRESS,
					   ROLE_BAD_ADDRESS };
	const struct crash *crash = walk->target->crash;
	bool is_first = walk->is_pool;

	for (size_t k = 0; k < sizeof(roles) / sizeof(roles[0]); k++) {
		for (unsigned i = 0; i < 4; i++) {
			uint64_t va;
			if (!argument(crash, i, &va) ||
			    meaning_argument(&crash->bugcheck, i) != roles[k] ||
			    !space_is_kernel(walk->target, va))
				continue;
			/* what others call a bad address is not about pool */
			if (!walk->is_pool && roles[k] != ROLE_POOL_BLOCK)
				continue;
			const enum crash_pool_role role =
				is_first	? CRASH_POOL_CORRUPT
				: walk->is_pool ? CRASH_POOL_NEIGHBOUR
						: CRASH_POOL_ARGUMENT;
			/* such a page holds one block and no chain */
			if (is_first && try_special(walk, va))
				return;
			if (try_page(walk, va, role) ||
			    try_header(walk, va, role,
				       roles[k] == ROLE_POOL_BLOCK))
				is_first = false;
		}
	}
}

/* Blocks that the registers of the fault point into; they may be mistaken. */
static void examine_registers(struct walk *walk)
{
	const struct target *target = walk->target;
	const size_t before = walk->count;
	struct unwind *unwind = &walk->unwind;
	struct pool_page page;
	struct start start;

	if (!pool_page_is_classic(target))
		return;
	bounds_stopped(unwind);
	if (!start_find(unwind, &start) || !start.is_fault || start.is_bare)
		return;
	for (unsigned i = 0; i < 16 && walk->count < before + BLOCKS_MOST;
	     i++) {
		const uint64_t va = start.cpu.reg[i];
		if (i == CPU_SP || !cpu_knows(&start.cpu, i) ||
		    !space_is_kernel(target, va) ||
		    crash_module_at(target->crash, va) != NULL ||
		    !pool_page_walk(target, va, &page))
			continue;
		const size_t at = pool_page_find(&page, va);
		if (at < page.count && page.blocks[at].type != 0 &&
		    (at + 1 < page.count || page.broken_at == 0))
			add_block(walk, &page.blocks[at], CRASH_POOL_NEIGHBOUR);
	}
}

static void examine_tags(struct walk *walk)
{
	const struct crash *crash = walk->target->crash;

	for (unsigned i = 0; i < 4; i++) {
		uint64_t value;
		char tag[5];
		if (argument(crash, i, &value) &&
		    meaning_argument(&crash->bugcheck, i) == ROLE_POOL_TAG &&
		    value <= UINT32_MAX &&
		    pool_header_tag((uint32_t)value, tag))
			add(walk, tag, CRASH_POOL_ARGUMENT, CRASH_UNKNOWN, 0);
	}
}

static void examine_table(struct walk *walk)
{
	struct pool_table_row rows[POOL_TABLE_TOP];
	const size_t count = pool_table_top(walk->target, rows);

	for (size_t i = 0; i < count; i++)
		add(walk, rows[i].tag, CRASH_POOL_TOP,
		    CRASH_NUMBER(rows[i].bytes), 0);
}

/* The known owner if it is loaded, then code, then pointers, then the table. */
static void find_owners(struct walk *walk)
{
	struct pool_owner_search searches[LIMIT_POOL];
	const struct target *target = walk->target;
	const struct crash_module *module;
	size_t count = 0;

	for (size_t i = 0; i < walk->count; i++) {
		struct crash_pool *pool = &walk->entries[i].pool;
		pool->owner = pool_owner_loaded(target->crash, pool->tag);
		if (pool->owner != NULL)
			continue;
		searches[count] = (struct pool_owner_search){ .owner = NULL };
		memcpy(searches[count++].tag, pool->tag, sizeof(pool->tag));
	}
	pool_owner_by_code(target, walk->unwind.code, walk->unwind.disasm,
			   searches, count);
	count = 0;
	for (size_t i = 0; i < walk->count; i++) {
		const struct entry *entry = &walk->entries[i];
		struct crash_pool *pool = &walk->entries[i].pool;
		if (pool->owner != NULL)
			continue;
		pool->owner = searches[count++].owner;
		if (pool->owner == NULL && pool->role == CRASH_POOL_CORRUPT &&
		    entry->va != 0 &&
		    pool_owner_by_pointer(target, walk->unwind.code,
					  walk->unwind.disasm, entry->va,
					  entry->bytes, &module))
			pool->owner = crash_module_canonical(module->name);
		if (pool->owner == NULL)
			pool->owner = pooltag_owner(pool->tag);
	}
}

/* Behind what the dump stated itself: a debugger's log may list pool. */
static void keep(const struct walk *walk)
{
	struct crash *crash = walk->target->crash;
	const size_t count = crash->pool_count;
	struct crash_pool *pool = arena_take(
		walk->target->arena, count + walk->count + 1, sizeof(*pool));

	for (size_t i = 0; i < count; i++)
		pool[i] = crash->pool[i];
	crash->pool = pool;
	for (size_t i = 0; i < walk->count && crash->pool_count < LIMIT_POOL;
	     i++)
		pool[crash->pool_count++] = walk->entries[i].pool;
}

void poolwalk_examine(struct target *target)
{
	const struct crash *crash = target->crash;
	struct walk *walk;

	if (crash->image.kind == CRASH_USER_MINI)
		return;
	walk = arena_take(target->arena, 1, sizeof(*walk));
	walk->target = target;
	unwind_x64_init(&walk->unwind, target);
	if (crash->bugcheck.code.known) {
		const char *class =
			meaning_class((uint32_t)crash->bugcheck.code.value);
		walk->is_pool = class != NULL && strcmp(class, "pool") == 0;
	}
	if (!target->dump->is_text) {
		examine_addresses(walk);
		examine_registers(walk);
	}
	examine_tags(walk);
	if (!target->dump->is_text)
		examine_table(walk);
	if (walk->count == 0)
		return;
	find_owners(walk);
	keep(walk);
}

void poolwalk_blame(struct target *target)
{
	static const enum crash_pool_role roles[] = { CRASH_POOL_CORRUPT,
						      CRASH_POOL_ARGUMENT };
	struct crash *crash = target->crash;
	const char *class =
		crash->bugcheck.code.known
			? meaning_class((uint32_t)crash->bugcheck.code.value)
			: NULL;

	if (class == NULL || strcmp(class, "pool") != 0 ||
	    (crash->fault.module != NULL &&
	     crash->fault.how != CRASH_FAULT_POOL_TAG &&
	     osmodule_tier(crash->fault.module) != OSMODULE_NEVER))
		return;
	for (size_t k = 0; k < sizeof(roles) / sizeof(roles[0]); k++) {
		for (size_t i = 0; i < crash->pool_count; i++) {
			const struct crash_pool *pool = &crash->pool[i];
			if (pool->role != roles[k] || pool->owner == NULL ||
			    osmodule_tier(pool->owner) == OSMODULE_NEVER)
				continue;
			const struct crash_module *module =
				pool_owner_module(crash, pool->owner);
			if (module == NULL)
				continue;
			crash->fault = (struct crash_fault){
				.module = crash_module_canonical(module->name),
				.build = module->build,
				.how = CRASH_FAULT_POOL_TAG,
				.trust = CRASH_GUESSED
			};
			return;
		}
	}
}
