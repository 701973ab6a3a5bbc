/*
 * progress.h - how far a run is, in one line.
 *
 * Bytes are bytes of inputs as they lie in their folder, packed or not.
 */
#ifndef INGEST_PROGRESS_H
#define INGEST_PROGRESS_H

#include <stdint.h>

struct progress {
	uint64_t files; /* that have ended, of */
	uint64_t files_all;
	uint64_t bytes; /* that have been read, of */
	uint64_t bytes_all;
	/* Of the bytes read, those of archives an earlier run had finished. */
	uint64_t bytes_known;
	uint64_t dumps;
	uint64_t refused;
	double seconds; /* since the run began */
};

#define PROGRESS_TEXT_BYTES 256

/*
 * "12 of 31 files, 48211 dumps, 3.1 of 9.7 GB, 210.4 MB/s, 0:31 left,
 * 5 refused"; what nobody can know yet is left out.
 */
const char *progress_text(const struct progress *progress,
			  char buf[PROGRESS_TEXT_BYTES]);

#endif
