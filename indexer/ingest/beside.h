/*
 * beside.h - what lies beside a dump and tells of its machine.
 *
 * Windows Error Reporting puts a Report.wer and a sysdata.xml into the folder
 * of a dump, or into the same archive.  They are read like dumps are, and come
 * here among the records: a fact (a record of unknown kind: about the machine
 * alone) fills what the dumps of its folder do not say, a report is a crash of
 * its own only where no dump of its folder is that crash.
 *
 * In a folder that is walked they come first.  In an archive, and among the
 * names of a command line, they may come last, so the dumps of one folder are
 * held back until the next one begins; of a large folder only the latest.
 */
#ifndef INGEST_BESIDE_H
#define INGEST_BESIDE_H

#include <stdbool.h>

#include "signatures/base/arena.h"
#include "signatures/base/bytes.h"
#include "signatures/base/error.h"
#include "signatures/record.h"

struct beside;

/*
 * Who gets the records: file lives for the call, about is what beside_take()
 * was given.
 */
struct beside_sink {
	void *closure;
	enum status (*give)(void *closure, void *about,
			    struct record_file *file, struct error *err);
};

struct beside *beside_create(struct beside_sink sink);
void beside_destroy(struct beside *beside);

/*
 * A record, and what it was decoded to with its whole source; lives in arena.
 * may_follow: what lies beside it may come later.
 */
enum status beside_take(struct beside *beside, void *about, struct bytes record,
			struct record_file *file, bool may_follow,
			struct error *err) MUST_CHECK;

/* Nothing more comes from about: give what is held of it. */
enum status beside_end(struct beside *beside, const void *about,
		       struct error *err) MUST_CHECK;

/* Nothing more comes at all. */
enum status beside_finish(struct beside *beside, struct error *err) MUST_CHECK;

/* Does a file of this name lie beside dumps, so that it is read before them? */
bool beside_is_named(const char *name);

#endif
