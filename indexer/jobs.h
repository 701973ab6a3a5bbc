/*
 * jobs.h - how many worker processes there are.
 */
#ifndef INDEXER_JOBS_H
#define INDEXER_JOBS_H

#define JOBS_MAX 256 /* each holds an image and a few descriptors */

/* One for each processor that this program may run on, at most JOBS_MAX. */
unsigned jobs_default(void);

#endif
