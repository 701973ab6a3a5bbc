#include "query/cohort.h"

#include <stdlib.h>
#include <string.h>

#include "query/count.h"
#include "query/factor.h"
#include "query/group.h"
#include "query/intern.h"
#include "signatures/base/hash.h"
#include "signatures/base/must.h"
#include "signatures/base/room.h"
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

static void *everywhere(size_t count)
{
	uint32_t *memory = room_cleared(count, sizeof(*memory));

	memset(memory, 0xff, count * sizeof(*memory));
	return memory;
}

/* Of numbers that together are another for each crash. */
static uint64_t *draw_lots(struct store *store, uint32_t rows)
{
	static const char *const names[] = { "time", "uptime", "arg1",
					     "arg2", "arg3",   "arg4" };
	uint64_t *lots = room_cleared(rows, sizeof(*lots));

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		uint64_t *numbers = factor_numbers(store, names[i]);

		for (uint32_t row = 0; row < rows; row++)
			lots[row] = hash_mix(lots[row], numbers[row]);
		free(numbers);
	}
	return lots;
}

struct drawing {
	const struct cohort_fleet *fleet;
	uint32_t *drawn; /* by machine */
};

static bool draw_row(void *closure, uint32_t row)
{
	const struct drawing *drawing = closure;
	const uint64_t *lots = drawing->fleet->lots;
	const uint32_t machine = drawing->fleet->machines[row];
	uint32_t *drawn = &drawing->drawn[machine];

	if (machine && (*drawn == NOT_DRAWN || lots[row] < lots[*drawn]))
		*drawn = row;
	return true;
}

/* The row of each machine with the lowest lot; machines at first without. */
static uint32_t *draw(const struct cohort_fleet *fleet, const struct plan *plan)
{
	struct drawing drawing = { fleet, everywhere(fleet->bound) };

	plan_walk(plan, draw_row, &drawing);
	return drawing.drawn;
}

void cohort_fleet_make(struct query *query, const struct plan *all,
		       struct cohort_fleet *ret)
{
	struct cohort_fleet fleet = { .all = all };

	fleet.machines = factor_terms(query->store, "machine");
	fleet.bound = factor_bound(fleet.machines, all->row_count);
	fleet.lots = draw_lots(query->store, all->row_count);
	fleet.drawn = draw(&fleet, all);
	*ret = fleet;
}

void cohort_fleet_deinit(struct cohort_fleet *fleet)
{
	free(fleet->machines);
	free(fleet->lots);
	free(fleet->drawn);
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

/* Rows of no known machine. */
static void add_unknown(const struct cohort_fleet *fleet,
			const struct plan *group, struct cohort *cohort)
{
	const struct plan *all = fleet->all;

	for (uint32_t row = 0; row < all->row_count; row++) {
		if (fleet->machines[row] || (!count_bit(all->bits, row) &&
					     !count_bit(group->bits, row)))
			continue;
		add_unit(cohort, row, count_bit(group->bits, row));
		cohort->unknown++;
	}
}

void cohort_draw(const struct cohort_fleet *fleet, const struct plan *group,
		 struct cohort *ret)
{
	const uint32_t rows = fleet->all->row_count;
	struct cohort cohort = { .row_count = rows };
	uint32_t *of_group = draw(fleet, group);

	cohort.rows = room_cleared(rows, sizeof(*cohort.rows));
	cohort.unit_of = everywhere(rows);
	cohort.group_bits =
		room_cleared(contrast_words(rows), sizeof(*cohort.group_bits));
	for (uint32_t machine = 1; machine < fleet->bound; machine++) {
		if (of_group[machine] != NOT_DRAWN)
			add_unit(&cohort, of_group[machine], true);
		else if (fleet->drawn[machine] != NOT_DRAWN)
			add_unit(&cohort, fleet->drawn[machine], false);
	}
	add_unknown(fleet, group, &cohort);
	cohort.table.group = cohort.group_bits;
	free(of_group);
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
	uint64_t *bits;		  /* of the value at hand */
	uint64_t units, in_group; /* of these */
	struct factor_index by_list;
	enum status status;
	struct error *err;
};

static void set_unit(struct filling *filling, uint32_t unit)
{
	const bool is_new = !count_bit(filling->bits, unit);

	contrast_set(filling->bits, unit);
	filling->units += is_new;
	filling->in_group +=
		is_new && count_bit(filling->cohort->group_bits, unit);
}

/* Keep the set at hand if enough of the group are in it; clears it. */
static void keep(struct filling *filling, struct field_value value)
{
	struct cohort *cohort = filling->cohort;
	struct contrast_table *table = &cohort->table;
	const size_t words = contrast_words(table->units);
	const uint64_t units = filling->units;
	const uint64_t in_group = filling->in_group;

	/* What all have, or hardly any, cannot be found. */
	if (units >= CONTRAST_LEAST && units < table->units)
		table->candidates++;
	if (in_group >= CONTRAST_LEAST && units < table->units) {
		if (table->count == filling->room) {
			filling->room = filling->room * 2 + 256;
			table->attributes = must(realloc(
				table->attributes,
				filling->room * sizeof(*table->attributes)));
		}
		table->attributes[table->count++] = (struct contrast_attribute){
			.field = filling->field->name,
			.value = text_copy(
				&filling->query->arena,
				group_value_text(&filling->query->arena,
						 filling->field, value)),
			.rank = filling->rank,
			.bits = memcpy(room_cleared(words, sizeof(uint64_t)),
				       filling->bits, words * sizeof(uint64_t)),
		};
	}
	if (units)
		memset(filling->bits, 0, words * sizeof(*filling->bits));
	filling->units = filling->in_group = 0;
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
			set_unit(filling, index.rows[i]);
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
	uint32_t *keys = room_cleared(cohort->table.units, sizeof(*keys));

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
	uint32_t *keys = room_cleared(cohort->table.units, sizeof(*keys));
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
		set_unit(filling, unit);
	return true;
}

static bool set_list(void *closure, uint32_t list)
{
	struct filling *filling = closure;
	const struct factor_index *index = &filling->by_list;

	for (uint32_t i = list < index->keys ? index->first[list] : 0;
	     list < index->keys && i < index->first[list + 1]; i++)
		set_unit(filling, index->rows[i]);
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
	uint32_t *lists = room_cleared(cohort->row_count, sizeof(*lists));
	uint32_t *keys = room_cleared(units, sizeof(*keys));
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

enum status cohort_make(struct query *query, const struct cohort_fleet *fleet,
			const struct plan *group, const char *without,
			struct cohort *ret, struct error *err)
{
	struct filling filling = { .query = query, .cohort = ret, .err = err };
	enum status status = STATUS_OK;

	cohort_draw(fleet, group, ret);
	filling.bits = room_cleared(contrast_words(ret->table.units),
				    sizeof(uint64_t));
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
