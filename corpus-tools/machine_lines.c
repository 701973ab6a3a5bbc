#include "corpus-tools/machine_lines.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "corpus-tools/literal.h"
#include "signatures/base/text.h"

/* What a line says after its first word. */
struct said {
	const char *rest; /* as it stands, blanks off both ends */
	struct machine_words words;
	const char *after; /* behind the first colon followed by a blank */
};

/* Room for one more item in a list that doubles; list is where it is kept. */
static void *one_more(struct machine *machine, void *list, size_t *count,
		      size_t size)
{
	void *items;

	memcpy(&items, list, sizeof(items));
	if ((*count & (*count - 1)) == 0) {
		void *room = arena_take(machine->arena, *count ? *count * 2 : 1,
					size);

		if (*count)
			memcpy(room, items, *count * size);
		items = room;
		memcpy(list, &items, sizeof(items));
	}
	return (char *)items + size * (*count)++;
}

#define ONE_MORE(machine, list, count)                                         \
	one_more((machine), &(list), &(count), sizeof(*(list)))

static void split(struct machine *machine, const char *rest, struct said *said)
{
	char *copy = text_copy(machine->arena, rest);
	char *save = NULL;

	memset(said, 0, sizeof(*said));
	said->rest = rest;
	const char *colon = strstr(rest, ": ");
	if (colon)
		said->after = colon + 2;
	for (char *word = strtok_r(copy, " \t", &save);
	     word && said->words.count < MACHINE_WORDS;
	     word = strtok_r(NULL, " \t", &save))
		said->words.at[said->words.count++] = word;
}

static const char *word_at(const struct said *said, size_t index)
{
	return index < said->words.count ? said->words.at[index] : "";
}

static struct machine_words words_from(const struct said *said, size_t first)
{
	struct machine_words words = { { NULL }, 0 };

	for (size_t i = first; i < said->words.count; i++)
		words.at[words.count++] = said->words.at[i];
	return words;
}

static struct machine_stack *last_stack(struct machine *machine)
{
	if (!machine->stack_count) {
		struct machine_stack *stack = ONE_MORE(machine, machine->stacks,
						       machine->stack_count);

		memset(stack, 0, sizeof(*stack));
		stack->cpu = machine->cpu;
	}
	return &machine->stacks[machine->stack_count - 1];
}

static bool take_stack(struct machine *machine, const struct said *said)
{
	struct machine_stack *stack =
		ONE_MORE(machine, machine->stacks, machine->stack_count);

	machine->in_block = false;
	memset(stack, 0, sizeof(*stack));
	stack->cpu = machine_option_number(&said->words, "cpu", machine->cpu);
	stack->sp = machine_option_number(&said->words, "sp", 0);
	stack->room = machine_option_number(&said->words, "room", 0);
	return true;
}

static bool take_ip(struct machine *machine, const struct said *said)
{
	struct machine_stack *stack = last_stack(machine);

	stack->ip = word_at(said, 0);
	stack->ip_options = words_from(said, 1);
	return said->words.count > 0;
}

static bool take_idle(struct machine *machine, const struct said *said)
{
	last_stack(machine)->idle = true;
	return said->words.count == 0;
}

static bool take_resting(struct machine *machine, const struct said *said)
{
	last_stack(machine)->resting = true;
	return said->words.count == 0;
}

static bool take_item(struct machine *machine, const struct said *said,
		      enum machine_item_kind kind)
{
	machine->in_block = false;
	struct machine_stack *stack = last_stack(machine);
	struct machine_item *item =
		ONE_MORE(machine, stack->items, stack->item_count);

	memset(item, 0, sizeof(*item));
	item->kind = kind;
	item->location = word_at(said, 0);
	item->options = words_from(said, 1);
	return kind == MACHINE_LOOSE || said->words.count > 0;
}

static bool take_frame(struct machine *machine, const struct said *said)
{
	return take_item(machine, said, MACHINE_FRAME);
}

static bool take_trap(struct machine *machine, const struct said *said)
{
	return take_item(machine, said, MACHINE_TRAP);
}

static bool take_raise(struct machine *machine, const struct said *said)
{
	return take_item(machine, said, MACHINE_RAISE);
}

static bool take_piece(struct machine *machine, const struct said *said,
		       enum machine_piece_kind kind)
{
	struct machine_piece *piece =
		ONE_MORE(machine, machine->pieces, machine->piece_count);
	char *where = text_copy(machine->arena, word_at(said, 0));
	const size_t length = strlen(where);

