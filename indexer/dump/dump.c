#include "indexer/dump/dump.h"

#include "indexer/dump/windbg_text.h"

/* One format a line, in the order they are asked. */
static const struct dump_format *const formats[] = {
	&kernel64_format,   &kernel32_format,  &minidump_format,
	&userdump_format,   &evtx_format,      &wer_report_format,
	&wer_system_format, &event_log_format, &windbg_log_format,
};

static const struct dump_format *find_format(struct bytes image)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (formats[i]->claims(image))
			return formats[i];
	return NULL;
}

bool dump_is_claimed(struct bytes head)
{
	return find_format(head) != NULL;
}

uint64_t dump_stated_bytes(struct bytes head)
{
	const struct dump_format *format = find_format(head);

	return format && format->stated_bytes ? format->stated_bytes(head) : 0;
}

bool dump_may_be_claimed(struct bytes head)
{
	return windbg_text_is_likely(head);
}

bool dump_may_have_parts(struct bytes image)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (!formats[i]->split && formats[i]->claims(image))
			return false;
	return windbg_text_is_likely(image);
}

size_t dump_split(struct bytes image, struct arena *arena, struct bytes parts[],
		  size_t max)
{
	const struct dump_format *format = find_format(image);

	return format && format->split ? format->split(image, arena, parts, max)
				       : 1;
}

enum status dump_open(struct bytes image, struct arena *arena,
		      struct crash *crash, struct dump *ret, struct error *err)
{
	const struct dump_format *format = find_format(image);
	enum status status;

	if (!format)
		return error_set(err, STATUS_UNSUPPORTED,
				 "not a crash dump we know");
	*ret = (struct dump){
		.image = image,
		.arena = arena,
		.crash = crash,
		.context = bytes_absent(),
		.exception = bytes_absent(),
		.kdbg = bytes_absent(),
		.process = bytes_absent(),
		.secondary = bytes_absent(),
		.stack = bytes_absent(),
	};
	crash->image.complete = true;
	status = format->read(ret, err);
	if (status != STATUS_OK)
		return error_within(err, "%s", format->name);
	return STATUS_OK;
}

struct bytes dump_view(const struct dump *dump,
		       const struct dump_ranges *ranges, uint64_t start,
		       uint64_t size)
{
	size_t low = 0;
	size_t high = ranges->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const struct dump_range *range = &ranges->range[middle];

		if (start < range->start) {
			high = middle;
		} else if (start - range->start >= range->size) {
			low = middle + 1;
		} else {
			const uint64_t inside = start - range->start;
			const uint64_t left = range->size - inside;

			return bytes_part(dump->image, range->offset + inside,
					  size < left ? size : left);
		}
	}
	return bytes_absent();
}
