/*
 * nursery.h - a process that does nothing but fork workers.
 *
 * Started before the store is opened, so that no worker, however late it is
 * born, inherits the store's map, its lock table or a descriptor of it.
 */
#ifndef INGEST_NURSERY_H
#define INGEST_NURSERY_H

#include <sys/types.h>

#include "signatures/base/error.h"

/* What a child is born with; nothing else above standard error is open. */
#define NURSERY_GIFTS 3
#define NURSERY_FIRST_FD 3

struct nursery {
	int fd;
	pid_t pid;
};

/*
 * From now on nursery_bear() forks processes that run child(closure) with
 * the gifts as descriptors NURSERY_FIRST_FD and following, and never return.
 * Before the first, the nursery runs prepare() once for all of them.
 */
enum status nursery_start(struct nursery *nursery, void (*prepare)(void),
			  void (*child)(void *closure), void *closure,
			  struct error *err) MUST_CHECK;
/* Ends the nursery, and with it all its children. */
void nursery_stop(struct nursery *nursery);

/*
 * Ask for a child, which takes a while: nobody waits for it before
 * nursery_born(), which is to come before anything else is asked.  The gifts
 * stay open here, and are the caller's.
 */
enum status nursery_bear(struct nursery *nursery,
			 const int gifts[NURSERY_GIFTS],
			 struct error *err) MUST_CHECK;
enum status nursery_born(struct nursery *nursery, pid_t *ret,
			 struct error *err) MUST_CHECK;

/* Wait for a child that is dead or about to be; its wait status. */
enum status nursery_bury(struct nursery *nursery, pid_t pid, int *ret,
			 struct error *err) MUST_CHECK;

#endif
