#include "signatures/reading.h"

#include <string.h>

#include "signatures/identity.h"
#include "signatures/record.h"

/* Without what settling adds, and what follows from that. */
static struct crash as_read(const struct crash *crash)
{
	struct crash read = *crash;

	if (read.walked.count)
		read.stack = read.walked;
	if (read.blamed.module)
		read.fault = read.blamed;
	read.walked = (struct crash_stack){ 0 };
	read.blamed = (struct crash_fault){ 0 };
	read.buckets = (struct crash_buckets){ 0 };
	return read;
}

static struct bytes bytes_of_reading(const struct crash *crash,
				     struct arena *arena)
{
	const struct record_file file = { .source = "", .crash = *crash };

	return record_encode(&file, arena);
}

static int order_bytes(struct bytes a, struct bytes b)
{
	const size_t a_bytes = bytes_left(&a), b_bytes = bytes_left(&b);

	if (a_bytes != b_bytes)
		return a_bytes > b_bytes ? 1 : -1;
	return memcmp(a.next, b.next, a_bytes);
}

bool reading_is_better(const struct crash *a, const struct crash *b)
{
	const struct crash x = as_read(a), y = as_read(b);
	const int facts = identity_merge_facts(&x) - identity_merge_facts(&y);
	struct arena arena;
	int order = facts;

	if (!order)
		order = (x.value_count > y.value_count) -
			(x.value_count < y.value_count);
	if (order)
		return order > 0;
	arena_init(&arena);
	order = order_bytes(bytes_of_reading(&x, &arena),
			    bytes_of_reading(&y, &arena));
	arena_deinit(&arena);
	return order > 0;
}
