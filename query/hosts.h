/*
 * hosts.h - what somebody knows of the machines of a fleet: hosts.csv.
 *
 * A table in the store's folder, or beside that folder:
 *
 *     machine,site,model,microcode,hypervisor
 *     35ec1a9ba5201658,Berlin,Desk 300,0xf0,
 *     pc18,Oslo,Desk 300,0xf4,kvm7
 *
 * The first column is the machine's id, or the name of the computer where that
 * is what the machine is known by (event 1001).  Every other column becomes a
 * field, text whatever is in it: site=Berlin, freq --by=microcode.  A name that
 * the program has given to a field of its own is that field's; every column
 * can be called host.NAME, and so can the one that has no other name left.
 */
#ifndef QUERY_HOSTS_H
#define QUERY_HOSTS_H

#include "query/where.h"
#include "signatures/store/store_read.h"

/*
 * Read the list, if there is one, and add its fields to the program and to the
 * store.  path is a list to read instead, or NULL.  STATUS_USAGE names the line
 * that makes no sense.  hosts_close() after the store is closed.
 */
enum status hosts_open(struct store *store, const char *path,
		       struct error *err) MUST_CHECK;
void hosts_close(void);

/*
 * Machines of the list, of which nobody need have crashed, that pass the tests
 * of its own fields; where may be NULL.  0 without a list.
 */
uint64_t hosts_count(const struct where *where);

#endif
