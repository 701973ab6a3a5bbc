#include "indexer/ingest/imagedir.h"

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "indexer/target/images.h"
#include "signatures/base/file.h"
#include "signatures/base/text.h"

/* The kernel's default bound on maps of one process is 65530. */
#define IMAGES_MAX 60000

#define TIMESTAMP_DIGITS 8
#define SIZE_DIGITS_MAX 8

static bool parse_build(const char *text, crash_build *ret)
{
	char timestamp[TIMESTAMP_DIGITS + 1] = "";
	const size_t digits = strlen(text);
	uint64_t high;
	uint64_t low;

	if (digits <= TIMESTAMP_DIGITS ||
	    digits > TIMESTAMP_DIGITS + SIZE_DIGITS_MAX)
		return false;
	memcpy(timestamp, text, TIMESTAMP_DIGITS);
	if (!text_parse_hex(timestamp, &high) ||
	    !text_parse_hex(text + TIMESTAMP_DIGITS, &low))
		return false;
	*ret = high << 32 | low;
	return true;
}

/* All builds of one image: DIR/NAME. */
static void add_name(struct images *images, const char *dir, const char *name,
		     struct arena *arena)
{
	const char *path = text_printf(arena, "%s/%s", dir, name);
	DIR *builds = opendir(path);
	const struct dirent *entry;

	if (!builds)
		return;
	for (entry = readdir(builds); entry && images->count < IMAGES_MAX;
	     entry = readdir(builds)) {
		struct images_entry *image = &images->entry[images->count];
		struct file_view view;
		struct error err;

		if (!parse_build(entry->d_name, &image->build))
			continue;
		if (file_map(text_printf(arena, "%s/%s/%s", path, entry->d_name,
					 name),
			     &view, &err))
			continue;
		image->name = text_file_name(arena, name);
		image->file = bytes_of(view.data, view.size);
		images->count++;
	}
	closedir(builds);
}

enum status imagedir_open(const char *dir, struct arena *arena,
			  const struct images **ret, struct error *err)
{
	struct images *images = arena_take(arena, 1, sizeof(*images));
	DIR *names = opendir(dir);
	const struct dirent *entry;

	if (!names)
		return error_set(err, STATUS_IO, "%s: %s", dir,
				 strerror(errno));
	images->entry = arena_take(arena, IMAGES_MAX, sizeof(*images->entry));
	for (entry = readdir(names); entry; entry = readdir(names))
		if (entry->d_name[0] != '.')
			add_name(images, dir, entry->d_name, arena);
	closedir(names);
	images_sort(images);
	*ret = images;
	return STATUS_OK;
}
