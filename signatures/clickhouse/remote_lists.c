#include "signatures/clickhouse/remote_lists.h"

#include "signatures/base/text.h"

/*
 * The inner question reads no modules.  PREWHERE, which FINAL does not go with,
 * then unpacks those of the crashes it names alone; a row that was replaced but
 * had the list serves as well.
 */
const char *remote_lists_from(const struct remote *remote, struct arena *arena)
{
	const char *database = remote->address.database;

	return text_printf(arena,
			   "FROM %s.crashes PREWHERE (id_high, id_low,"
			   " list_hash) GLOBAL IN (SELECT min(id_high),"
			   " argMin(id_low, id_high), list_hash"
			   " FROM %s.crashes FINAL WHERE file_count > 0 AND"
			   " list_hash != 0 GROUP BY list_hash)",
			   database, database);
}
