/*
 * count.h - how many crashes, and how many different machines, per key.
 *
 * Keys and machines are small dense numbers (terms); 0 means "none" and is
 * counted, but has no place in the ranking and is no machine.  Pure: knows
 * neither store nor fields.
 *
 * Two passes, so that machines are told apart only for keys that survive:
 *
 *     count_rows() or count_add() until every crash is counted
 *     count_choose()
 *     count_row_machines() or count_machine(), the same crashes again
 *     count_finish()
 *
 * Memory: 4 bytes a key, and for the chosen keys the smaller of a bitmap of
 * keys x machines and 4 bytes a crash.
 */
#ifndef QUERY_COUNT_H
#define QUERY_COUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct count;

struct count *count_create(void);
void count_destroy(struct count *count);

/* n more crashes with key. */
void count_add(struct count *count, uint32_t key, uint64_t n);

/*
 * Rows whose bit is set (bits NULL: all); keys has one for each of these, what
 * stands at other rows is not looked at.
 */
void count_rows(struct count *count, const uint32_t *keys, const uint64_t *bits,
		size_t rows);

/* One more than the largest key seen. */
size_t count_keys(const struct count *count);
uint64_t count_crashes(const struct count *count, uint32_t key);

/* Fewer crashes than this has none of the first so many keys; 0: of all. */
uint64_t count_least(const struct count *count, size_t first);

/* Keep the keys with at least min crashes; returns how many.  Machines are
 * numbered below machine_count. */
size_t count_choose(struct count *count, uint64_t min, uint32_t machine_count);
bool count_chosen(const struct count *count, uint32_t key);

/* A crash of key happened on machine; keys not chosen are passed over. */
void count_machine(struct count *count, uint32_t key, uint32_t machine);
void count_row_machines(struct count *count, const uint32_t *keys,
			const uint32_t *machines, const uint64_t *bits,
			size_t rows);
void count_finish(struct count *count);
uint64_t count_machines(const struct count *count, uint32_t key);

/* Bits of rows, 64 to a word. */
static inline bool count_bit(const uint64_t *bits, size_t row)
{
	return bits[row / 64] >> (row % 64) & 1;
}

#endif
