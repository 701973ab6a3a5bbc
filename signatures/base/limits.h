/*
 * limits.h - every bound in the program, each with its reason.
 *
 * Each loop over untrusted input stops at one of these.  Passing one is never
 * silent: it ends in STATUS_LIMIT or in a problem named in the crash.
 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

#include <stdint.h>

/* What one dump may make us hold. */
#define LIMIT_MODULES 4096    /* real lists: 150-250; a user process 600 */
#define LIMIT_UNLOADED 512    /* the kernel keeps 50; MDMP a few hundred */
#define LIMIT_NAME_BYTES 260  /* a file name: MAX_PATH */
#define LIMIT_TEXT_BYTES 512  /* any other text from a dump */
#define LIMIT_RANGES 4194304  /* 16 GiB of single scattered pages */
#define LIMIT_BLOCKS 65536    /* triage data blocks: 450-4900 seen */
#define LIMIT_BLOBS 4096      /* secondary data: 19-42 seen */
#define LIMIT_STREAMS 4096    /* minidump directory: about 15 seen */
#define LIMIT_THREADS 65536   /* of a minidump */
#define LIMIT_PROCESSORS 2048 /* Windows' own bound is 2048 */
#define LIMIT_SMBIOS_STRUCTURES 4096
#define LIMIT_FRAMES 256 /* x64 kernel stacks are 24 KiB; deepest seen 60 */
#define LIMIT_CANDIDATES 1024 /* stack words kept as evidence */
#define LIMIT_STACK_BYTES                                                      \
	(256 * 1024)		/* raw stack looked at for one thread          \
				 */
#define LIMIT_UNWIND_CHAIN 32	/* chained unwind infos: the OS's own bound */
#define LIMIT_DECODE_STEPS 3000 /* instructions per forward decoding */
#define LIMIT_PROBLEMS 32	/* per crash; a reader needs the first few */
#define LIMIT_FLAGS 32
#define LIMIT_POOL 64
#define LIMIT_RESIDUE 128
#define LIMIT_OTHERS 16	      /* stacks of processors that did not crash */
#define LIMIT_OTHER_FRAMES 32 /* of each: what it was doing, not its life */
#define LIMIT_TRAIL 12	      /* UNWIND_HISTORY_TABLE_SIZE */
#define LIMIT_VALUES 128      /* 512 bytes of words, and their halves */
#define LIMIT_EVIDENCE 32
#define LIMIT_RECORD_BYTES (1024 * 1024) /* one crash as stored or piped */
#define LIMIT_FILES_PER_CRASH 64	 /* copies of one crash kept by name */
#define LIMIT_LOG_BYTES (256ull * 1024 * 1024) /* one debugger log */

#define LIMIT_LOG_CRASHES 65536 /* in one log: a year of a fleet's events */
#define LIMIT_EVENT_LOG_BYTES                                                  \
	(128ull * 1024 * 1024)			/* one export of events        \
						 */
#define LIMIT_REPORT_BYTES (4ull * 1024 * 1024) /* Report.wer: 20 KiB seen */

/* What one archive may make us do; the first three have options. */
#define LIMIT_DEPTH 4		       /* nested archives */
#define LIMIT_RATIO 2000	       /* deflate tops out near 1032 a layer */
#define LIMIT_TOTAL_BYTES (1ull << 40) /* unpacked from one input: 1 TiB */
#define LIMIT_ENTRIES 1000000	       /* of one input, dumps or not */
#define LIMIT_IMAGE_MEMORY (64ull * 1024 * 1024) /* larger ones are spooled */
#define LIMIT_IMAGE_BYTES (1ull << 38) /* 256 GiB: a full dump of a server */

/* Of a refused dump, kept in quarantine: enough for any but full memory. */
#define LIMIT_QUARANTINE_BYTES (1024ull * 1024 * 1024)

/* What one worker may use. */
/* Data only: one image, and the window of 7z at its usual settings. */
#define LIMIT_WORKER_MEMORY (256ull * 1024 * 1024)
#define LIMIT_WORKER_SECONDS                                                   \
	60 /* without a sign of life: one dump, or a block of an archive */

#endif
