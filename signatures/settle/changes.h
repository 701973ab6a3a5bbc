/*
 * changes.h - what a settling pass moved, and why.
 *
 * Clusters follow from the set of crashes; as the set grows, a late crash may
 * found what another founded before, or bridge two clusters, or tell two builds
 * of a module to be one.  Whoever wrote an id down wants to know.  Each pass
 * appends to the file `changes.log` in the store's folder, a line an event,
 * parts between tabs:
 *
 *     time  pass  crashes  new  clusters  families
 *     time  event  level  from  to  crashes  id  likeness  nearest
 *
 * event    renamed   all of from are in to, which did not exist: it was founded
 *                    by an older crash
 *          merged    all of from are in to, which existed, or to which others
 *                    came as well
 *          split     some of from are in to, which did not exist
 *          moved     some of from are in to, which existed
 *          joined    were in none, and are in to
 *          left      were in from, and are in none
 * level    cluster or family
 * id       one of the crashes that moved, likeness to nearest, the crash most
 *          like it: what it was placed by
 *
 * and, where a list of overrides.h asked for it, its name: merge or split.
 *
 * Crashes that came in since the last pass are no change; they are counted.  A
 * pass that moves nothing and finds nothing new leaves no line.
 */
#ifndef SETTLE_CHANGES_H
#define SETTLE_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "signatures/base/arena.h"
#include "signatures/base/error.h"

#define CHANGES_FILE "changes.log"

enum changes_event {
	CHANGES_RENAMED,
	CHANGES_MERGED,
	CHANGES_SPLIT,
	CHANGES_MOVED,
	CHANGES_JOINED,
	CHANGES_LEFT,
	CHANGES_EVENTS
};

/* One crash before and after a pass; 0 = in no cluster. */
struct changes_crash {
	uint64_t before, after;
	uint64_t id;	  /* of the crash, 48 bits */
	uint64_t nearest; /* likewise, 0 = none */
	float likeness;
	bool is_new; /* was not there before: is in no event */
};

struct changes_line {
	enum changes_event event;
	uint64_t from, to;
	uint64_t crashes;
	struct changes_crash example; /* the one with the lowest id */
	const char *list; /* that asked for it, or NULL; lives for ever */
};

/*
 * Events in order of from, then to; reorders crashes; ret lives in arena.
 * Crashes that are where they were need not be among them: ids are where each
 * crash was that is not new, theirs too, in any order.
 */
size_t changes_find(struct changes_crash *crashes, size_t count,
		    const uint64_t *ids, size_t id_count, struct arena *arena,
		    struct changes_line **ret);

/* How many different ids there are; 0 is none. */
size_t changes_clusters(const uint64_t *ids, size_t count);

/* "renamed"; lives for ever. */
const char *changes_word(enum changes_event event);

/* A pass on its way into the log. */
struct changes_log;

struct changes_log *changes_create(uint64_t time);
void changes_destroy(struct changes_log *log);
void changes_pass(struct changes_log *log, size_t crashes, size_t added,
		  size_t clusters, size_t families);
void changes_tell(struct changes_log *log, const char *level,
		  const struct changes_line *line);
/* Append to the log in folder; after the last line. */
enum status changes_write(struct changes_log *log, const char *folder,
			  struct error *err) MUST_CHECK;

#endif
