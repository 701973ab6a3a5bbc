/*
 * checkpoint.h - an engine on disk, so that a night goes on where the last one
 * stopped.
 *
 * Only a shortcut: an engine that was loaded places signatures exactly as the
 * one that was saved would have, and a checkpoint that is missing, of another
 * version or damaged is made anew from the store.
 */
#ifndef CLUSTER_CHECKPOINT_H
#define CLUSTER_CHECKPOINT_H

#include "signatures/base/bytes.h"
#include "signatures/base/error.h"
#include "signatures/cluster/engine.h"

/* Write the engine and a word of the caller's own to path, whole or not. */
enum status checkpoint_save(const struct engine *engine, uint64_t word,
			    const char *path, struct error *err) MUST_CHECK;

/* STATUS_CORRUPT for anything checkpoint_save() cannot have written. */
enum status checkpoint_load(const char *path, struct engine **ret,
			    uint64_t *word, struct error *err) MUST_CHECK;

#endif
