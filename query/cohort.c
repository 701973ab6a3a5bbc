#include "query/cohort.h"

#include <stdlib.h>
#include <string.h>

#include "query/count.h"
#include "query/factor.h"
#include "query/group.h"
#include "query/intern.h"
#include "signatures/base/hash.h"
#include "signatures/base/text.h"
#include "signatures/store/store_side.h"

/* Fields that may say what machines have in common.  Of fields with the same
 * machines the first gives the name: what a machine is before what it runs. */
static const char *const fields[] = {
	"hypervisor", "product",     "biosversion",  "biosdate",
	"biosvendor", "board",	     "manufacturer", "cpu",
	"cpus",	      "arch",	     "osproduct",    "build",
	"driver",     "driverbuild", "unloaded",     "pooltag",
	"residue",    "uptime",
};

enum {
	FIELDS = sizeof(fields) / sizeof(fields[0])
};

#define NOT_DRAWN UINT32_MAX

static void *zeroed(size_t count, size_t size)
{
	void *memory = calloc(count + 1, size);

	if (!memory)
		abort();
	return memory;
}

/* Numbers that together are another for each crash. */
struct lots {
	uint64_t *numbers[6];
};

static void lots_read(struct lots *lots, struct store *store)
{
	static const char *const names[] = { "time", "uptime", "arg1",
					     "arg2", "arg3",   "arg4" };

	for (size_t i = 0; i < 6; i++)
		lots->numbers[i] = factor_numbers(store, names[i]);
}

static uint64_t lot_of(const struct lots *lots, uint32_t row)
{
	uint64_t lot = 0;

	for (size_t i = 0; i < 6; i++)
		lot = hash_mix(lot, lots->numbers[i][row]);
	return lot;
}

/* The row of each machine with the lowest lot; machines at first without. */
static void draw(const struct plan *plan, const uint32_t *machines,
		 const struct lots *lots, uint32_t *drawn, uint64_t *lowest)
{
	for (uint32_t row = 0; row < plan->row_count; row++) {
		const uint32_t machine = machines[row];
		uint64_t lot;

		if (!machine || !count_bit(plan->bits, row))
			continue;
		lot = lot_of(lots, row);
		if (drawn[machine] == NOT_DRAWN || lot < lowest[machine]) {
			drawn[machine] = row;
			lowest[machine] = lot;
		}
	}
}

static void add_unit(struct cohort *cohort, uint32_t row, bool in_group)
{
	const size_t unit = cohort->table.units++;

	cohort->rows[unit] = row;
	cohort->unit_of[row] = (uint32_t)unit;
	cohort->group += in_group;
	if (in_group)
		contrast_set(cohort->group_bits, unit);
}

void cohort_draw(struct query *query, const struct plan *group,
		 const struct plan *all, struct cohort *ret)
{
	struct cohort cohort = { .row_count = all->row_count };
	uint32_t *machines = factor_terms(query->store, "machine");
	const uint32_t bound = factor_bound(machines, all->row_count);
	uint32_t *of_group = zeroed(bound, sizeof(*of_group));
	uint32_t *of_all = zeroed(bound, sizeof(*of_all));
	uint64_t *lowest = zeroed(bound, sizeof(*lowest));
	struct lots lots;

	lots_read(&lots, query->store);
	memset(of_group, 0xff, bound * sizeof(*of_group));
	memset(of_all, 0xff, bound * sizeof(*of_all));
	draw(group, machines, &lots, of_group, lowest);
	draw(all, machines, &lots, of_all, lowest);
	cohort.rows = zeroed(all->row_count, sizeof(*cohort.rows));
	cohort.unit_of = zeroed(all->row_count, sizeof(*cohort.unit_of));
	memset(cohort.unit_of, 0xff, all->row_count * sizeof(*cohort.unit_of));
	cohort.group_bits = zeroed(contrast_words(all->row_count),
				   sizeof(*cohort.group_bits));
	for (uint32_t machine = 1; machine < bound; machine++) {
		if (of_group[machine] != NOT_DRAWN)
			add_unit(&cohort, of_group[machine], true);
		else if (of_all[machine] != NOT_DRAWN)
			add_unit(&cohort, of_all[machine], false);
	}
	for (uint32_t row = 0; row < all->row_count; row++) {
		if (machines[row] || (!count_bit(all->bits, row) &&
				      !count_bit(group->bits, row)))
			continue;
		add_unit(&cohort, row, count_bit(group->bits, row));
		cohort.unknown++;
	}
	cohort.table.group = cohort.group_bits;
	for (size_t i = 0; i < 6; i++)
		free(lots.numbers[i]);
	free(machines);
	free(of_group);
	free(of_all);
	free(lowest);
	*ret = cohort;
}

