/*
 * What error reporting says of the machine, beside a dump: sysdata.xml and
 * *.WERInternalMetadata.xml.
 *
 *	<SYSTEMINFO>                        <WERReportMetadata>
 *	  <SYSTEM>                            <OSVersionInformation>
 *	    <OSVER>6.1.7601 1.0</OSVER>         <Build>19041 </Build>
 *	  </SYSTEM>                           </OSVersionInformation>
 *	  <DEVICES> ... </DEVICES>            <SystemInformation>
 *	  <DRIVERS> ... </DRIVERS>              <SystemManufacturer> ...
 *	</SYSTEMINFO>                           <SystemProductName> ...
 *	                                        <BIOSVersion> ...
 *
 * They differ by version of Windows, so elements count by their names wherever
 * they are, except in the lists of devices and drivers, which have makers and
 * names of their own.  It is no crash: the kind stays unknown.
 */
#include <string.h>

#include "indexer/dump/dump.h"
#include "indexer/dump/plain.h"
#include "indexer/dump/windbg_text.h"
#include "indexer/dump/xml.h"
#include "signatures/base/limits.h"
#include "signatures/base/text.h"

static const char *const roots[] = { "SYSTEMINFO", "WERReportMetadata" };

static const char *const lists[] = { "DEVICES", "DRIVERS" };

static const char *const computer_names[] = { "COMPUTERNAME", "MACHINENAME",
					      "COMPUTER", "HOSTNAME" };

static const struct {
	const char *name;
	size_t at;
} facts[] = {
	{ "SystemManufacturer", offsetof(struct crash_machine, manufacturer) },
	{ "Manufacturer", offsetof(struct crash_machine, manufacturer) },
	{ "OEMName", offsetof(struct crash_machine, manufacturer) },
	{ "SystemProductName", offsetof(struct crash_machine, product_name) },
	{ "ProductName", offsetof(struct crash_machine, product_name) },
	{ "Model", offsetof(struct crash_machine, product_name) },
	{ "BaseBoardProduct", offsetof(struct crash_machine, board) },
	{ "BIOSVendor", offsetof(struct crash_machine, bios_vendor) },
	{ "BIOSVersion", offsetof(struct crash_machine, bios_version) },
	{ "BIOSReleaseDate", offsetof(struct crash_machine, bios_date) },
	{ "BIOSDate", offsetof(struct crash_machine, bios_date) },
	{ "ProcessorName", offsetof(struct crash_machine, cpu) },
};

struct system {
	struct dump *dump;
	struct crash_machine *machine;
	char element[40]; /* whose text comes next */
	size_t listed;	  /* depth of lists */
};

static bool is_list(const struct xml_token *tag)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (xml_is(tag, lists[i]))
			return true;
	return false;
}

static void take_fact(struct system *system, const char *text)
{
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		const char *known;

		if (text_compare_nocase(system->element, facts[i].name))
			continue;
		memcpy(&known, (char *)system->machine + facts[i].at,
		       sizeof(known));
		if (!known)
			memcpy((char *)system->machine + facts[i].at, &text,
			       sizeof(text));
	}
}

static void take_text(struct system *system, const struct xml_token *token)
{
	struct crash_machine *machine = system->machine;
	const char *text = text_trimmed(system->dump->arena,
					xml_text(token, system->dump->arena));

	if (!text || strlen(text) > LIMIT_TEXT_BYTES)
		return;
	take_fact(system, text);
	for (size_t i = 0; i < sizeof(computer_names) / sizeof(char *); i++)
		if (!text_compare_nocase(system->element, computer_names[i]) &&
		    !machine->id.known)
			machine->id = crash_machine_of_name(text);
}

/* Names as attributes: <MACHINEINFO machinename="PC17" oem="..."/> */
static void take_attributes(struct system *system, const struct xml_token *tag)
{
	struct arena *arena = system->dump->arena;
	const char *name;

	if (!xml_is(tag, "MACHINEINFO"))
		return;
	name = xml_attribute(tag, "machinename", arena);
	if (name && !system->machine->id.known)
		system->machine->id = crash_machine_of_name(name);
	name = xml_attribute(tag, "oem", arena);
	if (name && *name && !system->machine->manufacturer)
		system->machine->manufacturer = name;
}

static void take_tag(struct system *system, const struct xml_token *tag)
{
	const size_t room = sizeof(system->element) - 1;
	const size_t size = tag->size < room ? tag->size : room;

	system->element[0] = '\0';
	if (tag->kind == XML_CLOSE) {
		system->listed -= system->listed && is_list(tag);
		return;
	}
	take_attributes(system, tag);
	if (tag->is_empty)
		return;
	system->listed += is_list(tag);
	memcpy(system->element, tag->at, size);
	system->element[size] = '\0';
}

static bool claims(struct bytes image)
{
	struct xml_token token;
	struct arena arena;
	const char *text;
	bool is_system = false;

	if (!windbg_text_is_likely(image))
		return false;
	arena_init(&arena);
	text = plain_decode(image, DUMP_CLAIM_BYTES, &arena);
	text += strspn(text, " \t\r\n");
	do
		token = xml_next(&text);
	while (token.kind == XML_TEXT &&
	       strspn(token.at, " \t\r\n") >= token.size);
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
		is_system |= token.kind == XML_OPEN && xml_is(&token, roots[i]);
	arena_deinit(&arena);
	return is_system;
}

static enum status read(struct dump *dump, struct error *err)
{
	struct system system = { .dump = dump,
				 .machine = &dump->crash->machine };
	const char *text =
		plain_decode(dump->image, LIMIT_REPORT_BYTES, dump->arena);

	(void)err;
	dump->is_text = true;
	for (;;) {
		const struct xml_token token = xml_next(&text);

		if (token.kind == XML_END)
			break;
		if (token.kind != XML_TEXT)
			take_tag(&system, &token);
		else if (system.element[0] && !system.listed)
			take_text(&system, &token);
	}
	if (system.machine->id.known)
		crash_flag(dump->crash, dump->arena, CRASH_MACHINE_BY_NAME);
	return STATUS_OK;
}

const struct dump_format wer_system_format = {
	.name = "report on the machine",
	.claims = claims,
	.read = read,
};
