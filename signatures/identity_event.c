#include "signatures/identity_event.h"

#include "signatures/base/text.h"

#define SECOND TEXT_TICKS_PER_SECOND
#define HOUR (3600 * SECOND)

/* A machine that crashed at night is switched on again in the morning. */
#define REBOOT_MOST (24 * HOUR)

/* The zones of the earth: a local clock is ahead by this, or behind. */
#define ZONE_AHEAD (14 * HOUR)
#define ZONE_BEHIND (12 * HOUR)

/*
 * Keys are of a span of time.  From the earliest to the latest that two times
 * of one crash may be apart is less than a span, so that two or three of them
 * are all there is to look into.
 */
#define SPAN (64 * HOUR)
#define BACK (REBOOT_MOST + ZONE_AHEAD)

/*
 * Kernel addresses of 64 bits, without the last 4 GB: there negative numbers
 * and status codes stand, and addresses that are the same on every boot.
 */
#define KERNEL_FIRST UINT64_C(0xffff800000000000)
#define KERNEL_END UINT64_C(0xffffffff00000000)

enum side {
	SIDE_DUMP = 1,
	SIDE_EVENT
};

static bool is_event(const struct crash *crash)
{
	return crash->image.kind == CRASH_EVENT;
}

static bool has_address(const struct crash *crash)
{
	for (size_t i = 0; i < 4; i++)
		if (crash->bugcheck.args[i].value >= KERNEL_FIRST &&
		    crash->bugcheck.args[i].value < KERNEL_END)
			return true;
	return false;
}

/* Without an address an event is told from others by its machine. */
static bool stop_of(const struct crash *crash, uint64_t *ret)
{
	uint64_t stop = hash_mix(0, crash->bugcheck.code.value);

	if (!crash->bugcheck.code.known || !crash->time.known)
		return false;
	for (size_t i = 0; i < 4; i++) {
		if (!crash->bugcheck.args[i].known)
			return false;
		stop = hash_mix(stop, crash->bugcheck.args[i].value);
	}
	if (!has_address(crash)) {
		if (!is_event(crash) || !crash->machine.id.known)
			return false;
		stop = hash_mix(stop, crash->machine.id.value);
	}
	*ret = stop;
	return true;
}

static uint64_t key_of(enum side side, uint64_t stop, uint64_t span)
{
	return hash_mix(hash_mix(side, stop), span);
}

size_t identity_event_keys(const struct crash *crash,
			   uint64_t keys[IDENTITY_EVENT_KEYS])
{
	uint64_t stop;

	if (!stop_of(crash, &stop))
		return 0;
	keys[0] = key_of(is_event(crash) ? SIDE_EVENT : SIDE_DUMP, stop,
			 crash->time.value / SPAN);
	return 1;
}

static size_t add_spans(enum side side, uint64_t stop, uint64_t from,
			uint64_t to, uint64_t *keys)
{
	size_t count = 0;

	for (uint64_t span = from / SPAN; span <= to / SPAN; span++)
		keys[count++] = key_of(side, stop, span);
	return count;
}

size_t identity_event_seeks(const struct crash *crash,
			    uint64_t keys[IDENTITY_EVENT_SEEKS])
{
	const uint64_t time = crash->time.value;
	size_t count = 0;
	uint64_t stop;

	if (!stop_of(crash, &stop) || time < BACK || time > INT64_MAX)
		return 0;
	if (!is_event(crash))
		return add_spans(SIDE_EVENT, stop, time - ZONE_BEHIND,
				 time + BACK, keys);
	count = add_spans(SIDE_DUMP, stop, time - BACK, time + ZONE_BEHIND,
			  keys);
	return count + add_spans(SIDE_EVENT, stop, time - BACK, time + BACK,
				 keys + count);
}

static bool is_local(const struct crash *crash)
{
	return crash_has_flag(crash, CRASH_TIME_LOCAL);
}

/* Is b no more than before earlier, or after later, than a? */
static bool is_near(uint64_t a, uint64_t b, uint64_t before, uint64_t after)
{
	return b < a ? a - b <= before : b - a <= after;
}

static bool same_events(const struct crash *a, const struct crash *b)
{
	const uint64_t slack = is_local(a) == is_local(b) ? 0 : ZONE_AHEAD;

	if (has_address(a))
		return is_near(a->time.value, b->time.value,
			       REBOOT_MOST + slack, REBOOT_MOST + slack);
	/* One export has the second, another what is below it. */
	return a->machine.id.known && b->machine.id.known &&
	       is_local(a) == is_local(b) &&
	       a->time.value / SECOND == b->time.value / SECOND;
}

bool identity_event_same(const struct crash *a, const struct crash *b)
{
	const struct crash *event = is_event(a) ? a : b;
	const struct crash *dump = is_event(a) ? b : a;

	for (size_t i = 0; i < 4; i++)
		if (!a->bugcheck.args[i].known || !b->bugcheck.args[i].known ||
		    a->bugcheck.args[i].value != b->bugcheck.args[i].value)
			return false;
	if (!a->bugcheck.code.known || a->time.value < BACK ||
	    b->time.value < BACK || a->time.value > INT64_MAX ||
	    b->time.value > INT64_MAX)
		return false;
	if (is_event(dump))
		return same_events(a, b);
	if (!has_address(dump))
		return false;
	if (is_local(event))
		return is_near(event->time.value, dump->time.value, BACK,
			       ZONE_BEHIND);
	return is_near(event->time.value, dump->time.value, REBOOT_MOST, 0);
}
