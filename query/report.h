/*
 * report.h - what a report says, before anybody has said it in a format.
 *
 * A window is a length of time that ends now; equal windows lie before it, as
 * many as the crashes reach back and at most REPORT_BEFORE.  Windows go by the
 * time of the crash.  What is counted in a window is counted in machines as
 * well: one machine that crashes all night raises no cluster.
 *
 *     crashes = before the window + in it + without a time
 *
 * What happened after the window is not known yet and counts nowhere.
 */
#ifndef QUERY_REPORT_H
#define QUERY_REPORT_H

#include "query/clump.h"
#include "query/dispute.h"
#include "query/known.h"
#include "query/query.h"
#include "query/statistics.h"

enum {
	REPORT_BEFORE = 7,
	REPORT_WINDOWS = REPORT_BEFORE + 1,
	REPORT_ROWS = 20, /* of a list that people read */
	REPORT_CARDS = 8, /* clusters told at length */
	REPORT_UNUSUAL = 6,
	REPORT_TABLE = 100,  /* clusters in a table, named */
	REPORT_LATEST = 200, /* crashes of the window, one by one */
};

enum report_kind {
	REPORT_CLUSTER,
	REPORT_BUGCHECK,
	REPORT_FAULT,
	REPORT_BUILD, /* of the module to blame */
	REPORT_KINDS
};

/* Its rate in the window by its rate before, with 95 %. */
struct report_change {
	bool tested;		  /* often enough for a test to tell anything */
	double factor, low, high; /* INFINITY: never before */
	double q;		  /* false discovery rate, rising only */
};

/* A value of a kind: its crashes, and how it goes. */
struct report_subject {
	enum report_kind kind;
	uint32_t term;
	uint32_t order;	     /* of its value among all of the kind */
	size_t newest;	     /* of its crashes, into report_crashes */
	const char *key;     /* filled by report_words_name() */
	const char *title;   /* likewise; from dumps */
	const char *machine; /* likewise; its only one, or NULL */
	uint64_t crashes;
	uint64_t machines;    /* that could be told apart */
	uint64_t doubted;     /* crashes on machines in doubt */
	uint64_t unplaced;    /* crashes on no known machine */
	uint64_t first, last; /* FILETIME; 0 = no time known */
	/* The window, then those before; units are machines, and crashes whose
	 * machine is not known. */
	uint64_t window_crashes[REPORT_WINDOWS];
	uint64_t window_units[REPORT_WINDOWS];
	bool is_new; /* none before the window */
	struct report_change change;
	const struct known_issue *known; /* NULL if none */
	bool regressed;			 /* crashed with the fix */
};

struct report_subjects {
	struct report_subject *at; /* most crashes first, then by value */
	size_t count;
	uint64_t without; /* crashes that have no value */
};

/* The crashes asked about, side by side; terms are 0 where absent. */
struct report_crashes {
	size_t count;
	uint32_t *rows;
	uint64_t *times;  /* 0 = unknown */
	uint8_t *windows; /* 0 = the last; REPORT_WINDOWS = none */
	uint32_t *machines;
	uint32_t *terms[REPORT_KINDS];
};

/* What machines of a group have and others do not. */
struct report_trait {
	const char *what;     /* "biosversion=F7b", or two of them */
	struct table22 table; /* group against others, in machines */
	double p;	      /* corrected for all that was tried */
	const char *with;     /* what explains it; NULL = nothing else does */
	const char *same;     /* what the same machines have too, or NULL */
};

/* A cluster at length. */
struct report_card {
	const struct report_subject *subject;
	struct clump_face face;
	const char *id; /* of the representative */
	struct dispute dispute;
	struct report_trait traits[REPORT_UNUSUAL];
	size_t trait_count, trait_all;
};

/* A machine that crashes in too many ways. */
struct report_machine {
	const char *id;
	uint32_t term; /* of that */
	uint64_t crashes, window_crashes;
	double q;
	const char *reasons;
};

/* From here on a cluster keeps to a hypervisor or a BIOS version. */
#define REPORT_KEEPS_Q 0.01

/* A hypervisor or a BIOS version among the machines that crash. */
struct report_firmware {
	const char *field, *value;
	uint64_t crashes, machines;
	struct report_change change; /* crashes a machine, against the others */
	/* Where it stands out most. */
	const struct report_subject *cluster;
	struct table22 table;
	double cluster_q; /* 1 = nowhere */
};

struct report_rank {
	uint32_t code; /* as the dump carries it */
	const char *name;
	uint64_t crashes;
	uint32_t rank;	    /* in the fleet; 0 = not seen */
	uint32_t rank_2008; /* 0 = not in the table */
	uint32_t hits_2008;
};

struct report {
	struct query *query;
	struct store *store;
	struct arena *arena;
	struct clumps clumps; /* clusters, to be looked at */
	/* The question. */
	uint64_t now, length, min;
	const char *where; /* the filter words; "" if none */
	/* The answer. */
	bool has_history;    /* the store has crashes before the window */
	size_t window_count; /* the window and those before that are covered */
	/*
	 * How much of each was not gaps (calendar.h), 1 = all, and of those
	 * before together: what rates are held against.
	 */
	double exposure[REPORT_WINDOWS];
	double exposure_before;
	uint64_t *gaps; /* days of them all, rising */
	size_t gap_count;
	uint64_t windows[REPORT_WINDOWS];	  /* crashes */
	uint64_t window_machines[REPORT_WINDOWS]; /* told apart */
	uint64_t crashes, machines;
	uint64_t placed; /* crashes whose machine is known */
	uint64_t before, after, untimed;
	uint64_t live, tool_made; /* not counted */
	uint64_t came_in;	  /* with the window, whenever they crashed */
	struct report_change change; /* of the window, in machines that crash */
	struct report_subjects by[REPORT_KINDS];
	const struct report_subject *fresh[REPORT_ROWS];
	size_t fresh_count, fresh_all, fresh_doubted;
	const struct report_subject *rising[REPORT_ROWS];
	size_t rising_count, rising_all, rising_tested;
	const struct report_subject *regressed[REPORT_ROWS];
	size_t regressed_count;
	struct report_card cards[REPORT_CARDS];
	size_t card_count;
	struct report_machine *odd; /* of the whole store */
	size_t odd_count, odd_tested;
	struct report_firmware *firmware;
	size_t firmware_count, firmware_tested;
	struct report_rank *ranks;
	size_t rank_count;
	double rank_correlation; /* Spearman's, of codes in both */
	size_t rank_shared;
	struct store_tally tally;
	uint32_t *latest; /* rows of the window, newest first */
	size_t latest_count;
};

#endif
