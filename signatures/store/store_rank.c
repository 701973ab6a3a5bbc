#include "signatures/base/pack.h"
#include "signatures/store/machines.h"
#include "signatures/store/pending.h"
#include "signatures/store/rank.h"
#include "signatures/store/store_foreign.h"
#include "signatures/store/store_read.h"

bool store_rank_is_kept(const struct store *store, const struct field *field,
			uint64_t least)
{
	return !store->foreign && machines_are_counted(field->number) &&
	       least >= SCHEMA_RANKED && least <= UINT32_MAX;
}

struct ranking {
	const struct field *field;
	uint64_t least;
	store_term_take *take;
	void *closure;
	struct arena arena;
};

static bool take_entry(void *closure, struct bytes key, struct bytes value)
{
	struct ranking *ranking = closure;
	struct store_term term;

	bytes_skip(&key, 1);
	if (!bytes_left(&key))
		return true; /* the totals */
	term.crashes = UINT32_MAX - btree_take(&key, 4);
	if (key.failed || term.crashes < ranking->least)
		return false;
	term.term = bytes_u32(&value);
	term.machines = pack_take_varint(&value);
	arena_reset(&ranking->arena);
	term.value =
		term_value(ranking->field, bytes_of(key.next, bytes_left(&key)),
			   &ranking->arena);
	return ranking->take(ranking->closure, &term);
}

enum status store_rank_walk(struct store *store, const struct field *field,
			    uint64_t least, store_term_take *take,
			    void *closure, struct error *err)
{
	struct ranking ranking = {
		.field = field, .least = least, .take = take, .closure = closure
	};
	const struct btree_key prefix = rank_key(field->number);

	if (store->pending)
		pending_flush(store);
	arena_init(&ranking.arena);
	btree_walk(store, SCHEMA_RANK, &prefix, take_entry, &ranking);
	arena_deinit(&ranking.arena);
	return state_check(store, err);
}

void store_rank_totals(struct store *store, const struct field *field,
		       uint64_t *terms, uint64_t *crashes)
{
	if (store->pending)
		pending_flush(store);
	rank_totals(store, field->number, terms, crashes);
}
