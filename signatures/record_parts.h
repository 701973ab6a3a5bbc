/*
 * record_parts.h - the parts that record.c and record_beside.c put a crash
 * together from.  Of use to nobody else.
 *
 * put writes to out; take fails the cursor for what put cannot have written.
 */
#ifndef SIGNATURES_RECORD_PARTS_H
#define SIGNATURES_RECORD_PARTS_H

#include "signatures/base/pack.h"
#include "signatures/record.h"

void record_parts_put_texts(struct pack *out, const char *const *list,
			    size_t count, size_t limit);
/* Room for limit, so that crash_flag() and its like may add. */
const char **record_parts_take_texts(struct bytes *in, struct arena *arena,
				     size_t limit, size_t *count);
/* STATUS_CORRUPT unless everything was taken and nothing was missing. */
enum status record_parts_check(const struct bytes *in,
			       struct error *err) MUST_CHECK;

/* Pool blocks and residue. */
void record_parts_put_pool(struct pack *out, const struct crash *crash);
void record_parts_take_pool(struct bytes *in, struct arena *arena,
			    struct crash *crash);

/* Values of stack words; there are some. */
void record_parts_put_values(struct pack *out, const struct crash *crash);
void record_parts_take_values(struct bytes *in, struct arena *arena,
			      struct crash *crash);

/* A crash made to fill its limits, cut to what can always be kept. */
struct record_file record_parts_cut(const struct record_file *file,
				    struct arena *arena);

void record_machine_put(struct pack *out, const struct crash_machine *machine);
void record_machine_take(struct bytes *in, struct arena *arena,
			 struct crash_machine *ret);

/* A module by its place in the list of crash, else by name and build. */
void record_stack_put_module(struct pack *out, const struct crash *crash,
			     const char *name, crash_build build);
void record_stack_take_module(struct bytes *in, const struct crash *crash,
			      struct arena *arena, const char **name,
			      crash_build *build);

/*
 * How far a slot lies above another.  Slots are four or eight bytes apart, so
 * the low two bits go to the top, where a varint does not see their zeroes.
 */
void record_stack_put_step(struct pack *out, uint64_t step);
uint64_t record_stack_take_step(struct bytes *in);

void record_stack_put_frames(struct pack *out, const struct crash *crash,
			     const struct crash_stack *stack);
void record_stack_take_frames(struct bytes *in, struct arena *arena,
			      const struct crash *crash,
			      struct crash_stack *ret);
/* Processors that did not crash; there are some. */
void record_stack_put_processors(struct pack *out, const struct crash *crash);
void record_stack_take_processors(struct bytes *in, struct arena *arena,
				  struct crash *crash);
/* Functions that the machine's unwinder passed; there are some. */
void record_stack_put_trail(struct pack *out, const struct crash *crash);
void record_stack_take_trail(struct bytes *in, struct arena *arena,
			     struct crash *crash);
void record_stack_put_candidates(struct pack *out, const struct crash *crash);
void record_stack_take_candidates(struct bytes *in, struct arena *arena,
				  struct crash *crash);

#endif
