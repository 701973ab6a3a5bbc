#include "signatures/store/state.h"

/* Still ours, for who looks for what was forgotten. */
static struct store *volatile left;

/* To unmap makes each processor forget where pages were; the end does not. */
void store_leave(struct store *store)
{
	if (store->foreign || store->mode == STORE_WRITE) {
		store_close(store);
		return;
	}
	/* Others see from the lock file who reads. */
	if (store->txn)
		mdb_txn_abort(store->txn);
	store->txn = NULL;
	left = store;
}
