/*
 * factor_lists.h - rows by the modules that were loaded.
 *
 * Crashes share lists of modules (store_read.h), so what each module is looked
 * up in is the lists, once; its rows are those of its lists.
 */
#ifndef QUERY_FACTOR_LISTS_H
#define QUERY_FACTOR_LISTS_H

#include "query/plan.h"

/*
 * Each term of a FIELD_MODULES field with its rows among the plan's, rising;
 * as store_posting_each().
 */
enum status factor_lists_each(struct store *store, const struct field *field,
			      const struct plan *plan, store_posting_take *take,
			      void *closure, struct error *err) MUST_CHECK;

#endif
