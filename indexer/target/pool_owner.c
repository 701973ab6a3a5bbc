#include "indexer/target/pool_owner.h"

#include <string.h>

#include "indexer/target/space.h"
#include "signatures/base/text.h"
#include "signatures/knowledge/osmodule.h"
#include "signatures/knowledge/pooltag.h"

enum {
	/* Code looked through for tags: all drivers of a large machine. */
	SEARCH_BYTES_MOST = 192 * 1024 * 1024,
	SEARCHES_MOST = 64,
	PROBE_COST = 64, /* bytes: what a page that is absent costs */
	/* An instruction's bytes before an immediate operand. */
	LEAD_MOST = 4,
	DECODED_LEAST = 2,
	DECODED_MOST = 8
};

const struct crash_module *pool_owner_module(const struct crash *crash,
					     const char *name)
{
	for (size_t i = 0; i < crash->module_count; i++)
		if (text_compare_nocase(
			    crash_module_canonical(crash->modules[i].name),
			    name) == 0)
			return &crash->modules[i];
	return NULL;
}

const char *pool_owner_loaded(const struct crash *crash, const char *tag)
{
	const struct pooltag *row = pooltag_find(tag);

	for (; row != NULL; row = pooltag_next(row)) {
		const char *name = pooltag_module(row);
		const struct crash_module *module =
			name == NULL ? NULL : pool_owner_module(crash, name);
		if (module != NULL)
			return crash_module_canonical(module->name);
	}
	return NULL;
}

/* Opcodes that hand over a 32-bit constant: push, mov, cmp. */
static bool takes_constant(uint8_t opcode, uint8_t second)
{
	return opcode == 0x68 || (opcode >= 0xb8 && opcode <= 0xbf) ||
	       opcode == 0xc7 || opcode == 0x81 || opcode == 0x3d ||
	       ((opcode & 0xf0) == 0x40 &&
		((second >= 0xb8 && second <= 0xbf) || second == 0xc7 ||
		 second == 0x81));
}

/* Do the four bytes at va end an instruction that hands over a constant? */
static bool is_operand(struct code *code, struct disasm *disasm, uint64_t va,
		       const uint8_t *at, size_t before)
{
	if (!code_is_possible(code, va))
		return false;
	for (size_t lead = 1; lead <= LEAD_MOST && lead <= before; lead++) {
		if (!takes_constant(at[-(ptrdiff_t)lead],
				    at[1 - (ptrdiff_t)lead]))
			continue;
		const struct disasm_insn *insn = disasm_at(disasm, va - lead);
		if (insn != NULL && insn->size == lead + 4)
			return true;
	}
	return false;
}

struct search {
	const struct target *target;
	struct code *code;
	struct disasm *disasm;
	struct pool_owner_search *searches;
	size_t count;
	bool begins[256];		  /* a tag begins with this byte */
	const char *found[SEARCHES_MOST]; /* per tag */
	bool is_shared[SEARCHES_MOST];
	uint64_t left; /* bytes that may still be looked at */
};

/* The next address that may be present, where the bytes at va are not. */
static uint64_t next_piece(const struct dump *dump, uint64_t va)
{
	const struct dump_ranges *ranges = &dump->virtual;
	size_t low = 0, high = ranges->count;

	if (ranges->count == 0)
		return va - va % POOL_PAGE_BYTES + POOL_PAGE_BYTES;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (ranges->range[middle].start <= va)
			low = middle + 1;
		else
			high = middle;
	}
	return low < ranges->count ? ranges->range[low].start : UINT64_MAX;
}

static void search_piece(struct search *search, const char *name, uint64_t va,
			 const uint8_t *raw, size_t size)
{
	for (size_t i = 1; i + 4 <= size; i++) {
		for (size_t k = 0; search->begins[raw[i]] && k < search->count;
		     k++) {
			/* the top bit of the last character may be set */
			if (raw[i] != (uint8_t)search->searches[k].tag[0] ||
			    memcmp(raw + i, search->searches[k].tag, 3) != 0 ||
			    (raw[i + 3] & 0x7f) != search->searches[k].tag[3])
				continue;
			if (search->found[k] == name || search->is_shared[k] ||
			    search->searches[k].owner != NULL ||
			    !is_operand(search->code, search->disasm, va + i,
					raw + i, i))
				continue;
			if (search->found[k] != NULL)
				search->is_shared[k] = true;
			search->found[k] = name;
		}
	}
}

