/*
 * Version 1 of LMDB's format, numbers as a little-endian machine writes them:
 *
 *   0  8  number of the page
 *  10  2  1 branch, 2 leaf, 4 long value; other bits are none of ours
 *  12  2  where the places of nodes end; they begin at 16
 *  16     2 bytes each: where in the page the node begins, in order of keys
 *
 * A node of a leaf:
 *
 *   0  4  bytes of the value
 *   4  2  flags: 1 the value is long; others are none of ours
 *   6  2  bytes of the key
 *   8     the key, then the value, or (8) the page in which a long one begins,
 *         16 bytes behind the start
 *
 * A node of a branch, whose keys are not below its own; the first has none:
 *
 *   0  6  number of the page
 *   6  2  bytes of the key
 *   8     the key
 *
 * What is kept of a sub-database:
 *
 *   4  2  flags: 0 of those that are read here
 *  40  8  number of the root page, all bits set if there is none
 */
#include "signatures/store/pages.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "signatures/base/must.h"
#include "signatures/store/pagefile.h"

enum {
	HEAD_BYTES = 16,
	NODE_BYTES = 8,
	RECORD_BYTES = 48,
	IS_BRANCH = 1,
	IS_LEAF = 2,
	IS_LONG = 1, /* of a node */
	LEVELS_MOST = 32
};

struct pages {
	struct pagefile file;
	uint8_t *value; /* the long one of pages_part() */
	size_t value_room;
};

struct node {
	struct bytes key;
	struct bytes rest; /* of the page, behind the key */
	uint64_t child;
	uint32_t value_bytes;
	unsigned int flags;
};

struct page {
	struct bytes all;
	bool is_leaf;
	size_t count;
};

struct pages *pages_create(int fd, size_t page_bytes, size_t kept_most)
{
	struct pages *pages = must(calloc(1, sizeof(*pages)));

	pagefile_init(&pages->file, fd, page_bytes, kept_most);
	return pages;
}

void pages_destroy(struct pages *pages)
{
	if (!pages)
		return;
	pagefile_deinit(&pages->file);
	free(pages->value);
	free(pages);
}

uint64_t pages_root(struct bytes record)
{
	struct bytes in = bytes_part(record, 0, RECORD_BYTES);
	uint16_t flags;
	uint64_t root;

	bytes_skip(&in, 4);
	flags = bytes_u16(&in);
	bytes_skip(&in, 34);
	root = bytes_u64(&in);
	return in.failed || flags ? PAGES_NO_ROOT : root;
}

static unsigned int number_at(const uint8_t *at)
{
	uint16_t number;

	memcpy(&number, at, sizeof(number));
	return le16toh(number);
}

static bool open_page(const struct pages *pages, const uint8_t *data,
		      uint64_t number, struct page *ret)
{
	struct bytes in;
	unsigned int flags, end;

	if (!data)
		return false;
	in = bytes_of(data, pages->file.page_bytes);
	if (bytes_u64(&in) != number)
		return false;
	bytes_skip(&in, 2);
	flags = bytes_u16(&in);
	end = bytes_u16(&in);
	if ((flags != IS_LEAF && flags != IS_BRANCH) || end < HEAD_BYTES ||
	    end > pages->file.page_bytes)
		return false;
	*ret = (struct page){ bytes_of(data, pages->file.page_bytes),
			      flags == IS_LEAF, (end - HEAD_BYTES) / 2 };
	return ret->is_leaf || ret->count;
}

/* One of the nodes that open_page() counted. */
static bool open_node(const struct page *page, size_t i, struct node *ret)
{
	const size_t left = bytes_left(&page->all);
	const uint8_t *data = page->all.next;
	const size_t at = number_at(data + HEAD_BYTES + 2 * i);
	const uint8_t *node = data + at;
	size_t key_bytes;

	if (left < NODE_BYTES || at > left - NODE_BYTES)
		return false;
	ret->value_bytes = number_at(node) | (uint32_t)number_at(node + 2)
						     << 16;
	ret->flags = number_at(node + 4);
	ret->child = ret->value_bytes | (uint64_t)ret->flags << 32;
	key_bytes = number_at(node + 6);
	if (key_bytes > left - NODE_BYTES - at)
		return false;
	node += NODE_BYTES;
	ret->key = bytes_of(node, key_bytes);
	ret->rest =
		bytes_of(node + key_bytes, left - NODE_BYTES - at - key_bytes);
	return true;
}

/* As LMDB compares keys, one that begins as the other behind it. */
static int compare(struct bytes a, struct bytes b)
{
	const size_t x = bytes_left(&a), y = bytes_left(&b);
	const size_t shorter = x < y ? x : y;
	const int order = shorter ? memcmp(a.next, b.next, shorter) : 0;

	return order ? order : (x > y) - (x < y);
}

