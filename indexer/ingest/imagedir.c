#include "indexer/ingest/imagedir.h"

#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "indexer/target/images.h"
#include "signatures/base/file.h"
#include "signatures/base/folder.h"
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

/* All builds of one image: DIR/NAME.  Other things may lie there. */
static enum status add_name(struct images *images, const char *dir,
			    const char *name, struct arena *arena,
			    struct error *err)
{
	const char *path = text_printf(arena, "%s/%s", dir, name);
	struct folder_names builds;
	struct stat facts;

	if (stat(path, &facts) || !S_ISDIR(facts.st_mode))
		return STATUS_OK;
	if (folder_read(path, &builds, err))
		return error_within(err, "%s", name);
	for (size_t i = 0; i < builds.count; i++) {
		struct images_entry image;
		struct file_view view;
		struct error none;

		if (!parse_build(builds.at[i], &image.build) ||
		    file_map(text_printf(arena, "%s/%s/%s", path, builds.at[i],
					 name),
			     &view, &none))
			continue;
		if (images->count == IMAGES_MAX) {
			file_unmap(&view);
			folder_free(&builds);
			return error_set(err, STATUS_LIMIT,
					 "more than %d images", IMAGES_MAX);
		}
		image.name = text_file_name(arena, name);
		image.file = bytes_of(view.data, view.size);
		images->entry[images->count++] = image;
	}
	folder_free(&builds);
	return STATUS_OK;
}

enum status imagedir_open(const char *dir, struct arena *arena,
			  const struct images **ret, struct error *err)
{
	struct images *images = arena_take(arena, 1, sizeof(*images));
	enum status status = STATUS_OK;
	struct folder_names names;

	if (folder_read(dir, &names, err))
		return error_within(err, "%s", dir);
	images->entry = arena_take(arena, IMAGES_MAX, sizeof(*images->entry));
	for (size_t i = 0; i < names.count && !status; i++)
		if (names.at[i][0] != '.')
			status = add_name(images, dir, names.at[i], arena, err);
	folder_free(&names);
	if (status)
		return error_within(err, "%s", dir);
	images_sort(images);
	*ret = images;
	return STATUS_OK;
}