	if (length && where[length - 1] == ':')
		where[length - 1] = '\0';
	memset(piece, 0, sizeof(*piece));
	machine->in_block = kind == MACHINE_BLOCK;
	piece->kind = kind;
	piece->where = where;
	piece->raw = said->after ? said->after : "";
	piece->words = words_from(said, 1);
	return said->words.count > 0;
}

static bool take_word(struct machine *machine, const struct said *said)
{
	if (machine->in_block) {
		struct machine_piece *piece = ONE_MORE(machine, machine->pieces,
						       machine->piece_count);

		*piece = (struct machine_piece){
			.kind = MACHINE_BLOCK_WORDS,
			.where = "block",
			.raw = "",
			.words = said->words,
		};
		return said->words.count > 0;
	}
	struct machine_stack *stack = last_stack(machine);

	if (!stack->item_count) {
		const struct said nothing = { "", { { NULL }, 0 }, NULL };

		take_item(machine, &nothing, MACHINE_LOOSE);
	}
	struct machine_item *item = &stack->items[stack->item_count - 1];

	for (size_t i = 0; i < said->words.count; i++) {
		const char **word =
			ONE_MORE(machine, item->words, item->word_count);

		*word = said->words.at[i];
	}
	return said->words.count > 0;
}

#define PIECE(name, kind)                                                      \
	static bool name(struct machine *machine, const struct said *said)     \
	{                                                                      \
		return take_piece(machine, said, kind);                        \
	}
PIECE(take_code, MACHINE_CODE)
PIECE(take_memory, MACHINE_MEMORY)
PIECE(take_values, MACHINE_VALUES)
PIECE(take_text, MACHINE_TEXT)
PIECE(take_utf16, MACHINE_UTF16)
PIECE(take_context, MACHINE_CONTEXT)
PIECE(take_exception, MACHINE_EXCEPTION)
PIECE(take_pool, MACHINE_POOL)
PIECE(take_block, MACHINE_BLOCK)
PIECE(take_page, MACHINE_PAGE)

static bool take_module(struct machine *machine, const struct said *said)
{
	const struct machine_words *words = &said->words;
	struct machine_module *module =
		ONE_MORE(machine, machine->modules, machine->module_count);

	*module = (struct machine_module){
		.name = word_at(said, 0),
		.base = machine_option_number(words, "base", 0),
		.size = (uint32_t)machine_option_number(words, "size", 0),
		.time = (uint32_t)machine_option_number(words, "time", 0),
		.checksum =
			(uint32_t)machine_option_number(words, "checksum", 0),
		.tag = machine_option(words, "tag"),
	};
	return words->count > 0;
}

static bool take_unloaded(struct machine *machine, const struct said *said)
{
	struct machine_unloaded *unloaded =
		ONE_MORE(machine, machine->unloaded, machine->unloaded_count);

	*unloaded = (struct machine_unloaded){
		.name = word_at(said, 0),
		.base = machine_option_number(&said->words, "base", 0),
		.size = machine_option_number(&said->words, "size", 0x1000),
	};
	return said->words.count > 0;
}

static bool take_blob(struct machine *machine, const struct said *said)
{
	struct machine_blob *blob =
		ONE_MORE(machine, machine->blobs, machine->blob_count);
	char *guid = text_copy(machine->arena, word_at(said, 0));
	const size_t length = strlen(guid);

	if (length && guid[length - 1] == ':')
		guid[length - 1] = '\0';
	*blob = (struct machine_blob){ guid, said->after ? said->after : "" };
	return said->words.count > 0;
}

static bool take_pooltag(struct machine *machine, const struct said *said)
{
	struct machine_pooltag *row =
		ONE_MORE(machine, machine->pooltags, machine->pooltag_count);

	*row = (struct machine_pooltag){ word_at(said, 0),
					 words_from(said, 1) };
	return strlen(row->tag) == 4;
}

static bool take_bugcheck(struct machine *machine, const struct said *said)
{
	for (size_t i = 0; i < 4 && i + 1 < said->words.count; i++)
		machine->args[i] = said->words.at[i + 1];
	return said->words.count <= 5 &&
	       literal_number(word_at(said, 0), &machine->code);
}

