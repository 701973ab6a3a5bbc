/*
 * write_image.h - a complete description to the bytes of its dump.
 */
#ifndef CORPUS_TOOLS_WRITE_IMAGE_H
#define CORPUS_TOOLS_WRITE_IMAGE_H

#include "corpus-tools/buffer.h"
#include "corpus-tools/machine.h"

/* Completes the description; out is emptied first. */
enum status write_image(struct machine *machine, struct buffer *out,
			struct error *err) MUST_CHECK;

#endif
