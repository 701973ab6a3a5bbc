/*
 * store_rows.h - the inside of a set of rows; for this room alone.
 */
#ifndef STORE_STORE_ROWS_H
#define STORE_STORE_ROWS_H

#include "signatures/store/roaring.h"

#include "signatures/store/store_read.h"

struct store_rows {
	roaring_bitmap_t *set;
};

#endif
