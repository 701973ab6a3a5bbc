/*
 * record_parts.h - the parts that record.c puts a crash together from.  Of use
 * to nobody else.
 *
 * put writes to out; take fails the cursor for what put cannot have written.
 */
#ifndef SIGNATURES_RECORD_PARTS_H
#define SIGNATURES_RECORD_PARTS_H

#include "signatures/base/pack.h"
#include "signatures/crash.h"

void record_parts_put_texts(struct pack *out, const char *const *list,
			    size_t count, size_t limit);
/* Room for limit, so that crash_flag() and its like may add. */
const char **record_parts_take_texts(struct bytes *in, struct arena *arena,
				     size_t limit, size_t *count);
/* STATUS_CORRUPT unless everything was taken and nothing was missing. */
enum status record_parts_check(const struct bytes *in,
			       struct error *err) MUST_CHECK;

void record_machine_put(struct pack *out, const struct crash_machine *machine);
void record_machine_take(struct bytes *in, struct arena *arena,
			 struct crash_machine *ret);

/* A module by its place in the list of crash, else by name and build. */
void record_stack_put_module(struct pack *out, const struct crash *crash,
			     const char *name, crash_build build);
void record_stack_take_module(struct bytes *in, const struct crash *crash,
			      struct arena *arena, const char **name,
			      crash_build *build);

void record_stack_put_frames(struct pack *out, const struct crash *crash,
			     const struct crash_stack *stack);
void record_stack_take_frames(struct bytes *in, struct arena *arena,
			      const struct crash *crash,
			      struct crash_stack *ret);
void record_stack_put_candidates(struct pack *out, const struct crash *crash);
void record_stack_take_candidates(struct bytes *in, struct arena *arena,
				  struct crash *crash);

#endif
