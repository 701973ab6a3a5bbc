/*
 * overrides.h - what people decided about clusters, from lists beside the
 * store.
 *
 *     noise   a frame a line, with wildcards: watchdog.sys, nt+0x1f4a6e or
 *             nt!KiPageFault*; such frames say nothing and are not compared
 *     never-blame   a module a line, with wildcards: filter*.sys; blame walks
 *             on to the next module of the stack that may have it
 *     split   a cluster and a field: 3f9a1b2c4d5e fault; its crashes part by
 *             the values of the field
 *     merge   clusters that are one: 3f9a1b2c4d5e 77aa01b2c3d4; the first
 *             gives the name
 *
 * Noise works before crashes are compared, the others on what came of it, split
 * before merge: what was split off can be joined to something else.  An id that
 * is no cluster any more does nothing.  What comes out depends on the lists and
 * the set of crashes alone.
 */
#ifndef SETTLE_OVERRIDES_H
#define SETTLE_OVERRIDES_H

#include "signatures/base/error.h"
#include "signatures/crash.h"
#include "signatures/field.h"

struct overrides;

/*
 * The lists of a folder; those that are not there are empty.  STATUS_USAGE
 * names the line that makes no sense.  Caller destroys.
 */
enum status overrides_read(const char *folder, struct overrides **ret,
			   struct error *err) MUST_CHECK;
void overrides_destroy(struct overrides *overrides);

/* Take the noise out of the stack; frames that stay live in arena. */
void overrides_quiet(const struct overrides *overrides, struct crash *crash,
		     struct arena *arena);

/*
 * Take the blame from a module that shall never have it, or give it back where
 * an earlier list had taken it.  True if the fault changed.
 */
bool overrides_blame(const struct overrides *overrides, struct crash *crash);

/* Could overrides_blame() change this crash at all? */
bool overrides_may_blame(const struct overrides *overrides,
			 const struct crash *crash);

/* The field that a cluster is split by, or NULL. */
const struct field *overrides_split_by(const struct overrides *overrides,
				       uint64_t cluster);
/* The part of a cluster that a crash belongs to; itself without a value. */
uint64_t overrides_part(uint64_t cluster, const struct field *field,
			const struct crash *crash);

/* The i-th line of the list split; false behind the last. */
struct overrides_split {
	uint64_t cluster;
	const struct field *field;
};
bool overrides_split_at(const struct overrides *overrides, size_t i,
			struct overrides_split *ret);
/* The i-th cluster that goes by another's name; false behind the last. */
bool overrides_merge_at(const struct overrides *overrides, size_t i,
			uint64_t *id, uint64_t *name);

/* The cluster that a cluster is called after merging. */
uint64_t overrides_merged(const struct overrides *overrides, uint64_t cluster);

/* Equal for equal lists. */
uint64_t overrides_hash(const struct overrides *overrides);

/* Do the lists ask for more than leaving frames out? */
bool overrides_reshape(const struct overrides *overrides);

#endif
