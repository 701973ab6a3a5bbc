#include "indexer/ingest/examine.h"

#include "indexer/dump/dump.h"
#include "indexer/target/target.h"
#include "signatures/signature.h"

enum status examine(struct bytes image, const struct target_options *options,
		    struct arena *arena, struct crash *ret, struct error *err)
{
	struct dump dump;

	if (dump_open(image, arena, ret, &dump, err))
		return err->status;
	target_examine(&dump, options);
	signature_make(ret, arena);
	return STATUS_OK;
}
