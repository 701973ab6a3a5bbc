#include "corpus-tools/population.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corpus-tools/random.h"
#include "signatures/base/must.h"
#include "signatures/base/text.h"
#include "signatures/knowledge/bugcheck.h"
#include "signatures/signature.h"

enum {
	MACHINES = 50000,
	IMAGES = 200,
	VERSIONS = 10,
	BUILDS = 3 * VERSIONS, /* of each driver */
	CORE = 60,	       /* drivers that every machine has */
	DRIVERS = CORE + 600,
	OTHERS = 90, /* of an image, besides the core */
	MODULES = CORE + OTHERS,
	GROUPS = 4, /* of modules whose places are drawn together */
	CODES = 300,
	VARIANTS = 40, /* bugs of one driver */
	FRAMES_LEAST = 6,
	FRAMES_SPREAD = 9,
	DRAWS = 1 << 16,
	UNLOADED_NAMES = 40
};

#define TICKS TEXT_TICKS_PER_SECOND
#define DAY (86400 * TICKS)
#define FIRST_DAY UINT64_C(133170048000000000) /* 2023-01-01 */
#define SPAN (730 * DAY)
#define KERNEL_SPACE UINT64_C(0xfffff80000000000)

/* Ranks drawn so that rank n comes up as often as 1 / (n + 1). */
struct draw {
	uint16_t ranks[DRAWS];
};

struct image {
	uint16_t drivers[MODULES]; /* in the order they are listed */
	struct crash_machine machine;
};

struct population {
	uint64_t seed;
	uint64_t crash_count;
	char names[DRIVERS][24];
	uint32_t sizes[DRIVERS];
	crash_build builds[DRIVERS][BUILDS];
	char unloaded[UNLOADED_NAMES][16];
	struct image images[IMAGES];
	uint32_t codes[CODES];
	struct draw any_image, other, variant, code, offset;
	struct arena arena;
};

static uint64_t mixed(uint64_t a, uint64_t b)
{
	struct random_source random = { a * 0x9e3779b97f4a7c15u ^ b };

	return random_next(&random);
}

static void draw_init(struct draw *draw, size_t ranks)
{
	double total = 0, sum = 0;
	size_t at = 0;

	for (size_t i = 0; i < ranks; i++)
		total += 1.0 / (double)(i + 1);
	for (size_t i = 0; i < ranks; i++) {
		sum += 1.0 / (double)(i + 1);
		for (; at < DRAWS && (double)at < sum / total * DRAWS; at++)
			draw->ranks[at] = (uint16_t)i;
	}
	for (; at < DRAWS; at++)
		draw->ranks[at] = 0;
}

static size_t draw_take(const struct draw *draw, uint64_t random)
{
	return draw->ranks[random % DRAWS];
}

static void make_drivers(struct population *all)
{
	static const char *const core[] = {
		"ntoskrnl.exe", "hal.dll",	"ntfs.sys",    "fltmgr.sys",
		"tcpip.sys",	"ndis.sys",	"ks.sys",      "dxgkrnl.sys",
		"win32k.sys",	"storport.sys", "usbhub3.sys", "acpi.sys"
	};
	struct random_source random = { mixed(all->seed, 1) };

	for (size_t i = 0; i < DRIVERS; i++) {
		char *name = all->names[i];

		if (i < sizeof(core) / sizeof(core[0]))
			strcpy(name, core[i]);
		else
			snprintf(name, sizeof(all->names[i]), "%s%03zu.sys",
				 i < CORE ? "sysmod" : "vendor", i);
		all->sizes[i] = (uint32_t)(2 + random_below(&random, 300))
				<< 12;
		for (size_t b = 0; b < BUILDS; b++)
			all->builds[i][b] =
				random_next(&random) << 32 | all->sizes[i];
	}
	for (size_t i = 0; i < UNLOADED_NAMES; i++)
		snprintf(all->unloaded[i], sizeof(all->unloaded[i]),
			 "gone%02zu.sys", i);
}

