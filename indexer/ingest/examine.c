#include "indexer/ingest/examine.h"

#include "indexer/dump/dump.h"
#include "indexer/target/target.h"
#include "signatures/signature.h"

enum status examine(struct bytes image, const struct images *images,
		    struct arena *arena, struct crash *ret, struct error *err)
{
	struct dump dump;

	if (dump_open(image, arena, ret, &dump, err))
		return err->status;
	target_examine(&dump, images);
	signature_make(ret, arena);
	return STATUS_OK;
}
