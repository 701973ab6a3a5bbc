#include "corpus-tools/machine.h"

#include <assert.h>
#include <string.h>

#include "corpus-tools/literal.h"
#include "signatures/base/text.h"

static const char *const formats[MACHINE_FORMATS] = {
	"full", "summary", "bitmap",   "kernel-bitmap", "automatic", "active",
	"live", "rdmp",	   "triage-a", "triage-b",	"header",    "minidump",
};

bool machine_format_find(const char *name, enum machine_format *ret)
{
	for (size_t i = 0; i < MACHINE_FORMATS; i++) {
		if (strcmp(name, formats[i]) != 0)
			continue;
		*ret = (enum machine_format)i;
		return true;
	}
	return false;
}

void machine_init(struct machine *machine, struct arena *arena,
		  const char *name)
{
	*machine = (struct machine){
		.name = name,
		.arena = arena,
		.format = MACHINE_TRIAGE_B,
		.arch = LAYOUT_X64,
		.product = 1,
		.cpus = 4,
		.pid = 4,
		.suite = 0x110,
		.mhz = 2904,
		.code = 0xe2,
		.uptime = 47110000000,
		.process = "System",
		.platform = "windows",
		.processor_vendor = "GenuineIntel",
		.processor_name = "Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz",
	};
	const bool dated =
		text_parse_time("2024-06-30T19:52:23Z", &machine->time);
	assert(dated);
}

const char *machine_option(const struct machine_words *words, const char *key)
{
	const size_t length = strlen(key);

	for (size_t i = 0; i < words->count; i++)
		if (!strncmp(words->at[i], key, length) &&
		    words->at[i][length] == '=')
			return words->at[i] + length + 1;
	return NULL;
}

uint64_t machine_option_number(const struct machine_words *words,
			       const char *key, uint64_t otherwise)
{
	const char *text = machine_option(words, key);
	uint64_t value;

	if (text && literal_number(text, &value))
		return value;
	return otherwise;
}

bool machine_has_word(const struct machine_words *words, const char *word)
{
	for (size_t i = 0; i < words->count; i++)
		if (!strcmp(words->at[i], word))
			return true;
	return false;
}

const struct machine_module *machine_module(const struct machine *machine,
					    const char *name)
{
	if (!strcmp(name, "nt") && machine->module_count)
		return &machine->modules[0];
	for (size_t i = 0; i < machine->module_count; i++)
		if (!text_compare_nocase(machine->modules[i].name, name))
			return &machine->modules[i];
	return NULL;
}
