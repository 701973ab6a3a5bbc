#include "query/lists.h"

#include <stdlib.h>
#include <string.h>

#include "query/count.h"

#include "signatures/base/must.h"

struct lists {
	struct store *store;
	struct count *crashes; /* by list */
	uint64_t *first;       /* by list: its machines begin there ... */
	uint64_t *end;	       /* ... and end here, each once */
	uint32_t *machines;
	uint32_t *met; /* by machine: the last round it was met in */
	uint32_t round;
	uint64_t crash_count;
	/* of the term at hand */
	uint64_t term_crashes;
	uint64_t term_machines;
};

/* Visit the plan's rows, a chunk of lists at a time. */
static void visit(struct store *store, const struct plan *plan, void *closure,
		  void (*take)(void *closure, const uint32_t *terms,
			       const uint64_t *bits, uint32_t first_row,
			       size_t rows))
{
	struct store_column column;
	uint32_t row = 0;

	for (uint32_t chunk = 0;
	     row < plan->row_count && store_column_lists(store, chunk, &column);
	     chunk++) {
		const size_t left = plan->row_count - row;

		take(closure, column.terms, plan->bits + row / 64, row,
		     column.count < left ? column.count : left);
		row += STORE_CHUNK_ROWS;
	}
}

static void count_lists(void *closure, const uint32_t *terms,
			const uint64_t *bits, uint32_t first_row, size_t rows)
{
	struct lists *lists = closure;

	(void)first_row;
	count_rows(lists->crashes, terms, bits, rows);
}

struct sorting {
	struct lists *lists;
	const uint32_t *machines; /* by row */
};

static void sort_machines(void *closure, const uint32_t *terms,
			  const uint64_t *bits, uint32_t first_row, size_t rows)
{
	const struct sorting *sorting = closure;
	struct lists *lists = sorting->lists;

	for (size_t i = 0; i < rows; i++) {
		const uint32_t machine = sorting->machines[first_row + i];

		if (machine && terms[i] && count_bit(bits, i))
			lists->machines[lists->end[terms[i]]++] = machine;
	}
}

/* Of the machines of each list keep one each. */
static void drop_doubles(struct lists *lists)
{
	for (size_t list = 1; list < count_keys(lists->crashes); list++) {
		uint64_t kept = lists->first[list];

		lists->round++;
		for (uint64_t i = kept; i < lists->end[list]; i++) {
			const uint32_t machine = lists->machines[i];

			if (lists->met[machine] == lists->round)
				continue;
			lists->met[machine] = lists->round;
			lists->machines[kept++] = machine;
		}
		lists->end[list] = kept;
	}
}

struct lists *lists_create(struct store *store, const struct plan *plan,
			   const uint32_t *machines, uint32_t machine_count)
{
	struct lists *lists = must(calloc(1, sizeof(*lists)));
	struct sorting sorting = { .lists = lists, .machines = machines };

	lists->store = store;
	lists->crashes = count_create();
	visit(store, plan, lists, count_lists);

	const size_t keys = count_keys(lists->crashes);

	lists->first = must(calloc(keys + 1, sizeof(*lists->first)));
	lists->end = must(calloc(keys + 1, sizeof(*lists->end)));
	for (uint32_t list = 1; list < keys; list++) {
		lists->first[list] = lists->end[list] = lists->crash_count;
		lists->crash_count += count_crashes(lists->crashes, list);
	}
	lists->machines = must(
		malloc((lists->crash_count + 1) * sizeof(*lists->machines)));
	lists->met =
		must(calloc((size_t)machine_count + 1, sizeof(*lists->met)));
	visit(store, plan, &sorting, sort_machines);
	drop_doubles(lists);
	return lists;
}

void lists_destroy(struct lists *lists)
{
	if (!lists)
		return;
	count_destroy(lists->crashes);
	free(lists->first);
	free(lists->end);
	free(lists->machines);
	free(lists->met);
	free(lists);
}

uint64_t lists_crashes(const struct lists *lists)
{
	return lists->crash_count;
}

static bool add_list(void *closure, uint32_t list)
{
	struct lists *lists = closure;
	const uint64_t crashes = count_crashes(lists->crashes, list);

	if (crashes == 0)
		return true;
	lists->term_crashes += crashes;
	for (uint64_t i = lists->first[list]; i < lists->end[list]; i++) {
		uint32_t *met = &lists->met[lists->machines[i]];

		lists->term_machines += *met != lists->round;
		*met = lists->round;
	}
	return true;
}

enum status lists_count(struct lists *lists, const struct field *field,
			uint32_t term, uint64_t *crashes, uint64_t *machines,
			struct error *err)
{
	struct store_rows *rows = store_rows_create();
	const enum status status =
		store_posting_lists(lists->store, field, term, rows, err);

	if (!status) {
		lists->round++;
		lists->term_crashes = 0;
		lists->term_machines = 0;
		store_rows_walk(rows, add_list, lists);
		*crashes = lists->term_crashes;
		*machines = lists->term_machines;
	}
	store_rows_destroy(rows);
	return status;
}
