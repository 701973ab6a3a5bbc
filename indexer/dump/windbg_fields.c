#include <stdio.h>
#include <string.h>

#include "indexer/dump/windbg_reader.h"
#include "signatures/base/limits.h"
#include "signatures/base/text.h"

#define SECOND TEXT_TICKS_PER_SECOND
#define UPTIME_DAYS_MOST 36525 /* a century: what says more is garbled */

/* Texts of the firmware: !sysinfo machineid, and the keys of !analyze. */
static const struct {
	const char *key;
	size_t offset; /* of a const char * in struct crash_machine */
} texts[] = {
	{ "BiosVendor", offsetof(struct crash_machine, bios_vendor) },
	{ "BiosVersion", offsetof(struct crash_machine, bios_version) },
	{ "BiosReleaseDate", offsetof(struct crash_machine, bios_date) },
	{ "SystemManufacturer", offsetof(struct crash_machine, manufacturer) },
	{ "SystemProductName", offsetof(struct crash_machine, product_name) },
	{ "SystemVersion", offsetof(struct crash_machine, product_version) },
	{ "BaseBoardProduct", offsetof(struct crash_machine, board) },
	{ "ProcessorNameString", offsetof(struct crash_machine, cpu) },
	{ "BIOS_VENDOR", offsetof(struct crash_machine, bios_vendor) },
	{ "BIOS_VERSION", offsetof(struct crash_machine, bios_version) },
	{ "BIOS_DATE", offsetof(struct crash_machine, bios_date) },
	{ "SYSTEM_MANUFACTURER", offsetof(struct crash_machine, manufacturer) },
	{ "SYSTEM_PRODUCT_NAME", offsetof(struct crash_machine, product_name) },
	{ "SYSTEM_VERSION", offsetof(struct crash_machine, product_version) },
	{ "BASEBOARD_PRODUCT", offsetof(struct crash_machine, board) },
};

static bool take_unsigned(const char **at, uint64_t *ret)
{
	const char *in = *at + strspn(*at, " ");
	uint64_t value = 0;
	size_t digits = 0;

	for (; *in >= '0' && *in <= '9' && digits < 9; in++, digits++)
		value = value * 10 + (unsigned)(*in - '0');
	if (digits == 0)
		return false;
	*at = in;
	*ret = value;
	return true;
}

static bool take_char(const char **at, char wanted)
{
	*at += strspn(*at, " ");
	if (**at != wanted)
		return false;
	++*at;
	return true;
}

/* ".284" in units of 100 ns. */
static uint64_t take_fraction(const char **at)
{
	uint64_t unit = SECOND / 10;
	uint64_t ret = 0;

	if (**at != '.')
		return 0;
	for (++*at; **at >= '0' && **at <= '9'; ++*at) {
		ret += unit * (unsigned)(**at - '0');
		unit /= 10;
	}
	return ret;
}

/* "19:52:23.123" */
static bool take_clock(const char **at, uint64_t *ret)
{
	uint64_t hours, minutes, seconds;

	if (!take_unsigned(at, &hours) || !take_char(at, ':') ||
	    !take_unsigned(at, &minutes) || !take_char(at, ':') ||
	    !take_unsigned(at, &seconds) || minutes > 59 || seconds > 59)
		return false;
	*ret = ((hours * 60 + minutes) * 60 + seconds) * SECOND;
	*ret += take_fraction(at);
	return true;
}

static unsigned month_of(const char *name)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (unsigned i = 0; i < 12; i++)
		if (strncmp(months + 3 * i, name, 3) == 0)
			return i + 1;
	return 0;
}

