#include <string.h>

#include "indexer/dump/windbg_reader.h"
#include "signatures/base/limits.h"
#include "signatures/base/text.h"

/* The largest image a row of lm may claim. */
#define IMAGE_BYTES UINT64_C(0x20000000)

struct lists {
	struct windbg_reader *reader;
	bool is_list;
	bool is_unloaded;
	struct crash_module *last; /* what the details of lmv are about */
};

/* Libraries that run in the kernel, and those of every process. */
static const char *const libraries[] = {
	"hal",
	"kdcom",
	"kd",
	"bootvid",
	"pshed",
	"ci",
	"cdd",
	"halacpi",
	"halmacpi",
	"kdstub",
	"kdnet",
	"mcupdate_genuineintel",
	"mcupdate_authenticamd",
	"ntdll",
	"kernel32",
	"kernelbase",
	"user32",
	"gdi32",
	"gdi32full",
	"win32u",
	"advapi32",
	"rpcrt4",
	"msvcrt",
	"ole32",
	"oleaut32",
	"combase",
	"sechost",
	"shell32",
	"shlwapi",
	"ws2_32",
	"ucrtbase",
	"wow64",
	"wow64win",
	"wow64cpu",
	"csrsrv",
	"winsrv",
	"basesrv",
	"sxssrv",
	"comctl32",
	"userenv",
	"mshtml",
	"dbghelp",
	"dwmcore",
};

static bool is_file_char(char c)
{
	return (unsigned char)c > ' ' && !strchr("<>:\"/\\|?*(),;`'", c);
}

static bool has_ending(const char *name, size_t size)
{
	const char *dot = memchr(name, '.', size);

	return dot && dot > name && dot + 1 < name + size;
}

static bool is_same_letter(char file, char debugger)
{
	if (file >= 'A' && file <= 'Z')
		file = (char)(file + 'a' - 'A');
	if (debugger >= 'A' && debugger <= 'Z')
		debugger = (char)(debugger + 'a' - 'A');
	return file == debugger ||
	       (debugger == '_' && (file == '-' || file == '.' || file == ' '));
}

/* Is file, without its ending, what the debugger calls name? */
static bool is_called(const char *file, const char *name, size_t size)
{
	const char *dot = strrchr(file, '.');
	const size_t stem = dot ? (size_t)(dot - file) : strlen(file);

	if (stem != size)
		return false;
	for (size_t i = 0; i < size; i++)
		if (!is_same_letter(file[i], name[i]))
			return false;
	return true;
}

/* Remember that a file of this name is loaded; it ends at the first blank. */
static const char *learn(struct windbg_reader *reader, const char *name)
{
	size_t size = 0;
	char *copy;

	while (is_file_char(name[size]) && size < LIMIT_NAME_BYTES)
		size++;
	if (!has_ending(name, size) || reader->file_count == LIMIT_MODULES)
		return NULL;
	copy = arena_take(reader->arena, size + 1, 1);
	memcpy(copy, name, size);
	copy = text_file_name(reader->arena, copy);
	reader->file[reader->file_count++] = copy;
	return copy;
}

static void learn_from(struct windbg_reader *reader, const char *line)
{
	static const char *const words[] = {
		"symbols could not be loaded for ",
		"Unable to verify timestamp for ",
		"Defaulted to export symbols for ",
		"Unable to load image ",
		"IMAGE_NAME:",
		"Image name:",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const char *at = strstr(line, words[i]);

		if (!at)
			continue;
		at += strlen(words[i]);
		at += strspn(at, " ");
		if (i == 3)
			for (const char *c = at; *c && *c != ','; c++)
				if (*c == '\\')
					at = c + 1;
		learn(reader, at);
	}
}

const char *windbg_modules_file(const struct windbg_reader *reader,
				const char *name, size_t size, bool is_kernel)
{
	char *file = arena_take(reader->arena, size + 5, 1);

	memcpy(file, name, size);
	for (size_t i = 0; i < size; i++)
		if (file[i] >= 'A' && file[i] <= 'Z')
			file[i] = (char)(file[i] + 'a' - 'A');
	if (strcmp(crash_module_canonical(file), "nt") == 0)
		return "nt";
	for (size_t i = 0; i < reader->file_count; i++)
		if (is_called(reader->file[i], name, size))
			return crash_module_canonical(reader->file[i]);
	if (has_ending(file, size))
		return file;
	for (size_t i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++)
		if (strcmp(file, libraries[i]) == 0) {
			memcpy(file + size, ".dll", 5);
			return file;
		}
	if (is_kernel)
		memcpy(file + size, ".sys", 5);
	return file;
}

/* "(4F712051)" at the end of a line. */
static uint32_t stamp_of(const char *line)
{
	const char *at = strrchr(line, '(');
	struct windbg_hex hex;

	if (!at)
		return 0;
	at++;
	if (!windbg_text_take_hex(&at, &hex) || hex.digits != 8 || *at != ')')
		return 0;
	return (uint32_t)hex.value;
}

static void set_stamp(struct crash_module *module, uint32_t stamp)
{
	if (stamp && module->bytes)
		module->build = (crash_build)stamp << 32 | module->bytes;
}

