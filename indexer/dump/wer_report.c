/*
 * Report.wer: what Windows Error Reporting kept of a report, as UTF-16 lines.
 *
 *	EventType=BlueScreen
 *	EventTime=133642256412345678            FILETIME, of the next start
 *	Wow64Host=34404                         machine type of PE, decimal
 *	Sig[0].Name=Code                        BCCode before Windows 8
 *	Sig[0].Value=9f
 *	Sig[1].Name=Parameter 1                 BCP1
 *	Sig[1].Value=3
 *	Sig[5].Name=OS version
 *	Sig[5].Value=10_0_19041
 *	DynamicSig[1].Name=OS Version
 *	DynamicSig[1].Value=10.0.19041.2.0.0.256.48
 *
 * Names are in the language of the machine, so code and arguments are also
 * taken by their order.  A report of anything but a bugcheck is no crash: what
 * it tells of the machine is for the dumps beside it.
 */
#include <stdlib.h>
#include <string.h>

#include "indexer/dump/dump.h"
#include "indexer/dump/event.h"
#include "indexer/dump/plain.h"
#include "indexer/dump/windbg_text.h"
#include "signatures/base/limits.h"
#include "signatures/base/text.h"

enum {
	SIGNS_MAX = 16, /* of a kind; 10 seen, then DynamicSig 1 to 30 */
	TYPE_X86 = 332,
	TYPE_X64 = 34404,
	TYPE_ARM64 = 43620
};

struct sign {
	const char *name;
	const char *value;
};

struct report {
	const char *type;
	const char *time;
	const char *host; /* its machine type */
	const char *computer;
	struct sign signs[SIGNS_MAX];
	const char *os; /* 10.0.19041.2.0.0.256.48 */
};

/* "Sig[3].Name=": 3 and what follows; false if it is not of that kind. */
static bool take_index(const char *line, const char *kind, size_t *index,
		       const char **rest)
{
	const size_t size = strlen(kind);
	char *end;
	unsigned long number;

	if (strncmp(line, kind, size) != 0 || line[size] != '[')
		return false;
	number = strtoul(line + size + 1, &end, 10);
	if (end[0] != ']' || end[1] != '.')
		return false;
	*index = number;
	*rest = end + 2;
	return true;
}

static void take_line(struct report *report, const char *line)
{
	static const struct {
		const char *key;
		size_t at;
	} keys[] = {
		{ "EventType=", offsetof(struct report, type) },
		{ "EventTime=", offsetof(struct report, time) },
		{ "Wow64Host=", offsetof(struct report, host) },
		{ "MachineName=", offsetof(struct report, computer) },
		{ "ComputerName=", offsetof(struct report, computer) },
	};
	const char *rest;
	size_t index;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (text_starts_nocase(line, keys[i].key)) {
			const char *value = line + strlen(keys[i].key);

			memcpy((char *)report + keys[i].at, &value,
			       sizeof(value));
			return;
		}
	if (take_index(line, "Sig", &index, &rest) && index < SIGNS_MAX) {
		if (strncmp(rest, "Name=", 5) == 0)
			report->signs[index].name = rest + 5;
		else if (strncmp(rest, "Value=", 6) == 0)
			report->signs[index].value = rest + 6;
	} else if (take_index(line, "DynamicSig", &index, &rest) &&
		   index == 1 && strncmp(rest, "Value=", 6) == 0) {
		report->os = rest + 6;
	}
}

/* Values borrow from text, whose lines are cut apart. */
static void read_lines(char *text, struct report *report)
{
	while (*text) {
		char *line = text;

		text += strcspn(text, "\r\n");
		while (*text == '\r' || *text == '\n')
			*text++ = '\0';
		take_line(report, line);
	}
}

/* By name where that is known, else by its place. */
static bool find_number(const struct report *report, const char *name,
			const char *old_name, size_t place, uint64_t *ret)
{
	const struct sign *found = &report->signs[place];

	for (size_t i = 0; i < SIGNS_MAX; i++) {
		const struct sign *sign = &report->signs[i];

		if (sign->name && (!text_compare_nocase(sign->name, name) ||
				   !text_compare_nocase(sign->name, old_name)))
			found = sign;
	}
	return found->value && text_parse_hex(found->value, ret);
}

static bool read_stop(const struct report *report, struct event *event)
{
	static const char *const names[] = { "Parameter 1", "Parameter 2",
					     "Parameter 3", "Parameter 4" };
	static const char *const old[] = { "BCP1", "BCP2", "BCP3", "BCP4" };
	uint64_t code;

	if (!report->type || text_compare_nocase(report->type, "BlueScreen"))
		return false;
	if (!find_number(report, "Code", "BCCode", 0, &code) ||
	    code > UINT32_MAX)
		return false;
	event->code = (uint32_t)code;
	for (size_t i = 0; i < 4; i++)
		if (!find_number(report, names[i], old[i], i + 1,
				 &event->args[i]))
			return false;
	if (report->time && text_parse_u64(report->time, &event->time.ticks))
		event->has_time = true;
	return true;
}

static void state_machine(const struct report *report, struct dump *dump)
{
	struct crash_machine *machine = &dump->crash->machine;
	uint64_t type = 0;
	char *end;

	if (report->host && text_parse_u64(report->host, &type))
		machine->arch = type == TYPE_X64     ? CRASH_X64
				: type == TYPE_X86   ? CRASH_X86
				: type == TYPE_ARM64 ? CRASH_ARM64
						     : CRASH_ARCH_UNKNOWN;
	if (report->os && strtoul(report->os, &end, 10) > 0 && *end == '.' &&
	    (strtoul(end + 1, &end, 10) || *end == '.') && *end == '.') {
		const unsigned long build = strtoul(end + 1, NULL, 10);

		if (build)
			machine->os_build = CRASH_NUMBER(build);
	}
	if (report->computer)
		machine->id = crash_machine_of_name(report->computer);
	if (machine->id.known)
		crash_flag(dump->crash, dump->arena, CRASH_MACHINE_BY_NAME);
}

static bool claims(struct bytes image)
{
	struct arena arena;
	const char *text;
	bool is_report;

	if (!windbg_text_is_likely(image))
		return false;
	arena_init(&arena);
	text = plain_decode(image, DUMP_CLAIM_BYTES, &arena);
	is_report = strncmp(text, "Version=", 8) == 0 &&
		    strstr(text, "\nEventType=");
	arena_deinit(&arena);
	return is_report;
}

static enum status read(struct dump *dump, struct error *err)
{
	struct report report = { .type = NULL };
	struct event event = { .code = 0 };

	(void)err;
	dump->is_text = true;
	read_lines(text_copy(dump->arena,
			     plain_decode(dump->image, LIMIT_REPORT_BYTES,
					  dump->arena)),
		   &report);
	if (read_stop(&report, &event))
		event_state(&event, dump->arena, dump->crash);
	state_machine(&report, dump);
	if (dump->crash->image.kind == CRASH_EVENT)
		crash_flag(dump->crash, dump->arena, CRASH_REPORT);
	return STATUS_OK;
}

const struct dump_format wer_report_format = {
	.name = "error report",
	.claims = claims,
	.read = read,
};