/* How many of the page's nodes have keys below this, or equal to it. */
static bool count_up_to(const struct page *page, struct bytes key, bool equal,
			size_t *ret)
{
	size_t low = page->is_leaf ? 0 : 1, high = page->count;

	while (low < high) {
		const size_t middle = (low + high) / 2;
		struct node node;

		if (!open_node(page, middle, &node))
			return false;
		if (compare(node.key, key) < equal)
			low = middle + 1;
		else
			high = middle;
	}
	*ret = low;
	return true;
}

/* Of what passes branches are kept: all ways lead through the same few. */
static bool pass_page(struct pages *pages, uint64_t number, struct page *ret)
{
	const uint8_t *page = pagefile_pass(&pages->file, number);

	return open_page(pages, page, number, ret) &&
	       (ret->is_leaf ||
		open_page(pages, pagefile_keep(&pages->file, number, page),
			  number, ret));
}

static bool keep_page(struct pages *pages, uint64_t number, struct page *ret)
{
	return open_page(pages, pagefile_get(&pages->file, number), number,
			 ret);
}

typedef bool get_page(struct pages *pages, uint64_t number, struct page *ret);

/* The leaf in which a key is, if it is anywhere. */
static bool find_leaf(struct pages *pages, get_page *get, uint64_t number,
		      struct bytes key, struct page *ret)
{
	for (unsigned int level = 0; level < LEVELS_MOST; level++) {
		struct node node;
		size_t count;

		if (!get(pages, number, ret))
			return false;
		if (ret->is_leaf)
			return true;
		if (!count_up_to(ret, key, true, &count) ||
		    !open_node(ret, count - 1, &node))
			return false;
		number = node.child;
	}
	return false;
}

static enum pages_answer find(struct pages *pages, get_page *get, uint64_t root,
			      struct bytes key, struct node *ret)
{
	struct page leaf;
	size_t below;

	if (root == PAGES_NO_ROOT || !find_leaf(pages, get, root, key, &leaf) ||
	    !count_up_to(&leaf, key, false, &below))
		return PAGES_UNREAD;
	if (below == leaf.count)
		return PAGES_ABSENT;
	if (!open_node(&leaf, below, ret) || ret->flags & ~(unsigned)IS_LONG)
		return PAGES_UNREAD;
	return compare(ret->key, key) == 0 ? PAGES_FOUND : PAGES_ABSENT;
}

/* What of a value is asked for. */
struct part {
	size_t behind, size;
};

static struct part part_of(const struct node *node, size_t behind, size_t most)
{
	const size_t left =
		node->value_bytes > behind ? node->value_bytes - behind : 0;

	return (struct part){ left ? behind : 0, left < most ? left : most };
}

static struct part whole_of(const struct node *node)
{
	return part_of(node, 0, SIZE_MAX);
}

/* Of a value that lies beside its key. */
static bool take_short(const struct node *node, struct part part,
		       struct bytes *ret)
{
	if (node->value_bytes > bytes_left(&node->rest))
		return false;
	*ret = bytes_of(node->rest.next + part.behind, part.size);
	return true;
}

static uint8_t *room_of(uint8_t **room, size_t *room_bytes, size_t size)
{
	if (size > *room_bytes) {
		free(*room);
		*room = must(malloc(size));
		*room_bytes = size;
	}
	return *room;
}

/* Of a long one, into room, or to be kept if NULL. */
static bool read_long(struct pages *pages, const struct node *node,
		      struct part part, uint8_t **room, size_t *room_bytes,
		      struct bytes *ret)
{
	struct bytes in = node->rest;
	const uint64_t number = bytes_u64(&in);
	const size_t behind = HEAD_BYTES + part.behind;
	const size_t size = part.size;
	uint8_t *to;

	if (in.failed || !pagefile_has(&pages->file, number, behind, size))
		return false;
	to = room ? room_of(room, room_bytes, size)
		  : pagefile_room(&pages->file, size);
	if (!to || !pagefile_read(&pages->file, number, behind, size, to))
		return false;
	*ret = bytes_of(to, size);
	return true;
}

enum pages_answer pages_get(struct pages *pages, uint64_t root,
			    struct bytes key, struct bytes *ret)
{
	enum pages_answer answer = PAGES_UNREAD;
	struct node node;
	bool is_read;

	/* By now the map has been met, too. */
	if (!pages->file.is_full)
		answer = find(pages, keep_page, root, key, &node);
	if (answer != PAGES_FOUND)
		return answer;
	if (node.flags & IS_LONG)
		is_read = read_long(pages, &node, whole_of(&node), NULL, NULL,
				    ret);
	else
		is_read = take_short(&node, whole_of(&node), ret);
	return is_read ? PAGES_FOUND : PAGES_UNREAD;
}