void cohort_deinit(struct cohort *cohort)
{
	for (size_t i = 0; i < cohort->table.count; i++)
		free(cohort->table.attributes[i].bits);
	free(cohort->table.attributes);
	free(cohort->rows);
	free(cohort->unit_of);
	free(cohort->group_bits);
}

struct filling {
	struct query *query;
	struct cohort *cohort;
	const struct field *field;
	unsigned rank;
	size_t room;
	uint64_t *bits; /* of the value at hand */
	struct factor_index by_list;
	enum status status;
	struct error *err;
};

/* Keep the set at hand if enough of the group are in it; clears it. */
static void keep(struct filling *filling, struct field_value value)
{
	struct cohort *cohort = filling->cohort;
	struct contrast_table *table = &cohort->table;
	const size_t words = contrast_words(table->units);
	uint64_t units = 0;
	uint64_t in_group = 0;

	for (size_t i = 0; i < words; i++) {
		units += (unsigned)__builtin_popcountll(filling->bits[i]);
		in_group += (unsigned)__builtin_popcountll(
			filling->bits[i] & cohort->group_bits[i]);
	}
	/* What all have, or hardly any, cannot be found. */
	if (units >= CONTRAST_LEAST && units < table->units)
		table->candidates++;
	if (in_group >= CONTRAST_LEAST && units < table->units) {
		if (table->count == filling->room) {
			filling->room = filling->room * 2 + 256;
			table->attributes = realloc(
				table->attributes,
				filling->room * sizeof(*table->attributes));
			if (!table->attributes)
				abort();
		}
		table->attributes[table->count++] = (struct contrast_attribute){
			.field = filling->field->name,
			.value = text_copy(
				&filling->query->arena,
				group_value_text(&filling->query->arena,
						 filling->field, value)),
			.rank = filling->rank,
			.bits = memcpy(zeroed(words, sizeof(uint64_t)),
				       filling->bits, words * sizeof(uint64_t)),
		};
	}
	memset(filling->bits, 0, words * sizeof(*filling->bits));
}

/* Units by the key of each: one set for each key in turn. */
static void fill_keys(struct filling *filling, const uint32_t *keys,
		      uint32_t bound, struct intern *values)
{
	struct cohort *cohort = filling->cohort;
	struct plan units = plan_full((uint32_t)cohort->table.units);
	struct factor_index index;

	index = factor_index_make(&units, keys, bound);
	for (uint32_t key = 1; key < bound; key++) {
		if (index.first[key] == index.first[key + 1])
			continue;
		for (uint32_t i = index.first[key]; i < index.first[key + 1];
		     i++)
			contrast_set(filling->bits, index.rows[i]);
		keep(filling, values ? intern_value(values, key)
				     : factor_value(filling->query->store,
						    filling->field->name, key,
						    &filling->query->arena));
	}
	factor_index_deinit(&index);
	plan_deinit(&units);
}

static void fill_column(struct filling *filling)
{
	struct cohort *cohort = filling->cohort;
	uint32_t *terms =
		factor_terms(filling->query->store, filling->field->name);
	uint32_t *keys = zeroed(cohort->table.units, sizeof(*keys));

	for (size_t i = 0; i < cohort->table.units; i++)
		keys[i] = terms[cohort->rows[i]];
	fill_keys(filling, keys,
		  factor_bound(keys, (uint32_t)cohort->table.units), NULL);
	free(keys);
	free(terms);
}

static void fill_numbers(struct filling *filling)
{
	struct cohort *cohort = filling->cohort;
	uint64_t *numbers =
		factor_numbers(filling->query->store, filling->field->name);
	uint32_t *keys = zeroed(cohort->table.units, sizeof(*keys));
	struct intern *values = intern_create();

	for (size_t i = 0; i < cohort->table.units; i++) {
		const struct field_value value = {
			.number = numbers[cohort->rows[i]]
		};

		if (value.number != STORE_NO_NUMBER)
			keys[i] = intern_number(
				values, group_value(filling->field, value));
	}
	fill_keys(filling, keys,
		  factor_bound(keys, (uint32_t)cohort->table.units), values);
	intern_destroy(values);
	free(keys);
	free(numbers);
}

static bool set_row(void *closure, uint32_t row)
{
	struct filling *filling = closure;
	const uint32_t unit = row < filling->cohort->row_count
				      ? filling->cohort->unit_of[row]
				      : NOT_DRAWN;

	if (unit != NOT_DRAWN)
		contrast_set(filling->bits, unit);
	return true;
}