/* The kernel's file name shows only in the name of its symbols. */
static const char *kernel_file(const struct windbg_reader *reader,
			       const char *rest)
{
	static const char *const kernels[] = { "ntkrnlmp", "ntkrpamp",
					       "ntkrnlpa", "ntoskrnl" };

	for (size_t i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++)
		if (strstr(rest, kernels[i]))
			return text_printf(reader->arena, "%s.exe", kernels[i]);
	return "nt";
}

static void add_unloaded(struct windbg_reader *reader, const char *name,
			 uint64_t base, uint64_t bytes)
{
	struct crash *crash = reader->crash;
	size_t size = 0;

	while (is_file_char(name[size]) && size < LIMIT_NAME_BYTES)
		size++;
	if (crash->unloaded_count == LIMIT_UNLOADED || size == 0)
		return;

	char *copy = arena_take(reader->arena, size + 1, 1);

	memcpy(copy, name, size);
	crash->unloaded[crash->unloaded_count++] =
		(struct crash_unloaded){ text_file_name(reader->arena, copy),
					 base, bytes };
}

static bool is_listed(const struct crash *crash, uint64_t base)
{
	for (size_t i = 0; i < crash->module_count; i++)
		if (crash->modules[i].base == base)
			return true;
	return false;
}

static struct crash_module *add_module(struct windbg_reader *reader,
				       const char *name, uint64_t base,
				       uint64_t bytes)
{
	struct crash *crash = reader->crash;
	const size_t size = strcspn(name, " ");
	const char *rest = name + size;
	const char *file = NULL;

	if (crash->module_count == LIMIT_MODULES || size == 0 ||
	    size > LIMIT_NAME_BYTES || *name == '(' || is_listed(crash, base))
		return NULL;
	rest += strspn(rest, " ");
	if (*rest && *rest != '(')
		file = learn(reader, rest);
	if (!file)
		file = windbg_modules_file(reader, name, size,
					   reader->part.has_stop ||
						   reader->width == 0 ||
						   base >> 31);
	if (strcmp(file, "nt") == 0)
		file = kernel_file(reader, rest);

	struct crash_module *module = &crash->modules[crash->module_count++];

	*module = (struct crash_module){ .name = file,
					 .base = base,
					 .bytes = (uint32_t)bytes };
	set_stamp(module, stamp_of(rest));
	return module;
}

/* "f794b000 f795c000   xennet     (deferred)" */
static bool read_row(struct lists *lists, const char *line)
{
	struct windbg_reader *reader = lists->reader;
	struct windbg_hex start, end;

	if (!windbg_text_take_hex(&line, &start) ||
	    !windbg_text_take_hex(&line, &end) || *line != ' ' ||
	    start.digits != end.digits ||
	    (start.digits != 8 && start.digits != 16) ||
	    end.value <= start.value || end.value - start.value > IMAGE_BYTES)
		return false;
	if (reader->width == 0)
		reader->width = start.digits / 2;
	if (start.digits != 2 * reader->width)
		return true;
	line += strspn(line, " ");
	if (lists->is_unloaded)
		add_unloaded(reader, line, start.value,
			     end.value - start.value);
	else
		lists->last = add_module(reader, line, start.value,
					 end.value - start.value);
	return true;
}

/* What lmv prints below a row. */
static void read_detail(struct lists *lists, const char *line)
{
	struct windbg_reader *reader = lists->reader;
	const char *value = windbg_text_value(line, "Image name");
	const char *file;

	if (!lists->last)
		return;
	if (value) {
		file = learn(reader, value);
		if (file)
			lists->last->name = file;
	} else if (windbg_text_value(line, "Timestamp")) {
		value = windbg_text_value(line, "Timestamp");
		struct windbg_hex hex;

		if (stamp_of(value))
			set_stamp(lists->last, stamp_of(value));
		else if (windbg_text_take_hex(&value, &hex) && hex.digits == 8)
			set_stamp(lists->last, (uint32_t)hex.value);
	}
}

void windbg_modules_read(struct windbg_reader *reader)
{
	struct lists lists = { .reader = reader };
	const struct windbg_part *part = &reader->part;
	struct crash *crash = reader->crash;

	reader->file =
		arena_take(reader->arena, LIMIT_MODULES, sizeof(*reader->file));
	crash->modules = arena_take(reader->arena, LIMIT_MODULES,
				    sizeof(*crash->modules));
	crash->unloaded = arena_take(reader->arena, LIMIT_UNLOADED,
				     sizeof(*crash->unloaded));
	for (size_t i = part->first; i < part->end; i++)
		learn_from(reader, reader->text->line[i].text);
	for (size_t i = part->first; i < part->end; i++) {
		const char *line = reader->text->line[i].text;

		if (windbg_text_command(line)) {
			lists = (struct lists){ .reader = reader };
		} else if (text_starts_nocase(line, "start ") &&
			   strstr(line, "module name")) {
			lists = (struct lists){ .reader = reader,
						.is_list = true };
		} else if (text_starts_nocase(line, "Unloaded modules")) {
			lists = (struct lists){ .reader = reader,
						.is_list = true,
						.is_unloaded = true };
		} else if (lists.is_list && !read_row(&lists, line)) {
			read_detail(&lists, line);
		}
	}
}