/* "(UTC + 9:00)" or "(GMT-5)"; how far local time is ahead of UTC. */
static bool take_zone(const char *at, int64_t *ret)
{
	uint64_t hours, minutes = 0;
	bool is_behind;

	at = strchr(at, '(');
	if (!at)
		return false;
	at++;
	if (strncmp(at, "UTC", 3) != 0 && strncmp(at, "GMT", 3) != 0)
		return false;
	at += 3;
	at += strspn(at, " ");
	if (*at == ')') {
		*ret = 0;
		return true;
	}
	is_behind = *at == '-';
	if (*at != '+' && *at != '-')
		return false;
	at++;
	if (!take_unsigned(&at, &hours) || hours > 14)
		return false;
	if (take_char(&at, ':') &&
	    (!take_unsigned(&at, &minutes) || minutes > 59))
		return false;
	*ret = (int64_t)((hours * 60 + minutes) * 60 * SECOND);
	if (is_behind)
		*ret = -*ret;
	return true;
}

/* "Sun Jun 30 19:52:23.123 2024 (UTC + 2:00)"; without a zone no time. */
static struct crash_number read_time(const char *at)
{
	uint64_t day, clock, year, ticks;
	unsigned month;
	int64_t ahead;
	char date[32];

	if (strlen(at) < 8)
		return CRASH_UNKNOWN;
	at += 3 + strspn(at + 3, " .,");
	month = month_of(at);
	if (month == 0)
		return CRASH_UNKNOWN;
	at += 3;
	if (!take_unsigned(&at, &day) || !take_clock(&at, &clock) ||
	    !take_unsigned(&at, &year) || year < 1980 || year > 9999 ||
	    day > 31 || clock >= 24 * 3600 * SECOND || !take_zone(at, &ahead))
		return CRASH_UNKNOWN;
	snprintf(date, sizeof(date), "%04u-%02u-%02u", (unsigned)year, month,
		 (unsigned)day);
	if (!text_parse_time(date, &ticks))
		return CRASH_UNKNOWN;
	return CRASH_NUMBER(ticks + clock - (uint64_t)ahead);
}

/* "0 days 0:18:21.995" */
static struct crash_number read_uptime(const char *at)
{
	uint64_t days, clock;

	if (!take_unsigned(&at, &days) || days > UPTIME_DAYS_MOST)
		return CRASH_UNKNOWN;
	at += strspn(at, " days");
	if (!take_clock(&at, &clock) || clock >= 24 * 3600 * SECOND)
		return CRASH_UNKNOWN;
	return CRASH_NUMBER(days * 24 * 3600 * SECOND + clock);
}

static void set_arch(struct windbg_reader *reader, enum crash_arch arch)
{
	if (reader->crash->machine.arch == CRASH_ARCH_UNKNOWN)
		reader->crash->machine.arch = arch;
}

/* "Windows 7 Kernel Version 7601 (Service Pack 1) MP (2 procs) Free x64" */
static void read_version(struct windbg_reader *reader, const char *line)
{
	struct crash_machine *machine = &reader->crash->machine;
	const char *at = strstr(line, " Kernel Version ");
	uint64_t value;

	if (!at || !text_starts_nocase(line, "Windows "))
		return;
	at += 16;
	if (!machine->os_build.known && take_unsigned(&at, &value))
		machine->os_build = CRASH_NUMBER(value);
	line = strstr(at, "MP (");
	if (line) {
		line += 4;
		if (!machine->cpus.known && take_unsigned(&line, &value))
			machine->cpus = CRASH_NUMBER(value);
	} else if (strstr(at, " UP ") && !machine->cpus.known) {
		machine->cpus = CRASH_NUMBER(1);
	}
	if (strstr(at, " x64"))
		set_arch(reader, CRASH_X64);
	else if (strstr(at, " x86"))
		set_arch(reader, CRASH_X86);
	else if (strstr(at, "AArch64") || strstr(at, "ARM 64"))
		set_arch(reader, CRASH_ARM64);
}