static bool set_list(void *closure, uint32_t list)
{
	struct filling *filling = closure;
	const struct factor_index *index = &filling->by_list;

	for (uint32_t i = list < index->keys ? index->first[list] : 0;
	     list < index->keys && i < index->first[list + 1]; i++)
		contrast_set(filling->bits, index->rows[i]);
	return true;
}

static bool take_term(void *closure, const struct store_term *term)
{
	struct filling *filling = closure;
	struct store_rows *rows;
	const bool modules = filling->field->index == FIELD_MODULES;

	if (term->crashes == 0)
		return true;
	rows = store_rows_create();
	filling->status =
		modules ? store_posting_lists(filling->query->store,
					      filling->field, term->term, rows,
					      filling->err)
			: store_posting_read(filling->query->store,
					     filling->field, term->term, rows,
					     filling->err);
	if (!filling->status) {
		store_rows_walk(rows, modules ? set_list : set_row, filling);
		keep(filling, term->value);
	}
	store_rows_destroy(rows);
	return filling->status == STATUS_OK;
}

/* Units by the list of modules of their crash. */
static void index_lists(struct filling *filling)
{
	struct cohort *cohort = filling->cohort;
	const size_t units = cohort->table.units;
	uint32_t *lists = zeroed(cohort->row_count, sizeof(*lists));
	uint32_t *keys = zeroed(units, sizeof(*keys));
	struct plan all = plan_full((uint32_t)units);
	struct store_column column;
	size_t at = 0;

	for (uint32_t i = 0;
	     store_column_lists(filling->query->store, i, &column); i++) {
		memcpy(lists + at, column.terms, column.count * sizeof(*lists));
		at += column.count;
	}
	for (size_t i = 0; i < units; i++)
		keys[i] = lists[cohort->rows[i]];
	filling->by_list = factor_index_make(
		&all, keys, factor_bound(keys, (uint32_t)units));
	plan_deinit(&all);
	free(lists);
	free(keys);
}

static enum status fill(struct filling *filling)
{
	enum status walked;

	switch (filling->field->index) {
	case FIELD_COLUMN:
		fill_column(filling);
		return STATUS_OK;
	case FIELD_RAW:
		fill_numbers(filling);
		return STATUS_OK;
	case FIELD_POSTINGS:
	case FIELD_MODULES:
		break;
	case FIELD_NONE:
		return STATUS_OK;
	}
	walked = store_walk_terms(filling->query->store, filling->field,
				  take_term, filling, filling->err);
	return walked ? walked : filling->status;
}

/* host.site, where there is a field site of the same list? */
static bool is_repeated(const struct field *field)
{
	const char *dot = strchr(field->name, '.');
	const struct field *plain = dot ? field_find(dot + 1) : NULL;

	return plain && plain->number >= FIELD_ADDED;
}

enum status cohort_make(struct query *query, const struct plan *group,
			const struct plan *all, const char *without,
			struct cohort *ret, struct error *err)
{
	struct filling filling = { .query = query, .cohort = ret, .err = err };
	enum status status = STATUS_OK;

	cohort_draw(query, group, all, ret);
	filling.bits =
		zeroed(contrast_words(ret->table.units), sizeof(uint64_t));
	index_lists(&filling);
	for (unsigned i = 0; i < FIELDS && !status; i++) {
		filling.field = field_find(fields[i]);
		filling.rank = i;
		if (!without || strcmp(fields[i], without) != 0)
			status = fill(&filling);
	}
	for (const struct field *f = field_added(); f->name && !status; f++) {
		filling.field = f;
		filling.rank++;
		/* Of the machine, and not the same by its long name. */
		if ((!without || strcmp(f->name, without) != 0) &&
		    store_side_base(query->store, f) && !is_repeated(f))
			status = fill(&filling);
	}
	factor_index_deinit(&filling.by_list);
	free(filling.bits);
	if (status)
		cohort_deinit(ret);
	return status;
}

enum status cohort_have(struct query *query, struct cohort *cohort,
			const char *field, const char *value, uint64_t *bits,
			struct error *err)
{
	struct filling filling = { .query = query,
				   .cohort = cohort,
				   .field = field_find(field),
				   .bits = bits };
	const struct field_value wanted = { .text = value };
	struct store_rows *rows = store_rows_create();
	struct store_term term;
	enum status status = STATUS_OK;

	if (store_find_term(query->store, filling.field, wanted, &term))
		status = store_posting_read(query->store, filling.field,
					    term.term, rows, err);
	if (!status)
		store_rows_walk(rows, set_row, &filling);
	store_rows_destroy(rows);
	return status;
}
