#include <string.h>

#include "indexer/dump/windbg_reader.h"
#include "indexer/dump/windbg_row.h"
#include "signatures/base/text.h"

/* What !analyze names, as far as the log has it. */
struct blamed {
	const char *image;  /* file name */
	const char *module; /* the debugger's name */
	size_t module_size;
	const char *symbol; /* driver+36532, nt!KeFoo+1b */
	uint32_t stamp;
	const char *faulting; /* FAULTING_IP's symbol */
};

/* Names !analyze gives where it blames nobody. */
static bool is_nobody(const char *name, size_t size)
{
	static const char *const nobody[] = {
		"Unknown_",	   "hardware",	   "memory_corruption",
		"Pool_Corruption", "ANALYSIS_",	   "CPU_CALL_ERROR",
		"BAD_STACK",	   "unknown",	   "STACK_CORRUPTION",
		"AuthenticAMD",	   "GenuineIntel", "corrupt",
	};

	if (size < 2 || memchr(name, '<', size))
		return true;
	for (size_t i = 0; i < sizeof(nobody) / sizeof(nobody[0]); i++)
		if (text_starts_nocase(name, nobody[i]))
			return true;
	return false;
}

static void set_once(const char **text, const char *value)
{
	if (!*text && *value)
		*text = value;
}

/* "Probably caused by : fltdrv.sys ( fltdrv+c06d )" */
static void read_probably(struct windbg_reader *reader, struct blamed *blamed,
			  const char *line)
{
	const char *value = windbg_text_value(line, "Probably caused by");
	const char *open;

	if (!value)
		return;
	set_once(&blamed->image, text_printf(reader->arena, "%.*s",
					     (int)strcspn(value, " ("), value));
	open = strchr(value, '(');
	if (open)
		set_once(&blamed->symbol, open + 1 + strspn(open + 1, " "));
}

static void read_line(struct windbg_reader *reader, struct blamed *blamed,
		      size_t i)
{
	const char *line = reader->text->line[i].text;
	const char *value;
	struct windbg_hex hex;

	read_probably(reader, blamed, line);
	value = windbg_text_value(line, "MODULE_NAME");
	if (value && !blamed->module && *value) {
		blamed->module = value;
		blamed->module_size = strcspn(value, " ");
	}
	value = windbg_text_value(line, "IMAGE_NAME");
	if (value)
		set_once(&blamed->image, value);
	value = windbg_text_value(line, "SYMBOL_NAME");
	if (value)
		set_once(&blamed->symbol, value);
	value = windbg_text_value(line, "DEBUG_FLR_IMAGE_TIMESTAMP");
	if (value && windbg_text_take_hex(&value, &hex) && hex.digits <= 8)
		blamed->stamp = (uint32_t)hex.value;
	value = windbg_text_value(line, "FAULTING_IP");
	if (value && i + 1 < reader->part.end)
		set_once(&blamed->faulting,
			 *value ? value : reader->text->line[i + 1].text);
}

/* Does a debugger's symbol lie in file? */
static bool is_in(const struct windbg_reader *reader, const char *symbol,
		  const char *file)
{
	const size_t size = symbol ? strcspn(symbol, "!+ ") : 0;

	return size && strcmp(windbg_modules_file(reader, symbol, size, true),
			      file) == 0;
}

/* "driver+36532": behind a function's name the base is not what it is from. */
static struct crash_number offset_of(const char *symbol)
{
	const size_t size = symbol ? strcspn(symbol, "!+ ") : 0;
	struct windbg_hex hex;

	if (!size || symbol[size] != '+')
		return CRASH_UNKNOWN;
	symbol += size + 1;
	if (!windbg_text_take_hex(&symbol, &hex))
		return CRASH_UNKNOWN;
	return CRASH_NUMBER(hex.value);
}

static crash_build build_of(const struct crash *crash, const char *file,
			    uint32_t stamp)
{
	for (size_t i = 0; i < crash->module_count; i++) {
		const struct crash_module *module = &crash->modules[i];

		if (strcmp(crash_module_canonical(module->name), file) != 0)
			continue;
		if (module->build == 0 && stamp && module->bytes)
			return (crash_build)stamp << 32 | module->bytes;
		return module->build;
	}
	return 0;
}

/*
 * "DriverUnload:  fffff800`0c8d5d24  vicm" and the rows of the dispatch table:
 * the module at the end of a line of !drvobj, NULL when it is none.
 */
static const char *routine_of(const struct windbg_reader *reader,
			      const char *line, bool is_entry)
{
	const char *at = line;
	struct windbg_hex hex;

	if (is_entry)
		at = windbg_text_value(line, "DriverEntry");
	else if (*line == '[' && strstr(line, "] IRP_MJ_"))
		at = strchr(strchr(line, ']') + 2, ' ');
	else
		at = windbg_text_value(line, "DriverUnload");
	if (!at || !windbg_text_take_hex(&at, &hex) || hex.digits < 8)
		return NULL;
	at += strspn(at, " ");
	if (!strcspn(at, "!+ "))
		return NULL;
	return windbg_modules_file(reader, at, strcspn(at, "!+ "), true);
}

/* Patch protection caught a driver object: whose code does it point at? */
static void blame_object(struct windbg_reader *reader)
{
	const struct crash_number code = reader->crash->bugcheck.code;
	struct crash_fault *fault = &reader->crash->fault;
	const char *owner = NULL;

	if (!code.known || code.value != 0x109)
		return;
	for (size_t i = reader->part.first; i < reader->part.end; i++) {
		const char *line = reader->text->line[i].text;
		const char *entry = routine_of(reader, line, true);
		const char *routine = routine_of(reader, line, false);

		if (entry)
			owner = entry;
		if (!owner || !routine || strcmp(routine, owner) == 0 ||
		    strcmp(routine, "nt") == 0)
			continue;
		*fault = (struct crash_fault){
			.module = routine,
			.build = build_of(reader->crash, routine, 0),
			.how = CRASH_FAULT_OBJECT,
			.trust = CRASH_STATED,
		};
		return;
	}
}

void windbg_fault_read(struct windbg_reader *reader)
{
	struct blamed blamed = { 0 };
	struct crash_fault *fault = &reader->crash->fault;
	const char *name;
	size_t size;

	for (size_t i = reader->part.first; i < reader->part.end; i++)
		read_line(reader, &blamed, i);
	name = blamed.image;
	size = name ? strcspn(name, " ") : 0;
	if (!name || is_nobody(name, size)) {
		name = blamed.module;
		size = blamed.module_size;
	}
	if (!name || is_nobody(name, size)) {
		blame_object(reader);
		return;
	}
	/* The image's name may be that of its file elsewhere. */
	name = text_file_name(reader->arena, text_printf(reader->arena, "%.*s",
							 (int)size, name));
	fault->module = windbg_modules_file(reader, name, strlen(name), true);
	if (is_in(reader, blamed.symbol, fault->module))
		fault->offset = offset_of(blamed.symbol);
	fault->build = build_of(reader->crash, fault->module, blamed.stamp);
	fault->how = is_in(reader, blamed.faulting, fault->module)
			     ? CRASH_FAULT_EXCEPTION
			     : CRASH_FAULT_STACK;
	fault->trust = CRASH_STATED;
}