/* "7.25" in units of 100 ns. */
static bool take_ticks(const char *text, uint64_t *ret)
{
	const char *point = strchr(text, '.');
	char whole[24];
	uint64_t seconds, ticks = 0, unit = 1000000;
	const size_t length = point ? (size_t)(point - text) : strlen(text);

	if (length >= sizeof(whole))
		return false;
	memcpy(whole, text, length);
	whole[length] = '\0';
	if (!text_parse_u64(whole, &seconds))
		return false;
	for (const char *c = point ? point + 1 : ""; *c; c++, unit /= 10) {
		if (!isdigit((unsigned char)*c))
			return false;
		ticks += (uint64_t)(*c - '0') * unit;
	}
	*ret = seconds * TEXT_TICKS_PER_SECOND + ticks;
	return true;
}

static bool take_uptime(struct machine *machine, const struct said *said)
{
	return take_ticks(said->rest, &machine->uptime);
}

static bool take_time(struct machine *machine, const struct said *said)
{
	char whole[40];
	const char *point = strchr(said->rest, '.');
	const size_t length =
		point ? (size_t)(point - said->rest) : strlen(said->rest);
	uint64_t ticks = 0;

	if (length >= sizeof(whole))
		return false;
	memcpy(whole, said->rest, length);
	whole[length] = '\0';
	if (point) {
		char fraction[16] = "0";
		size_t digits = strspn(point + 1, "0123456789");

		if (digits > 7)
			return false;
		memcpy(fraction + 1, point, digits + 1);
		if (!take_ticks(fraction, &ticks))
			return false;
	}
	uint64_t time;
	if (!text_parse_time(whole, &time))
		return false;
	machine->time = time + ticks;
	return true;
}

/* The place of text among names, or count. */
static size_t place(const char *text, const char *const *names, size_t count)
{
	size_t i = 0;

	while (i < count && strcmp(text, names[i]) != 0)
		i++;
	return i;
}

static bool take_arch(struct machine *machine, const struct said *said)
{
	static const char *const names[] = { "x86", "x86-pae", "x64",
					     "x64-la57", "arm64" };
	const size_t found = place(said->rest, names, LAYOUT_ARCHS);

	if (found < LAYOUT_ARCHS)
		machine->arch = (enum layout_arch)found;
	return found < LAYOUT_ARCHS;
}

static bool take_product(struct machine *machine, const struct said *said)
{
	static const char *const names[] = { "workstation", "domain-controller",
					     "server" };
	const size_t found = place(said->rest, names, 3);

	machine->product = found + 1;
	return found < 3;
}

static const struct {
	const char *word;
	bool (*take)(struct machine *machine, const struct said *said);
} lists[] = {
	{ "arch", take_arch },		 { "block", take_block },
	{ "blob", take_blob },		 { "bugcheck", take_bugcheck },
	{ "code", take_code },		 { "context", take_context },
	{ "exception", take_exception }, { "frame", take_frame },
	{ "idle", take_idle },		 { "ip", take_ip },
	{ "memory", take_memory },	 { "module", take_module },
	{ "page", take_page },		 { "pool", take_pool },
	{ "pooltag", take_pooltag },	 { "product", take_product },
	{ "raise", take_raise },	 { "resting", take_resting },
	{ "stack", take_stack },	 { "text", take_text },
	{ "time", take_time },		 { "trap", take_trap },
	{ "unloaded", take_unloaded },	 { "uptime", take_uptime },
	{ "utf16", take_utf16 },	 { "word", take_word },
	{ "words", take_values },
};

