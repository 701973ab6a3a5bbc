/*
 * page_stack.h - the stacks of one crash, for people.
 */
#ifndef QUERY_PAGE_STACK_H
#define QUERY_PAGE_STACK_H

#include <stdio.h>

#include "signatures/base/arena.h"
#include "signatures/crash.h"

/*
 * The crashed stack, what the machine's own unwinder had passed, the other
 * processors.  Words: what else points into modules, by its distance from the
 * stack pointer that the walk began at; crashes that need no second look have
 * none.
 */
void page_stack_print(FILE *out, const struct crash *crash, bool words,
		      struct arena *arena);

#endif