static void read_product(struct windbg_reader *reader, const char *value)
{
	static const struct {
		const char *word;
		enum crash_product product;
	} products[] = {
		{ "WinNt", CRASH_WORKSTATION },
		{ "LanManNt", CRASH_DOMAIN_CONTROLLER },
		{ "LanMan", CRASH_DOMAIN_CONTROLLER },
		{ "ServerNt", CRASH_SERVER },
		{ "Server", CRASH_SERVER },
	};

	for (size_t i = 0; i < sizeof(products) / sizeof(products[0]); i++)
		if (text_starts_nocase(value, products[i].word)) {
			reader->crash->machine.product = products[i].product;
			return;
		}
}

/* "10.0.19041.1" */
static void read_os_version(struct windbg_reader *reader, const char *value)
{
	struct crash_machine *machine = &reader->crash->machine;
	uint64_t number;

	for (unsigned i = 0; i < 3; i++)
		if (!take_unsigned(&value, &number) ||
		    (i < 2 && !take_char(&value, '.')))
			return;
	if (!machine->os_build.known)
		machine->os_build = CRASH_NUMBER(number);
}

/* "7601.23569.x86fre.win7sp1_ldr.161007-0600", newer ones as a version. */
static void read_lab(struct windbg_reader *reader, const char *value)
{
	struct crash_machine *machine = &reader->crash->machine;
	const char *at = value;
	uint64_t build;

	if (strstr(value, ".amd64"))
		set_arch(reader, CRASH_X64);
	else if (strstr(value, ".x86"))
		set_arch(reader, CRASH_X86);
	else if (strstr(value, ".arm64"))
		set_arch(reader, CRASH_ARM64);
	if (machine->os_build.known || !take_unsigned(&at, &build) ||
	    *at != '.')
		return;
	if (build < 100)
		read_os_version(reader, value);
	else
		machine->os_build = CRASH_NUMBER(build);
}

static void read_os_build(struct windbg_reader *reader, const char *value)
{
	struct crash_machine *machine = &reader->crash->machine;
	uint64_t number;

	if (!machine->os_build.known && take_unsigned(&value, &number))
		machine->os_build = CRASH_NUMBER(number);
}

static void read_platform(struct windbg_reader *reader, const char *value)
{
	if (text_starts_nocase(value, "x64"))
		set_arch(reader, CRASH_X64);
	else if (text_starts_nocase(value, "x86"))
		set_arch(reader, CRASH_X86);
	else if (text_starts_nocase(value, "arm64"))
		set_arch(reader, CRASH_ARM64);
}

static void read_cpu_count(struct windbg_reader *reader, const char *value)
{
	struct windbg_hex hex;

	if (!reader->crash->machine.cpus.known &&
	    windbg_text_take_hex(&value, &hex) &&
	    hex.value <= LIMIT_PROCESSORS && hex.value > 0)
		reader->crash->machine.cpus = CRASH_NUMBER(hex.value);
}

static void read_session_time(struct windbg_reader *reader, const char *value)
{
	if (!reader->crash->time.known)
		reader->crash->time = read_time(value);
}

static void read_session_uptime(struct windbg_reader *reader, const char *value)
{
	if (!reader->crash->uptime.known)
		reader->crash->uptime = read_uptime(value);
}

/* NT's own numbers. */
static void read_product_type(struct windbg_reader *reader, const char *value)
{
	enum crash_product *product = &reader->crash->machine.product;

	if (*product == CRASH_PRODUCT_UNKNOWN && *value >= '1' &&
	    *value <= '3' && value[1] == '\0')
		*product = *value == '1'   ? CRASH_WORKSTATION
			   : *value == '2' ? CRASH_DOMAIN_CONTROLLER
					   : CRASH_SERVER;
}

/* "2018-10-24T13:30:00.000Z": when the dump was made. */
static void read_target_time(struct windbg_reader *reader, const char *value)
{
	char text[20] = "";
	uint64_t ticks;

	memcpy(text, value, strnlen(value, sizeof(text) - 1));
	if (!reader->crash->time.known && strchr(value, 'Z') &&
	    text_parse_time(text, &ticks))
		reader->crash->time = CRASH_NUMBER(ticks);
}

