/*
 * schema.h - what lies in the store: each sub-database, its keys, its values.
 *
 * Numbers in keys are big-endian, so that LMDB's order is numeric order.  In
 * values v is a varint, s a signed varint, t a text (base/pack.h); u32 and u64
 * are little-endian.
 *
 * Kept (cannot be made from anything else):
 *
 *   meta     "schema"              u32 SCHEMA_VERSION
 *            "fields"              of each field that the index was made for:
 *                                  number, type, index, listed, are machines
 *                                  counted;
 *                                  a byte each
 *            "tally"               v files, then v refused by enum status
 *   row      row u32               v count, files richest first, each:
 *                                  v folder part, v machine part, v list
 *                                  part or 0, v stack part or 0 and v size,
 *                                  stack, layout, v size, own; stack and own
 *                                  as in record_beside.h, whose source is the
 *                                  last path part and whose ingested is 0.
 *                                  A layout is 1 shift; for each loaded one
 *                                  s (base - end of the one before, rounded
 *                                  up) >> shift, where 0 is followed by v how
 *                                  many more are 0; v count of unloaded, if
 *                                  there are any 1 shift << 1 and a bit:
 *                                  sizes are whole pages; for each v name
 *                                  part, s base >> shift less the one before
 *                                  (the first loaded one), v bytes or pages
 *   part     kind u8, id u32       bytes that crashes share, ids from 1 on:
 *              BUILD                 t name, v bytes, 8 build
 *              NAME                  the name of an unloaded module
 *              LIST                  loaded modules in their order:
 *                                    v count, s build part - the one before
 *              MACHINE               as record_machine_encode()
 *              FOLDER                v ingested, source up to its last slash
 *              STACK                 as in record_beside.h, of a crash with
 *                                    an exact bucket
 *   term     field u8, term u32    a value, whole; terms from 1 on
 *   refused  content 16            u32 status, t source, t reason
 *   archive  content 16            v dumps, v size where it is known
 *   stamp    stamp 16              content 16
 *   copy     source hash u64       content 16, sorted: bytes seen again under
 *                                  another name than the one kept, and
 *                                  those of a crash that has too many
 *
 * Made from these by store_rebuild(), compared with them by store_verify():
 *
 *   find     kind u8, first 13     rests of hashes and numbers, sorted:
 *            bits of hash u16      findpage.c
 *              IDENTITY              of the crash and of its files -> row
 *              CONTENT               of each file -> row
 *              SOURCE                of each file -> row
 *              LINK                  identity_keys() of each file -> row
 *              PART + kind           of a part's bytes -> id
 *   value    field u8, value       u32 term, v crashes, v machines (of
 *                                  bugcheck and bucket, else 0).  A text
 *                                  above SCHEMA_VALUE_BYTES is cut and ends in
 *                                  its hash u64
 *   posting  field u8, term u32,   rows (list ids for FIELD_MODULES) that have
 *            chunk u16             the term: posting.h
 *   column   field u8, chunk u32   one number a row: column_form.h
 *            0 u8, field u8,       the head of that chunk
 *            chunk u32
 *   pair     bugcheck term u32,    v crashes of this machine with this bugcheck
 *            machine term u32
 *   rank     field u8,             u32 term, v machines: of fields whose
 *            2^32 - 1 - crashes    machines are counted the values that
 *            u32, value            SCHEMA_RANKED crashes have, or more
 *            field u8              v values with crashes, v those together
 *
 * Made by the settling pass from the set of crashes, and made anew by it
 * wherever it is missing or does not fit:
 *
 *   settled  see store_settled.h, settle/memory.h and cluster/engine_table.h
 *
 * Columns of fields without a function (cluster, family) cannot be recomputed:
 * they are kept, their counters are checked.
 *
 * Rows are dense: when two rows turn out to be one crash, the last row moves to
 * the number that became free.
 */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include <stdint.h>

enum {
	SCHEMA_VERSION = 5,
	SCHEMA_WITHOUT_HEADS = 3, /* columns are renewed by a writer: */
	SCHEMA_WITHOUT_SPLIT = 4, /* column_form.h */
	SCHEMA_VALUE_BYTES = 400, /* LMDB takes keys up to 511 bytes */
	SCHEMA_RANKED = 8,	  /* crashes: below it, values are too many */
	SCHEMA_POSTING_ROWS = 1 << 20, /* dense postings: 128 KiB a chunk */
	SCHEMA_COLUMN_HEADS = 0,       /* in front of these, as a field */
	SCHEMA_COLUMN_LISTS = 255,     /* column of list parts, as a field */
	SCHEMA_FIELDS = 256
};

enum schema_db {
	SCHEMA_META,
	SCHEMA_ROW,
	SCHEMA_PART,
	SCHEMA_TERM,
	SCHEMA_REFUSED,
	SCHEMA_ARCHIVE,
	SCHEMA_STAMP,
	SCHEMA_COPY,
	SCHEMA_FIND,
	SCHEMA_VALUE,
	SCHEMA_POSTING,
	SCHEMA_COLUMN,
	SCHEMA_PAIR,
	SCHEMA_SETTLED,
	SCHEMA_RANK,
	SCHEMA_DBS
};

enum schema_part {
	SCHEMA_BUILD = 1,
	SCHEMA_NAME,
	SCHEMA_LIST,
	SCHEMA_MACHINE,
	SCHEMA_FOLDER,
	SCHEMA_STACK,
	SCHEMA_PART_END
};

enum schema_find {
	SCHEMA_FIND_IDENTITY = 1,
	SCHEMA_FIND_CONTENT,
	SCHEMA_FIND_SOURCE,
	SCHEMA_FIND_LINK,
	SCHEMA_FIND_PART = 16
};

#endif