static void search_module(struct search *search,
			  const struct crash_module *module)
{
	const char *name = crash_module_canonical(module->name);
	const uint64_t end = module->base + module->bytes;
	uint64_t va = module->base;
	uint8_t raw[POOL_PAGE_BYTES];

	while (va >= module->base && va < end && search->left > 0) {
		uint64_t size = POOL_PAGE_BYTES - va % POOL_PAGE_BYTES;
		if (size > end - va)
			size = end - va;
		struct bytes in = code_view(search->code, va, size);
		if (in.failed || bytes_left(&in) == 0) {
			va = next_piece(search->target->dump, va);
			search->left -= search->left < PROBE_COST ? search->left
								  : PROBE_COST;
			continue;
		}
		size = bytes_left(&in);
		bytes_copy(&in, raw, size);
		search_piece(search, name, va, raw, size);
		va += size;
		search->left -= search->left < size ? search->left : size;
	}
}

void pool_owner_by_code(const struct target *target, struct code *code,
			struct disasm *disasm,
			struct pool_owner_search *searches, size_t count)
{
	const struct crash *crash = target->crash;
	struct search search = {
		.target = target,
		.code = code,
		.disasm = disasm,
		.searches = searches,
		.count = count < SEARCHES_MOST ? count : SEARCHES_MOST,
		.left = SEARCH_BYTES_MOST,
	};

	if (search.count == 0)
		return;
	for (size_t k = 0; k < search.count; k++)
		search.begins[(uint8_t)searches[k].tag[0]] = true;
	for (unsigned pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < crash->module_count; i++) {
			const struct crash_module *module = &crash->modules[i];
			const enum osmodule_tier tier = osmodule_tier(
				crash_module_canonical(module->name));
			if (tier != OSMODULE_NEVER &&
			    (tier == OSMODULE_ABSENT) == (pass == 0))
				search_module(&search, module);
		}
		for (size_t k = 0; k < search.count; k++)
			if (searches[k].owner == NULL && !search.is_shared[k])
				searches[k].owner = search.found[k];
	}
}

/* Instructions one after the other, up to one that leaves the function. */
static bool is_code(struct disasm *disasm, uint64_t va)
{
	for (unsigned i = 0; i < DECODED_MOST; i++) {
		const struct disasm_insn *insn = disasm_at(disasm, va);
		if (insn == NULL || insn->kind == DISASM_STOP)
			return false;
		if (insn->kind == DISASM_RETURN || insn->kind == DISASM_JUMP)
			return i + 1 >= DECODED_LEAST;
		va += insn->size;
	}
	return true;
}

bool pool_owner_by_pointer(const struct target *target, struct code *code,
			   struct disasm *disasm, uint64_t from, uint64_t size,
			   const struct crash_module **ret)
{
	const unsigned width = target->dump->pointer_bytes;
	const struct crash_module *second = NULL;

	if (size > POOL_PAGE_BYTES)
		size = POOL_PAGE_BYTES;
	for (uint64_t at = 0; at + width <= size; at += width) {
		uint64_t word;
		if (!space_pointer(target, from + at, &word) ||
		    !code_is_possible(code, word))
			continue;
		const struct crash_module *module =
			code_module(code, word)->module;
		const enum osmodule_tier tier =
			osmodule_tier(crash_module_canonical(module->name));
		if (tier == OSMODULE_NEVER ||
		    (second != NULL && tier != OSMODULE_ABSENT) ||
		    !is_code(disasm, word))
			continue;
		if (tier == OSMODULE_ABSENT) {
			*ret = module;
			return true;
		}
		second = module;
	}
	if (second == NULL)
		return false;
	*ret = second;
	return true;
}