static enum pages_answer get_part(struct pages *pages, get_page *get,
				  uint64_t root, struct bytes key,
				  size_t behind, size_t most, struct bytes *ret)
{
	struct node node;
	const enum pages_answer answer = find(pages, get, root, key, &node);
	struct part part;
	bool is_read;

	if (answer != PAGES_FOUND)
		return answer;
	part = part_of(&node, behind, most);
	if (node.flags & IS_LONG)
		is_read = read_long(pages, &node, part, &pages->value,
				    &pages->value_room, ret);
	else
		is_read = take_short(&node, part, ret);
	return is_read ? PAGES_FOUND : PAGES_UNREAD;
}

enum pages_answer pages_part(struct pages *pages, uint64_t root,
			     struct bytes key, size_t behind, size_t most,
			     struct bytes *ret)
{
	return get_part(pages, keep_page, root, key, behind, most, ret);
}

enum pages_answer pages_get_passing(struct pages *pages, uint64_t root,
				    struct bytes key, struct bytes *ret)
{
	return get_part(pages, pass_page, root, key, 0, SIZE_MAX, ret);
}

/* Below this page; a leaf may have lost those that its branch names. */
static enum pages_answer find_last(struct pages *pages, uint64_t number,
				   struct bytes key, unsigned int level,
				   struct bytes *ret)
{
	enum pages_answer answer = PAGES_ABSENT;
	struct page page;
	struct node node;
	size_t count;

	if (level == LEVELS_MOST || !keep_page(pages, number, &page) ||
	    !count_up_to(&page, key, true, &count))
		return PAGES_UNREAD;
	while (count-- && answer == PAGES_ABSENT) {
		if (!open_node(&page, count, &node))
			return PAGES_UNREAD;
		if (page.is_leaf) {
			*ret = node.key;
			return PAGES_FOUND;
		}
		answer = find_last(pages, node.child, key, level + 1, ret);
	}
	return answer;
}

enum pages_answer pages_last(struct pages *pages, uint64_t root,
			     struct bytes key, struct bytes *ret)
{
	return root == PAGES_NO_ROOT ? PAGES_UNREAD
				     : find_last(pages, root, key, 0, ret);
}

struct walk {
	struct pages *pages;
	struct bytes from;
	pages_take *take;
	void *closure;
	uint8_t *levels[LEVELS_MOST]; /* the page at hand of each */
	uint8_t *value;
	size_t value_room;
	bool is_damaged;
};

/* Some dictionaries are walked again and again: half the room is for walks. */
static const uint8_t *get_walked(struct walk *walk, uint64_t number,
				 unsigned int level)
{
	struct pagefile *file = &walk->pages->file;
	const uint8_t *kept = pagefile_kept(file, number);

	if (kept)
		return kept;
	if (file->kept < file->kept_most / 2)
		return pagefile_get(file, number);
	if (!walk->levels[level])
		walk->levels[level] = must(malloc(file->page_bytes));
	return pagefile_read(file, number, 0, file->page_bytes,
			     walk->levels[level])
		       ? walk->levels[level]
		       : NULL;
}

/* False where the walk ends. */
static bool walk_entry(struct walk *walk, const struct node *node)
{
	struct bytes value;

	if (node->flags & ~(unsigned)IS_LONG)
		walk->is_damaged = true;
	else if (node->flags & IS_LONG)
		walk->is_damaged |=
			!read_long(walk->pages, node, whole_of(node),
				   &walk->value, &walk->value_room, &value);
	else
		walk->is_damaged |= !take_short(node, whole_of(node), &value);
	return !walk->is_damaged && walk->take(walk->closure, node->key, value);
}

static bool walk_page(struct walk *walk, uint64_t number, unsigned int level,
		      bool is_edge)
{
	struct page page;
	struct node node;
	size_t first = 0;

	if (level == LEVELS_MOST ||
	    !open_page(walk->pages, get_walked(walk, number, level), number,
		       &page) ||
	    (is_edge &&
	     !count_up_to(&page, walk->from, !page.is_leaf, &first))) {
		walk->is_damaged = true;
		return false;
	}
	if (is_edge && !page.is_leaf)
		first--;
	for (size_t i = first; i < page.count; i++) {
		if (!open_node(&page, i, &node)) {
			walk->is_damaged = true;
			return false;
		}
		if (page.is_leaf ? !walk_entry(walk, &node)
				 : !walk_page(walk, node.child, level + 1,
					      is_edge && i == first))
			return false;
	}
	return true;
}

bool pages_walk(struct pages *pages, uint64_t root, struct bytes from,
		pages_take *take, void *closure)
{
	struct walk walk = {
		.pages = pages, .from = from, .take = take, .closure = closure
	};

	walk_page(&walk, root, 0, true);
	for (size_t i = 0; i < LEVELS_MOST; i++)
		free(walk.levels[i]);
	free(walk.value);
	return !walk.is_damaged;
}