static void make_codes(struct population *all)
{
	static const uint32_t common[] = { 0xd1, 0xa,	0x1e, 0x3b, 0x7e, 0x50,
					   0x9f, 0x133, 0x1a, 0x24, 0x116 };
	const struct bugcheck *it = NULL;
	size_t count = sizeof(common) / sizeof(common[0]);

	memcpy(all->codes, common, sizeof(common));
	while ((it = bugcheck_walk(it)) && count < CODES) {
		bool is_there = false;

		for (size_t i = 0; i < count; i++)
			is_there |= all->codes[i] == it->code;
		if (!is_there)
			all->codes[count++] = it->code;
	}
	for (; count < CODES; count++)
		all->codes[count] = 0x20000 + (uint32_t)count;
}

static void make_machine(struct population *all, size_t number,
			 struct random_source *random)
{
	static const char *const makers[] = { "Dell Inc.",
					      "LENOVO",
					      "HP",
					      "ASUS",
					      "Microsoft Corporation",
					      "Gigabyte Technology Co., Ltd." };
	struct crash_machine *machine = &all->images[number].machine;
	const size_t maker = random_below(random, 6);
	struct arena *arena = &all->arena;

	machine->arch = CRASH_X64;
	machine->cpus = CRASH_NUMBER(UINT64_C(2) << random_below(random, 5));
	machine->cpu = text_printf(
		arena, "%s Model %u CPU @ %u.%u0GHz",
		number % 3 ? "Intel(R) Core(TM)" : "AMD Ryzen",
		(unsigned int)random_below(random, 40),
		(unsigned int)(2 + number % 3), (unsigned int)(number % 10));
	machine->product = number % 8 ? CRASH_WORKSTATION : CRASH_SERVER;
	machine->manufacturer = makers[maker];
	machine->product_name = text_printf(arena, "Model %zu", number);
	machine->product_version = "1.0";
	machine->board = text_printf(arena, "0X%04zX", number * 77 % 65536);
	machine->bios_vendor =
		number % 2 ? "American Megatrends Inc." : makers[maker];
	if (number % 20 != 7)
		return;
	machine->hypervisor = number % 40 == 7 ? "xen" : "vmware";
	machine->evidence = arena_take(arena, 1, sizeof(*machine->evidence));
	machine->evidence[0] =
		text_printf(arena, "bios_vendor=%s", machine->hypervisor);
	machine->evidence_count = 1;
}

static void make_image(struct population *all, size_t number)
{
	struct random_source random = { mixed(all->seed, 1000 + number) };
	struct image *image = &all->images[number];
	bool taken[DRIVERS] = { false };

	for (size_t i = 0; i < CORE; i++)
		image->drivers[i] = (uint16_t)i;
	for (size_t i = CORE; i < MODULES; i++) {
		size_t driver =
			CORE + draw_take(&all->other, random_next(&random));

		while (taken[driver])
			driver = CORE + (driver - CORE + 1) % (DRIVERS - CORE);
		taken[driver] = true;
		image->drivers[i] = (uint16_t)driver;
	}
	make_machine(all, number, &random);
}

struct population *population_create(uint64_t seed, uint64_t crash_count)
{
	struct population *all = must(calloc(1, sizeof(*all)));

	all->seed = seed;
	all->crash_count = crash_count ? crash_count : 1;
	arena_init(&all->arena);
	draw_init(&all->any_image, IMAGES);
	draw_init(&all->other, DRIVERS - CORE);
	draw_init(&all->variant, VARIANTS);
	draw_init(&all->code, CODES);
	draw_init(&all->offset, OTHERS);
	make_drivers(all);
	make_codes(all);
	for (size_t i = 0; i < IMAGES; i++)
		make_image(all, i);
	return all;
}

void population_destroy(struct population *all)
{
	if (!all)
		return;
	arena_deinit(&all->arena);
	free(all);
}

/* One crash in the making: which machine, with what on it, and when. */
struct scene {
	const struct population *all;
	const struct image *image;
	size_t image_number, version;
	struct random_source random;
	struct arena *arena;
	struct crash *crash;
};

