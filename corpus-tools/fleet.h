/*
 * fleet.h - a small fleet with a history, in which there is something to find.
 *
 * Planted, and nothing else but a background of everyday crashes:
 *   - netfast.sys: a build that reaches a third of the machines over three
 *     weeks and crashes there (D1); the build before it never does;
 *   - one machine with bad memory: many unrelated bugchecks, single wrong bits;
 *   - guests of Xen that hang (101), and nobody else does;
 *   - a BIOS version F7b under which any driver crashes (3B); it occurs on one
 *     laptop model, whose other BIOS versions are well;
 *   - cbhotkey.sys comes with that laptop model, and does nothing wrong.
 */
#ifndef CORPUS_TOOLS_FLEET_H
#define CORPUS_TOOLS_FLEET_H

#include "corpus-tools/sink.h"

enum status fleet_write(uint64_t machines, uint64_t weeks, uint64_t seed,
			struct sink *sink, struct error *err) MUST_CHECK;

#endif
