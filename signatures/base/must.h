/*
 * must.h - memory, or the end of the program.
 *
 * For amounts of our own: a store survives its writer's end, and nobody could
 * go on without.  Amounts that an input states are checked against limits.h
 * first, or taken where NULL is an answer (room_try).
 */
#ifndef BASE_MUST_H
#define BASE_MUST_H

/* Says so, and ends with exit code 3: asked to, could not. */
_Noreturn void must_end(void);

/* What an allocator gave; never NULL. */
static inline void *must(void *memory)
{
	if (!memory)
		must_end();
	return memory;
}

#endif