static crash_build build_of(const struct scene *scene, size_t driver)
{
	const size_t step = (driver + scene->image_number) % 3;

	return scene->all->builds[driver][scene->version * 3 + step];
}

/* Groups are put anywhere, within a group one follows the other. */
static void set_modules(struct scene *scene)
{
	struct crash *crash = scene->crash;
	uint64_t at = 0;

	crash->module_count = MODULES;
	crash->modules =
		arena_take(scene->arena, MODULES, sizeof(*crash->modules));
	for (size_t i = 0; i < MODULES; i++) {
		const size_t driver = scene->image->drivers[i];
		struct crash_module *module = &crash->modules[i];

		if (i % (MODULES / GROUPS + 1) == 0)
			at = KERNEL_SPACE +
			     (random_below(&scene->random, 1 << 20) << 16);
		module->name = scene->all->names[driver];
		module->bytes = scene->all->sizes[driver];
		module->build = build_of(scene, driver);
		module->base = at;
		at = (at + module->bytes + 0xffff) & ~UINT64_C(0xffff);
	}
	crash->unloaded_count = random_below(&scene->random, 7);
	crash->unloaded = arena_take(scene->arena, crash->unloaded_count,
				     sizeof(*crash->unloaded));
	for (size_t i = 0; i < crash->unloaded_count; i++) {
		const uint64_t name =
			random_below(&scene->random, UNLOADED_NAMES);

		crash->unloaded[i].name = scene->all->unloaded[name];
		crash->unloaded[i].base =
			KERNEL_SPACE +
			(random_below(&scene->random, 1 << 20) << 16);
		crash->unloaded[i].bytes = (name + 3) << 12;
	}
}

/* Offsets move a little with each build, the code itself does not. */
static void set_frame(struct scene *scene, size_t driver, uint64_t function,
		      bool is_seen, struct crash_frame *ret)
{
	const uint64_t limit = scene->all->sizes[driver] / 2;

	ret->module = driver ? scene->all->names[driver] : "nt";
	ret->build = build_of(scene, driver);
	ret->offset = (function % limit + ret->build % 61 * 16) | 1;
	ret->fingerprint = is_seen ? function : 0;
	ret->how = CRASH_HOW_UNWIND;
}

static void set_stack(struct scene *scene, size_t driver, uint64_t bug)
{
	struct random_source random = { bug };
	const size_t count =
		FRAMES_LEAST + random_below(&random, FRAMES_SPREAD);
	const size_t own = 1 + random_below(&random, 3);
	struct crash_stack *stack = &scene->crash->stack;

	stack->count = count;
	stack->frames = arena_take(scene->arena, count, sizeof(*stack->frames));
	stack->end = CRASH_STACK_COMPLETE;
	for (size_t i = 0; i < count; i++) {
		/* Callers are few: 200 functions of each part of the system. */
		const size_t caller = random_below(&random, 12);
		const size_t of = i < own ? driver : i + 2 < count ? caller : 0;
		const uint64_t function =
			mixed(of, i < own ? random_next(&random)
					  : random_below(&random, 200));

		/* Code is in a small dump for the innermost frames only. */
		set_frame(scene, of, function, i < 4, &stack->frames[i]);
	}
	stack->frames[0].how = CRASH_HOW_CONTEXT;
}

