#include "indexer/ingest/budget.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "signatures/base/limits.h"

/* No ratio is held against an input that has unpacked to less than this. */
#define RATIO_FLOOR (64ull * 1024 * 1024)

/*
 * What is no dump is not worth as much patience: logs and page files reach 50
 * to 100, long runs of zeroes 1000.
 */
#define OTHER_RATIO 200
#define OTHER_FLOOR (1024ull * 1024 * 1024)

/*
 * Nor is what begins as a dump, once it is past the size in its own header: the
 * memory of a large and idle machine is mostly zeroes too, but then the header
 * says how much there was.
 */
#define UNSTATED_RATIO 100

static const char too_many[] =
	"unpacks to too many times the size of its archive";

static bool exceeds(const struct budget *budget, uint64_t bytes, uint64_t ratio,
		    uint64_t floor)
{
	return bytes > floor && bytes / ratio > budget->input_bytes;
}

const char *budget_unpack(struct budget *budget, uint64_t bytes)
{
	const struct unpack_limits *limits = budget->limits;
	const size_t room = sizeof(budget->text);

	budget->unpacked += bytes;
	if (budget->unpacked > limits->bytes)
		snprintf(budget->text, room,
			 "unpacks to more than %" PRIu64 " bytes",
			 limits->bytes);
	else if (exceeds(budget, budget->unpacked, limits->ratio, RATIO_FLOOR))
		snprintf(budget->text, room,
			 "unpacks to more than %" PRIu64 " times its size",
			 limits->ratio);
	else
		return NULL;
	return budget->text;
}

const char *budget_pass(struct budget *budget, uint64_t bytes)
{
	budget->passed += bytes;
	return budget_other(budget, budget->passed);
}

const char *budget_entry(const struct budget *budget, uint64_t size,
			 uint64_t counted)
{
	const struct unpack_limits *limits = budget->limits;

	if (size > LIMIT_IMAGE_BYTES)
		return "larger than any dump we read";
	if (size > counted && size - counted > limits->bytes - budget->unpacked)
		return "unpacks to more than this input may";
	if (exceeds(budget, size, limits->ratio, RATIO_FLOOR))
		return too_many;
	return NULL;
}

const char *budget_other(const struct budget *budget, uint64_t size)
{
	if (exceeds(budget, size, OTHER_RATIO, OTHER_FLOOR))
		return too_many;
	return NULL;
}

const char *budget_dump(const struct budget *budget, uint64_t size,
			uint64_t stated)
{
	if (size > stated && exceeds(budget, size, UNSTATED_RATIO, OTHER_FLOOR))
		return "unpacks to too many times the size of its archive, and "
		       "to more than its header says";
	return NULL;
}
