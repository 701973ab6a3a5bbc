#include "corpus-tools/frequency.h"

#include <string.h>

#include "corpus-tools/machine_say.h"
#include "corpus-tools/random.h"
#include "corpus-tools/write_image.h"
#include "signatures/base/cli.h"
#include "signatures/base/file.h"
#include "signatures/base/text.h"
#include "signatures/knowledge/frequency2008.h"

#define MACHINES 4000
/* 2008-03-12 as FILETIME. */
#define LAST_DAY 128497536000000000
#define SECOND TEXT_TICKS_PER_SECOND

struct making {
	struct sink *sink;
	struct arena arena;
	struct buffer image;
	uint64_t number; /* of the dump */
};

static const char *const drivers[] = {
	"ntfs.sys",   "tcpip.sys",   "win32k.sys",   "atapi.sys",
	"fltmgr.sys", "usbport.sys", "nv4_disp.dll", "portcls.sys",
};

/* The argument that is the instruction pointer, from 1; 0 = none. */
static unsigned pointer_argument(uint32_t code)
{
	switch (code & 0x0fffffff) {
	case 0xa:
	case 0xd1:
	case 0xc5:
		return 4;
	case 0x50:
	case 0xce:
	case 0xd5:
		return 3;
	case 0x1e:
	case 0x7e:
	case 0x8e:
		return 2;
	default:
		return 0;
	}
}

static void describe(struct machine *m, struct random_source *random,
		     uint64_t number, uint32_t code)
{
	const uint64_t owner = random_below(random, MACHINES);
	const char *driver = drivers[random_below(random, 8)];

	m->arch = LAYOUT_X86;
	m->cpus = 1 + owner % 2;
	m->code = code;
	/* Distinct times, some seven minutes apart, four months in all. */
	m->time =
		LAST_DAY - number * 393 * SECOND - random_next(random) % SECOND;
	m->uptime = (60 + random_below(random, 900000)) * SECOND;
	for (size_t i = 0; i < 4; i++)
		m->args[i] = text_printf(
			m->arena, "0x%x",
			(unsigned)(random_next(random) & 0xffffffff));
	for (size_t i = 0; i < 8; i++)
		machine_say(m, "module %s", drivers[i]);
	machine_say(m, "bios-vendor Phoenix Technologies, LTD");
	machine_say(m, "bios-version 6.00 PG %u", (unsigned)(owner % 7));
	machine_say(m, "bios-date 0%u/12/2006", (unsigned)(owner % 9 + 1));
	machine_say(m, "manufacturer Maker %u", (unsigned)(owner % 11));
	machine_say(m, "product-name Model %u", (unsigned)(owner % 53));
	machine_say(m, "uuid machine %u", (unsigned)owner);
	machine_say(m, "board-serial %u", (unsigned)owner);
	machine_say(m, "frame nt+0x2%04x", (unsigned)(code % 97 * 0x80 + 0x40));
	const unsigned offset = 0x1400 + code % 31 * 0x100;
	const unsigned pointer = pointer_argument(code);
	if (pointer)
		m->args[pointer - 1] =
			text_printf(m->arena, "%s+0x%x", driver, offset);
	machine_say(m, "%s %s+0x%x", pointer ? "trap" : "frame", driver,
		    offset);
	machine_say(m, "frame nt+0x31c41");
}

static enum status make(struct making *making, uint32_t code, struct error *err)
{
	struct random_source random = { making->number * 0x2545f491 + code };
	struct machine machine;

	arena_reset(&making->arena);
	machine_init(&machine, &making->arena, "table");
	describe(&machine, &random, making->number, code);
	if (write_image(&machine, &making->image, err))
		return err->status;
	const char *name = text_printf(&making->arena, "Mini%05u.dmp",
				       (unsigned)making->number);
	making->number++;
	return sink_put(making->sink, name, &making->image,
			text_unix_of_ticks(machine.time), err);
}

static enum status make_row(struct making *making, uint32_t code,
			    uint64_t count, struct error *err)
{
	for (uint64_t i = 0; i < count; i++)
		if (make(making, code, err))
			return err->status;
	cli_progress("%u dumps", (unsigned)making->number);
	return STATUS_OK;
}

static enum status known_table(struct making *making, struct error *err)
{
	for (const struct frequency2008 *row = frequency2008_walk(NULL); row;
	     row = frequency2008_walk(row))
		if (make_row(making, row->code, row->count, err))
			return err->status;
	return STATUS_OK;
}

/* rank, code, name, count; a first line of words is a heading. */
static enum status table_line(struct making *making, char *line,
			      struct error *err)
{
	char *fields[4];
	char *save = NULL;
	uint64_t rank, code, count;
	size_t n = 0;

	for (char *field = strtok_r(line, "\t\r", &save); field && n < 4;
	     field = strtok_r(NULL, "\t\r", &save))
		fields[n++] = field;
	if (n == 0 || fields[0][0] == '#' || !strcmp(fields[0], "rank"))
		return STATUS_OK;
	if (n < 4 || !text_parse_u64(fields[0], &rank) ||
	    !text_parse_hex(fields[1], &code) || code > 0xffffffff ||
	    !text_parse_u64(fields[3], &count))
		return error_set(err, STATUS_USAGE,
				 "rank, code, name, count wanted, not '%s'",
				 line);
	return make_row(making, (uint32_t)code, count, err);
}

static enum status file_table(struct making *making, const char *path,
			      struct error *err)
{
	enum status status = STATUS_OK;
	struct file_view view;
	struct arena arena;

	if (file_map(path, &view, err))
		return err->status;
	arena_init(&arena);
	char *text = arena_take(&arena, view.size + 1, 1);
	if (view.size)
		memcpy(text, view.data, view.size);
	for (char *line = text; line && !status;) {
		char *end = strchr(line, '\n');

		if (end)
			*end = '\0';
		status = table_line(making, line, err);
		line = end ? end + 1 : NULL;
	}
	arena_deinit(&arena);
	file_unmap(&view);
	return status ? error_within(err, "%s", path) : STATUS_OK;
}

enum status frequency_write(const char *table, struct sink *sink,
			    struct error *err)
{
	struct making making = { .sink = sink };

	arena_init(&making.arena);
	buffer_init(&making.image);
	const enum status status = !strcmp(table, "2008")
					   ? known_table(&making, err)
					   : file_table(&making, table, err);
	cli_progress_clear();
	buffer_deinit(&making.image);
	arena_deinit(&making.arena);
	return status;
}