static void set_bug(struct scene *scene)
{
	const struct population *all = scene->all;
	struct random_source *random = &scene->random;
	const size_t driver =
		random_below(random, 4)
			? scene->image->drivers[CORE +
						draw_take(&all->offset,
							  random_next(random))]
			: random_below(random, CORE);
	const uint64_t variant = draw_take(&all->variant, random_next(random));
	const uint64_t bug = mixed(all->seed ^ driver << 16, variant);
	struct crash *crash = scene->crash;

	crash->bugcheck.code =
		CRASH_NUMBER(all->codes[draw_take(&all->code, bug >> 7)]);
	set_stack(scene, driver, bug);
	crash->fault.module = crash->stack.frames[0].module;
	crash->fault.offset = CRASH_NUMBER(crash->stack.frames[0].offset);
	crash->fault.build = crash->stack.frames[0].build;
	crash->fault.how = CRASH_FAULT_STACK;
	crash->fault.trust = bug % 5 ? CRASH_WALKED : CRASH_GUESSED;
	crash->bugcheck.args[0] =
		CRASH_NUMBER(bug % 2 ? random_below(random, 1 << 28) << 4 |
					       0xffffb80000000000
				     : bug % 64);
	crash->bugcheck.args[1] = CRASH_NUMBER(bug % 3);
	crash->bugcheck.args[2] = CRASH_NUMBER(bug >> 8 & 1);
	crash->bugcheck.args[3] = CRASH_NUMBER(crash->modules[0].base +
					       crash->stack.frames[0].offset);
	if (bug % 4 == 0)
		crash->exception.code = CRASH_NUMBER(0xc0000005);
	crash->process = bug % 6 ? "System" : "chrome.exe";
	signature_make(crash, scene->arena);
}

static void set_machine(struct scene *scene, uint64_t number)
{
	struct crash_machine *machine = &scene->crash->machine;

	*machine = scene->image->machine;
	machine->id = CRASH_NUMBER(mixed(scene->all->seed, number + 7));
	machine->os_build = CRASH_NUMBER(19041 + scene->version * 300 +
					 scene->image_number % 3);
	machine->bios_version =
		text_printf(scene->arena, "1.%u.0",
			    (unsigned int)(scene->version / 2 + number % 3));
	machine->bios_date =
		text_printf(scene->arena, "%02u/15/20%02u",
			    (unsigned int)(1 + scene->image_number % 12),
			    (unsigned int)(18 + scene->version / 2));
}

static void set_times(struct scene *scene, uint64_t number,
		      struct record_file *file)
{
	const uint64_t step = SPAN / scene->all->crash_count;
	struct crash *crash = scene->crash;
	uint64_t time = FIRST_DAY + number * step;

	if (step)
		time += random_below(&scene->random, step);
	crash->time = CRASH_NUMBER(time);
	crash->uptime =
		CRASH_NUMBER(random_below(&scene->random, 100000) *
				     random_below(&scene->random, 20) * TICKS +
			     random_below(&scene->random, TICKS));
	file->ingested = (time / DAY + 1) * DAY + 2 * 3600 * TICKS;
}

void population_crash(const struct population *all, uint64_t number,
		      struct arena *arena, struct record_file *ret)
{
	struct scene scene = { .all = all, .arena = arena };
	const uint64_t image_of = mixed(all->seed, 3);
	uint64_t machine;
	char day[TEXT_TIME_BYTES];

	*ret = (struct record_file){ .source = "" };
	scene.crash = &ret->crash;
	scene.random.state = mixed(all->seed + 11, number);
	machine = random_below(&scene.random, MACHINES);
	scene.image_number =
		draw_take(&all->any_image, mixed(image_of, machine));
	scene.image = &all->images[scene.image_number];
	set_times(&scene, number, ret);
	scene.version =
		(ret->crash.time.value - FIRST_DAY) / (SPAN / VERSIONS + 1);
	/* A third of the fleet is a version late. */
	if (scene.version && machine % 3 == 0)
		scene.version--;
	ret->crash.image.bytes = 1 << 20 | (machine % 4096) << 4;
	ret->crash.image.content.high = mixed(all->seed + 12, number);
	ret->crash.image.content.low = mixed(all->seed + 13, number);
	ret->crash.image.kind = CRASH_KERNEL_TRIAGE;
	ret->crash.image.complete = true;
	set_machine(&scene, machine);
	set_modules(&scene);
	set_bug(&scene);
	text_time(ret->ingested, day);
	ret->source = text_printf(arena, "%.10s.7z/pc%05u-%05u-01.dmp", day,
				  (unsigned int)machine,
				  (unsigned int)(number % 100000));
}