/* Facts of one word or one text: where they are kept. */
static const struct {
	const char *word;
	enum {
		NUMBER,
		TEXT,
		TRUTH
	} kind;
	size_t offset;
	size_t known; /* of the bool that says it was said; 0 = none */
} facts[] = {
#define AT(member) offsetof(struct machine, member)
	{ "acpi", TEXT, AT(acpi), 0 },
	{ "attributes", NUMBER, AT(attributes), AT(attributes_known) },
	{ "bios-date", TEXT, AT(strings.bios_date), 0 },
	{ "bios-vendor", TEXT, AT(strings.bios_vendor), 0 },
	{ "bios-version", TEXT, AT(strings.bios_version), 0 },
	{ "board", TEXT, AT(strings.board), 0 },
	{ "board-manufacturer", TEXT, AT(strings.board_manufacturer), 0 },
	{ "board-serial", TEXT, AT(strings.board_serial), 0 },
	{ "board-version", TEXT, AT(strings.board_version), 0 },
	{ "boot-id", NUMBER, AT(boot_id), AT(boot_known) },
	{ "build", NUMBER, AT(build), 0 },
	{ "comment", TEXT, AT(comment), 0 },
	{ "cpu", NUMBER, AT(cpu), 0 },
	{ "cpus", NUMBER, AT(cpus), 0 },
	{ "family", TEXT, AT(strings.family), 0 },
	{ "hypervisor-bit", TRUTH, AT(hypervisor_bit), 0 },
	{ "lab", TEXT, AT(lab), 0 },
	{ "manufacturer", TEXT, AT(strings.manufacturer), 0 },
	{ "mhz", NUMBER, AT(mhz), 0 },
	{ "pid", NUMBER, AT(pid), 0 },
	{ "platform", TEXT, AT(platform), 0 },
	{ "process", TEXT, AT(process), 0 },
	{ "processor-name", TEXT, AT(processor_name), 0 },
	{ "processor-vendor", TEXT, AT(processor_vendor), 0 },
	{ "product-name", TEXT, AT(strings.product_name), 0 },
	{ "product-version", TEXT, AT(strings.product_version), 0 },
	{ "seed", NUMBER, AT(seed), 0 },
	{ "serial", TEXT, AT(strings.serial), 0 },
	{ "sku", TEXT, AT(strings.sku), 0 },
	{ "smbios", TEXT, AT(smbios), 0 },
	{ "suite", NUMBER, AT(suite), 0 },
	{ "tool", TEXT, AT(tool), 0 },
	{ "type", NUMBER, AT(type), AT(type_known) },
	{ "uuid", TEXT, AT(strings.uuid), 0 },
	{ "virtual", TRUTH, AT(virtual_bit), 0 },
#undef AT
};

static bool take_fact(struct machine *machine, size_t row, const char *rest)
{
	char *at = (char *)machine + facts[row].offset;
	bool said = true;

	if (facts[row].known)
		memcpy((char *)machine + facts[row].known, &said, sizeof(said));
	switch (facts[row].kind) {
	case NUMBER: {
		uint64_t value;

		if (!literal_number(rest, &value))
			return false;
		memcpy(at, &value, sizeof(value));
		return true;
	}
	case TRUTH:
		said = !strcmp(rest, "yes");
		memcpy(at, &said, sizeof(said));
		return said || !strcmp(rest, "no");
	case TEXT:
		memcpy(at, &rest, sizeof(rest));
		return true;
	}
	return false;
}

static bool take(struct machine *machine, const char *word, const char *rest,
		 bool *known)
{
	struct said said;

	*known = true;
	split(machine, rest, &said);
	if (!strcmp(word, "format"))
		return machine_format_find(rest, &machine->format);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (!strcmp(word, lists[i].word))
			return lists[i].take(machine, &said);
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
		if (!strcmp(word, facts[i].word))
			return take_fact(machine, i, rest);
	*known = false;
	return false;
}

enum status machine_lines_take(struct machine *machine, const char *line,
			       struct error *err)
{
	char *copy = text_copy(machine->arena, line);
	bool known;

	/* A comment stands at the start of a line or behind a blank. */
	for (char *c = copy; *c; c++) {
		if (*c != '#' || (c > copy && !isspace((unsigned char)c[-1])))
			continue;
		*c = '\0';
		break;
	}
	for (size_t n = strlen(copy);
	     n > 0 && isspace((unsigned char)copy[n - 1]);)
		copy[--n] = '\0';
	char *word = copy + strspn(copy, " \t");
	if (!*word)
		return STATUS_OK;
	char *rest = word + strcspn(word, " \t");
	if (*rest) {
		*rest++ = '\0';
		rest += strspn(rest, " \t");
	}
	if (take(machine, word, rest, &known))
		return STATUS_OK;
	if (!known)
		return error_set(err, STATUS_USAGE, "%s: no such word", word);
	return error_set(err, STATUS_USAGE, "%s: cannot read '%s'", word, rest);
}

enum status machine_lines_parse(struct machine *machine, const char *text,
				size_t size, struct error *err)
{
	size_t number = 0;

	for (size_t at = 0; at < size;) {
		const char *end = memchr(text + at, '\n', size - at);
		const size_t length =
			end ? (size_t)(end - (text + at)) : size - at;
		char *line = arena_take(machine->arena, length + 1, 1);

		memcpy(line, text + at, length);
		at += length + 1;
		number++;
		if (machine_lines_take(machine, line, err))
			return error_within(err, "%s: line %zu", machine->name,
					    number);
	}
	return STATUS_OK;
}