static void read_process(struct windbg_reader *reader, const char *value)
{
	if (!reader->crash->process && *value)
		reader->crash->process = value;
}

/* "(NTSTATUS) 0xc0000005 - ..." or "c0000005 (Access violation)" */
static void read_exception_code(struct windbg_reader *reader, const char *value)
{
	struct crash_number *code = &reader->crash->exception.code;
	struct windbg_hex hex;

	if (*value == '(' && strchr(value, ')'))
		value = strchr(value, ')') + 1;
	if (!code->known && windbg_text_take_hex(&value, &hex) &&
	    (uint32_t)hex.value != 0)
		*code = CRASH_NUMBER((uint32_t)hex.value);
}

static void read_exception_address(struct windbg_reader *reader,
				   const char *value)
{
	struct crash_number *address = &reader->crash->exception.address;
	struct windbg_hex hex;

	if (!address->known && windbg_text_take_hex(&value, &hex) &&
	    hex.digits >= 8)
		*address = CRASH_NUMBER(hex.value);
}

static const struct {
	const char *key;
	void (*read)(struct windbg_reader *reader, const char *value);
} fields[] = {
	{ "Debug session time", read_session_time },
	{ "System Uptime", read_session_uptime },
	{ "Product", read_product },
	{ "Built by", read_lab },
	{ "Edition build lab", read_lab },
	{ "BUILD_VERSION_STRING", read_lab },
	{ "BUILDOSVER_STR", read_lab },
	{ "OS_VERSION", read_os_version },
	{ "OSBUILD", read_os_build },
	{ "OSPLATFORM_TYPE", read_platform },
	{ "CPU_COUNT", read_cpu_count },
	{ "PRODUCT_TYPE", read_product_type },
	{ "TARGET_TIME", read_target_time },
	{ "PROCESS_NAME", read_process },
	{ "EXCEPTION_CODE", read_exception_code },
	{ "ExceptionCode", read_exception_code },
	{ "ExceptionAddress", read_exception_address },
};

static void read_text(struct windbg_reader *reader, const char *line)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *value = windbg_text_value(line, texts[i].key);
		char *machine = (char *)&reader->crash->machine;
		const char **text =
			(const char **)(void *)(machine + texts[i].offset);

		if (!value)
			continue;
		value = text_trimmed(reader->arena, value);
		if (value && !*text && strlen(value) < LIMIT_TEXT_BYTES)
			*text = value;
		return;
	}
}

/* Registers are printed by name: those of a 64-bit PC. */
static void read_registers(struct windbg_reader *reader, const char *line)
{
	if (strncmp(line, "rax=", 4) == 0 || strncmp(line, "rip=", 4) == 0 ||
	    strstr(line, "[rsp+") || strstr(line, ",rcx") ||
	    strstr(line, "rcx,") || strstr(line, ",rax"))
		set_arch(reader, CRASH_X64);
}

static void settle_width(struct windbg_reader *reader)
{
	if (reader->part.stop.is_wide)
		reader->width = 8;
	else if (reader->crash->machine.arch == CRASH_X86)
		reader->width = 4;
	else if (reader->crash->machine.arch != CRASH_ARCH_UNKNOWN)
		reader->width = 8;
}

void windbg_fields_read(struct windbg_reader *reader)
{
	const struct windbg_part *part = &reader->part;

	for (size_t i = part->first; i < part->end; i++) {
		const char *line = reader->text->line[i].text;

		read_version(reader, line);
		read_text(reader, line);
		for (size_t k = 0; k < sizeof(fields) / sizeof(fields[0]);
		     k++) {
			const char *value =
				windbg_text_value(line, fields[k].key);

			if (value)
				fields[k].read(reader, value);
		}
	}
	settle_width(reader);
	if (reader->width != 8)
		return;
	for (size_t i = part->first; i < part->end; i++)
		read_registers(reader, reader->text->line[i].text);
}
