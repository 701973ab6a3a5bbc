/*
 * zip_directory.h - how many entries does a zip's directory list?
 *
 * libarchive reads a zip's whole directory before the first entry, so a zip of
 * ten million empty entries has to be refused before it is opened.
 */
#ifndef INGEST_ZIP_DIRECTORY_H
#define INGEST_ZIP_DIRECTORY_H

#include <stdbool.h>

#include "indexer/ingest/archive_source.h"

/* False too for what is no zip. */
bool zip_directory_exceeds(const struct archive_source *source,
			   uint64_t max_entries);

#endif
