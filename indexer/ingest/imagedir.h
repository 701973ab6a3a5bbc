/*
 * imagedir.h - a folder of PE images in symbol-store layout, mapped.
 *
 *   DIR/NAME/TIMESTAMPSIZE/NAME     ks.sys/4F71205110000/ks.sys
 *
 * Eight hexadecimal digits of the link timestamp, then the image size.  Mapped
 * before the workers are born, which may not open files.
 */
#ifndef INGEST_IMAGEDIR_H
#define INGEST_IMAGEDIR_H

#include "signatures/base/arena.h"
#include "signatures/base/error.h"

struct images;

/*
 * The table lives as long as arena, the maps for ever.  STATUS_LIMIT for more
 * images than one process can map.
 */
enum status imagedir_open(const char *dir, struct arena *arena,
			  const struct images **ret,
			  struct error *err) MUST_CHECK;

#endif
